// What a box decided after it was given up for lost, and before it heard of that: it happened, so it becomes
// part of what the next authority knows, not judged again. Where it met another, both are named.
import type { Pool } from 'pg';
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { withCrossing } from '#domain/sync/take-up.ts';
import { LOG_PAGE_MAX, lateReceipt, type Row } from '#protocol/edge.ts';
import { changeCrossings, lockEventHead, takeRevision } from '#server/entry/change-crossings.ts';
import { tellCell } from '#server/entry/tell-cell.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import type { Link } from './link.ts';
import { rowsIn, SCANS_IN, scanRowOf } from './log.ts';
import { upsertRows } from './rows.ts';

const SEND_WITHIN_MS = 10_000;

/** Sends them all, or throws: only then may this store drop them. */
export async function sendLateScans(
  pool: Pool,
  to: Link,
  event: number,
  log: { readonly epoch: number; readonly revision: number },
): Promise<void> {
  const { rows } = await pool.query<{ from: string | null }>(
    `SELECT min(from_revision) AS from FROM authorities
     WHERE event = $1 AND epoch > $2 AND was_lost`,
    [event, log.epoch],
  );
  let after = Number(rows[0]?.from ?? log.revision);
  while (after < log.revision) {
    const through = Math.min(log.revision, after + LOG_PAGE_MAX);
    const scans = await rowsIn(pool, SCANS_IN, [event, after, through]);
    const path = `/api/v1/edge/events/${event}/late-scans`;
    await to.ask(lateReceipt, { path, body: { scans }, timeoutMs: SEND_WITHIN_MS });
    after = through;
  }
}

type ScanRow = {
  readonly device: string;
  readonly scan_id: string;
  readonly gate: string;
  readonly lane: string | null;
  readonly direction: 'in' | 'out';
  readonly verdict: string;
  readonly serial: number | null;
  readonly checkpoint: string;
  readonly entry_epoch: number;
  readonly decided_at: string;
  readonly annulled_at: string | null;
};

/** At the authority. @throws NotAuthorityError. @returns how many of them were news */
export async function takeUpLateScans(
  context: ServerContext,
  number: number,
  rows: readonly Row[],
): Promise<number> {
  let taken = 0;
  let conflicts = 0;
  for (const row of rows) {
    const result = await takeUpOne(context, number, row);
    taken += result === null ? 0 : 1;
    conflicts += result ?? 0;
  }
  if (conflicts > 0) context.bus.emit('conflict', number);
  return taken;
}

/** @returns the conflicts it made; null when it was known */
function takeUpOne(context: ServerContext, number: number, row: Row): Promise<number | null> {
  const scan = row as unknown as ScanRow;
  return inTransaction(context.pool, async (client) => {
    const event = await lockEventHead(client, context.catalogue, number);
    const { rowCount } = await client.query(
      'SELECT 1 FROM scans WHERE device = $1 AND scan_id = $2',
      [scan.device, scan.scan_id],
    );
    if (rowCount !== 0) return null;
    const { entry_epoch: entryEpoch, checkpoint, serial, gate } = scan;
    const crossed =
      serial === null || !['admitted', 'provisional'].includes(scan.verdict)
        ? null
        : await changeCrossings(
            client,
            event,
            { entryEpoch, checkpoint, serial },
            { gate, now: context.now() },
            (before) => withCrossing(before, crossingOf(scan)),
          );
    const known = { device: scan.device, scanId: scan.scan_id };
    const revision = crossed?.revision ?? (await takeRevision(client, event, [], 0, null, known));
    const inside = crossed?.inside ?? 0;
    await upsertRows(client, 'scans', [{ ...scanRowOf(row), event: number, revision, inside }]);
    await tellCell(client, event, scan.device, [scan.scan_id]);
    return crossed?.conflicts ?? 0;
  });
}

function crossingOf(scan: ScanRow): Crossing {
  const { device, scan_id, gate, lane, direction, decided_at, annulled_at } = scan;
  const at = Date.parse(decided_at) as Instant;
  const annulledAt = annulled_at === null ? null : (Date.parse(annulled_at) as Instant);
  return { device, scan: scan_id, gate, lane, at, direction, isExact: true, annulledAt };
}
