// What the lanes of a drill were told, and what must therefore be true of the server for ever after.

import type { Lane } from '#drill/drill-client.ts';
import type { ScanAnswer } from '#protocol/scans.ts';

export type Presented = {
  readonly scanId: string;
  /** Position of the ticket in the match. */
  readonly ticket: number;
  readonly lane: Lane;
};

type Told = Pick<ScanAnswer, 'verdict' | 'reason' | 'revision'>;

/** One time in four a ticket comes again, at another lane: somebody has copied it. */
const COPIES = 0.25;

export class Ledger {
  readonly wrongs: string[] = [];
  readonly #tickets: number;
  readonly #lanes: readonly Lane[];
  readonly #random: () => number;
  readonly #told = new Map<string, { readonly scan: Presented; readonly told: Told }>();
  readonly #admitted = new Map<number, string>();
  #presented = 0;
  #scans = 0;

  constructor(tickets: number, lanes: readonly Lane[], random: () => number) {
    this.#tickets = tickets;
    this.#lanes = lanes;
    this.#random = random;
  }

  /** @returns null once every ticket was presented */
  next(): Presented | null {
    const isCopy = this.#presented > 0 && this.#random() < COPIES;
    if (!isCopy && this.#presented >= this.#tickets) return null;
    const ticket = isCopy ? Math.floor(this.#random() * this.#presented) : this.#presented++;
    const lane = this.#lanes[Math.floor(this.#random() * this.#lanes.length)];
    if (lane === undefined) throw new Error('a drill needs a lane');
    this.#scans += 1;
    return { scanId: `scan-${this.#scans}`, ticket, lane };
  }

  note(scan: Presented, { verdict, reason, revision }: ScanAnswer): void {
    const before = this.#told.get(scan.scanId)?.told;
    if (before === undefined)
      this.#told.set(scan.scanId, { scan, told: { verdict, reason, revision } });
    else if (before.verdict !== verdict || before.revision !== revision) {
      this.wrongs.push(
        `${scan.scanId} was ${before.verdict} at revision ${before.revision}, then ${verdict} at ${revision}`,
      );
    }
    if (verdict !== 'admitted') return;
    const first = this.#admitted.get(scan.ticket) ?? scan.scanId;
    this.#admitted.set(scan.ticket, first);
    if (first !== scan.scanId) {
      this.wrongs.push(`ticket ${scan.ticket} was admitted twice: by ${first} and ${scan.scanId}`);
    }
  }

  /** Everything acknowledged so far, oldest first. */
  acknowledged(): Presented[] {
    return [...this.#told.values()].map(({ scan }) => scan);
  }

  admittedTickets(): number[] {
    return [...this.#admitted.keys()];
  }
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
