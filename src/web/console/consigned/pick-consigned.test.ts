import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickConsigned } from './pick-consigned.ts';

const at = (row: string, seat: string | null) => ({ section: 'N101', row, seat });
const names = (found: readonly { row: string; seat: string | null }[] | null) =>
  found?.map(({ row, seat }) => `${row}-${seat}`);

test('seats beside one another come first, though others stand before them', () => {
  const seats = [at('2', '10'), at('1', '3'), at('1', '9'), at('2', '9'), at('2', '11')];
  assert.deepEqual(names(pickConsigned(seats, 3)), ['2-9', '2-10', '2-11']);
  assert.deepEqual(names(pickConsigned(seats, 1)), ['1-3']);
});

test('seats apart are better than none, and none where there are too few', () => {
  const seats = [at('1', '3'), at('1', '9')];
  assert.deepEqual(names(pickConsigned(seats, 2)), ['1-3', '1-9']);
  assert.equal(pickConsigned(seats, 3), null);
  assert.equal(pickConsigned(seats, 0), null);
});

test('standing places are beside one another', () => {
  const places = [at('', null), at('', null), at('', null)];
  assert.equal(pickConsigned(places, 2)?.length, 2);
});
