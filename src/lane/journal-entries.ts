// What a journal is written with: the scan as read, what is proved of it, and a batch being composed.
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Direction } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { JournalEntry } from '#protocol/journal.ts';
import type { JournalLine, ScanRow } from './ports.ts';

/** A scan as it was read. */
export type Read = {
  readonly scanId: string;
  readonly code: string;
  readonly direction: Direction;
  readonly scannedAt: string;
};

/** What the server proved that it had decided; sent back with every scan. */
export type Seen = { readonly epoch: string; readonly revision: number; readonly mark: string };

export type Annulment = {
  readonly scanId: string;
  readonly at: Instant;
  readonly cause: 'never-shown' | 'not-turned' | 'supervisor';
};

export type Body = JournalEntry extends infer Entry
  ? Entry extends { seq: number }
    ? Omit<Entry, 'seq'>
    : never
  : never;
export type BodyOf<Kind extends JournalEntry['kind']> = Extract<Body, { kind: Kind }>;

export type OwnCrossing = Crossing & {
  /** Of the exact answer; null where the lane decided. */
  readonly storeEpoch: string | null;
  readonly revision: number | null;
};

/** A batch being composed. */
export type Draft = {
  readonly lines: JournalLine[];
  readonly scans: ScanRow[];
  readonly meta: Map<string, string>;
};

/** As it stands in the draft so far. */
export function drafted({ scans }: Draft, scanId: string): ScanRow | undefined {
  return scans.findLast((row) => row.scanId === scanId);
}

export function begun({ scanId, code, direction, scannedAt }: Read): ScanRow {
  const unanswered = { outcomeSeq: null, verdict: null, answer: null, crossed: null };
  return {
    ...{ scanId, code, direction, scannedAt, state: 'open' },
    ...unanswered,
    annulledAt: null,
  };
}

/** What these scans of one ticket let through, as the rules of entry know crossings. */
export function ownCrossings(rows: readonly ScanRow[], device: string): OwnCrossing[] {
  return rows.flatMap(({ scanId: scan, direction, crossed, annulledAt, answer }) => {
    if (crossed === null) return [];
    const { gate, lane, at, isExact } = crossed;
    const { storeEpoch = null, revision = null } = answer ?? {};
    const passage = { device, scan, gate, lane, at };
    return [{ ...passage, direction, isExact, annulledAt, storeEpoch, revision }];
  });
}
