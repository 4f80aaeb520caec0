// Credit for an arrival that the scans have proved goes back the way its order was paid, as a part of what was paid:
// so it is never more than that, and nobody has to have an account.
import { totalOf } from '#domain/sales/order.ts';
import { worthPart } from '#domain/sales/order-returns.ts';
import { arrayLiteral } from '#server/platform/array-literal.ts';
import { ticketRef } from './issue-tickets.ts';
import type { StockLine, Turn } from './stock-line.ts';

const AT_ONCE_MAX = 500;

/** Tickets that came by no order of ours are left to whoever sold them. @returns how many were seen to */
export async function payOutArrivals(line: StockLine): Promise<number> {
  let seen = 0;
  for (;;) {
    const count = await line.withStock(payOutSome);
    seen += count;
    if (count < AT_ONCE_MAX) return seen;
  }
}

type Owed = { serial: number; ref: string; order: string; owed: string };

async function payOutSome({ step, book }: Turn): Promise<number> {
  const { client, event } = step;
  const { rows } = await client.query<Owed>(
    `SELECT p.serial, t.ref, t.order_ref AS order, p.owed_minor AS owed
     FROM arrival_pledges p
     JOIN tickets t ON t.event = p.event AND t.serial = p.serial
     JOIN orders o ON o.id = t.order_ref
     WHERE p.event = $1 AND p.owed_minor > 0 AND p.paid_minor IS NULL
     ORDER BY p.serial LIMIT ${AT_ONCE_MAX}`,
    [event],
  );
  if (rows.length === 0) return 0;
  await book.load(rows.map(({ order }) => order));
  const paid = rows.map((owed) => payBack(book, owed));
  await client.query(
    `UPDATE arrival_pledges p SET paid_minor = one.paid
     FROM unnest($2::integer[], $3::bigint[]) AS one (serial, paid)
     WHERE p.event = $1 AND p.serial = one.serial`,
    [event, arrayLiteral(rows.map(({ serial }) => serial)), arrayLiteral(paid)],
  );
  return rows.length;
}

/** @returns what goes back, in minor units: no more than is left of what was paid */
function payBack(book: Turn['book'], { ref, order: id, owed }: Owed): number {
  const order = book.find(id)?.order;
  if (order === undefined || (order.state !== 'paid' && order.state !== 'issued')) return 0;
  const amountMinor = Math.min(Number(owed), totalOf(order.worthLeft));
  if (amountMinor === 0) return 0;
  const key = `arrival:${ref.slice(ticketRef(id, '').length)}`;
  const worth = worthPart(order.worthLeft, amountMinor);
  const { decision } = book.act(id, { kind: 'refund-owed', key, worth, toMember: null });
  return decision === 'done' ? amountMinor : 0;
}
