// Orders that a desk made: who made them, and what has become of their papers.
import type { Pool, PoolClient } from 'pg';
import type { DeskOrder, OrdersFound } from '#protocol/box-office.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { maskName, maskPhone } from '#server/tickets/ticket-view.ts';

type Handover = DeskOrder['handover'];

export type NewDeskOrder = {
  readonly order: string;
  readonly event: number;
  readonly shift: string | null;
  readonly person: string;
  readonly handover: Handover;
  readonly address: Buffer | null;
  readonly at: Date;
};

/** @returns whether it is new: the same sale asked again is written once */
export async function writeDeskOrder(client: PoolClient, made: NewDeskOrder): Promise<boolean> {
  const { order, event, shift, person, handover, address, at } = made;
  const { rowCount } = await client.query(
    `INSERT INTO desk_orders (order_id, event, shift, person, handover, address, made_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [order, event, shift, person, handover, address, at],
  );
  return rowCount === 1;
}

export async function handoverOf(client: Pool | PoolClient, order: string): Promise<Handover> {
  const { rows } = await client.query<{ handover: Handover }>(
    'SELECT handover FROM desk_orders WHERE order_id = $1',
    [order],
  );
  return rows[0]?.handover ?? 'at-once';
}

/** Whoever has not collected it yet, by the reference and their name or the end of their phone number. */
export async function isOwner(
  pool: Pool,
  order: string,
  said: { readonly name?: string | undefined; readonly phoneEnd?: string | undefined },
): Promise<boolean> {
  const { rows } = await pool.query<{ name: string | null; phone: string | null }>(
    'SELECT name, phone FROM order_people WHERE order_id = $1',
    [order],
  );
  const plain = (text: string) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
  const digits = (text: string) => text.replace(/\D/g, '');
  const { name, phoneEnd } = said;
  return rows.some((person) => {
    if (phoneEnd !== undefined && person.phone !== null && digits(person.phone).endsWith(phoneEnd))
      return true;
    return name !== undefined && person.name !== null && plain(person.name) === plain(name);
  });
}

/** Done before is done; an address that was posted to is kept no longer. @throws HttpProblem `conflict` */
export async function endHandover(
  client: PoolClient,
  order: string,
  as: 'collected' | 'posted',
  by: { readonly person: string; readonly at: Date },
): Promise<boolean> {
  const from = as === 'collected' ? 'to-collect' : 'to-post';
  const { rowCount } = await client.query(
    `UPDATE desk_orders SET handover = $2, done_at = $3, done_by = $4, address = NULL
     WHERE order_id = $1 AND handover = $5`,
    [order, as, by.at, by.person, from],
  );
  if (rowCount === 1) return true;
  const now = await handoverOf(client, order);
  if (now === as) return false;
  throw new HttpProblem('conflict', {
    detail: `this order is ${now}`,
    mend: as === 'posted' ? 'only an order to be posted is posted' : 'see what the order says',
    more: { why: now },
  });
}

const FOUND_MAX = 20;
const PHONE_END = /^\d{4}$/;

/** By reference of an order or a ticket, by name, or by the end of a phone number. Latest first, masked. */
export async function searchOrders(pool: Pool, event: number, q: string): Promise<OrdersFound> {
  const text = q.trim();
  const { rows } = await pool.query<Row>(
    `SELECT o.id, o.state, o.channel, o.ordered_at, coalesce(d.handover, 'at-once') AS handover, p.name, p.phone,
       o.quote ->> 'totalMinor' AS total, o.quote ->> 'currency' AS currency,
       (SELECT coalesce(json_agg(json_build_object('ref', t.ref, 'status', t.status, 'copies',
          (SELECT count(*) FROM ticket_prints c WHERE c.event = t.event AND c.ref = t.ref AND c.copy IS NOT NULL))
          ORDER BY t.serial), '[]')
        FROM tickets t WHERE t.event = o.event AND t.order_ref = o.id) AS tickets
     FROM orders o LEFT JOIN desk_orders d ON d.order_id = o.id
       LEFT JOIN order_people p ON p.order_id = o.id AND p.line = ''
     WHERE o.event = $1 AND (o.id = $2
       OR o.id = (SELECT order_ref FROM tickets WHERE event = $1 AND ref = $2)
       OR lower(p.name) = lower($2)
       OR ($3 AND right(regexp_replace(p.phone, '\\D', '', 'g'), 4) = $2))
     ORDER BY o.ordered_at DESC LIMIT $4`,
    [event, text, PHONE_END.test(text), FOUND_MAX + 1],
  );
  return {
    hasMore: rows.length > FOUND_MAX,
    orders: rows.slice(0, FOUND_MAX).map((row) => ({
      id: row.id,
      state: row.state,
      channel: row.channel,
      orderedAt: iso(row.ordered_at.getTime()),
      handover: row.handover,
      name: maskName(row.name),
      phone: maskPhone(row.phone),
      totalMinor: Number(row.total),
      currency: row.currency,
      tickets: row.tickets,
    })),
  };
}

type Row = {
  id: string;
  state: string;
  channel: string;
  ordered_at: Date;
  handover: Handover;
  name: string | null;
  phone: string | null;
  total: string;
  currency: string;
  tickets: OrdersFound['orders'][number]['tickets'];
};
