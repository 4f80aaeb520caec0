// What a lane needs of the machine that it runs on, be it Node or a browser. Everything that may wait
// for a disk may answer with a promise; whoever answers at once costs nothing more.
import type { Direction, Verdict } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Heard, HeardClaim } from '#domain/sync/heard.ts';
import type { ListRow } from '#protocol/ticket-list.ts';
import type { LaneAnswer } from './lane-answer.ts';

export type Awaitable<T> = T | Promise<T>;

export type LanePorts = {
  readonly clock: MachineClock;
  readonly timers: Timers;
  readonly chance: Chance;
  /** SHA-256 (FIPS 180-4): `createHash` in Node, `crypto.subtle.digest` in a browser. */
  readonly sha256: (message: Uint8Array<ArrayBuffer>) => Awaitable<Uint8Array>;
  readonly journal: JournalStore;
  readonly list: ListStore;
  readonly transport: Transport;
};

export type MachineClock = {
  /** Milliseconds that never jump and never go back, from any origin: `performance.now()`. */
  monotonicMs(): number;
  /** What the machine believes the time to be: `Date.now()`. */
  wallMs(): number;
};

export type Timers = {
  /** @returns cancels it; cancelling twice, or afterwards, does nothing */
  after(ms: number, work: () => void): () => void;
};

export type Chance = {
  /** `crypto.randomUUID()`. */
  uuid(): string;
  /** From 0 to below 1; only spreads load, decides nothing. */
  fraction(): number;
};

/**
 * The lane's journal on its own disk. The lane calls `commit` one at a time, so there is never more
 * than one writer. What it may not lose is here; what it may is in {@link ListStore}.
 */
export type JournalStore = {
  /** Where it is, for people: a file, a database's name. */
  readonly name: string;
  /** Called once, before all else. @throws when another lane has it open */
  load(): Awaitable<JournalStart>;
  /**
   * Writes all of it or nothing. When it resolves the batch survives a loss of power: SQLite with
   * `synchronous = FULL`; IndexedDB with `durability: 'strict'`, after `complete`.
   *
   * @throws when it cannot be written: then nobody is let in
   */
  commit(batch: JournalBatch): Awaitable<void>;
  scan(scanId: string): Awaitable<ScanRow | null>;
  /** Scans with `crossed` of this ticket at this checkpoint, taken back or not. */
  crossingsOf(serial: number, checkpoint: string): Awaitable<readonly ScanRow[]>;
  /** Entries from `seq` on in their order, at most so many. */
  linesFrom(seq: number, countMax: number): Awaitable<readonly JournalLine[]>;
  close(): Awaitable<void>;
};

export type JournalStart = {
  /** Of the last entry; 0: there is none. */
  readonly lastSeq: number;
  readonly meta: ReadonlyMap<string, string>;
  /** Every scan whose `state` is not `settled`, oldest first. */
  readonly unsettled: readonly ScanRow[];
  /** Every scan with the verdict `provisional` and an `outcomeSeq` above `meta` `through` (0 if unset). */
  readonly alone: readonly ScanRow[];
  readonly setAside: readonly number[];
};

export type JournalBatch = {
  readonly lines: readonly JournalLine[];
  /** Put in place of the scan with the same `scanId`, if there is one. */
  readonly scans: readonly ScanRow[];
  readonly meta: ReadonlyMap<string, string>;
  readonly setAside: readonly { readonly seq: number; readonly why: string }[];
};

export type JournalLine = {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly kind: string;
  /** JSON as it goes up, the same to the byte for ever. */
  readonly text: string;
};

/** What the lane itself needs to know of a scan. Indexed by `scanId`, `state` and (serial, checkpoint). */
export type ScanRow = {
  readonly scanId: string;
  readonly code: string;
  readonly direction: Direction;
  /** RFC 3339. */
  readonly scannedAt: string;
  /**
   * `open` until answered, `dark` once admitted and until the light is about to come on, `doubtful`
   * when refused here while somebody above may have admitted, then `settled`.
   */
  readonly state: 'open' | 'dark' | 'doubtful' | 'settled';
  readonly outcomeSeq: number | null;
  readonly verdict: Verdict | null;
  readonly answer: LaneAnswer | null;
  /** Who went through where; null when nobody did, or nobody knows with which ticket. */
  readonly crossed: Crossed | null;
  readonly annulledAt: Instant | null;
};

export type Crossed = {
  readonly serial: number;
  readonly type: string;
  readonly checkpoint: string;
  readonly gate: string;
  readonly lane: string | null;
  readonly at: Instant;
  readonly isExact: boolean;
};

/**
 * A copy of what others know, so that the lane can decide alone: the ticket list, the match, control's
 * word, everyone's crossings. It may be lost at any time and is loaded anew. After `wipe` it holds
 * nothing and takes nothing: reads answer null or nothing, writes do nothing.
 */
export type ListStore = {
  get(key: string): Awaitable<string | null>;
  put(key: string, value: string): Awaitable<void>;
  bySerial(serial: number): Awaitable<ListRow | null>;
  /** By one of the hashes in the row's third place. */
  byHash(hash: string): Awaitable<ListRow | null>;
  byRef(ref: string): Awaitable<ListRow | null>;
  /** Drops a half-arrived whole list, if there is one, and begins another beside the one in force. */
  beginWhole(): Awaitable<void>;
  /**
   * Takes rows into the list in force, or into the one that is arriving; a row replaces the one with
   * its serial, and that one's hashes lead nowhere from then on. Must let scans pass meanwhile.
   */
  take(rows: readonly ListRow[], isNewList: boolean): Promise<void>;
  /** Serial and change number of each row with a serial above `after`, by serial, at most so many. */
  changes(
    isNewList: boolean,
    after: number,
    countMax: number,
  ): Awaitable<readonly (readonly [serial: number, change: number])[]>;
  /** Puts the list that arrived in the place of the old one and `cursor` under that key, as one. */
  finishWhole(cursor: string): Awaitable<void>;
  /** Each replaces all that was known of its (serial, checkpoint); `through` goes under that key. */
  hear(claims: readonly HeardClaim[], through: string): Awaitable<void>;
  /** Forgets all crossings heard of. */
  forgetHeard(): Awaitable<void>;
  heardOf(serial: number, checkpoint: string): Awaitable<readonly Heard[]>;
  /** The device was revoked: nothing of it may stay on this machine. */
  wipe(): Awaitable<void>;
  close(): Awaitable<void>;
};

/** Requests to one address. Who the device is goes into each request here and nowhere else. */
export type Transport = {
  /**
   * @returns whatever was answered, also 4xx and 5xx
   * @throws when the network failed, the signal fired, or a redirect was answered
   */
  send(address: string, request: LaneRequest): Promise<LaneReply>;
  /** Opens an event stream. @throws like {@link send} */
  stream(address: string, request: LaneRequest): Promise<LaneStream>;
};

export type LaneRequest = {
  readonly method: 'GET' | 'POST';
  /** Begins with `/`. */
  readonly path: string;
  /** JSON text, so that a repeat is the same to the byte; null: no body. */
  readonly json: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

export type LaneReply = { readonly status: number; readonly text: string };

export type LaneStream =
  | { readonly status: 200; readonly bytes: AsyncIterable<Uint8Array> }
  | LaneReply;
