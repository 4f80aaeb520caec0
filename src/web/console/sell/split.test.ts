import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addPart, type Split } from './split.ts';

const nothingYet: Split = { parts: [], dueMinor: 36_000, changeMinor: 0 };

test('enter alone takes exactly what is due in cash', () => {
  const all = addPart(nothingYet, 'cash', null);
  assert.deepEqual([all?.dueMinor, all?.changeMinor, all?.parts.length], [0, 0, 1]);
});

test('more cash than is due is given back, and only what is due is taken', () => {
  const given = addPart(nothingYet, 'cash', 50_000);
  assert.deepEqual(given, {
    parts: [{ provider: 'cash', amountMinor: 36_000 }],
    dueMinor: 0,
    changeMinor: 14_000,
  });
});

test('parts add up to what was due, and a card is never charged more', () => {
  const first = addPart(nothingYet, 'cash', 10_000);
  assert.ok(first !== null);
  assert.equal(addPart(first, 'card', 26_001), null);
  const second = addPart(first, 'card', null);
  assert.deepEqual(
    second?.parts.map(({ provider, amountMinor }) => [provider, amountMinor]),
    [
      ['cash', 10_000],
      ['card', 26_000],
    ],
  );
  assert.equal(addPart(second as Split, 'cash', null), null);
  assert.equal(addPart(nothingYet, 'cash', 0), null);
});
