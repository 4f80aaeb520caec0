// Journals of lanes, passed on in order to where they become durable (the hub) and to where they are made
// true (the event's authority). What a node has not confirmed is sent again; a journal that one node does
// not take holds up no other.
import type { Pool } from 'pg';
import type { RelayedJournal } from '#protocol/edge.ts';
import { journalReceipt } from '#protocol/journal.ts';
import type { Log } from '#server/platform/log.ts';
import { isRefusal, type Link } from './link.ts';

const ENTRIES_AT_ONCE_MAX = 500;
const JOURNALS_AT_ONCE_MAX = 200;
const SEND_WITHIN_MS = 10_000;
/** A lane that said so longer ago may have more by now. */
const COMPLETE_FOR = '60 seconds';

type Waiting = {
  device: string;
  journal_id: string;
  accepted_through: string;
  through: string;
  is_complete: boolean;
  applied_through: string;
};

/**
 * @param isForAll - every journal, or only those of events that the target decides
 * @param store - epoch of the target's store: another one may have forgotten what it had
 * @returns whether all of it has arrived
 */
export async function relayJournals(
  pool: Pool,
  target: Link,
  options: { readonly isForAll: boolean; readonly store: string; readonly log: Log },
): Promise<boolean> {
  const { rows } = await pool.query<Waiting>(WAITING, [
    target.name,
    options.isForAll,
    options.store,
    JOURNALS_AT_ONCE_MAX,
  ]);
  let isDone = rows.length < JOURNALS_AT_ONCE_MAX;
  for (const waiting of rows) {
    const key = [target.name, waiting.device, waiting.journal_id];
    try {
      const body = await nextEntries(pool, waiting);
      const path = '/api/v1/edge/journals';
      const receipt = await target.ask(journalReceipt, { path, body, timeoutMs: SEND_WITHIN_MS });
      // Never past what was sent: another may have brought more under the same name.
      const last = Number(body.entries.at(-1)?.seq ?? waiting.through);
      const through = Math.min(receipt.durableThrough, last);
      await pool.query(
        `INSERT INTO relays (target, device, journal_id, through, store) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (target, device, journal_id)
         DO UPDATE SET through = excluded.through, store = excluded.store`,
        [...key, Math.min(through, Number(waiting.accepted_through)), options.store],
      );
      isDone &&= through >= Number(waiting.accepted_through);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // It goes on with the others, and asks again in the next round.
      const { device, journal_id: journal } = waiting;
      options.log.warn({ device, journal, err: error }, `${target.name} does not take a journal`);
    }
  }
  return isDone;
}

const WAITING = `
  SELECT j.device, j.journal_id, j.accepted_through, coalesce(r.through, 0) AS through,
    coalesce(j.completed_at > now() - interval '${COMPLETE_FOR}', false) AS is_complete,
    CASE WHEN h.deciding_epoch = e.authority_epoch THEN coalesce(
      (SELECT min(seq) - 1 FROM journal_entries w
       WHERE w.device = j.device AND w.journal_id = j.journal_id AND w.applied_at IS NULL),
      j.accepted_through) ELSE 0 END AS applied_through
  FROM journals j
  JOIN devices d ON d.id = j.device
  JOIN events e ON e.number = d.event
  JOIN claim_heads h ON h.event = e.number
  LEFT JOIN relays r ON r.target = $1 AND r.device = j.device AND r.journal_id = j.journal_id
  WHERE ($2 OR e.authority = $1)
    AND (j.accepted_through > coalesce(r.through, 0) OR r.store IS DISTINCT FROM $3)
  ORDER BY r.through NULLS FIRST, j.device LIMIT $4`;

async function nextEntries(pool: Pool, waiting: Waiting): Promise<RelayedJournal> {
  const { device, journal_id: journalId } = waiting;
  const { rows } = await pool.query<{ entry: RelayedJournal['entries'][number]; seq: string }>(
    `SELECT seq, coalesce((SELECT q.entry::json FROM quarantined_entries q
        WHERE q.device = e.device AND q.journal_id = e.journal_id AND q.seq = e.seq
          AND q.content_hash = e.content_hash), e.entry) AS entry
     FROM journal_entries e WHERE device = $1 AND journal_id = $2 AND seq > $3
     ORDER BY seq LIMIT $4`,
    [device, journalId, waiting.through, ENTRIES_AT_ONCE_MAX],
  );
  const last = Number(rows.at(-1)?.seq ?? waiting.through);
  return {
    device,
    journalId,
    entries: rows.map(({ entry }) => entry),
    isComplete: waiting.is_complete && last >= Number(waiting.accepted_through),
    appliedThrough: Number(waiting.applied_through),
  };
}

/** How far the hub has made a journal durable, as this box knows. */
export async function durableAtHub(pool: Pool, device: string, journalId: string): Promise<number> {
  const { rows } = await pool.query<{ through: string }>(
    `SELECT through FROM relays WHERE target = 'hub' AND device = $1 AND journal_id = $2`,
    [device, journalId],
  );
  return Number(rows[0]?.through ?? 0);
}
