import type { PoolClient } from 'pg';
import type { Direction } from '#domain/entry/verdict.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import type { JournalEntry } from '#protocol/journal.ts';
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
    isExact: entry.rung === 'edge' || entry.rung === 'hub',
  };
}

export async function isStored(
  client: PoolClient,
  device: string,
  scanId: string,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'SELECT 1 FROM scans WHERE device = $1 AND scan_id = $2',
    [device, scanId],
  );
  return rowCount !== 0;
}
