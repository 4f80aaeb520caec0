import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GatePulse, gateState } from './gate-state.ts';

const FLOWING: GatePulse = {
  isHeld: false,
  isMetered: false,
  lanes: 4,
  lanesHeard: 4,
  lanesAlone: 0,
  lastTwo: 60,
  tenBefore: 300,
};

test('a dead scanner makes no errors, but its gate goes quiet while others flow', () => {
  assert.equal(gateState({ ...FLOWING, lastTwo: 0 }, [FLOWING]), 'quiet');
  assert.equal(gateState({ ...FLOWING, lastTwo: 10 }, [FLOWING]), 'slow');
});

test('when everybody slows down, nobody is slow', () => {
  const calm = { ...FLOWING, lastTwo: 2 };
  assert.equal(gateState(calm, [calm, calm]), 'flowing');
});

test('a gate that was never busy is not quiet', () => {
  assert.equal(gateState({ ...FLOWING, lastTwo: 0, tenBefore: 3 }, [FLOWING]), 'flowing');
  assert.equal(gateState({ ...FLOWING, lastTwo: 0, tenBefore: 0 }, [FLOWING]), 'idle');
});

test('control’s word goes before what the lanes do', () => {
  assert.equal(gateState({ ...FLOWING, isHeld: true, lastTwo: 0 }, [FLOWING]), 'held');
  assert.equal(gateState({ ...FLOWING, isMetered: true }, [FLOWING]), 'metered');
});

test('a gate none of whose lanes is heard of is down; one with lanes alone says so', () => {
  assert.equal(gateState({ ...FLOWING, lanesHeard: 0 }, [FLOWING]), 'down');
  assert.equal(gateState({ ...FLOWING, lanesAlone: 1 }, [FLOWING]), 'alone');
});
