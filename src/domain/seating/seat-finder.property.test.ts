// The finder against all choices there are, on grounds small enough to look at every one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import type { LayoutDraft } from './layout-draft.ts';
import { makeLayout } from './make-layout.ts';
import { SeatFinder } from './seat-finder.ts';
import type { SeatChoice } from './seat-request.ts';
import { type SeatTable, seatTableOf } from './seat-table.ts';
import { UNEVEN_METRES } from './split-group.ts';

/** Of the best there is; the finder and these reckon metres with different roundings. */
const NEAR_ENOUGH = 1.02;

type Small = { table: SeatTable; free: boolean[] };

/** Up to three sections of up to four rows, aisles here and there, some of the seats taken. */
const small: fc.Arbitrary<Small> = fc
  .tuple(
    fc.array(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
    fc.integer({ min: 0, max: 9 }),
  )
  .map(([shape, stream, full]) => {
    const sections = shape.map((rows, section) => ({
      id: `N${101 + section}`,
      stand: 'north',
      rows: rows.map((seats, row) => ({
        id: String(row + 1),
        seats: Array.from({ length: seats }, (_, seat) => ({
          id: String(seat + 1),
          aisleAfter: stream.next().value === 0,
        })),
      })),
    }));
    const table = tableOf({ ground: 'small', sections });
    return { table, free: Array.from({ length: table.count }, () => stream.next().value >= full) };
  });

function tableOf(draft: LayoutDraft): SeatTable {
  const made = makeLayout(draft, 1);
  assert.ok(made.kind === 'made');
  return seatTableOf(made.layout);
}

function finderOf({ table, free }: Small): SeatFinder {
  const finder = new SeatFinder(table);
  for (const [seat, isFree] of free.entries()) finder.setFree(seat, isFree);
  return finder;
}

test('seats together are the best there are, and leave no single one if any such choice would', () => {
  fc.assert(
    fc.property(small, fc.integer({ min: 1, max: 5 }), (ground, count) => {
      const choice = finderOf(ground).find({ count });
      const all = allTogether(ground, count);
      if (all.length === 0) {
        assert.ok(choice.kind === 'refused' || !choice.nextToEachOther);
        return;
      }
      assert.ok(choice.kind === 'found' && choice.nextToEachOther);
      const clean = all.filter(({ hasOrphan }) => !hasOrphan);
      assert.equal(choice.orphanLeft, clean.length === 0);
      const best = Math.min(...(clean.length === 0 ? all : clean).map(({ cost }) => cost));
      assert.ok(costOf(ground.table, choice.seats) <= best * NEAR_ENOUGH);
    }),
    { numRuns: 400 },
  );
});

test('a group that is divided sits in adjacent rows as well as it could', () => {
  let divided = 0;
  fc.assert(
    fc.property(small, fc.integer({ min: 2, max: 7 }), (ground, count) => {
      if (allTogether(ground, count).length > 0) return;
      const best = bestChain(ground, count);
      if (best === null) return;
      divided += 1;
      const choice = finderOf(ground).find({ count });
      assert.ok(choice.kind === 'found' && !choice.nextToEachOther);
      const mine = rankOf(
        ground,
        choice.parts.map((part) => [...part]),
      );
      assert.deepEqual(mine.slice(0, 3), best.slice(0, 3));
      assert.ok((mine[3] ?? 0) <= (best[3] ?? 0) * NEAR_ENOUGH, `${mine[3]} of ${best[3]}`);
    }),
    { numRuns: 700 },
  );
  assert.ok(divided > 50, `${divided} divided`);
});

test('no seat is given that is taken, none twice, and nobody is refused while seats fit', () => {
  fc.assert(
    fc.property(small, fc.array(fc.integer({ min: 1, max: 9 })), (ground, groups) => {
      const finder = finderOf(ground);
      const free = new Set([...ground.free.keys()].filter((seat) => ground.free[seat]));
      for (const count of groups) {
        const choice = finder.find({ count });
        assert.equal(choice.kind, free.size >= count ? 'found' : 'refused');
        if (choice.kind === 'refused') {
          assert.equal(choice.fitting, free.size);
          continue;
        }
        assert.equal(choice.seats.length, count);
        for (const seat of choice.seats) {
          assert.ok(free.delete(seat));
          finder.setFree(seat, false);
        }
        assert.deepEqual(
          choice.parts.flat(),
          [...choice.seats].sort((a, b) => a - b),
        );
        assert.equal(choice.nextToEachOther, choice.parts.length === 1);
        assert.equal(namesIn(choice), count);
      }
    }),
    { numRuns: 300 },
  );
});

test('what was reckoned before seats were taken and given back is forgotten', () => {
  const sequence = fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 30 });
  fc.assert(
    fc.property(small, sequence, fc.integer({ min: 1, max: 4 }), (ground, changes, count) => {
      const kept = finderOf(ground);
      const free = [...ground.free];
      for (const [at, isFree] of changes) {
        kept.find({ count });
        free[at % free.length] = isFree;
        kept.setFree(at % free.length, isFree);
      }
      assert.deepEqual(kept.find({ count }), finderOf({ ...ground, free }).find({ count }));
    }),
    { numRuns: 200 },
  );
});

function namesIn({ rowsUsed }: SeatChoice): number {
  return rowsUsed.reduce((sum, { seats }) => sum + seats.length, 0);
}

function costOf(table: SeatTable, seats: readonly number[]): number {
  const metres = seats.map((seat) => Math.hypot(table.x[seat] ?? 0, table.y[seat] ?? 0));
  return metres.reduce((sum, each) => sum + each, 0) / seats.length;
}

/** Every run of so many free neighbours. */
function runs({ table, free }: Small, count: number): number[][] {
  const found: number[][] = [];
  for (let first = 0; first + count <= table.count; first += 1) {
    const run = Array.from({ length: count }, (_, index) => first + index);
    const isBlock = run.every((seat) => table.blockOf[seat] === table.blockOf[first]);
    if (isBlock && run.every((seat) => free[seat])) found.push(run);
  }
  return found;
}

function allTogether(ground: Small, count: number) {
  return runs(ground, count).map((seats) => ({
    seats,
    hasOrphan: leavesSingle(ground, seats),
    cost: costOf(ground.table, seats),
  }));
}

function leavesSingle({ table, free }: Small, seats: readonly number[]): boolean {
  const isFreeBeside = (at: number, of: number, after: boolean) =>
    table.blockOf[at] === table.blockOf[of] && free[at] === true && !(after && seats.includes(at));
  const isSingle = (at: number, after: boolean) =>
    !isFreeBeside(at - 1, at, after) && !isFreeBeside(at + 1, at, after);
  return free.some(
    (isFree, at) => isFree && !seats.includes(at) && isSingle(at, true) && !isSingle(at, false),
  );
}

/** People alone, parts, whether a single seat is left, metres: smaller is better, in this order. */
function rankOf(ground: Small, parts: number[][]): number[] {
  const sizes = parts.map((part) => part.length);
  const uneven = (Math.max(...sizes) - Math.min(...sizes)) * UNEVEN_METRES;
  return [
    sizes.includes(1) ? 1 : 0,
    parts.length,
    leavesSingle(ground, parts.flat()) ? 1 : 0,
    costOf(ground.table, parts.flat()) + uneven,
  ];
}

/** The best of all ways to sit one part a row in rows behind one another, or on both sides of an aisle. */
function bestChain(ground: Small, count: number): number[] | null {
  let best: number[] | null = null;
  const extend = (chain: number[][], left: number) => {
    if (left === 0) {
      const rank = rankOf(ground, chain);
      if (best === null || isLess(rank, best)) best = rank;
      return;
    }
    const last = chain[chain.length - 1];
    for (let size = 1; size <= Math.min(left, 6); size += 1) {
      for (const run of runs(ground, size)) {
        const follows =
          last === undefined ||
          isBehind(ground.table, last, run) ||
          (chain.length === 1 && size === left && isOverAisle(ground.table, last, run));
        if (follows) extend([...chain, run], left - size);
      }
    }
  };
  extend([], count);
  return best;
}

function isBehind(table: SeatTable, before: number[], run: number[]): boolean {
  const [a = 0, b = 0] = [before[0], run[0]];
  const isNextRow = (table.rowOf[b] ?? 0) - (table.rowOf[a] ?? 0) === 1;
  if (!isNextRow || table.sectionOf[a] !== table.sectionOf[b]) return false;
  const next = table.rows[table.rowOf[b] ?? 0];
  const span = [before[0] ?? 0, before[before.length - 1] ?? 0].map((seat) => {
    let nearest = next?.first ?? 0;
    for (let other = nearest; other < (next?.end ?? 0); other += 1) {
      if (apart(table, seat, other) < apart(table, seat, nearest)) nearest = other;
    }
    return nearest;
  });
  return Math.min(...span) <= (run[run.length - 1] ?? 0) && Math.max(...span) >= b;
}

function apart({ x, y }: SeatTable, a: number, b: number): number {
  return Math.hypot((x[a] ?? 0) - (x[b] ?? 0), (y[a] ?? 0) - (y[b] ?? 0));
}

function isOverAisle(table: SeatTable, before: number[], run: number[]): boolean {
  const [a = 0, b = 0] = [before[before.length - 1], run[0]];
  return b === a + 1 && table.rowOf[a] === table.rowOf[b] && table.blockOf[a] !== table.blockOf[b];
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0);
}
