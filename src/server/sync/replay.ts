// What lanes decided or were told, made true at the authority. An exact answer that the store does not
// know (it was restored from an older copy) is put back as it was; a provisional admission becomes a
// crossing that happened, and where it met another holder, a conflict that names both.
import type { PoolClient } from 'pg';
import { nextActionOf } from '#domain/entry/verdict.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { takeUp, toldTime, withCrossing } from '#domain/sync/take-up.ts';
import { scopesCrossed } from '#domain/venue/match-event.ts';
import type { JournalEntry } from '#protocol/journal.ts';
import { annulFromJournal } from '#server/entry/annul.ts';
import { ticketShown } from '#server/entry/answer.ts';
import { checkpointOf, type OpenEvent } from '#server/entry/catalogue.ts';
import { changeCrossings, lockEventHead, takeRevision } from '#server/entry/change-crossings.ts';
import { NotAuthorityError } from '#server/entry/elsewhere.ts';
import { entryEpochAt } from '#server/entry/entry-epoch.ts';
import { tellCell } from '#server/entry/tell-cell.ts';
import { type TicketRow, ticketOf } from '#server/entry/ticket-row.ts';
import { iso, storableTime } from '#server/platform/clock.ts';
import { isDatabaseAway } from '#server/platform/database-fault.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { type Device, deviceAt } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { tallyOutcome } from '#server/release/tally.ts';
import type { ServerContext } from '#server/server-context.ts';
import { isByCount, peopleOf, replayCounted } from './counted.ts';
import { findTicket } from './journalled-ticket.ts';
import { crossingOf, findStored, isOf, type MissedScan, missedScanOf } from './missed-scans.ts';
import { inTurn } from './replay-turn.ts';
import { type Pending, tickOffSettled } from './settled.ts';

type Outcome = Extract<JournalEntry, { kind: 'outcome' }>;

const ENTRIES_AT_ONCE_MAX = 1_000;

/**
 * Makes true what a device's journals hold and the authority has not taken up yet, in order. What it knows
 * already is ticked off together; each other entry is one transaction with its mark, so a crash repeats nothing and forgets nothing; one that cannot be
 * made true is left as it is, and the rest go on.
 *
 * @returns how many admissions met another on the same ticket
 */
export async function replayJournals(context: ServerContext, device: Device): Promise<number> {
  // They are kept, and passed on to where the event is decided.
  if (!(await context.catalogue.get(device.eventNumber)).isHere) return 0;
  let conflicts = 0;
  let last: Pick<Pending, 'journal_id' | 'seq'> = BEFORE_ALL;
  for (;;) {
    const { rows } = await context.pool.query<Pending>(
      `SELECT journal_id, seq, entry FROM journal_entries
       WHERE device = $1 AND applied_at IS NULL AND (journal_id, seq) > ($2::uuid, $3::bigint)
       ORDER BY journal_id, seq LIMIT $4`,
      [device.id, last.journal_id, last.seq, ENTRIES_AT_ONCE_MAX],
    );
    const open = await tickOffSettled(context, device, rows);
    for (const pending of open) conflicts += await replayApart(context, device, pending);
    last = rows.at(-1) ?? last;
    if (rows.length < ENTRIES_AT_ONCE_MAX) break;
  }
  if (conflicts > 0) context.bus.emit('conflict', device.eventNumber);
  return conflicts;
}

const BEFORE_ALL = { journal_id: '00000000-0000-0000-0000-000000000000', seq: '0' };

async function replayApart(
  context: ServerContext,
  device: Device,
  pending: Pending,
): Promise<number> {
  try {
    return await inTurn(context, device.eventNumber, () => replayOne(context, device, pending));
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    // Decided elsewhere, or by a cell that does not answer: it waits.
    if (error instanceof NotAuthorityError || isCellAway(error)) return 0;
    const { journal_id: journal, seq } = pending;
    // Not the error itself: it may quote the entry, and with it a code.
    const why = { name: (error as Error).name, code: (error as { code?: string }).code };
    context.log.error({ device: device.id, journal, seq, why }, 'a journal entry waits: a bug');
    return 0;
  }
}

function isCellAway(error: unknown): boolean {
  return error instanceof HttpProblem && error.status === 503;
}

async function replayOne(
  context: ServerContext,
  device: Device,
  { journal_id, seq, entry }: Pending,
): Promise<number> {
  const key = [device.id, journal_id, seq];
  return inTransaction(context.pool, async (client) => {
    // Locked by its mark: two uploads of one lane do not replay it twice.
    const { rowCount } = await client.query(
      `UPDATE journal_entries SET applied_at = $4
       WHERE device = $1 AND journal_id = $2 AND seq = $3 AND applied_at IS NULL`,
      [...key, new Date(context.now())],
    );
    if (rowCount === 0) return 0;
    if (entry.kind === 'outcome') return await replayOutcome(context, client, device, entry, key);
    if (entry.kind === 'counted') await replayCounted(context, client, device, entry, key);
    if (entry.kind === 'annulled') {
      const at = storableTime(parseInstant(entry.at) ?? context.now()) as Instant;
      const scan = { device: device.id, scanId: entry.scanId };
      const isKnown = await annulFromJournal(context, client, scan, at);
      if (!isKnown) await waitForEarlier(client, key);
    }
    return 0;
  });
}

/** An annulment that overtook its scan waits for as long as something before it is still to come. */
async function waitForEarlier(client: PoolClient, key: readonly unknown[]): Promise<void> {
  await client.query(
    `UPDATE journal_entries e SET applied_at = NULL FROM journals j
     WHERE e.device = $1 AND e.journal_id = $2 AND e.seq = $3
       AND j.device = e.device AND j.journal_id = e.journal_id AND j.accepted_through < e.seq`,
    [...key],
  );
}

/** What a crash left half done; at start, and now and then. */
export async function replayLeftovers(context: ServerContext): Promise<void> {
  const { rows } = await context.pool.query<Leftover>(
    `SELECT DISTINCT d.id, d.event, e.id AS event_id, d.gate, d.lane
     FROM journal_entries j JOIN devices d ON d.id = j.device JOIN events e ON e.number = d.event
     WHERE j.applied_at IS NULL`,
  );
  for (const { id, event, event_id, gate, lane } of rows) {
    const device = deviceAt({ id, eventNumber: event, eventId: event_id, gate, lane });
    await replayJournals(context, device);
  }
}

type Leftover = { id: string; event: number; event_id: string; gate: string; lane: string | null };

async function replayOutcome(
  context: ServerContext,
  client: PoolClient,
  device: Device,
  entry: Outcome,
  key: readonly unknown[],
): Promise<number> {
  const event = await lockEventHead(client, context.catalogue, device.eventNumber);
  const { codeHash, row, isMissing, finding } = await findTicket(client, event, entry);
  const checkpoint = checkpointOf(event, device.gate);
  const scan = missedScanOf(device, entry, timeOf(entry, context.now()), checkpoint);
  const stored = await findStored(client, event, scan);
  const taken = takeUp({
    verdict: entry.verdict,
    isTicketMissing: isMissing,
    stored:
      stored === null
        ? null
        : { isSameScan: isOf(stored, scan, codeHash), verdict: stored.verdict },
  });
  if (taken.kind === 'wait') {
    await keepPending(client, key);
    return 0;
  }
  if (taken.kind === 'set-aside') {
    await setAside(context, client, key);
    return 0;
  }
  const place = { device: device.id, gate: device.gate };
  await tallyOutcome(client, event, place, { ...entry, ...scan }, finding, context.now());
  const entryEpoch = await entryEpochAt(client, event, scan.at);
  const crossed =
    taken.hasCrossed && row !== null
      ? await changeCrossings(
          client,
          event,
          { entryEpoch, checkpoint, serial: row.serial },
          { gate: device.gate, now: context.now() },
          (before) => withCrossing(before, crossingOf(scan)),
        )
      : null;
  if (taken.isNew) {
    // Whoever went through an open gate with a code that leads to no ticket is inside all the same.
    const isCounted = taken.hasCrossed && row === null && isByCount(entry.rung);
    const inside = crossed?.inside ?? (isCounted ? await peopleOf(client, event, entry, 1) : 0);
    const scopes = isCounted ? scopesCrossed(event.ground, null, device.gate) : [];
    const revision =
      crossed?.revision ?? (await takeRevision(client, event, scopes, inside, null, scan));
    await insertScan(client, event, scan, entry, {
      codeHash,
      row,
      revision,
      inside,
      entryEpoch,
    });
    await tellCell(client, event, scan.device, [scan.scanId]);
  }
  return crossed?.conflicts ?? 0;
}

async function keepPending(client: PoolClient, key: readonly unknown[]): Promise<void> {
  await client.query(
    `UPDATE journal_entries SET applied_at = NULL
     WHERE device = $1 AND journal_id = $2 AND seq = $3`,
    [...key],
  );
}

/** A scanId that had another code or direction before: kept apart for people to look at. */
async function setAside(
  context: ServerContext,
  client: PoolClient,
  key: readonly unknown[],
): Promise<void> {
  const why = 'scan-id-reused: this scanId was used for another code or direction before';
  await client.query(
    `INSERT INTO quarantined_entries (device, journal_id, seq, content_hash, entry, why, received_at)
     SELECT device, journal_id, seq, content_hash, entry::text, $4, received_at
     FROM journal_entries WHERE device = $1 AND journal_id = $2 AND seq = $3
     ON CONFLICT DO NOTHING`,
    [...key, why],
  );
  const [device, journal, seq] = key;
  context.log.error({ device, journal, seq, why }, 'a journal entry was set aside');
}

async function insertScan(
  client: PoolClient,
  event: OpenEvent,
  scan: MissedScan,
  entry: Outcome,
  found: {
    codeHash: Uint8Array;
    row: TicketRow | null;
    revision: number;
    inside: number;
    entryEpoch: number;
  },
): Promise<void> {
  const answer = {
    scanId: entry.scanId,
    verdict: entry.verdict,
    reason: entry.reason,
    rung: entry.rung,
    ticket: found.row === null ? null : ticketShown(ticketOf(found.row), event.ground),
    first: null,
    gateHint: null,
    attention: null,
    next: nextActionOf(entry.verdict, entry.reason, entry.direction),
    from: null,
    decidedAt: iso(scan.at),
  };
  await client.query(
    `INSERT INTO scans (device, scan_id, event, code_hash, direction, verdict, reason, rung, gate, lane,
       operator, serial, scanned_at, decided_at, revision, inside, checkpoint, entry_epoch, answer)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
    [
      scan.device,
      scan.scanId,
      event.number,
      Buffer.from(found.codeHash),
      scan.direction,
      entry.verdict,
      entry.reason,
      entry.rung,
      scan.gate,
      scan.lane,
      entry.operator ?? null,
      found.row?.serial ?? null,
      iso(scan.scannedAt),
      iso(scan.at),
      found.revision,
      found.inside,
      scan.checkpoint,
      found.entryEpoch,
      JSON.stringify(answer),
    ],
  );
}

function timeOf(entry: Outcome, now: Instant): Instant {
  const scannedAt = parseInstant(entry.scannedAt) ?? now;
  const notBefore = entry.notBefore === undefined ? null : parseInstant(entry.notBefore);
  return storableTime(toldTime(scannedAt, notBefore, now)) as Instant;
}
