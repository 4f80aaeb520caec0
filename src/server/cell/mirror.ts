// What this node knows of an event in the cell without asking: tickets and claims it has met, and how many
// people are where. All of it may lag, and none of it is trusted: each write names the revisions it was
// decided on, and the cell refuses it if they have moved.
import type { Instant } from '#domain/kernel/instant.ts';
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import {
  addPeople,
  type ClaimValue,
  type CountValue,
  type Head,
  type Parsed,
  type People,
  readValue,
  type ScanValue,
} from './records.ts';
import type { Kv } from './wire.ts';

/** Tickets and claims kept; beyond that the ones met longest ago are asked for again. */
const KEPT_MAX = 200_000;
const MINUTES_KEPT = 8;

/** As it stood at a revision; `kv` null: not there. */
export type Entry = { readonly modRevision: number; readonly kv: Kv | null };

export type CellEvent = {
  readonly event: number;
  readonly what: Parsed;
  readonly isGone: boolean;
  readonly kv: Kv;
  readonly before: Kv | null;
};

export function entryOf(kv: Kv | undefined): Entry {
  return kv === undefined
    ? { modRevision: 0, kv: null }
    : { modRevision: Number(kv.modRevision), kv };
}

export class EventMirror {
  readonly event: number;
  head: { readonly value: Head; readonly modRevision: number } | null = null;
  /** Everything up to here has been counted. */
  revision = 0;
  /** How often people have moved, up to there. */
  pulse = 0;
  /** The entry epoch whose people are counted. */
  countedEpoch = 1;
  readonly inside = new Map<string, number>();
  readonly #entered = new Map<number, Map<string, number>>();
  readonly #entries = new Map<string, Entry>();

  constructor(event: number) {
    this.event = event;
  }

  entry(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** Keeps what was read or written; an older reading does not replace a newer one. */
  keep(key: string, entry: Entry): void {
    const known = this.#entries.get(key);
    if (known !== undefined && known.modRevision > entry.modRevision) return;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size <= KEPT_MAX) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  takeHead(kv: Kv): void {
    const modRevision = Number(kv.modRevision);
    if (this.head !== null && this.head.modRevision >= modRevision) return;
    this.head = { value: readValue<Head>(kv), modRevision };
  }

  entered(minute: number): ReadonlyMap<string, number> {
    return this.#entered.get(minute) ?? new Map();
  }

  /** In the order of the cell, each once. */
  apply({ what, kv, before, isGone }: CellEvent): void {
    if (isGone) {
      this.forget(kv.key);
      if (what.kind === 'head') this.head = null;
      return;
    }
    const known = this.#entries.has(kv.key) || what.kind === 'c';
    if (known && (what.kind === 't' || what.kind === 'c' || what.kind === 's')) {
      this.keep(kv.key, { modRevision: Number(kv.modRevision), kv });
    }
    if (what.kind === 'head') {
      this.takeHead(kv);
      const { entryEpoch } = readValue<Head>(kv);
      // Everybody is counted anew from the beginning of an entry epoch.
      if (entryEpoch !== this.countedEpoch) this.inside.clear();
      this.countedEpoch = entryEpoch;
    }
    if (what.kind === 'pulse') this.pulse = Number(kv.version);
    if (what.kind === 's' && before === null) this.countEntry(readValue<ScanValue>(kv));
    addPeople(this.inside, peopleMoved({ what, kv, before }, this.countedEpoch), 1);
  }

  /** What meters count: people let in within a minute of the clock. */
  countEntry({ minute, scopes }: Pick<ScanValue, 'minute' | 'scopes'>): void {
    if (minute === undefined || scopes === undefined) return;
    const counts = this.#entered.get(minute) ?? new Map<string, number>();
    for (const scope of scopes) counts.set(scope, (counts.get(scope) ?? 0) + 1);
    this.#entered.set(minute, counts);
    for (const old of this.#entered.keys()) {
      if (old < minute - MINUTES_KEPT) this.#entered.delete(old);
    }
  }

  /** The latest minute that somebody has been let in. */
  lastMinute(): number {
    return Math.max(0, ...this.#entered.keys());
  }
}

export function minuteOf(at: Instant | number): number {
  return Math.floor(at / MINUTE_MS);
}

/** People whom a write put inside, by scope; of another entry epoch none. */
export function peopleMoved(
  { what, kv, before }: Pick<CellEvent, 'what' | 'kv' | 'before'>,
  entryEpoch: number,
): People {
  if (what.kind === 'x') return before === null ? readValue<CountValue>(kv).people : {};
  if (what.kind !== 'c' || what.entryEpoch !== entryEpoch) return {};
  const moved = new Map<string, number>();
  addPeople(moved, readValue<ClaimValue>(kv).people, 1);
  if (before !== null) addPeople(moved, readValue<ClaimValue>(before).people, -1);
  return Object.fromEntries(moved);
}
