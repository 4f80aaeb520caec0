// A small world around a ladder, for its tests: addresses that answer, fail, hang and flap as told, probes
// as a lane makes them, and time that passes only here.
import type { Tier } from '#domain/sync/asking.ts';
import {
  createLadder,
  type Ladder,
  type LadderEffect,
  type LadderEvent,
  stepLadder,
} from '#domain/sync/ladder.ts';

/** How an address answers at a moment: after so many ms, with a failure after so many ms, or never. */
export type Manner =
  | { readonly kind: 'answers'; readonly afterMs: number }
  | { readonly kind: 'fails'; readonly afterMs: number }
  | { readonly kind: 'hangs' };

export type Place = {
  readonly address: string;
  readonly tier: Tier;
  readonly manner: (atMs: number) => Manner;
};

export type Settled = {
  readonly scanId: string;
  readonly by: 'above' | 'lane';
  /** From the decoding of the code. */
  readonly afterMs: number;
  readonly atMs: number;
};

const PROBE_TIMEOUT_MS = 1_000;
const PROBE_EVERY_MS = 1_000;
const CONFIRM_AFTER_MS = 500;

export class LadderWorld {
  readonly settled: Settled[] = [];
  readonly moves: Extract<LadderEffect, { kind: 'moved' }>[] = [];
  readonly late: string[] = [];
  readonly asked: { scanId: string; address: string; atMs: number }[] = [];
  ladder: Ladder;
  #nowMs = 0;
  #wakeMs: number | null = null;
  #due: { atMs: number; work: () => void }[] = [];
  readonly #places: ReadonlyMap<string, Place>;
  readonly #read = new Map<string, number>();

  constructor(places: readonly Place[], isStewarded = false, hasList = true) {
    this.#places = new Map(places.map((place) => [place.address, place]));
    this.ladder = createLadder(places, isStewarded, hasList);
  }

  read(scanId: string, atMs: number, isStrict = false): void {
    this.#at(atMs, () => {
      this.#read.set(scanId, atMs);
      this.step({ kind: 'read', scanId, readMs: atMs, deadlineMs: 1_200, isStrict });
    });
  }

  /** Lets time pass until there is a verdict for so many scans. */
  runUntilSettled(count: number): void {
    while (this.settled.length < count) this.run(this.#nowMs + 1);
  }

  /** Lets time pass until `untilMs`. */
  run(untilMs: number): void {
    for (;;) {
      const next = this.#due.reduce<number | null>(
        (first, { atMs }) => (first === null || atMs < first ? atMs : first),
        this.#wakeMs,
      );
      if (next === null || next > untilMs) break;
      this.#nowMs = Math.max(this.#nowMs, next);
      if (this.#wakeMs !== null && this.#wakeMs <= this.#nowMs) this.step({ kind: 'tick' });
      else {
        const index = this.#due.findIndex(({ atMs }) => atMs === next);
        const [due] = this.#due.splice(index, 1);
        due?.work();
      }
    }
    this.#nowMs = untilMs;
  }

  step(event: LadderEvent): void {
    const { ladder, effects, wakeMs } = stepLadder(this.ladder, event, this.#nowMs);
    this.ladder = ladder;
    this.#wakeMs = wakeMs;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: LadderEffect): void {
    switch (effect.kind) {
      case 'ask':
        this.#ask(effect.scanId, effect.address);
        return;
      case 'take-answer':
        this.#settle(effect.scanId, 'above');
        return;
      case 'go-alone':
        this.#settle(effect.scanId, 'lane');
        return;
      case 'late':
        this.late.push(effect.scanId);
        return;
      case 'probe':
        this.#probe(effect.address, PROBE_EVERY_MS);
        return;
      case 'moved':
        this.moves.push(effect);
        return;
      case 'forget':
        return;
    }
  }

  #ask(scanId: string, address: string): void {
    this.asked.push({ scanId, address, atMs: this.#nowMs });
    const manner = this.#manner(address);
    if (manner.kind === 'hangs') return;
    this.#after(manner.afterMs, () =>
      this.step(
        manner.kind === 'answers'
          ? { kind: 'answered', scanId, address }
          : { kind: 'failed', scanId, address, cause: 'it failed' },
      ),
    );
  }

  #probe(address: string, waitMs: number): void {
    this.#after(waitMs, () => {
      const manner = this.#manner(address);
      const isAnswered = manner.kind === 'answers' && manner.afterMs < PROBE_TIMEOUT_MS;
      const tookMs =
        manner.kind === 'hangs' ? PROBE_TIMEOUT_MS : Math.min(manner.afterMs, PROBE_TIMEOUT_MS);
      this.#after(tookMs, () => {
        this.step({ kind: 'probed', address, isAnswered, cause: 'a probe' });
        const found = this.ladder.addresses.find((each) => each.address === address);
        const nextMs = isAnswered ? CONFIRM_AFTER_MS : PROBE_EVERY_MS;
        if (found?.breaker.isOpen === true) this.#probe(address, nextMs);
      });
    });
  }

  #settle(scanId: string, by: Settled['by']): void {
    const afterMs = this.#nowMs - (this.#read.get(scanId) ?? 0);
    this.settled.push({ scanId, by, afterMs, atMs: this.#nowMs });
  }

  #manner(address: string): Manner {
    return this.#places.get(address)?.manner(this.#nowMs) ?? { kind: 'hangs' };
  }

  #after(ms: number, work: () => void): void {
    this.#at(this.#nowMs + ms, work);
  }

  #at(atMs: number, work: () => void): void {
    this.#due.push({ atMs, work });
  }
}
