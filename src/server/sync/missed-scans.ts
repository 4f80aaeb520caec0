import type { PoolClient } from 'pg';
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Direction, Verdict } from '#domain/entry/verdict.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { wasExact } from '#domain/sync/take-up.ts';
import type { JournalEntry } from '#protocol/journal.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { storableTime } from '#server/platform/clock.ts';
import type { Device } from '#server/platform/principal.ts';

type Outcome = Extract<JournalEntry, { kind: 'outcome' }>;

/** A scan that the authority hears of only now. */
export type MissedScan = {
  readonly device: string;
  readonly scanId: string;
  readonly gate: string;
  readonly lane: string | null;
  readonly direction: Direction;
  readonly checkpoint: string;
  readonly scannedAt: number;
  /** When it happened, as well as can be told. */
  readonly at: Instant;
  readonly isExact: boolean;
};

export function missedScanOf(
  device: Device,
  entry: Outcome,
  at: Instant,
  checkpoint: string,
): MissedScan {
  return {
    device: device.id,
    scanId: entry.scanId,
    gate: device.gate,
    lane: entry.lane ?? device.lane,
    direction: entry.direction,
    checkpoint,
    scannedAt: storableTime(parseInstant(entry.scannedAt) ?? at),
    at,
    isExact: wasExact(entry.rung),
  };
}

export function crossingOf(scan: MissedScan): Crossing {
  const { device, scanId, gate, lane, at, direction, isExact } = scan;
  return { device, scan: scanId, gate, lane, at, direction, isExact, annulledAt: null };
}

export type StoredScan = {
  readonly code_hash: Buffer;
  readonly direction: Direction;
  readonly verdict: Verdict;
};

/** Here, or in the cell, whose verdicts take a moment to arrive here. */
export async function findStored(
  client: PoolClient,
  event: OpenEvent,
  scan: MissedScan,
): Promise<StoredScan | null> {
  const { rows } = await client.query<StoredScan>(
    'SELECT code_hash, direction, verdict FROM scans WHERE device = $1 AND scan_id = $2',
    [scan.device, scan.scanId],
  );
  if (rows[0] !== undefined || event.cell === undefined) return rows[0] ?? null;
  const found = await event.cell.findScan(scan.device, scan.scanId);
  if (found === null) return null;
  const { codeHash, direction, verdict } = found;
  return { code_hash: codeHash, direction: direction as Direction, verdict: verdict as Verdict };
}

export function isOf(stored: StoredScan, scan: MissedScan, codeHash: Uint8Array): boolean {
  return stored.direction === scan.direction && stored.code_hash.equals(codeHash);
}
