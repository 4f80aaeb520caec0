// Which seats of a sale are free, and what a choice among them would leave behind.
import { assert } from '#domain/kernel/assert.ts';
import { flagBits, type SeatTable } from './seat-table.ts';

/** Sold only with a wheelchair: for everybody else they are no neighbours, free or not. */
const KEPT = flagBits(['wheelchair', 'companion']);

/** Changes that are remembered one by one; a view that looks more seldom looks at everything. */
const REMEMBERED = 4_096;

export class FreeSeats {
  readonly table: SeatTable;
  /** 1 free, 0 not. Changed by {@link setFree} alone. */
  readonly free: Uint8Array;
  /** 1 where a seat is free for whoever comes on foot. */
  readonly open: Uint8Array;
  /** Blocks that changed, in their order, as a ring: what was reckoned of others is still true. */
  readonly #changed = new Int32Array(REMEMBERED);
  #changes = 0;

  constructor(table: SeatTable) {
    this.table = table;
    this.free = new Uint8Array(table.count).fill(1);
    this.open = table.flags.map((flags) => ((flags & KEPT) === 0 ? 1 : 0));
  }

  setFree(seat: number, isFree: boolean): void {
    const { flags, blockOf, count } = this.table;
    assert(seat >= 0 && seat < count, `the layout has no seat ${seat}`);
    const value = isFree ? 1 : 0;
    if (this.free[seat] === value) return;
    this.free[seat] = value;
    this.open[seat] = ((flags[seat] ?? 0) & KEPT) === 0 ? value : 0;
    this.#changed[this.#changes % REMEMBERED] = blockOf[seat] ?? 0;
    this.#changes += 1;
  }

  /** How many changes there have been: what {@link eachChangedSince} goes on from. */
  get changes(): number {
    return this.#changes;
  }

  /** Visits blocks that have changed since, some more than once; all of them when it was too long ago. */
  eachChangedSince(changes: number, visit: (block: number) => void): void {
    if (this.#changes - changes > REMEMBERED) {
      for (let block = 0; block < this.table.blocks.length; block += 1) visit(block);
      return;
    }
    let before = -1;
    for (let at = changes; at < this.#changes; at += 1) {
      const block = this.#changed[at % REMEMBERED] as number;
      // Neighbours are taken together.
      if (block !== before) visit(block);
      before = block;
    }
  }

  /** Whether taking seats `first` to `end` − 1 of a block would leave a single one beside them. */
  leavesOrphan(first: number, end: number): boolean {
    return this.#isSingle(first - 1, first, -1) || this.#isSingle(end, end - 1, 1);
  }

  /** Whether an open neighbour has nobody but `from` beside it. @param step - away from `from` */
  #isSingle(seat: number, from: number, step: 1 | -1): boolean {
    if (!this.#isOpenBeside(seat, from)) return false;
    return !this.#isOpenBeside(seat + step, seat);
  }

  #isOpenBeside(seat: number, of: number): boolean {
    const { blockOf } = this.table;
    return this.open[seat] === 1 && blockOf[seat] === blockOf[of];
  }

  /** Free seats that would be left single by taking these, and are not single now. */
  orphansLeftBy(seats: readonly number[]): number[] {
    const taken = new Set(seats);
    const isOpen = (seat: number, of: number) => this.#isOpenBeside(seat, of) && !taken.has(seat);
    const orphans = new Set<number>();
    for (const seat of seats) {
      if (this.open[seat] !== 1) continue;
      for (const beside of [seat - 1, seat + 1]) {
        if (!isOpen(beside, seat)) continue;
        if (!isOpen(beside - 1, beside) && !isOpen(beside + 1, beside)) orphans.add(beside);
      }
    }
    return [...orphans].sort((a, b) => a - b);
  }
}
