// The ticket list that lanes hold: pages by change number, and at the end what the whole must be.
import type { Pool, PoolClient } from 'pg';
import { TICKET_STATUSES } from '#domain/entry/ticket.ts';
import { LIST_PAGE_MAX, type ListPage, type ListRow } from '#protocol/ticket-list.ts';
import { TICKET_COLUMNS, type TicketRow } from '#server/entry/ticket-row.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { onSnapshot } from '#server/platform/transaction.ts';

type Row = TicketRow & { n: string; code_hash: Buffer; foreign_hash: Buffer | null };
type Cursor = { readonly epoch: string; readonly n: number };

const CURSOR = /^([a-z2-7]{1,40}):(\d{1,15})$/;

/**
 * What changed after `since`; from the beginning when it is null.
 *
 * @param isCopy - a box's, which may be behind the hub's for a moment
 * @throws HttpProblem `cursor-expired` (410) for a cursor of another list: start again without one
 */
export async function listPage(
  pool: Pool,
  event: number,
  since: string | null,
  limit: number,
  now: number,
  isCopy = false,
): Promise<ListPage> {
  return onSnapshot(pool, async (client) => await pageOf(client, event, since, limit, now, isCopy));
}

async function pageOf(
  client: PoolClient,
  event: number,
  since: string | null,
  limit: number,
  now: number,
  isCopy: boolean,
): Promise<ListPage> {
  const { rows: heads } = await client.query<{ epoch: string; n: string }>(
    'SELECT epoch, n FROM lists WHERE event = $1',
    [event],
  );
  const head = heads[0];
  if (head === undefined) {
    throw new HttpProblem('unavailable', {
      detail: 'this box is still fetching the list from its hub',
      mend: 'keep the list that you have, and ask again in a moment',
      retryAfterSeconds: 1,
    });
  }
  const from = cursorOf(since, { epoch: head.epoch, n: Number(head.n) }, isCopy);
  const max = Math.min(limit, LIST_PAGE_MAX);
  // Numbers are given under a lock and become visible together: nothing can appear below one seen.
  const { rows } = await client.query<Row>(
    `SELECT n, code_hash, foreign_hash, ${TICKET_COLUMNS} FROM tickets
     WHERE event = $1 AND n > $2 ORDER BY n LIMIT $3`,
    [event, from, max + 1],
  );
  const shown = rows.slice(0, max);
  const hasMore = rows.length > max;
  const reached = Number(shown.at(-1)?.n ?? from);
  return {
    cursor: `${head.epoch}:${reached}`,
    hasMore,
    asOf: iso(now),
    tickets: shown.map(listRowOf),
    whole: hasMore ? null : await wholeOf(client, event, reached),
  };
}

function cursorOf(since: string | null, head: Cursor, isCopy: boolean): number {
  if (since === null) return 0;
  const [, epoch = '', n = ''] = CURSOR.exec(since) ?? [];
  if (epoch === '') {
    const mend = 'pass the cursor of the last page, or none to start from the beginning';
    throw malformedField('since', 'is not a cursor of this list', mend);
  }
  if (epoch === head.epoch && Number(n) > head.n && isCopy) {
    throw new HttpProblem('unavailable', {
      detail: 'this box has not heard yet of what you have from another node',
      mend: 'keep the list that you have, and ask again in a moment',
      retryAfterSeconds: 1,
    });
  }
  if (epoch !== head.epoch || Number(n) > head.n) {
    throw new HttpProblem('cursor-expired', {
      detail: 'this cursor belongs to a list that is no more',
      mend: 'drop what you hold and ask again without since',
    });
  }
  return Number(n);
}

/** Hashed by the database, in one pass over an index, once per list that a lane has completed. */
async function wholeOf(
  client: PoolClient,
  event: number,
  upTo: number,
): Promise<ListPage['whole']> {
  const { rows } = await client.query<{ count: string; hash: string }>(
    `SELECT count(*), encode(sha256(convert_to(
       coalesce(string_agg(serial || ':' || n || ',', '' ORDER BY serial), ''), 'UTF8')), 'hex') AS hash
     FROM tickets WHERE event = $1 AND n <= $2`,
    [event, upTo],
  );
  return { count: Number(rows[0]?.count ?? 0), hash: rows[0]?.hash ?? '' };
}

function listRowOf(row: Row): ListRow {
  const hashes = [row.code_hash.toString('base64url')];
  if (row.foreign_hash !== null) hashes.push(row.foreign_hash.toString('base64url'));
  return [
    row.serial,
    Number(row.n),
    hashes,
    row.issue,
    TICKET_STATUSES.indexOf(row.status),
    row.is_blocked ? 1 : 0,
    row.ref,
    row.type,
    row.section,
    row.row,
    row.seat,
    restOf(row),
  ];
}

/** What few tickets have, and the stand where no section implies it. */
function restOf(row: Row): ListRow[11] {
  const rest = {
    ...(row.stand !== null && row.section === null ? { stand: row.stand } : {}),
    ...(row.gates === null ? {} : { gates: row.gates }),
    ...(row.valid_from === null ? {} : { from: row.valid_from.getTime() }),
    ...(row.valid_until === null ? {} : { until: row.valid_until.getTime() }),
    ...(row.admits === null ? {} : { admits: row.admits }),
    ...(row.referral === null ? {} : { referral: row.referral }),
  };
  return Object.keys(rest).length === 0 ? null : rest;
}
