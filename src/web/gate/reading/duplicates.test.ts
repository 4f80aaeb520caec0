import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Duplicates } from './duplicates.ts';

test('a ticket held before the lens is one presentation until it has been away for three seconds', () => {
  const seen = new Duplicates();
  assert.ok(seen.isNew('A', 0));
  for (let ms = 100; ms < 9_000; ms += 100) assert.ok(!seen.isNew('A', ms));
  assert.ok(seen.isNew('A', 8_900 + 3_000));
});

test('another ticket is new at once, and so is the first one after it', () => {
  const seen = new Duplicates();
  assert.ok(seen.isNew('A', 0));
  assert.ok(seen.isNew('B', 50));
  assert.ok(seen.isNew('A', 100));
});
