// A group that no block holds: behind one another in adjacent rows, or on both sides of an aisle. Nobody sits
// alone if that can be; then as few rows as possible; then no single seat is left over; then as near, and as
// even, as possible.
import { type GroupSizes, groupSizes } from './group-sizes.ts';
import type { RowNeighbours } from './row-neighbours.ts';
import type { Part, SeatView, Windows } from './seat-view.ts';

/** What one person more in one part than in another is worth, in metres for everybody. */
export const UNEVEN_METRES = 1;
const ROWS_MAX = 12;

export function splitGroup(view: SeatView, near: RowNeighbours, people: number): Part[] | null {
  const longest = longestInRows(view);
  for (const smallest of [2, 1]) {
    for (let rows = 2; rows <= Math.min(ROWS_MAX, Math.floor(people / smallest)); rows += 1) {
      const bands = bandsWithRoom(view, longest, { rows, people, smallest });
      if (bands.length === 0 && rows > 2) continue;
      const ways = groupSizes(people, rows, smallest);
      for (const isClean of [true, false]) {
        const search = new Search(view, near, people, isClean);
        for (const way of ways) {
          if (smallest === 1 && !way.sizes.includes(1)) continue;
          if (!search.isWorthwhile(way)) break;
          search.overRows(way, bands, longest);
          if (rows === 2) search.overAisles(way);
        }
        if (search.best !== null) return search.best;
      }
    }
  }
  return null;
}

/** Of each row, how many sit next to one another at most. */
function longestInRows(view: SeatView): Uint16Array {
  const { rows, blocks } = view.seats.table;
  const longest = new Uint16Array(rows.length);
  for (const { row, first, end } of blocks) {
    let run = 0;
    for (let seat = first; seat < end; seat += 1) {
      run = view.fits(seat) ? run + 1 : 0;
      if (run > (longest[row] as number)) longest[row] = run;
    }
  }
  return longest;
}

/** First rows of so many behind one another that have room for all of the group. */
function bandsWithRoom(
  view: SeatView,
  longest: Uint16Array,
  of: { readonly rows: number; readonly people: number; readonly smallest: number },
): number[] {
  const { rows } = view.seats.table;
  const bands: number[] = [];
  for (let first = 0; first + of.rows <= rows.length; first += 1) {
    if (rows[first]?.section !== rows[first + of.rows - 1]?.section) continue;
    let room = 0;
    for (let row = first; row < first + of.rows; row += 1) {
      const here = longest[row] as number;
      room = here < of.smallest ? Number.NEGATIVE_INFINITY : room + here;
    }
    if (room >= of.people) bands.push(first);
  }
  return bands;
}

class Search {
  best: Part[] | null = null;
  #bestCost = Number.POSITIVE_INFINITY;
  readonly #view: SeatView;
  readonly #near: RowNeighbours;
  readonly #people: number;
  readonly #isClean: boolean;
  /** Of the nearest seat: no group sits nearer. */
  readonly #nearest: number;

  constructor(view: SeatView, near: RowNeighbours, people: number, isClean: boolean) {
    this.#view = view;
    this.#near = near;
    this.#people = people;
    this.#isClean = isClean;
    this.#nearest = view.windows(1).cost.values.reduce((least, cost) => Math.min(least, cost));
  }

  /** Ways come most even first: from here on none can be better than what was found. */
  isWorthwhile({ unevenness }: GroupSizes): boolean {
    return unevenness * UNEVEN_METRES + this.#nearest < this.#bestCost;
  }

  /** @param bands - first rows of those that have room; `longest` says how much each row has */
  overRows(
    { sizes, unevenness }: GroupSizes,
    bands: readonly number[],
    longest: Uint16Array,
  ): void {
    const fitting = bands.filter((row) =>
      sizes.every((size, index) => size <= (longest[row + index] as number)),
    );
    if (fitting.length === 0) return;
    const windows = sizes.map((size) => this.#view.windows(size));
    const uneven = unevenness * UNEVEN_METRES;
    for (const row of fitting) {
      if (this.#atLeast(row, windows) / this.#people + uneven >= this.#bestCost) continue;
      const chain = this.#chain(row, sizes);
      if (chain === null || chain.cost / this.#people + uneven >= this.#bestCost) continue;
      this.best = chain.parts;
      this.#bestCost = chain.cost / this.#people + uneven;
    }
  }

  /** What these rows would cost if their best places lay behind one another. */
  #atLeast(row: number, windows: readonly Windows[]): number {
    const { firstBlockOfRow } = this.#near;
    let sum = 0;
    for (let index = 0; index < windows.length; index += 1) {
      const { cost, cleanCost, size } = windows[index] as Windows;
      const costs = (this.#isClean ? cleanCost : cost).values;
      let least = Number.POSITIVE_INFINITY;
      const end = firstBlockOfRow[row + index + 1] as number;
      for (let block = firstBlockOfRow[row + index] as number; block < end; block += 1) {
        least = Math.min(least, costs[block] as number);
      }
      if (least === Number.POSITIVE_INFINITY) return least;
      sum += least * size;
    }
    return sum;
  }

  /** The nearest places of these sizes, each behind the one before. */
  #chain(row: number, sizes: readonly number[]): { parts: Part[]; cost: number } | null {
    let links: Link[] = [];
    for (const [index, size] of sizes.entries()) {
      const before = links;
      links = this.#placesIn(row + index, size).flatMap((first): Link[] => {
        const cost = this.#view.costOf(first, size);
        if (index === 0) return [{ first, size, cost, before: null }];
        const nearest = this.#nearestBefore(before, first, first + size - 1);
        return nearest === null
          ? []
          : [{ first, size, cost: cost + nearest.cost, before: nearest }];
      });
      if (links.length === 0) return null;
    }
    let last: Link | null = leastOf(links);
    const cost = last?.cost ?? 0;
    const parts: Part[] = [];
    for (; last !== null; last = last.before) parts.unshift({ first: last.first, size: last.size });
    return { parts, cost };
  }

  #nearestBefore(links: readonly Link[], first: number, last: number): Link | null {
    return leastOf(
      links.filter((link) =>
        this.#near.areBehind(link.first, link.first + link.size - 1, first, last),
      ),
    );
  }

  /** First seats of all places of a size in a row. */
  #placesIn(row: number, size: number): number[] {
    const { rows, blockOf } = this.#view.seats.table;
    const { first = 0, end = 0 } = rows[row] ?? {};
    const places: number[] = [];
    let run = 0;
    for (let seat = first; seat < end; seat += 1) {
      if (seat > first && blockOf[seat] !== blockOf[seat - 1]) run = 0;
      run = this.#view.fits(seat) ? run + 1 : 0;
      if (run < size) continue;
      const at = seat - size + 1;
      if (!this.#isClean || !this.#view.seats.leavesOrphan(at, seat + 1)) places.push(at);
    }
    return places;
  }

  /** On both sides of an aisle, up to it. */
  overAisles({ sizes: [left = 0, right = 0], unevenness }: GroupSizes): void {
    const { blocks } = this.#view.seats.table;
    for (let block = 1; block < blocks.length; block += 1) {
      const [before, after] = [blocks[block - 1], blocks[block]];
      if (before === undefined || after === undefined || before.row !== after.row) continue;
      const first = before.end - left;
      const end = after.first + right;
      if (first < before.first || end > after.end || !this.#areFitting(first, end)) continue;
      if (this.#isClean && this.#view.seats.leavesOrphan(first, before.end)) continue;
      if (this.#isClean && this.#view.seats.leavesOrphan(after.first, end)) continue;
      const cost =
        this.#view.costOf(first, left + right) / this.#people + unevenness * UNEVEN_METRES;
      if (cost >= this.#bestCost) continue;
      this.#bestCost = cost;
      this.best = [
        { first, size: left },
        { first: after.first, size: right },
      ];
    }
  }

  #areFitting(first: number, end: number): boolean {
    for (let seat = first; seat < end; seat += 1) if (!this.#view.fits(seat)) return false;
    return true;
  }
}

type Link = {
  readonly first: number;
  readonly size: number;
  readonly cost: number;
  readonly before: Link | null;
};

function leastOf(links: readonly Link[]): Link | null {
  let least: Link | null = null;
  for (const link of links) if (least === null || link.cost < least.cost) least = link;
  return least;
}
