// Taking a crossing back. It leaves a tombstone: the scan answers `annulled` for ever.
import type { PoolClient } from 'pg';
import { type AnnulRefusal, annulCrossing } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { withTombstone } from '#domain/sync/take-up.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import type { OpenEvent } from './catalogue.ts';
import { changeCrossings, lockEventHead } from './change-crossings.ts';
import type { EventCell } from './event-cell.ts';

type Annulled = { readonly outcome: 'annulled' | 'already-annulled'; readonly at: Instant };

export type ScanKey = { readonly device: string; readonly scanId: string };

/** @throws HttpProblem `conflict` for a scan that let nobody through, is too old, or was followed */
export async function annulScan(
  context: ServerContext,
  principal: Principal | null,
  scan: ScanKey,
  cause: string,
): Promise<Annulled> {
  const inCell = await cellEventOf(context, principal, scan.device);
  if (inCell !== null) return await annulInCell(context, principal, inCell, scan, cause);
  context.storeState.servingEpoch();
  return context.acts.do<Annulled>(principal, async (client) => {
    const row = await findScan(client, scan);
    if (row?.annulled_at != null) {
      const at = row.annulled_at.getTime() as Instant;
      return { result: { outcome: 'already-annulled', at }, act: null };
    }
    const at = context.now();
    if (row === null) throw refused('no-such-crossing');
    const isTakenBack = await takeBack(context, client, scan, row, at, (crossings) => {
      const after = annulCrossing(crossings, scan.device, scan.scanId, at);
      if (typeof after === 'string') throw refused(after);
      return after;
    });
    if (!isTakenBack) throw refused('no-such-crossing');
    const detail = { cause, gate: row.gate, serial: row.serial };
    const subject = `${scan.device}/${scan.scanId}`;
    return { result: { outcome: 'annulled', at }, act: { act: 'scan.annulled', subject, detail } };
  });
}

/** An event that the cell decides: the device's, or of who asks. */
async function cellEventOf(
  { pool, catalogue, cell }: ServerContext,
  principal: Principal | null,
  device: string,
): Promise<InCell | null> {
  if (cell === null) return null;
  const { rows } = await pool.query<{ event: number }>(
    `SELECT event FROM devices WHERE id = $1
     UNION ALL SELECT event FROM scans WHERE device = $1 LIMIT 1`,
    [device],
  );
  const number = principal?.kind === 'device' ? principal.eventNumber : rows[0]?.event;
  if (number === undefined) return null;
  const event = await catalogue.get(number);
  return event.cell === undefined ? null : { ...event, cell: event.cell };
}

/** The cell keeps it; who did it goes into the audit after that. */
async function annulInCell(
  context: ServerContext,
  principal: Principal | null,
  event: InCell,
  scan: ScanKey,
  cause: string,
): Promise<Annulled> {
  event.cell.state.servingEpoch();
  const found = await event.cell.findScan(scan.device, scan.scanId);
  if (found === null) throw refused('no-such-crossing');
  if (found.annulledAt !== null) return { outcome: 'already-annulled', at: found.annulledAt };
  const at = context.now();
  const isTakenBack = await event.cell.annul(event.ground, scan, at, (crossings) => {
    const after = annulCrossing(crossings, scan.device, scan.scanId, at);
    if (after === 'already-annulled') return null;
    if (typeof after === 'string') throw refused(after);
    return after;
  });
  if (!isTakenBack) {
    const now = await event.cell.findScan(scan.device, scan.scanId);
    if (now?.annulledAt == null) throw refused('no-such-crossing');
    return { outcome: 'already-annulled', at: now.annulledAt };
  }
  return context.acts.do<Annulled>(principal, async () => {
    const detail = { cause, gate: found.gate, serial: found.serial };
    const subject = `${scan.device}/${scan.scanId}`;
    return { result: { outcome: 'annulled', at }, act: { act: 'scan.annulled', subject, detail } };
  });
}

type InCell = OpenEvent & { readonly cell: EventCell };

/**
 * The same, told by a lane's journal after the fact: the turnstile did not turn, whatever came since.
 *
 * @returns false when no such scan is known, or not yet
 */
export async function annulFromJournal(
  context: ServerContext,
  client: PoolClient,
  scan: ScanKey,
  at: Instant,
): Promise<boolean> {
  const inCell = await cellEventOf(context, null, scan.device);
  if (inCell !== null) return await annulToldInCell(inCell, scan, at);
  const row = await findScan(client, scan);
  if (row === null) return false;
  if (row.annulled_at !== null || row.serial === null) return true;
  await takeBack(context, client, scan, row, at, (crossings) => withTombstone(crossings, scan, at));
  return true;
}

async function annulToldInCell(
  { cell, ground }: InCell,
  scan: ScanKey,
  at: Instant,
): Promise<boolean> {
  const found = await cell.findScan(scan.device, scan.scanId);
  if (found === null) return false;
  if (found.annulledAt !== null || found.serial === null) return true;
  await cell.annul(ground, scan, at, (crossings) => withTombstone(crossings, scan, at));
  return true;
}

type ScanRow = {
  event: number;
  entry_epoch: number;
  checkpoint: string;
  serial: number | null;
  gate: string;
  annulled_at: Date | null;
};

async function findScan(client: PoolClient, scan: ScanKey): Promise<ScanRow | null> {
  const { rows } = await client.query<ScanRow>(
    `SELECT event, entry_epoch, checkpoint, serial, gate, annulled_at
     FROM scans WHERE device = $1 AND scan_id = $2 FOR UPDATE`,
    [scan.device, scan.scanId],
  );
  return rows[0] ?? null;
}

/** @returns false when `change` found nothing to take back */
async function takeBack(
  context: ServerContext,
  client: PoolClient,
  scan: ScanKey,
  row: ScanRow,
  at: Instant,
  change: Parameters<typeof changeCrossings>[4],
): Promise<boolean> {
  const event = await lockEventHead(client, context.catalogue, row.event);
  const { entry_epoch: entryEpoch, checkpoint, serial, gate } = row;
  if (serial === null) return false;
  const key = { entryEpoch, checkpoint, serial };
  const passage = { gate, now: context.now() };
  if ((await changeCrossings(client, event, key, passage, change)) === null) return false;
  await client.query('UPDATE scans SET annulled_at = $3 WHERE device = $1 AND scan_id = $2', [
    scan.device,
    scan.scanId,
    new Date(at),
  ]);
  return true;
}

const WORDS: Readonly<Record<AnnulRefusal, string>> = {
  'no-such-crossing': 'this scan let nobody through',
  'already-annulled': 'this scan was annulled before',
  'too-late': 'more than 15 minutes have passed',
  'crossed-since': 'the ticket has crossed again since',
};

function refused(refusal: AnnulRefusal): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `${refusal}: ${WORDS[refusal]}`,
    mend: 'send the holder to the service desk',
  });
}
