import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { unheard } from './heard-out.ts';

const at = (minute: number) => (minute * 60_000) as Instant;

test('a lane that had nothing to send after its time was over has been heard out', () => {
  assert.equal(unheard({ clearAt: at(10), owing: null, stoodUntil: at(10) }), null);
  assert.equal(
    unheard({ clearAt: at(10), owing: { at: at(9), scans: 3 }, stoodUntil: at(8) }),
    null,
  );
});

test('a lane that fell silent before its time was over may hold scans, also if it owed none', () => {
  const silent = { why: 'silent' };
  assert.deepEqual(unheard({ clearAt: at(9), owing: null, stoodUntil: at(10) }), silent);
  assert.deepEqual(unheard({ clearAt: null, owing: null, stoodUntil: at(10) }), silent);
});

test('a lane that last said that it had scans to send still has them', () => {
  const words = { clearAt: at(10), owing: { at: at(11), scans: 23 }, stoodUntil: at(5) };
  assert.deepEqual(unheard(words), { why: 'unsent', scans: 23 });
});
