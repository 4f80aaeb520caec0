import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { applyControlChange, type ControlChange } from './control-change.ts';
import { NO_CONTROLS } from './controls.ts';

const at = (ms: number) => ms as Instant;
const hold = { id: 'h', scope: 'gate/N3', kind: 'stop', perMinute: null, reason: 'x' } as const;
const diversion = { id: 'd', sections: ['N1'], gates: ['N3'], until: at(50), reason: 'x' };
const window = { doorsAt: at(1), endsAt: null };

const changes: readonly ControlChange[] = [
  { kind: 'hold-set', hold },
  { kind: 'diversion-set', diversion, at: at(10) },
  { kind: 'limit-set', scope: 'ground', limit: 5 },
  { kind: 'window-moved', window },
  { kind: 'mode-set', gate: 'N1', mode: 'open', stopAt: 300 },
  { kind: 'hold-lifted', id: 'h' },
  { kind: 'diversion-lifted', id: 'd' },
];

test('each change made twice is the same as made once', () => {
  for (const change of changes) {
    const once = applyControlChange(NO_CONTROLS, change);
    assert.deepEqual(applyControlChange(once, change), once, change.kind);
  }
});

test('what is set can be lifted, and a diversion makes room of those that are over', () => {
  const set = changes.slice(0, 4).reduce(applyControlChange, NO_CONTROLS);
  assert.deepEqual(set.holds, [hold]);
  assert.deepEqual(set.limits, { ground: 5 });
  assert.deepEqual(set.window, window);
  const later = { ...diversion, id: 'e', until: at(90) };
  const next = applyControlChange(set, { kind: 'diversion-set', diversion: later, at: at(60) });
  assert.deepEqual(next.diversions, [later]);
  const lifted = changes.slice(4).reduce(applyControlChange, set);
  assert.deepEqual([lifted.holds, lifted.diversions], [[], []]);
});
