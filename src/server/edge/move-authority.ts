// Which node decides an event, and how that changes. The one that decides stops first and says where it
// stopped; the next begins when it has everything up to there. If the first cannot be asked, two people
// give it up for lost: from then on nobody takes its word for the event, and what it decided meanwhile
// comes back by the journals of its lanes.
import type { PoolClient } from 'pg';
import { CELL } from '#server/entry/catalogue.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { headOf, takeJournalsUpAgain } from './log.ts';

export type AuthorityRow = {
  readonly number: number;
  readonly authority: string;
  readonly authority_epoch: number;
  readonly handover_to: string | null;
};

export async function lockAuthority(client: PoolClient, eventId: string): Promise<AuthorityRow> {
  const { rows } = await client.query<AuthorityRow>(
    'SELECT number, authority, authority_epoch, handover_to FROM events WHERE id = $1 FOR UPDATE',
    [eventId],
  );
  if (rows[0] !== undefined) return rows[0];
  throw new HttpProblem('not-found', {
    detail: `there is no event ${eventId}`,
    mend: 'see “kaimen event list”',
  });
}

export async function lockAuthorityOf(client: PoolClient, event: number): Promise<AuthorityRow> {
  const { rows } = await client.query<{ id: string }>('SELECT id FROM events WHERE number = $1', [
    event,
  ]);
  return lockAuthority(client, rows[0]?.id ?? String(event));
}

/**
 * At the hub. The hub itself stops in this very transaction; a box is asked to, and hears of it by its
 * next call.
 *
 * @returns what was done; null when nothing had to be
 */
export async function moveAuthority(
  client: PoolClient,
  row: AuthorityRow,
  to: string,
  isLost: boolean,
): Promise<'moved' | 'asked' | null> {
  if (row.authority === to && row.handover_to === null) return null;
  // A cell has stopped, and all it decided is here, before this is asked.
  if (row.authority === 'hub' || row.authority === CELL || isLost) {
    const head = await headOf(client, row.number, true);
    await settle(client, row, to, head.revision, isLost);
    return 'moved';
  }
  // Called back while it is asked: nothing was handed over yet.
  const next = row.authority === to ? null : to;
  await client.query('UPDATE events SET handover_to = $2 WHERE number = $1', [row.number, next]);
  await raise(client, row.number);
  return 'asked';
}

/** At the hub: the authority changes, from this revision on. */
export async function settle(
  client: PoolClient,
  row: AuthorityRow,
  to: string,
  from: number,
  wasLost: boolean,
): Promise<void> {
  const epoch = row.authority_epoch + 1;
  await client.query(
    `UPDATE events SET authority = $2, authority_epoch = $3, handover_to = NULL WHERE number = $1`,
    [row.number, to, epoch],
  );
  await client.query(
    `INSERT INTO authorities (event, epoch, node, from_revision, was_lost, since)
     VALUES ($1, $2, $3, $4, $5, now())`,
    [row.number, epoch, to, from, wasLost],
  );
  await client.query(
    `UPDATE claim_heads SET log_epoch = coalesce(deciding_epoch, log_epoch), log_store = NULL,
       deciding_epoch = $2 WHERE event = $1`,
    [row.number, to === 'hub' ? epoch : null],
  );
  if (wasLost) await takeJournalsUpAgain(client, row.number);
  await raise(client, row.number);
}

/**
 * At a box: begins to decide what it was named for, once it has all that was decided before and a list.
 *
 * @returns whether it has begun just now
 */
export async function takeOver(client: PoolClient, event: number, self: string): Promise<boolean> {
  const head = await headOf(client, event, true);
  const { rows } = await client.query<{ authority_epoch: number; from_revision: string | null }>(
    `SELECT e.authority_epoch, a.from_revision FROM events e
     JOIN lists l ON l.event = e.number
     LEFT JOIN authorities a ON a.event = e.number AND a.epoch = e.authority_epoch
     WHERE e.number = $1 AND e.authority = $2 AND e.handover_to IS NULL`,
    [event, self],
  );
  const named = rows[0];
  if (named === undefined || head.decidingEpoch !== null) return false;
  if (head.revision !== Number(named.from_revision ?? 0)) return false;
  await client.query(
    'UPDATE claim_heads SET deciding_epoch = $2, log_store = NULL WHERE event = $1',
    [event, named.authority_epoch],
  );
  await raise(client, event);
  return true;
}

/** Whatever was decided before under another authority is decided again, or refused. */
async function raise(client: PoolClient, event: number): Promise<void> {
  await client.query('UPDATE claim_heads SET fence = fence + 1 WHERE event = $1', [event]);
}
