import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evenGround } from './even-ground.ts';
import type { SeatFlag } from './ground-layout.ts';
import type { DraftSection } from './layout-draft.ts';
import { makeLayout } from './make-layout.ts';
import { SeatFinder } from './seat-finder.ts';
import type { SeatRequest } from './seat-request.ts';
import { labelOfSeat, type SeatTable, seatTableOf } from './seat-table.ts';

function tableOf(sections: readonly DraftSection[]): SeatTable {
  const made = makeLayout({ ground: 'g', sections }, 1);
  assert.ok(made.kind === 'made', JSON.stringify(made));
  return seatTableOf(made.layout);
}

/** Rows written as people sit: `.` free, `x` taken, `|` an aisle, `W` wheelchair place, `c` its companion’s seat. */
function ground(...rows: readonly string[]): SeatFinder {
  const taken: number[] = [];
  let count = 0;
  const drawn = rows.map((text, row) => {
    const seats = [...text.replaceAll('|', '')].map((mark, index) => {
      if (mark === 'x') taken.push(count);
      count += 1;
      const flags: SeatFlag[] = mark === 'W' ? ['wheelchair'] : mark === 'r' ? ['restricted'] : [];
      const beside = mark === 'c' ? { companionOf: String(index) } : {};
      return {
        id: String(index + 1),
        flags,
        ...beside,
        aisleAfter: text[at(text, index) + 1] === '|',
      };
    });
    return { id: String(row + 1), seats };
  });
  const finder = new SeatFinder(tableOf([{ id: 'A', stand: 'north', rows: drawn }]));
  for (const seat of taken) finder.setFree(seat, false);
  return finder;
}

function at(text: string, seat: number): number {
  let seen = -1;
  return [...text].findIndex((mark) => {
    if (mark !== '|') seen += 1;
    return mark !== '|' && seen === seat;
  });
}

function found(finder: SeatFinder, request: SeatRequest) {
  const choice = finder.find(request);
  assert.ok(choice.kind === 'found', JSON.stringify(choice));
  return { ...choice, labels: choice.seats.map((seat) => labelOfSeat(finder.seats.table, seat)) };
}

test('two get the middle of the first row, and it is said that they sit side by side', () => {
  const { labels, nextToEachOther, rowsUsed, orphanLeft } = found(ground('......', '......'), {
    count: 2,
  });
  assert.deepEqual(labels, ['A-1-3', 'A-1-4']);
  assert.deepEqual([nextToEachOther, orphanLeft], [true, false]);
  assert.deepEqual(rowsUsed, [{ section: 'A', row: '1', seats: ['3', '4'] }]);
});

test('a single seat is left only where nothing else is left', () => {
  // In the middle of five, two would leave one on a side; at the end they leave three.
  assert.deepEqual(found(ground('.....', 'xxxxx'), { count: 2 }).orphanLeft, false);
  const full = found(ground('...', 'x.x'), { count: 2 });
  assert.deepEqual([full.orphanLeft, full.nextToEachOther], [true, true]);
  assert.deepEqual(found(ground('...xx', 'xx..x'), { count: 2 }).labels, ['A-2-3', 'A-2-4']);
});

test('across an aisle nobody is a neighbour', () => {
  const choice = found(ground('..|..'), { count: 3 });
  assert.equal(choice.nextToEachOther, false);
  assert.deepEqual(choice.parts.map((part) => part.length).sort(), [1, 2]);
  assert.equal(found(ground('..|..', '....'), { count: 4 }).labels[0], 'A-2-1');
});

test('a group larger than a row sits behind one another, evenly', () => {
  const choice = found(ground('........', '........', '........'), { count: 12 });
  assert.deepEqual(
    choice.parts.map((part) => part.length),
    [6, 6],
  );
  assert.deepEqual(
    choice.rowsUsed.map(({ row }) => row),
    ['1', '2'],
  );
  assert.equal(choice.orphanLeft, false);
});

test('nobody sits alone where that can be', () => {
  const choice = found(ground('...xx', '...xx'), { count: 5 });
  assert.deepEqual(choice.parts.map((part) => part.length).sort(), [2, 3]);
  const four = found(ground('..xx.', 'xx..x', '..xxx'), { count: 4 });
  assert.ok(four.parts.every((part) => part.length === 2));
});

test('where rows behind one another have no room, parts are as near as can be', () => {
  const choice = found(ground('..xxxxx', 'xxxxxxx', '..xxx..'), { count: 4 });
  assert.deepEqual(choice.labels, ['A-1-1', 'A-1-2', 'A-3-1', 'A-3-2']);
  assert.equal(choice.nextToEachOther, false);
});

test('who will not sit apart is refused instead, and told how many seats there are', () => {
  const finder = ground('.x.x.');
  assert.deepEqual(finder.find({ count: 2, isTogether: true }), {
    kind: 'refused',
    reason: 'not-together',
    fitting: 3,
  });
  assert.deepEqual(finder.find({ count: 4 }), {
    kind: 'refused',
    reason: 'not-enough-seats',
    fitting: 3,
  });
});

test('a wheelchair and its companion sit side by side; nobody else is given their places', () => {
  const finder = ground('WcWc', '....');
  const pair = found(finder, { count: 2, wheelchairs: 1 });
  assert.deepEqual(pair.labels, ['A-1-3', 'A-1-4']);
  assert.equal(pair.nextToEachOther, true);
  assert.deepEqual(found(finder, { count: 4 }).labels, ['A-2-1', 'A-2-2', 'A-2-3', 'A-2-4']);
  assert.equal(finder.find({ count: 5 }).kind, 'refused');
  assert.deepEqual(finder.find({ count: 3, wheelchairs: 3 }), {
    kind: 'refused',
    reason: 'not-enough-wheelchair-places',
    fitting: 2,
  });
});

test('wheelchair places are named first, also where the companion sits before them', () => {
  const seats = [
    { id: '1', companionOf: '2' },
    { id: '2', flags: ['wheelchair' as const] },
  ];
  const finder = new SeatFinder(tableOf([{ id: 'A', stand: 'north', rows: [{ id: '1', seats }] }]));
  const choice = found(finder, { count: 2, wheelchairs: 1 });
  assert.deepEqual(choice.labels, ['A-1-2', 'A-1-1']);
  assert.deepEqual([choice.nextToEachOther, choice.parts], [true, [[0, 1]]]);
});

test('two wheelchairs and two companions get places side by side, a fifth sits as near as can be', () => {
  const choice = found(ground('WcWc', '....'), { count: 5, wheelchairs: 2 });
  assert.deepEqual(choice.labels.slice(0, 4).sort(), ['A-1-1', 'A-1-2', 'A-1-3', 'A-1-4']);
  assert.equal(choice.labels[4], 'A-2-1');
});

test('who comes alone in a wheelchair leaves the place with a companion’s seat to others', () => {
  const finder = ground('WcxW', '....');
  assert.deepEqual(found(finder, { count: 1, wheelchairs: 1 }).labels, ['A-1-4']);
  assert.deepEqual(found(finder, { count: 2, wheelchairs: 1 }).labels, ['A-1-1', 'A-1-2']);
});

test('seats with a restricted view and those of the visitors are given to who asks for them', () => {
  const finder = ground('rr', '..');
  assert.deepEqual(found(finder, { count: 2 }).labels, ['A-2-1', 'A-2-2']);
  assert.deepEqual(found(finder, { count: 2, acceptsRestricted: true }).labels, ['A-1-1', 'A-1-2']);
  const rows = [{ id: '1', seats: [{ id: '1' }, { id: '2' }] }];
  const mixed = new SeatFinder(
    tableOf([
      { id: 'H', stand: 'north', rows },
      { id: 'V', stand: 'south', rows, flags: ['away'] },
    ]),
  );
  assert.deepEqual(found(mixed, { count: 2 }).labels, ['H-1-1', 'H-1-2']);
  assert.deepEqual(found(mixed, { count: 2, isAway: true }).labels, ['V-1-1', 'V-1-2']);
});

test('sections, price categories, step-free rows and a wished-for place are kept to', () => {
  const made = makeLayout(
    evenGround('g', [{ sections: 2, rows: 4, seatsPerRow: 6, stepFreeRows: 1 }]),
    1,
  );
  assert.ok(made.kind === 'made');
  const table = seatTableOf(made.layout);
  // Every other row is dearer.
  const categoryOf = table.flags.map(
    (_, seat) => (table.rows[table.rowOf[seat] ?? 0]?.place ?? 0) % 2,
  );
  const finder = new SeatFinder(table, categoryOf);
  const labels = (request: SeatRequest) => found(finder, request).labels;
  assert.match(labels({ count: 3, sections: ['W102'] }).join(' '), /^(W102-1-\d ?){3}$/);
  assert.match(
    labels({ count: 3, sections: ['W102'], categories: [1] }).join(' '),
    /^(W102-2-\d ?){3}$/,
  );
  assert.match(
    labels({ count: 6, categories: [0], isStepFree: true }).join(' '),
    /^(\w+-1-\d ?){6}$/,
  );
  assert.equal(finder.find({ count: 1, categories: [1], isStepFree: true }).kind, 'refused');
  assert.match(labels({ count: 2, near: { x: 80, y: 0 } })[0] ?? '', /^E10\d-4-/);
});

test('a pick by hand that leaves a single seat is shown a better one, if there is one', () => {
  const finder = ground('.....', '.....');
  const better = finder.betterThan([1, 2]);
  assert.deepEqual(better?.orphans, [0]);
  assert.equal(better?.instead.length, 2);
  assert.equal(finder.betterThan([0, 1]), null);
  assert.equal(ground('...').betterThan([0, 1]), null);
  const seats = ['1', '2', '3', '4', '5'].map((id) => ({ id }));
  const rows = [{ id: '1', seats }];
  const away = new SeatFinder(tableOf([{ id: 'V', stand: 'south', rows, flags: ['away'] }]));
  assert.equal(away.betterThan([1, 2])?.instead.length, 2);
});

test('who asks again after many thousand changes is told of all of them', () => {
  const before = ground('....', '....');
  const [first = -1] = chosen(before.find({ count: 2 }));
  for (const seat of [0, 1, 2, 3]) before.setFree(seat, false);
  // More than are remembered one by one.
  for (let n = 0; n < 10_000; n += 1) before.setFree(7, n % 2 === 1);
  const after = ground('xxxx', '....');
  assert.deepEqual(before.find({ count: 2 }), after.find({ count: 2 }));
  assert.ok(first < 4, 'the nearer row was chosen before');
});

function chosen(found: ReturnType<SeatFinder['find']>): readonly number[] {
  assert.ok(found.kind === 'found');
  return found.seats;
}
