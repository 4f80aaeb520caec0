// The seats that fit one wish, and for each block and each number of people the best place in it. What was
// reckoned of a block is kept until the block changes: a choice then looks at one number a block, and not
// at every seat.
import { Cheapest } from './cheapest.ts';
import type { FreeSeats } from './free-seats.ts';

/** So many neighbours of one block, from `first` on. */
export type Part = { readonly first: number; readonly size: number };

/** By block: the nearest place for so many, and the nearest that leaves no single seat. Infinity: none. */
export type Windows = {
  readonly size: number;
  readonly cost: Cheapest;
  readonly at: Int32Array;
  readonly cleanCost: Cheapest;
  readonly cleanAt: Int32Array;
  /** Changes of the seats that it knows of. */
  changes: number;
};

/** From before all changes: everything is to be looked at. */
const NEVER = Number.NEGATIVE_INFINITY;

export class SeatView {
  readonly seats: FreeSeats;
  /** 1 where a seat is of the kind that was asked for, free or not. */
  readonly allowed: Uint8Array;
  /** Metres from where they wish to be. */
  readonly cost: Float32Array;
  readonly #windows = new Map<number, Windows>();

  constructor(seats: FreeSeats, allowed: Uint8Array, cost: Float32Array) {
    this.seats = seats;
    this.allowed = allowed;
    this.cost = cost;
  }

  fits(seat: number): boolean {
    return this.seats.open[seat] === 1 && this.allowed[seat] === 1;
  }

  /** Free seats that fit. */
  count(): number {
    const { open } = this.seats;
    let count = 0;
    for (let seat = 0; seat < open.length; seat += 1) {
      count += (open[seat] as number) & (this.allowed[seat] as number);
    }
    return count;
  }

  /** Where so many sit best next to one another; without a single seat left over where that can be. */
  together(size: number): Part | null {
    const { cleanCost, cleanAt, cost, at } = this.windows(size);
    const clean = cleanCost.least();
    if (clean !== -1) return { first: cleanAt[clean] ?? 0, size };
    const any = cost.least();
    return any === -1 ? null : { first: at[any] ?? 0, size };
  }

  /** As things are now. */
  windows(size: number): Windows {
    let windows = this.#windows.get(size);
    if (windows === undefined) {
      const count = this.seats.table.blocks.length;
      windows = {
        size,
        cost: new Cheapest(count),
        at: new Int32Array(count),
        cleanCost: new Cheapest(count),
        cleanAt: new Int32Array(count),
        changes: NEVER,
      };
      this.#windows.set(size, windows);
    }
    const { changes } = this.seats;
    if (windows.changes === changes) return windows;
    const known = windows;
    this.seats.eachChangedSince(known.changes, (block) => this.#lookAt(known, block));
    known.changes = changes;
    return known;
  }

  #lookAt(windows: Windows, block: number): void {
    const { first, end } = this.seats.table.blocks[block] as { first: number; end: number };
    const { open } = this.seats;
    const { size } = windows;
    let [best, bestAt, clean, cleanAt] = [Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY, 0];
    let run = 0;
    let sum = 0;
    for (let seat = first; seat < end; seat += 1) {
      if (open[seat] !== 1 || this.allowed[seat] !== 1) {
        run = 0;
        sum = 0;
        continue;
      }
      run += 1;
      sum += this.cost[seat] as number;
      if (run > size) sum -= this.cost[seat - size] as number;
      if (run < size) continue;
      const mean = sum / size;
      if (mean < best) [best, bestAt] = [mean, seat - size + 1];
      if (mean < clean && !this.seats.leavesOrphan(seat - size + 1, seat + 1)) {
        [clean, cleanAt] = [mean, seat - size + 1];
      }
    }
    windows.cost.set(block, best);
    windows.at[block] = bestAt;
    windows.cleanCost.set(block, clean);
    windows.cleanAt[block] = cleanAt;
  }

  /** Metres of each of these together. */
  costOf(first: number, size: number): number {
    let sum = 0;
    for (let seat = first; seat < first + size; seat += 1) sum += this.cost[seat] as number;
    return sum;
  }
}
