// The decisions of an event as a log that other nodes follow: revisions are given under one lock, so what
// is there up to one of them is there without a gap. Scans have a revision each; a claim stands under that
// of its last change, and its crossings say which scans were taken back.
import type { Pool, PoolClient } from 'pg';
import { LOG_PAGE_MAX, type LogPage, type LogReceipt, type Row } from '#protocol/edge.ts';
import { onSnapshot } from '#server/platform/transaction.ts';
import { raiseFence } from '#server/venue/store.ts';
import { upsertRows } from './rows.ts';

type Head = {
  revision: string;
  scopes: string[];
  inside: number[];
  deciding_epoch: number | null;
  log_epoch: number;
  log_store: string | null;
};

const HEAD = `SELECT revision, scopes, inside, deciding_epoch, log_epoch, log_store
  FROM claim_heads WHERE event = $1`;

/**
 * What follows a revision.
 *
 * @param store - epoch of this store: of what it has decided itself
 * @returns null when there is nothing that this store knows to follow it
 */
export async function logPageOf(
  pool: Pool,
  event: number,
  after: number,
  store: string,
): Promise<LogPage | null> {
  return onSnapshot(pool, async (client) => {
    const { rows } = await client.query<Head & { is_stopped: boolean; entry_epoch: number }>(
      `SELECT h.*, e.handover_to IS NOT NULL AS is_stopped, e.entry_epoch
       FROM (${HEAD}) h JOIN events e ON e.number = $1`,
      [event],
    );
    const head = rows[0];
    if (head === undefined) return null;
    const last = Number(head.revision);
    if (after > last) return null;
    const through = await endOfPage(client, event, after, last);
    const isEnd = through === last;
    const range = [event, after, through];
    const scans = await rowsIn(client, SCANS_IN, range);
    const claims = await rowsIn(client, CLAIMS_IN, range);
    const serials = claims.map((claim) => claim['serial']);
    const conflicts = await rowsIn(client, CONFLICTS_OF, [event, serials]);
    const isOurs = head.deciding_epoch !== null;
    return {
      epoch: head.deciding_epoch ?? head.log_epoch,
      store: isOurs ? store : head.log_store,
      after,
      through,
      head: last,
      scans,
      claims,
      conflicts,
      entryEpoch: head.entry_epoch,
      entryEpochs: await rowsIn(client, ENTRY_EPOCHS_OF, [event]),
      inside: isEnd
        ? Object.fromEntries(head.scopes.map((s, i) => [s, head.inside[i] ?? 0]))
        : null,
      follows: null,
      isLast: isEnd && isOurs && head.is_stopped,
    };
  });
}

/** Revisions of a cell lie far apart: a page ends with the last scan that it has room for. */
async function endOfPage(
  client: PoolClient,
  event: number,
  after: number,
  last: number,
): Promise<number> {
  const { rows } = await client.query<{ revision: string }>(
    `SELECT revision FROM scans WHERE event = $1 AND revision > $2 AND revision <= $3
     ORDER BY revision OFFSET $4 LIMIT 1`,
    [event, after, last, LOG_PAGE_MAX - 1],
  );
  return Number(rows[0]?.revision ?? last);
}

/** Those between two revisions, as {@link scanRowOf} takes them. */
export const SCANS_IN = `SELECT to_jsonb(s) - 'answer' || jsonb_build_object('answer_text', s.answer::text) AS row
  FROM scans s WHERE event = $1 AND revision > $2 AND revision <= $3 ORDER BY revision`;
const CLAIMS_IN = `SELECT to_jsonb(c) AS row
  FROM claims c WHERE event = $1 AND revision > $2 AND revision <= $3 ORDER BY revision, serial`;
const ENTRY_EPOCHS_OF =
  'SELECT to_jsonb(x) AS row FROM entry_epochs x WHERE event = $1 ORDER BY epoch';
const CONFLICTS_OF = `SELECT to_jsonb(c) AS row FROM conflicts c WHERE event = $1 AND serial = ANY ($2)`;

export async function rowsIn(
  client: Pool | PoolClient,
  sql: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const { rows } = await client.query<{ row: Row }>(sql, [...values]);
  return rows.map(({ row }) => row);
}

/** Where this store stands. Locked until the transaction ends when `isLocked`. */
export async function headOf(
  client: Pool | PoolClient,
  event: number,
  isLocked = false,
): Promise<LogReceipt & { decidingEpoch: number | null }> {
  const { rows } = await client.query<Head>(`${HEAD}${isLocked ? ' FOR UPDATE' : ''}`, [event]);
  const head = rows[0];
  if (head === undefined) throw new Error(`event number ${event} is not in this store`);
  return {
    epoch: head.log_epoch,
    store: head.log_store,
    revision: Number(head.revision),
    decidingEpoch: head.deciding_epoch,
  };
}

/**
 * Takes up a page that follows what this store has; any other changes nothing. Must not be called of an
 * event that this store decides.
 *
 * @returns whether it was taken up
 */
export async function applyLog(client: PoolClient, event: number, page: LogPage): Promise<boolean> {
  const head = await headOf(client, event, true);
  if (head.decidingEpoch !== null || head.revision !== page.after) return false;
  await upsertRows(client, 'scans', page.scans.map(scanRowOf));
  await upsertRows(client, 'claims', page.claims);
  await upsertRows(client, 'conflicts', page.conflicts);
  await applyEntryEpoch(client, event, page);
  await client.query(
    `UPDATE scans s SET annulled_at = to_timestamp((x->>'annulledAt')::bigint / 1000.0)
     FROM json_array_elements($1::json) AS c, json_array_elements(c->'crossings') AS x
     WHERE x->>'annulledAt' IS NOT NULL AND s.annulled_at IS NULL
       AND s.device = x->>'device' AND s.scan_id = x->>'scan'`,
    [JSON.stringify(page.claims)],
  );
  await client.query(
    `UPDATE claim_heads h SET revision = $2, log_epoch = $3, log_store = $4,
       inside = CASE WHEN $5::jsonb IS NULL THEN h.inside ELSE (
         SELECT array_agg(coalesce(($5::jsonb->>s)::integer, 0) ORDER BY o)
         FROM unnest(h.scopes) WITH ORDINALITY AS x (s, o)) END
     WHERE event = $1`,
    [
      event,
      page.through,
      page.epoch,
      page.store,
      page.inside === null ? null : JSON.stringify(page.inside),
    ],
  );
  return true;
}

/** A re-admission: from here on everybody enters anew, here too. */
async function applyEntryEpoch(client: PoolClient, event: number, page: LogPage): Promise<void> {
  await upsertRows(client, 'entry_epochs', page.entryEpochs ?? []);
  const { rowCount } = await client.query(
    'UPDATE events SET entry_epoch = $2 WHERE number = $1 AND entry_epoch < $2',
    [event, page.entryEpoch ?? 1],
  );
  if (rowCount === 1) await raiseFence(client, event);
}

/** The answer as text, because it goes out to the byte as it was given. */
export function scanRowOf({ answer_text, ...row }: Row): Row {
  return { ...row, answer: JSON.parse(String(answer_text)) };
}

/** Drops what this store has of an event's decisions, to follow from the beginning. */
export async function dropLog(client: PoolClient, event: number): Promise<void> {
  await client.query('SELECT 1 FROM claim_heads WHERE event = $1 FOR UPDATE', [event]);
  for (const table of ['scans', 'claims', 'conflicts']) {
    await client.query(`DELETE FROM ${table} WHERE event = $1`, [event]);
  }
  await takeJournalsUpAgain(client, event);
  await client.query(
    `UPDATE claim_heads SET revision = 0, log_epoch = 1, log_store = NULL, fence = fence + 1,
       inside = ARRAY(SELECT 0 FROM unnest(scopes)) WHERE event = $1`,
    [event],
  );
}

/**
 * Journals that were made true in a log that is followed no longer are made true once more by whoever decides
 * next; what that one knows already stays as it is.
 */
export async function takeJournalsUpAgain(client: PoolClient, event: number): Promise<void> {
  await client.query(
    `UPDATE journal_entries SET applied_at = NULL
     WHERE event = $1 AND applied_at IS NOT NULL AND kind IN ('outcome', 'annulled', 'counted')`,
    [event],
  );
}

/**
 * Whether a follower holds decisions that a later authority began without: the one before was given up, or put back
 * from a copy, before it could hand them over.
 */
export async function hasDiverged(
  client: Pool | PoolClient,
  event: number,
  follower: { readonly epoch: number; readonly revision: number },
): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM authorities
     WHERE event = $1 AND epoch > $2 AND from_revision < $3 LIMIT 1`,
    [event, follower.epoch, follower.revision],
  );
  return rowCount !== 0;
}
