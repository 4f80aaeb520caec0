// What was decided in the cell, written into this server's PostgreSQL in the order of the cell: what lists,
// feeds, desk and reports read, and what is left of the evening when the cell has been cleared. Whatever was
// written before is passed over, so several servers on one database may all do it.
import type { Pool, PoolClient } from 'pg';
import { refold } from '#domain/entry/conflicts.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { type Ground, groundOf } from '#domain/venue/match-event.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import { upsertRows } from '#server/edge/rows.ts';
import { noteConflicts } from '#server/entry/note-conflicts.ts';
import { TICKET_COLUMNS, type TicketRow, ticketOf } from '#server/entry/ticket-row.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { type CellEvent, peopleMoved } from './mirror.ts';
import { noteChanges } from './note-changes.ts';
import {
  addPeople,
  type ClaimValue,
  type Head,
  numberOf,
  readValue,
  type ScanValue,
  scanNumber,
} from './records.ts';

export type Followed = {
  /** The claim store that was followed, and how far. */
  readonly epoch: string;
  readonly revision: number;
  /** Of entry, whose people are counted as inside. */
  readonly entryEpoch: number;
};

export async function followedOf(pool: Pool | PoolClient, event: number): Promise<Followed | null> {
  const { rows } = await pool.query<{ epoch: string; revision: string; entry_epoch: number }>(
    'SELECT epoch, revision, entry_epoch FROM cell_followed WHERE event = $1',
    [event],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return { epoch: row.epoch, revision: Number(row.revision), entryEpoch: row.entry_epoch };
}

export type Written = {
  readonly scans: Record<string, unknown>[];
  /** Tickets on which somebody met another. */
  readonly conflicts: Record<string, unknown>[];
};

/**
 * @param isWhole - everything that there is, rather than what followed: people are counted anew
 * @returns what this store did not have; null, and nothing is written, while it holds that another than the cell
 *   decides the event: it has not heard yet, or the cell was given up
 */
export function writeDown(
  pool: Pool,
  event: number,
  head: Head,
  events: readonly CellEvent[],
  through: number,
  isWhole: boolean,
  now: Instant,
): Promise<Written | null> {
  return inTransaction(pool, async (client) => {
    const found = await client.query<{ scopes: string[] }>(
      `SELECT h.scopes FROM claim_heads h JOIN events e ON e.number = h.event
       WHERE h.event = $1 AND e.authority = 'cell' FOR UPDATE OF h`,
      [event],
    );
    const scopes = found.rows[0]?.scopes;
    if (scopes === undefined) return null;
    const known = await followedOf(client, event);
    // What follows has to follow something: of another store it would be counted on top.
    if (!isWhole && known?.epoch !== head.epoch) return null;
    const from = isWhole ? -1 : (known?.revision ?? -1);
    const fresh = events.filter(({ kv, isGone }) => !isGone && Number(kv.modRevision) > from);
    const scans = fresh
      .filter(({ what }) => what.kind === 's')
      .map((each) => scanRow(event, head, each));
    await upsertRows(client, 'scans', scans);
    await noteChanges(client, event, { head, ground: groundIn(head) }, fresh);
    const claims = latest(fresh.filter(({ what }) => what.kind === 'c'));
    await upsertRows(
      client,
      'claims',
      claims.map((each) => claimRow(event, head, each)),
    );
    const conflicts = await findConflicts(client, event, head, claims, now);
    // Everybody is counted anew from the beginning of an entry epoch.
    const isAnew = isWhole || known?.entryEpoch !== head.entryEpoch;
    await count(client, event, { head, scopes, fresh, through, isAnew });
    await client.query(
      `INSERT INTO cell_followed (event, epoch, revision, entry_epoch) VALUES ($1, $2, $3, $5)
       ON CONFLICT (event) DO UPDATE SET epoch = excluded.epoch, entry_epoch = excluded.entry_epoch,
         revision = CASE WHEN cell_followed.epoch = excluded.epoch AND NOT $4
           THEN greatest(cell_followed.revision, excluded.revision) ELSE excluded.revision END`,
      [event, head.epoch, through, isWhole, head.entryEpoch],
    );
    return { scans, conflicts };
  });
}

async function count(
  client: PoolClient,
  event: number,
  by: {
    readonly head: Head;
    readonly scopes: readonly string[];
    readonly fresh: readonly CellEvent[];
    readonly through: number;
    readonly isAnew: boolean;
  },
): Promise<void> {
  const { head, scopes, fresh, through, isAnew } = by;
  const moved = new Map<string, number>();
  for (const each of fresh) addPeople(moved, peopleMoved(each, head.entryEpoch), 1);
  await client.query(
    `UPDATE claim_heads h SET revision = greatest(h.revision, $2), log_store = $3,
       log_epoch = coalesce($4, h.log_epoch),
       inside = (SELECT array_agg(CASE WHEN $6 THEN x.d ELSE x.a + x.d END ORDER BY x.o)
                 FROM unnest(h.inside, $5::integer[]) WITH ORDINALITY AS x (a, d, o))
     WHERE h.event = $1`,
    [
      event,
      numberOf(head, through, 0),
      head.epoch,
      head.decides,
      scopes.map((scope) => moved.get(scope) ?? 0),
      isAnew,
    ],
  );
}

/** Several changes of one claim: what it came from, and what it has come to. */
function latest(events: readonly CellEvent[]): CellEvent[] {
  const byKey = new Map<string, CellEvent>();
  for (const each of events) {
    const first = byKey.get(each.kv.key);
    byKey.set(each.kv.key, first === undefined ? each : { ...each, before: first.before });
  }
  return [...byKey.values()];
}

function scanRow(event: number, head: Head, { kv }: CellEvent) {
  const value = readValue<ScanValue>(kv);
  const { i: _i, minute: _minute, scopes: _scopes, answer, annulled_at, ...row } = value;
  return {
    ...row,
    event,
    revision: scanNumber(head.base, value, Number(kv.modRevision)),
    answer: JSON.parse(answer) as unknown,
    annulled_at: annulled_at ?? null,
  };
}

function claimRow(event: number, head: Head, { kv, what }: CellEvent) {
  if (what.kind !== 'c') throw new Error('a claim is under the key of one');
  const { crossings, i } = readValue<ClaimValue>(kv);
  const revision = numberOf(head, kv.modRevision, i + 1);
  const { entryEpoch: entry_epoch, checkpoint, serial } = what;
  return { event, entry_epoch, checkpoint, serial, crossings, revision, previous: 0 };
}

let groundKept: { readonly file: unknown; readonly ground: Ground } | null = null;

function groundIn(head: Head): Ground {
  if (groundKept?.file !== head.file) {
    groundKept = { file: head.file, ground: groundOf(matchEventOf(head.file)) };
  }
  return groundKept.ground;
}

/** Only what a lane decided alone can have met another. */
async function findConflicts(
  client: PoolClient,
  event: number,
  head: Head,
  claims: readonly CellEvent[],
  now: Instant,
): Promise<Written['conflicts']> {
  const found: Written['conflicts'] = [];
  for (const { what, kv, before } of claims) {
    const { crossings } = readValue<ClaimValue>(kv);
    if (what.kind !== 'c' || crossings.every(({ isExact }) => isExact)) continue;
    const { rows } = await client.query<TicketRow>(
      `SELECT ${TICKET_COLUMNS} FROM tickets WHERE event = $1 AND serial = $2`,
      [event, what.serial],
    );
    if (rows[0] === undefined) continue;
    const rules = rulesFor(groundIn(head), ticketOf(rows[0]));
    const past = before === null ? [] : readValue<ClaimValue>(before).crossings;
    const refolded = refold(past, crossings, rules);
    await noteConflicts(client, event, what, refolded, now);
    if (refolded.conflicts.length + refolded.settled.length > 0) found.push({ event, ...what });
  }
  return found;
}
