// The ticket list as a box keeps it: whole rows and the media that lead to them, by change number.
import type { Pool, PoolClient } from 'pg';
import { REPLICA_PAGE_MAX, type TicketPage } from '#protocol/edge.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { onSnapshot } from '#server/platform/transaction.ts';

const CURSOR = /^([a-z2-7]{1,40}):(\d{1,15})$/;

/**
 * What changed after `since`; from the beginning when it is null.
 *
 * @param isWholeAsked - the last page says what all of them must be
 * @throws HttpProblem `cursor-expired` (410) for a cursor of another list
 */
export async function ticketPageOf(
  pool: Pool,
  event: number,
  since: string | null,
  isWholeAsked: boolean,
): Promise<TicketPage> {
  return onSnapshot(pool, async (client) => {
    const { rows: heads } = await client.query<{ epoch: string; n: string; last_serial: number }>(
      'SELECT epoch, n, last_serial FROM lists WHERE event = $1',
      [event],
    );
    const head = heads[0];
    if (head === undefined) throw new HttpProblem('not-found', { detail: 'there is no such list' });
    const [, epoch = head.epoch, from = '0'] = CURSOR.exec(since ?? '') ?? [];
    if (epoch !== head.epoch || Number(from) > Number(head.n)) {
      throw new HttpProblem('cursor-expired', {
        detail: 'this cursor belongs to a list that is no more',
        mend: 'load the list from its beginning beside the one you have',
      });
    }
    const { rows } = await client.query<{ row: TicketPage['tickets'][number] }>(
      `SELECT to_jsonb(t) AS row FROM tickets t
       WHERE event = $1 AND n > $2 ORDER BY n LIMIT $3`,
      [event, from, REPLICA_PAGE_MAX + 1],
    );
    const hasMore = rows.length > REPLICA_PAGE_MAX;
    const tickets = rows.slice(0, REPLICA_PAGE_MAX).map(({ row }) => row);
    const reached = tickets.at(-1)?.n ?? Number(from);
    return {
      cursor: `${head.epoch}:${reached}`,
      hasMore,
      tickets,
      media: await mediaOf(
        client,
        event,
        tickets.map(({ serial }) => serial),
      ),
      lastSerial: head.last_serial,
      whole: hasMore || !isWholeAsked ? null : await wholeOf(client, event),
    };
  });
}

async function mediaOf(
  client: PoolClient,
  event: number,
  serials: readonly number[],
): Promise<TicketPage['media']> {
  const { rows } = await client.query<{ row: TicketPage['media'][number] }>(
    'SELECT to_jsonb(m) AS row FROM media m WHERE event = $1 AND serial = ANY ($2)',
    [event, serials],
  );
  return rows.map(({ row }) => row);
}

/** As lanes prove theirs: count and SHA-256 of `serial:n,` by serial. */
export async function wholeOf(
  client: Pool | PoolClient,
  event: number,
  table: 'tickets' | 'staged_replicas' = 'tickets',
): Promise<{ count: number; hash: string }> {
  const { rows } = await client.query<{ count: string; hash: string }>(
    `SELECT count(*), encode(sha256(convert_to(
       coalesce(string_agg(serial || ':' || n || ',', '' ORDER BY serial), ''), 'UTF8')), 'hex') AS hash
     FROM ${table} WHERE event = $1`,
    [event],
  );
  return { count: Number(rows[0]?.count ?? 0), hash: rows[0]?.hash ?? '' };
}
