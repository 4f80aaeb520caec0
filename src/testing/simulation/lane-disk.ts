// What a simulated lane has on its disk: its journal, and the list that it may lose. Each method is one
// durable commit.
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Direction, Reason, Rung, Verdict } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Heard } from '#domain/sync/heard.ts';
import type { ListedTicket } from '#domain/sync/look-up.ts';
import type { Controls } from '#domain/venue/controls.ts';
import type { JournalEntry } from '#protocol/journal.ts';
import { iso } from '#server/platform/clock.ts';
import type { Line } from './journal-lines.ts';

export type Read = {
  readonly scanId: string;
  readonly code: string;
  readonly direction: Direction;
  readonly scannedAt: Instant;
};

/** What the lane shows, whoever decided it. */
export type Shown = {
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly rung: Rung;
  readonly revision: number | null;
  readonly decidedAt: Instant;
  readonly serial: number | null;
};

export type Seen = { readonly epoch: string; readonly revision: number };

export type LaneScan = {
  readonly read: Read;
  readonly state: 'open' | 'dark' | 'doubtful' | 'settled';
  readonly shown: Shown | null;
  readonly outcomeSeq: number | null;
  readonly type: string | null;
  readonly annulledAt: Instant | null;
};

type Body = JournalEntry extends infer Entry
  ? Entry extends { seq: number }
    ? Omit<Entry, 'seq'>
    : never
  : never;

export class LaneDisk {
  journalId: string;
  lines: Line[] = [];
  scans = new Map<string, LaneScan>();
  seen: Seen | null = null;
  lastExactAt: Instant | null = null;
  accepted = 0;
  through = 0;
  lastSkewMs = 0;

  constructor(journalId: string) {
    this.journalId = journalId;
  }

  copy(): LaneDisk {
    const copy = new LaneDisk(this.journalId);
    Object.assign(copy, { ...this, lines: [...this.lines], scans: new Map(this.scans) });
    return copy;
  }

  append(body: Body): number {
    const seq = this.lines.length + 1;
    const entry = { seq, ...body } as JournalEntry;
    this.lines.push({ seq, entry, text: JSON.stringify(entry) });
    return seq;
  }

  intent(read: Read): void {
    this.append({ kind: 'intent', ...bodyOf(read) });
    this.#put({ read, state: 'open', shown: null, outcomeSeq: null, type: null, annulledAt: null });
  }

  /** @param wasAsked - somebody above was, and has not answered: they may have admitted */
  outcome(read: Read, shown: Shown, type: string | null, wasAsked: boolean): void {
    const seq = this.append({
      kind: 'outcome',
      ...bodyOf(read),
      verdict: shown.verdict,
      reason: shown.reason,
      rung: shown.rung,
      revision: shown.revision,
      ...(this.lastExactAt === null ? {} : { notBefore: iso(this.lastExactAt) }),
    });
    const state = isThrough(shown) ? 'dark' : wasAsked ? 'doubtful' : 'settled';
    this.#put({ read, state, shown, outcomeSeq: seq, type, annulledAt: null });
  }

  saw(seen: Seen, decidedAt: Instant): void {
    const isOlder = this.seen?.epoch === seen.epoch && this.seen.revision >= seen.revision;
    if (!isOlder) this.seen = seen;
    if (this.lastExactAt === null || decidedAt > this.lastExactAt) this.lastExactAt = decidedAt;
  }

  settle(scanId: string): void {
    const scan = this.scans.get(scanId);
    if (scan !== undefined) this.#put({ ...scan, state: 'settled' });
  }

  annulled(scanId: string, at: Instant, cause: 'never-shown' | 'not-turned'): void {
    this.append({ kind: 'annulled', scanId, at: iso(at), cause });
    const scan = this.scans.get(scanId);
    if (scan !== undefined) this.#put({ ...scan, state: 'settled', annulledAt: at });
  }

  inState(state: LaneScan['state']): LaneScan[] {
    return [...this.scans.values()].filter((scan) => scan.state === state);
  }

  /** What this lane itself let through with a ticket. */
  crossingsOf(serial: number, device: string, gate: string): Crossing[] {
    const crossings: Crossing[] = [];
    for (const { read, shown, annulledAt } of this.scans.values()) {
      if (shown === null || shown.serial !== serial || !isThrough(shown)) continue;
      crossings.push({
        ...{ device, scan: read.scanId, gate, lane: null, at: shown.decidedAt },
        ...{ direction: read.direction, isExact: shown.revision !== null, annulledAt },
      });
    }
    return crossings;
  }

  /** Provisional admissions of a type that nobody above has taken over. */
  admittedAlone(type: string): number {
    return [...this.scans.values()].filter(
      (scan) =>
        scan.shown?.verdict === 'provisional' &&
        scan.type === type &&
        scan.read.direction === 'in' &&
        (scan.outcomeSeq ?? 0) > this.through,
    ).length;
  }

  #put(scan: LaneScan): void {
    this.scans.set(scan.read.scanId, scan);
  }
}

/** The list that a lane holds, and what it last heard; a new one arrives beside it until it is whole. */
export class LaneList {
  cursor: { readonly epoch: string; readonly n: number } | null = null;
  arriving: { readonly epoch: string; n: number; readonly rows: Map<number, ListedTicket> } | null =
    null;
  rows = new Map<number, ListedTicket>();
  byHash = new Map<string, ListedTicket>();
  controls: Controls | null = null;
  heard = new Map<number, readonly Heard[]>();
  heardThrough: { readonly epoch: number; readonly revision: number } | null = null;
  entryEpoch = 0;

  take(rows: readonly ListedTicket[]): void {
    for (const row of rows) {
      for (const hash of this.rows.get(row.ticket.serial)?.hashes ?? []) this.byHash.delete(hash);
      this.rows.set(row.ticket.serial, row);
      for (const hash of row.hashes) this.byHash.set(hash, row);
    }
  }
}

export function isThrough({ verdict }: Pick<Shown, 'verdict'>): boolean {
  return verdict === 'admitted' || verdict === 'provisional';
}

function bodyOf({ scanId, code, direction, scannedAt }: Read) {
  return { scanId, code, direction, scannedAt: iso(scannedAt) };
}
