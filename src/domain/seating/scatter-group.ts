// A group for which there are no places behind one another: the largest part where they wish to be, the
// others as near to it as there is room, nobody alone while there is room for two.
import { assert } from '#domain/kernel/assert.ts';
import type { Part, SeatView } from './seat-view.ts';

/** @returns null when fewer seats fit than people come */
export function scatterGroup(view: SeatView, people: number): Part[] | null {
  const runs = freeRuns(view);
  const parts: Part[] = [];
  const anchor = { x: 0, y: 0 };
  let left = people;
  while (left > 0) {
    const longest = runs.reduce((most, run) => Math.max(most, run.size), 0);
    if (longest === 0) return null;
    const size = sizeOfNext(left, longest);
    const part = nearestPart(view, runs, size, parts.length === 0 ? null : anchor);
    if (parts.length === 0) Object.assign(anchor, middleOf(view, part));
    parts.push(part);
    takeFrom(runs, part);
    left -= size;
  }
  return parts;
}

/** As many as there is room for, but not so that one alone is left over. */
function sizeOfNext(left: number, longest: number): number {
  const size = Math.min(left, longest);
  return left - size === 1 && size > 2 ? size - 1 : size;
}

function freeRuns(view: SeatView): Part[] {
  const runs: Part[] = [];
  for (const { first, end } of view.seats.table.blocks) {
    let size = 0;
    for (let seat = first; seat <= end; seat += 1) {
      if (seat < end && view.fits(seat)) {
        size += 1;
      } else if (size > 0) {
        runs.push({ first: seat - size, size });
        size = 0;
      }
    }
  }
  return runs;
}

function nearestPart(
  view: SeatView,
  runs: readonly Part[],
  size: number,
  anchor: { readonly x: number; readonly y: number } | null,
): Part {
  const { x, y } = view.seats.table;
  const costOf = (seat: number) =>
    anchor === null
      ? (view.cost[seat] as number)
      : Math.hypot((x[seat] as number) - anchor.x, (y[seat] as number) - anchor.y);
  let best = -1;
  let bestCost = Number.POSITIVE_INFINITY;
  let isBestClean = false;
  for (const run of runs) {
    for (let first = run.first; first + size <= run.first + run.size; first += 1) {
      const isClean = !view.seats.leavesOrphan(first, first + size);
      if (isBestClean && !isClean) continue;
      const cost = costOf(first) + costOf(first + size - 1);
      if (isClean === isBestClean && cost >= bestCost) continue;
      [best, bestCost, isBestClean] = [first, cost, isClean];
    }
  }
  assert(best !== -1, 'a run of this size was there');
  return { first: best, size };
}

/** What the part leaves of its run is a run, or two. */
function takeFrom(runs: Part[], { first, size }: Part): void {
  const at = runs.findIndex((run) => run.first <= first && first < run.first + run.size);
  const run = runs[at];
  assert(run !== undefined, 'the part was taken from a run');
  const before = { first: run.first, size: first - run.first };
  const after = { first: first + size, size: run.first + run.size - first - size };
  runs.splice(at, 1, ...[before, after].filter((each) => each.size > 0));
}

function middleOf(view: SeatView, { first, size }: Part) {
  const { x, y } = view.seats.table;
  const [a, b] = [first, first + size - 1];
  return {
    x: ((x[a] as number) + (x[b] as number)) / 2,
    y: ((y[a] as number) + (y[b] as number)) / 2,
  };
}
