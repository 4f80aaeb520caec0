// What the shop shows of a stock: a code a seat, and what has changed of late. Only what is committed gets in
// here, so that nobody is shown what never came to be.

import type { Availability, AvailabilityDelta } from '#protocol/shop.ts';
import { SEAT_FREE, SEAT_LATER, SEAT_NOT_SOLD, SEAT_TAKEN } from '#protocol/shop.ts';
import type { StockMemory } from './stock-memory.ts';

/** Whoever is further behind is sent a snapshot, which is not much more. */
const REVISIONS_KEPT_MAX = 1_000;
const SEATS_PER_DELTA_MAX = 5_000;

export class ShownStock {
  readonly #codes: Uint8Array;
  readonly #memory: StockMemory;
  #standing: Record<string, number>;
  #recent: { revision: number; seats: readonly number[]; areas: readonly string[] }[] = [];
  #since: number;
  #revision: number;
  #snapshot: { revision: number; text: string } | null = null;
  #left: number;

  constructor(memory: StockMemory) {
    this.#memory = memory;
    this.#codes = new Uint8Array(memory.sale.table.count);
    for (let seat = 0; seat < this.#codes.length; seat++) this.#codes[seat] = this.#codeOf(seat);
    this.#standing = this.#standingNow();
    this.#since = memory.revision;
    this.#revision = memory.revision;
    this.#left = memory.left;
  }

  get revision(): number {
    return this.#revision;
  }

  get left(): number {
    return this.#left;
  }

  /** Tag of what is shown, of this version of the sale. */
  get tag(): string {
    return `"${this.#memory.sale.version}-${this.#revision}"`;
  }

  /** The memory has gone on by a commit that was about these seats. */
  follow(seats: readonly number[]): void {
    const { revision } = this.#memory;
    if (revision === this.#revision) return;
    const changed = seats.filter((seat) => {
      const code = this.#codeOf(seat);
      if (this.#codes[seat] === code) return false;
      this.#codes[seat] = code;
      return true;
    });
    const standing = this.#standingNow();
    const areas = Object.keys(standing).filter((area) => standing[area] !== this.#standing[area]);
    this.#standing = standing;
    this.#revision = revision;
    this.#left = this.#memory.left;
    this.#recent.push({ revision, seats: changed, areas });
    if (this.#recent.length > REVISIONS_KEPT_MAX) {
      this.#since = this.#recent.shift()?.revision ?? this.#since;
    }
  }

  /** JSON of {@link Availability}: the snapshot is made once a revision, however many ask. */
  text(since: number | undefined): string {
    const delta = since === undefined ? null : this.delta(since);
    if (delta !== null) return JSON.stringify(delta);
    if (this.#snapshot?.revision !== this.#revision) {
      const snapshot: Availability = {
        kind: 'snapshot',
        revision: this.#revision,
        seats: packed(this.#codes),
        standing: this.#standing,
      };
      this.#snapshot = { revision: this.#revision, text: JSON.stringify(snapshot) };
    }
    return this.#snapshot.text;
  }

  /** @returns null: that is too long ago, or too much has changed */
  delta(since: number): AvailabilityDelta | null {
    if (since < this.#since || since > this.#revision) return null;
    const seats = new Set<number>();
    const standing: Record<string, number> = {};
    for (let at = this.#recent.length - 1; at >= 0; at--) {
      const each = this.#recent[at];
      if (each === undefined || each.revision <= since) break;
      for (const seat of each.seats) seats.add(seat);
      for (const area of each.areas) standing[area] = this.#standing[area] ?? 0;
    }
    if (seats.size > SEATS_PER_DELTA_MAX) return null;
    const pairs = [...seats].flatMap((seat) => [seat, this.#codes[seat] ?? SEAT_TAKEN]);
    return { kind: 'delta', revision: this.#revision, since, seats: pairs, standing };
  }

  #codeOf(seat: number): number {
    if ((this.#memory.sale.categoryOfSeat[seat] ?? -1) < 0) return SEAT_NOT_SOLD;
    const state = this.#memory.stateOf(seat);
    if (state === 'free') return SEAT_FREE;
    return state === 'blocked' ? SEAT_LATER : SEAT_TAKEN;
  }

  #standingNow(): Record<string, number> {
    const { sale } = this.#memory;
    return Object.fromEntries(
      [...sale.areas].map(([area, { capacity, category }]) => {
        return [area, category < 0 ? 0 : capacity - this.#memory.takenIn(area)];
      }),
    );
  }
}

function packed(codes: Uint8Array): string {
  const bytes = Buffer.alloc(Math.ceil(codes.length / 4));
  for (let seat = 0; seat < codes.length; seat++) {
    const at = seat >> 2;
    bytes[at] = (bytes[at] ?? 0) | ((codes[seat] ?? 0) << ((seat & 3) * 2));
  }
  return bytes.toString('base64');
}
