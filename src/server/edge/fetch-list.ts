// A box's copy of the ticket list. Changes are taken up page by page; a list from its beginning is staged
// and put in the place of the old one when it is whole and proved, so that half of one is never used.
import type { Pool, PoolClient } from 'pg';
import { type TicketPage, ticketPage } from '#protocol/edge.ts';
import { keepTickets } from '#server/entry/history.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { raiseFence } from '#server/venue/store.ts';
import { type Link, LinkError } from './link.ts';
import { upsertRows } from './rows.ts';
import { wholeOf } from './ticket-pages.ts';

const PAGE_WITHIN_MS = 30_000;

/**
 * Brings the list up to the hub's. A page may take its time: nothing else waits for it.
 *
 * @param onChanged - after each step that lanes should hear of
 */
export async function fetchList(
  pool: Pool,
  hub: Link,
  event: number,
  onChanged: () => void,
): Promise<void> {
  let cursor = await cursorOf(pool, event);
  while (cursor !== null) {
    const page = await nextPage(hub, event, cursor, false);
    if (page === 'expired') break;
    if (page.tickets.length > 0) {
      await inTransaction(pool, (client) => applyPage(client, event, page));
      onChanged();
    }
    if (!page.hasMore) return;
    cursor = page.cursor;
  }
  await fetchWhole(pool, hub, event);
  onChanged();
}

export async function cursorOf(pool: Pool, event: number): Promise<string | null> {
  const { rows } = await pool.query<{ cursor: string }>(
    `SELECT epoch || ':' || n AS cursor FROM lists WHERE event = $1`,
    [event],
  );
  return rows[0]?.cursor ?? null;
}

async function fetchWhole(pool: Pool, hub: Link, event: number): Promise<void> {
  const { rows } = await pool.query<{ staged: string | null }>(
    'SELECT staged FROM replicas WHERE event = $1',
    [event],
  );
  let since = rows[0]?.staged ?? null;
  for (;;) {
    const page = await nextPage(hub, event, since, true);
    if (page === 'expired') {
      await inTransaction(pool, (client) => dropStaged(client, event));
      since = null;
      continue;
    }
    await inTransaction(pool, (client) => stagePage(client, event, page, since === null));
    since = page.cursor;
    if (page.hasMore) continue;
    await inTransaction(pool, (client) => putInPlace(client, event, page));
    return;
  }
}

async function nextPage(
  hub: Link,
  event: number,
  since: string | null,
  isWhole: boolean,
): Promise<TicketPage | 'expired'> {
  const query = new URLSearchParams({ ...(since === null ? {} : { since }), whole: `${isWhole}` });
  try {
    const path = `/api/v1/edge/events/${event}/tickets?${query}`;
    return await hub.ask(ticketPage, { path, timeoutMs: PAGE_WITHIN_MS });
  } catch (error) {
    if (error instanceof LinkError && error.status === 410) return 'expired';
    throw error;
  }
}

async function applyPage(client: PoolClient, event: number, page: TicketPage): Promise<void> {
  await keepTickets(client, event, page.tickets.map(serialOf));
  await upsertRows(client, 'tickets', page.tickets);
  await upsertRows(client, 'media', page.media);
  await client.query('UPDATE lists SET n = $2, last_serial = $3 WHERE event = $1', [
    event,
    page.cursor.split(':')[1],
    page.lastSerial,
  ]);
  // Last, because claims wait for this row.
  await raiseFence(client, event);
}

function serialOf(ticket: TicketPage['tickets'][number]): number {
  return Number(ticket['serial']);
}

async function stagePage(
  client: PoolClient,
  event: number,
  page: TicketPage,
  isFirst: boolean,
): Promise<void> {
  if (isFirst) await dropStaged(client, event);
  await client.query(
    `WITH carried AS (
       SELECT (m->>'serial')::integer AS serial, jsonb_agg(m) AS media
       FROM jsonb_array_elements($3::jsonb) m GROUP BY 1)
     INSERT INTO staged_replicas (event, serial, n, ticket, media)
     SELECT $1, (t->>'serial')::integer, (t->>'n')::bigint, t, coalesce(c.media, '[]')
     FROM jsonb_array_elements($2::jsonb) t LEFT JOIN carried c ON c.serial = (t->>'serial')::integer
     ON CONFLICT (event, serial) DO UPDATE
       SET n = excluded.n, ticket = excluded.ticket, media = excluded.media`,
    [event, JSON.stringify(page.tickets), JSON.stringify(page.media)],
  );
  await client.query('UPDATE replicas SET staged = $2 WHERE event = $1', [event, page.cursor]);
}

async function dropStaged(client: PoolClient, event: number): Promise<void> {
  await client.query('DELETE FROM staged_replicas WHERE event = $1', [event]);
  await client.query('UPDATE replicas SET staged = NULL WHERE event = $1', [event]);
}

/** What is staged and is not what the hub has is dropped: the next round loads it again. */
async function putInPlace(client: PoolClient, event: number, page: TicketPage): Promise<void> {
  const staged = await wholeOf(client, event, 'staged_replicas');
  if (staged.count !== page.whole?.count || staged.hash !== page.whole.hash) {
    await dropStaged(client, event);
    return;
  }
  for (const table of ['tickets', 'media']) {
    await client.query(`DELETE FROM ${table} WHERE event = $1`, [event]);
  }
  await client.query(
    `INSERT INTO tickets SELECT r.* FROM staged_replicas s
       CROSS JOIN LATERAL jsonb_populate_record(NULL::tickets, s.ticket) r WHERE s.event = $1`,
    [event],
  );
  await client.query(
    `INSERT INTO media SELECT r.* FROM staged_replicas s
       CROSS JOIN LATERAL jsonb_populate_recordset(NULL::media, s.media) r WHERE s.event = $1
     ON CONFLICT DO NOTHING`,
    [event],
  );
  const [epoch, n] = page.cursor.split(':');
  await client.query(
    `INSERT INTO lists (event, epoch, n, last_serial) VALUES ($1, $2, $3, $4)
     ON CONFLICT (event) DO UPDATE
       SET epoch = excluded.epoch, n = excluded.n, last_serial = excluded.last_serial`,
    [event, epoch, n, page.lastSerial],
  );
  await dropStaged(client, event);
  await raiseFence(client, event);
}
