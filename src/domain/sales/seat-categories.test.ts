import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroundLayout, LayoutRow } from '#domain/seating/ground-layout.ts';
import { PRICE_LIST } from '#testing/sale.ts';
import { categoryOf, type PriceList } from './price-list.ts';
import { checkAreas, seatCategories } from './seat-categories.ts';

const row = (id: string, seats: number): LayoutRow => ({
  id,
  seats: Array.from({ length: seats }, (_, n) => ({ id: String(n + 1), x: n, y: 0 })),
});
const AREA = { stand: 'north', zone: 'north', polygon: [0, 0, 1, 0, 1, 1] };
const LAYOUT: GroundLayout = {
  ground: 'riverside',
  version: 1,
  pitch: { length: 105, width: 68 },
  stands: [{ id: 'north' }],
  sections: [
    { ...AREA, id: 'N103', kind: 'seats', rows: [row('1', 9), row('2', 9), row('3', 4)] },
    { ...AREA, id: 'N104', kind: 'seats', rows: [row('1', 3)] },
    { ...AREA, id: 'Kop', kind: 'standing', capacity: 500 },
  ],
};

test('each place has the category of the narrowest entry, or is not for sale', () => {
  const areas = [...PRICE_LIST.areas, { category: 'b', section: 'Kop', rows: null, seats: null }];
  const list: PriceList = { ...PRICE_LIST, areas };
  const { ofSeat, ofStanding } = seatCategories(list, LAYOUT);
  assert.deepEqual([...ofStanding], [['Kop', 1]]);
  let seat = 0;
  for (const section of LAYOUT.sections) {
    if (section.kind === 'standing') continue;
    for (const { id, seats } of section.rows) {
      for (const each of seats) {
        const category = categoryOf(list, { section: section.id, row: id, seat: each.id });
        const place = list.categories.findIndex((one) => one.id === category);
        assert.equal(ofSeat[seat], place, `${section.id}-${id}-${each.id}`);
        seat += 1;
      }
    }
  }
  assert.equal(seat, ofSeat.length);
  assert.equal(ofSeat.at(-1), -1);
});

test('an entry that names a place which is not there is told by its line', () => {
  const area = { category: 'b', section: 'N103', rows: null, seats: null };
  const areas = [
    area,
    { ...area, section: 'X1' },
    { ...area, rows: ['3', '4'] },
    { ...area, rows: ['3'], seats: ['5'] },
    { ...area, section: 'Kop', rows: ['1'] },
  ];
  assert.deepEqual(
    checkAreas({ ...PRICE_LIST, areas }, LAYOUT).map(({ at, problem }) => `${at}: ${problem}`),
    [
      'areas[1].section: the layout has no section “X1”',
      'areas[2].rows: N103 has no row “4”',
      'areas[3].seats: no seat “5” is in these rows of N103',
      'areas[4].rows: Kop is for standing',
    ],
  );
});
