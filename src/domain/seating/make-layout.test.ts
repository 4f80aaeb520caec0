import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVEN_STANDS, evenGround, evenSection } from './even-ground.ts';
import { capacityOf, type GroundLayout, seatCount } from './ground-layout.ts';
import type { DraftSection, LayoutDraft } from './layout-draft.ts';
import { makeLayout } from './make-layout.ts';
import { labelOfSeat, seatFinderByName, seatTableOf } from './seat-table.ts';

function made(draft: LayoutDraft): GroundLayout {
  const result = makeLayout(draft, 1);
  assert.ok(result.kind === 'made', JSON.stringify(result).slice(0, 500));
  return result.layout;
}

/** A ground of one section with what a test changes about it. */
function refused(section: Partial<DraftSection>, draft: Partial<LayoutDraft> = {}) {
  const whole = { id: 'N1', stand: 'north', rows: [{ id: '1', seats: [{ id: '1' }] }], ...section };
  const result = makeLayout({ ground: 'g', sections: [whole], ...draft }, 1);
  assert.ok(result.kind === 'refused');
  return result.refusals.map(({ line: _, ...rest }) => rest);
}

test('a ground of 80,000 is placed round the pitch, no seat upon another', () => {
  const layout = made(
    evenGround('big', [
      { sections: 14, rows: 28, seatsPerRow: 28, wheelchairPairs: 4 },
      { sections: 14, rows: 24, seatsPerRow: 27 },
    ]),
  );
  assert.equal(seatCount(layout), 4 * 14 * (28 * 28 + 24 * 27));
  const table = seatTableOf(layout);
  const cells = new Map<string, number[]>();
  for (let seat = 0; seat < table.count; seat += 1) {
    const [x, y] = [table.x[seat] ?? 0, table.y[seat] ?? 0];
    assert.ok(Math.abs(x) > 34 || Math.abs(y) > 52, `${labelOfSeat(table, seat)} is on the pitch`);
    const cell = `${Math.floor(x)},${Math.floor(y)}`;
    cells.set(cell, [...(cells.get(cell) ?? []), seat]);
  }
  for (const seats of cells.values()) {
    for (const [index, a] of seats.entries()) {
      for (const b of seats.slice(index + 1)) {
        const dx = (table.x[a] ?? 0) - (table.x[b] ?? 0);
        const dy = (table.y[a] ?? 0) - (table.y[b] ?? 0);
        assert.ok(Math.hypot(dx, dy) > 0.4, `${labelOfSeat(table, a)} ${labelOfSeat(table, b)}`);
      }
    }
  }
  const sideOf = (x: number, y: number) =>
    Math.abs(x) < 20
      ? y < 0
        ? 'north'
        : 'south'
      : Math.abs(y) < 20
        ? x > 0
          ? 'east'
          : 'west'
        : null;
  for (const [seat, section] of table.sectionOf.entries()) {
    const side = sideOf(table.x[seat] ?? 0, table.y[seat] ?? 0);
    if (side !== null) assert.equal(layout.sections[section]?.stand, side);
  }
  assert.equal(EVEN_STANDS.length, layout.stands.length);
});

test('rows rise outwards, and seats are as near as people sit', () => {
  const table = seatTableOf(made(evenGround('g', [{ sections: 1, rows: 3, seatsPerRow: 4 }])));
  const apart = (a: number, b: number) =>
    Math.hypot((table.x[a] ?? 0) - (table.x[b] ?? 0), (table.y[a] ?? 0) - (table.y[b] ?? 0));
  for (const row of table.rows) {
    for (let seat = row.first; seat + 1 < row.end; seat += 1) {
      assert.ok(Math.abs(apart(seat, seat + 1) - 0.5) < 0.02);
    }
  }
  const fromCentre = (seat: number) => Math.hypot(table.x[seat] ?? 0, table.y[seat] ?? 0);
  assert.ok(fromCentre(0) < fromCentre(4) && fromCentre(4) < fromCentre(8));
  assert.ok(Math.abs(apart(0, 4) - 0.8) < 0.02);
});

test('every seat has an index and a name, and each leads to the other', () => {
  const layout = made(
    evenGround('g', [{ sections: 2, rows: 2, seatsPerRow: 24, wheelchairPairs: 2 }]),
  );
  const table = seatTableOf(layout);
  const find = seatFinderByName(table);
  assert.equal(labelOfSeat(table, 0), 'N101-1-1');
  assert.equal(labelOfSeat(table, 24), 'N101-2-1');
  assert.equal(labelOfSeat(table, table.count - 1), 'W102-2-24');
  assert.equal(find({ section: 'N102', row: '1', seat: '3' }), 50);
  assert.equal(find({ section: 'N102', row: '9', seat: '3' }), null);
  assert.equal(find({ section: 'N102', row: '1', seat: '99' }), null);
  assert.deepEqual([table.companionOf[49], table.companionOf[51]], [48, 50]);
  assert.equal(table.blockOf[11], 0);
  assert.equal(table.blockOf[12], 1);
  assert.throws(() => labelOfSeat(table, table.count), /no seat/);
});

test('coordinates and outlines of the manifest are kept, standing room counts its people', () => {
  const seats = [
    { id: 'a', x: -60.004, y: 1 },
    { id: 'b', x: -60, y: 2 },
  ];
  const layout = made({
    ground: 'g',
    sections: [
      { id: 'P', stand: 'west', rows: [{ id: '1', seats }] },
      { id: 'K', stand: 'south', capacity: 900 },
      { id: 'L', stand: 'south', capacity: 100, polygon: [0, 60, 10, 60, 10, 70] },
    ],
  });
  const [first, , last] = layout.sections;
  assert.ok(first?.kind === 'seats');
  assert.deepEqual(first.rows[0]?.seats, [
    { id: 'a', x: -60, y: 1 },
    { id: 'b', x: -60, y: 2 },
  ]);
  assert.deepEqual(last?.polygon, [0, 60, 10, 60, 10, 70]);
  assert.equal(capacityOf(layout), 1002);
});

test('a refusal names section, row and seat, and what to write instead', () => {
  const seats = [{ id: '1' }, { id: '2' }, { id: '1' }];
  assert.deepEqual(refused({ rows: [{ id: '4', seats }] }), [
    {
      section: 'N1',
      row: '4',
      seat: '1',
      message: 'this seat stands twice',
      mend: 'give each seat of a row a number of its own',
    },
  ]);
});

for (const [what, section, message] of [
  ['a row twice', { rows: [row('1', ['1']), row('1', ['2'])] }, /row stands twice/],
  ['an empty row', { rows: [row('1', [])] }, /no seats/],
  ['a section without anything', { rows: [] }, /neither rows nor a capacity/],
  ['rows and a capacity', { capacity: 5 }, /both rows and a capacity/],
  ['a capacity of nobody', { rows: [], capacity: 0 }, /capacity of 0/],
  ['an id with a slash', { id: 'N/1' }, /no id of a section/],
  ['an outline of two corners', { polygon: [1, 2, 3, 4] }, /no polygon/],
  ['an outline at infinity', { polygon: [1, 2, 3, 4, 5, Infinity] }, /leaves the ground/],
  ['x without y', { rows: [{ id: '1', seats: [{ id: '1', x: 2 }] }] }, /only one of x and y/],
  [
    'half a row with coordinates',
    { rows: [{ id: '1', seats: [{ id: '1', x: 2, y: 60 }, { id: '2' }] }] },
    /part of the row/,
  ],
  [
    'two seats in one place',
    {
      rows: [
        {
          id: '1',
          seats: [
            { id: '1', x: 2, y: 60 },
            { id: '2', x: 2.1, y: 60 },
          ],
        },
      ],
    },
    /where seat 1 does/,
  ],
  [
    'a companion of nobody',
    { rows: [{ id: '1', seats: [{ id: '1' }, { id: '2', companionOf: '1' }] }] },
    /no wheelchair place/,
  ],
  [
    'a companion over the aisle',
    {
      rows: [
        {
          id: '1',
          seats: [
            { id: '1', flags: ['wheelchair' as const], aisleAfter: true },
            { id: '2', companionOf: '1' },
          ],
        },
      ],
    },
    /not beside/,
  ],
  [
    'a companion’s seat that says not whose',
    { rows: [{ id: '1', seats: [{ id: '1', flags: ['companion' as const] }] }] },
    /whose companion/,
  ],
] as const) {
  test(`refuses ${what}`, () => {
    const [first] = refused(section as Partial<DraftSection>);
    assert.match(first?.message ?? '', message);
    assert.ok((first?.mend ?? '') !== '' && first?.section !== null);
  });
}

test('refuses a section that stands twice, and a stand that is not listed', () => {
  const one = evenSection({ id: 'N1', stand: 'north', rows: 1, seatsPerRow: 2 });
  assert.match(refused({}, { sections: [one, one] })[0]?.message ?? '', /stands twice/);
  assert.match(
    refused({}, { stands: [{ id: 'south' }] })[0]?.message ?? '',
    /not among the stands/,
  );
  assert.match(refused({}, { sections: [] })[0]?.message ?? '', /no section/);
  assert.match(refused({}, { ground: 'a b' })[0]?.message ?? '', /no name of a ground/);
});

function row(id: string, seats: readonly string[]) {
  return { id, seats: seats.map((seat) => ({ id: seat })) };
}
