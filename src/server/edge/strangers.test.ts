import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Strangers } from './strangers.ts';

test('an unknown device may be new until the hub was asked after it first came', () => {
  let now = 100;
  const strangers = new Strangers(() => now);
  assert.equal(strangers.mayBeNew('a'), true);
  strangers.heard(90);
  assert.equal(strangers.mayBeNew('a'), true, 'asked before it came');
  now = 200;
  strangers.heard(150);
  assert.equal(strangers.mayBeNew('a'), false);
  assert.equal(strangers.mayBeNew('b'), true, 'another one comes only now');
});

test('without its hub a box never says that it is sure', () => {
  let now = 0;
  const strangers = new Strangers(() => now);
  for (now = 0; now < 86_400_000; now += 3_600_000) assert.equal(strangers.mayBeNew('a'), true);
});
