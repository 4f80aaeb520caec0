// What is left of a sale, seat by seat: a snapshot, then deltas. Whoever draws or counts asks here.
import { type Availability, readSnapshot, SEAT_FREE, SEAT_TAKEN } from '#protocol/shop.ts';
import type { SeatPlan } from './seat-plan.ts';

export class SeatStock {
  readonly #plan: SeatPlan;
  /** By seat: a code of the protocol. */
  codes: Uint8Array;
  revision = -1;
  readonly standing = new Map<string, number>();
  /** Free seats of each section. */
  readonly free: Uint32Array;
  readonly #listeners = new Set<(sections: ReadonlySet<number> | null) => void>();

  constructor(plan: SeatPlan) {
    this.#plan = plan;
    this.codes = new Uint8Array(plan.seats.count).fill(SEAT_TAKEN);
    this.free = new Uint32Array(plan.sections.length);
  }

  /** Called with the sections that changed; null: all of them. */
  watch(listener: (sections: ReadonlySet<number> | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns whether it fitted; if not, a snapshot is due */
  take(told: Availability): boolean {
    if (told.kind === 'snapshot') {
      this.codes = readSnapshot(told.seats, this.#plan.seats.count);
      this.#count();
    } else if (told.revision <= this.revision) {
      return true;
    } else if (told.since > this.revision) {
      return false;
    }
    const changed = told.kind === 'delta' ? this.#change(told.seats) : null;
    for (const [section, left] of Object.entries(told.standing)) {
      this.standing.set(section, left);
      if (changed !== null) changed.add(this.#indexOf(section));
    }
    this.revision = told.revision;
    for (const listener of this.#listeners) listener(changed);
    return true;
  }

  leftIn(section: number): number {
    const { source } = this.#plan.sections[section] ?? {};
    if (source?.kind === 'standing') return this.standing.get(source.id) ?? 0;
    return this.free[section] ?? 0;
  }

  #change(pairs: readonly number[]): Set<number> {
    const changed = new Set<number>();
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const [seat = 0, code = SEAT_TAKEN] = [pairs[i], pairs[i + 1]];
      const section = this.#plan.seats.section[seat] ?? 0;
      const wasFree = this.codes[seat] === SEAT_FREE ? 1 : 0;
      this.codes[seat] = code;
      const isFree = code === SEAT_FREE ? 1 : 0;
      this.free[section] = (this.free[section] ?? 0) + isFree - wasFree;
      changed.add(section);
    }
    return changed;
  }

  #count(): void {
    for (const { index, first, end } of this.#plan.sections) {
      let free = 0;
      for (let seat = first; seat < end; seat += 1) if (this.codes[seat] === SEAT_FREE) free += 1;
      this.free[index] = free;
    }
  }

  #indexOf(section: string): number {
    return this.#plan.sections.findIndex(({ source }) => source.id === section);
  }
}
