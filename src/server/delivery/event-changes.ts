// Changes of matches: foreseen, begun by people, and worked through page by page. A page is one transaction with
// the place where the next begins, so that a node that dies in between leaves a change that another goes on with.
import type { Pool, PoolClient } from 'pg';
import {
  decideConsequence,
  type EventChange,
  type Foreseen,
  NOTHING_FORESEEN,
  plusConsequence,
} from '#domain/delivery/event-change.ts';
import type { Match } from '#domain/delivery/occasions.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { onSnapshot } from '#server/platform/transaction.ts';
import { type MatchOrder, ordersOfMatch } from './orders-of-match.ts';

const PREVIEW_PAGE = 500;

export type EventChangeRow = {
  readonly id: string;
  readonly event: number;
  readonly change: EventChange;
  readonly before: Match;
  readonly foreseen: Foreseen;
  readonly done: Foreseen;
  readonly reason: string;
  readonly begunAt: number;
  readonly finishedAt: number | null;
  readonly cursor: string;
};

/** What a change would do to the orders that there are, and does not do. */
export async function foresee(
  pool: Pool,
  event: number,
  change: EventChange,
  kickOffAt: Instant,
  now: Instant,
): Promise<Foreseen> {
  return await onSnapshot(pool, (client) => foreseeIn(client, event, change, kickOffAt, now));
}

/** The same within a transaction, for whoever is about to begin it. */
export async function foreseeIn(
  client: PoolClient,
  event: number,
  change: EventChange,
  kickOffAt: Instant,
  now: Instant,
): Promise<Foreseen> {
  let sum = NOTHING_FORESEEN;
  for (let after = ''; ; ) {
    const page = await ordersOfMatch(client, event, { after, limit: PREVIEW_PAGE });
    for (const order of page) {
      const consequence = decideConsequence(change, order.ofMatch, kickOffAt, now);
      sum = plusConsequence(sum, consequence, hasAddress(order));
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PREVIEW_PAGE) return sum;
    after = last.stored.id;
  }
}

export function hasAddress({ contact }: MatchOrder): boolean {
  return contact.email !== null || contact.phone !== null;
}

type Row = Omit<EventChangeRow, 'begunAt' | 'finishedAt'> & {
  begun_at: Date;
  finished_at: Date | null;
};

const COLUMNS = 'id, event, change, before, foreseen, done, reason, begun_at, finished_at, cursor';

function rowOf({ begun_at, finished_at, ...rest }: Row): EventChangeRow {
  const finishedAt = finished_at === null ? null : finished_at.getTime();
  return { ...rest, begunAt: begun_at.getTime(), finishedAt };
}

export async function insertChange(
  client: PoolClient,
  change: Omit<EventChangeRow, 'begunAt' | 'finishedAt' | 'cursor' | 'done'> & {
    readonly askedBy: string;
    readonly approvedBy: string | null;
    readonly at: Instant;
  },
): Promise<void> {
  await client.query(
    `INSERT INTO event_changes (id, event, change, before, foreseen, done, reason, asked_by, approved_by,
       begun_at, worked_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
    [
      change.id,
      change.event,
      JSON.stringify(change.change),
      JSON.stringify(change.before),
      JSON.stringify(change.foreseen),
      JSON.stringify(NOTHING_FORESEEN),
      change.reason,
      change.askedBy,
      change.approvedBy,
      new Date(change.at),
    ],
  );
}

/** Latest first. */
export async function listChanges(
  client: Pool | PoolClient,
  event: number,
): Promise<EventChangeRow[]> {
  const { rows } = await client.query<Row>(
    `SELECT ${COLUMNS} FROM event_changes WHERE event = $1 ORDER BY begun_at DESC, id LIMIT 100`,
    [event],
  );
  return rows.map(rowOf);
}

export async function hasOpenChange(client: PoolClient, event: number): Promise<boolean> {
  const { rowCount } = await client.query(
    'SELECT FROM event_changes WHERE event = $1 AND finished_at IS NULL',
    [event],
  );
  return rowCount !== 0;
}

/** Takes a change that nobody is at work on, for so long. */
export async function takeChange(
  pool: Pool,
  at: Instant,
  leaseMs: number,
): Promise<EventChangeRow | null> {
  const { rows } = await pool.query<Row>(
    `UPDATE event_changes SET worked_until = $2
     WHERE id = (SELECT id FROM event_changes WHERE finished_at IS NULL AND worked_until <= $1
                 ORDER BY begun_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING ${COLUMNS}`,
    [new Date(at), new Date(at + leaseMs)],
  );
  return rows[0] === undefined ? null : rowOf(rows[0]);
}

/** The change as it stands, locked: two who believe that it is theirs go one after the other. */
export async function lockChange(client: PoolClient, id: string): Promise<EventChangeRow | null> {
  const { rows } = await client.query<Row>(
    `SELECT ${COLUMNS} FROM event_changes WHERE id = $1 AND finished_at IS NULL FOR UPDATE`,
    [id],
  );
  return rows[0] === undefined ? null : rowOf(rows[0]);
}

/** @param cursor - null: it was the last page */
export async function advanceChange(
  client: PoolClient,
  id: string,
  step: { readonly cursor: string | null; readonly done: Foreseen; readonly workedUntil: number },
  at: Instant,
): Promise<void> {
  await client.query(
    `UPDATE event_changes SET cursor = coalesce($2, cursor), done = $3, worked_until = $4,
       finished_at = CASE WHEN $2::text IS NULL THEN $5::timestamptz END WHERE id = $1`,
    [id, step.cursor, JSON.stringify(step.done), new Date(step.workedUntil), new Date(at)],
  );
}
