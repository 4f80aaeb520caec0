import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isListRow, listRow } from './ticket-list.ts';

const ROW: readonly unknown[] = [7, 12, ['kXz'], 1, 0, 0, 'HY-7', 'adult', 'N101', '4', '9', null];
const STRANGE = [-1, 0.5, 2 ** 60, 99, '', 'text', null, undefined, true, [], ['a', 1], {}];

test('checks rows of the list as its schema does, whatever stands in a place', () => {
  const changed = ROW.flatMap((_, place) => STRANGE.map((value) => ROW.with(place, value)));
  const rest: unknown[] = [
    { stand: 'N' },
    { gates: ['N1'], admits: 2 },
    { admits: 'two' },
    { from: 0.5 },
  ];
  const rows: unknown[] = [
    ROW,
    ...changed,
    ...rest.map((more) => ROW.with(11, more)),
    ROW.slice(0, 11),
    [...ROW, null],
    null,
    'row',
    {},
  ];
  for (const row of rows) {
    assert.equal(isListRow(row), listRow.safeParse(row).success, JSON.stringify(row));
  }
});
