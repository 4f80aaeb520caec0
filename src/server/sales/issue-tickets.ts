// Tickets of orders that have just been paid, in the transaction that pays them: rows as an import writes them,
// with codes of this event, numbered under the list's lock, so that lanes hear of them and the gate admits them.
import type { PoolClient } from 'pg';
import { codeHash } from '#domain/credentials/reading.ts';
import { nameOfSeat } from '#domain/seating/seat-table.ts';
import type { Ground } from '#domain/venue/match-event.ts';
import { codeOf, type EventKey } from '#server/entry/event-key.ts';
import { keepTickets } from '#server/entry/history.ts';
import { bindDocuments } from '#server/identity/documents.ts';
import { arrayLiteral } from '#server/platform/array-literal.ts';
import { sha256 } from '#server/platform/crypto.ts';
import { raiseFence } from '#server/venue/store.ts';
import type { OpenSale } from './open-sale.ts';
import type { OrderLineRow } from './order-store.ts';

export type Issuing = { readonly order: string; readonly lines: readonly OrderLineRow[] };

export type TicketSource = { readonly key: EventKey; readonly ground: Ground };

export function ticketRef(order: string, line: string): string {
  return `${order}-${line}`;
}

/** A ticket nobody has asked for before changes no verdict but “unknown”, so claims need not be told. */
export async function issueTickets(
  client: PoolClient,
  sale: OpenSale,
  { key, ground }: TicketSource,
  issuing: readonly Issuing[],
): Promise<void> {
  const lines = issuing.flatMap(({ order, lines: own }) => own.map((line) => ({ order, ...line })));
  if (lines.length === 0) return;
  const { last, n } = await takeNumbers(client, sale.event, lines.length);
  const firstSerial = last - lines.length + 1;
  const firstN = n - lines.length + 1;
  const names = lines.map(({ seat }) => (seat === null ? null : nameOfSeat(sale.table, seat)));
  await client.query({
    name: 'tickets-issue',
    text: ISSUE,
    values: [
      sale.event,
      firstSerial,
      firstN,
      arrayLiteral(lines.map(({ order, line }) => ticketRef(order, line))),
      arrayLiteral(lines.map(({ type }) => type)),
      arrayLiteral(lines.map(({ section }) => ground.sections.get(section)?.stand ?? null)),
      arrayLiteral(lines.map(({ section }) => section)),
      arrayLiteral(names.map((name) => name?.row ?? null)),
      arrayLiteral(names.map((name) => name?.seat ?? null)),
      arrayLiteral(
        lines.map((_, index) => {
          const code = codeOf(key, { issue: 0, serial: firstSerial + index });
          return `\\x${Buffer.from(codeHash(key.eventId, code, sha256)).toString('hex')}`;
        }),
      ),
      arrayLiteral(lines.map(({ order }) => order)),
      arrayLiteral(lines.map(({ line }) => line)),
    ],
  });
  // Also where the sale asks for names no more: whoever showed a document is known by it.
  await bindDocuments(
    client,
    sale.event,
    lines.map(({ order, line }, index) => {
      return { line: ticketRef(order, line), serial: firstSerial + index };
    }),
  );
}

/** Whoever holds no name of their own goes by the buyer's; nobody at all leaves no row. */
const ISSUE = `
  WITH issued AS (
    INSERT INTO tickets (event, serial, n, ref, type, stand, section, "row", seat, status, code_hash, order_ref)
    SELECT $1::integer, $2::integer + (i - 1)::integer, $3::bigint + i - 1, ref, type, stand, section, "row",
      seat, 'valid', hash, ord
    FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[],
      $11::text[]) WITH ORDINALITY AS t (ref, type, stand, section, "row", seat, hash, ord, i)
  )
  INSERT INTO holders (event, serial, name, phone)
  SELECT $1::integer, $2::integer + (i - 1)::integer, coalesce(own.name, buyer.name),
    coalesce(own.phone, buyer.phone)
  FROM unnest($11::text[], $12::text[]) WITH ORDINALITY AS l (ord, line, i)
  LEFT JOIN LATERAL (SELECT * FROM order_people WHERE order_id = l.ord AND line = l.line LIMIT 1) own ON true
  LEFT JOIN LATERAL (SELECT * FROM order_people WHERE order_id = l.ord AND line = '' LIMIT 1) buyer ON true
  WHERE coalesce(own.name, buyer.name) IS NOT NULL`;

/** Cancels tickets, and binds the very next scan. */
export async function cancelTickets(
  client: PoolClient,
  event: number,
  refs: readonly string[],
): Promise<void> {
  if (refs.length === 0) return;
  const found = await client.query<{ serial: number }>(
    `SELECT serial FROM tickets WHERE event = $1 AND ref = ANY ($2::text[]) AND status <> 'cancelled'`,
    [event, arrayLiteral(refs)],
  );
  const serials = found.rows.map(({ serial }) => serial);
  if (serials.length === 0) return;
  await client.query('UPDATE lists SET n = n + $2 WHERE event = $1', [event, serials.length]);
  await keepTickets(client, event, serials);
  await client.query(
    `UPDATE tickets t SET status = 'cancelled', n = l.n - $3::integer + c.i
     FROM lists l, unnest($2::integer[]) WITH ORDINALITY AS c (serial, i)
     WHERE t.event = $1 AND t.serial = c.serial AND l.event = $1`,
    [event, arrayLiteral(serials), serials.length],
  );
  await raiseFence(client, event);
}

async function takeNumbers(
  client: PoolClient,
  event: number,
  count: number,
): Promise<{ last: number; n: number }> {
  const { rows } = await client.query<{ last: number; n: string }>({
    name: 'tickets-number',
    text: `UPDATE lists SET last_serial = last_serial + $2::integer, n = n + $2::integer WHERE event = $1
           RETURNING last_serial AS last, n`,
    values: [event, count],
  });
  const row = rows[0];
  if (row === undefined) throw new Error(`event ${event} has no list`);
  return { last: row.last, n: Number(row.n) };
}
