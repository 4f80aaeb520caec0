// SQL of orders: bodies as `domain/sales` decides them, their lines, their people, and the ledger.
import type { Pool, PoolClient } from 'pg';
import type { Posting } from '#domain/sales/ledger.ts';
import type { Order } from '#domain/sales/order.ts';
import type { Channel } from '#domain/sales/price-list.ts';
import type { Quote } from '#domain/sales/quoted.ts';
import { arrayLiteral } from '#server/platform/array-literal.ts';

export type OrderLineRow = {
  readonly line: string;
  readonly seat: number | null;
  readonly section: string;
  readonly category: string;
  readonly type: string;
};

export type Person = {
  readonly line: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
};

export type StoredOrder = {
  readonly id: string;
  readonly event: number;
  readonly hold: string;
  readonly order: Order;
  readonly quote: Quote;
  readonly channel: Channel;
  readonly locale: 'zh-CN' | 'en';
  readonly policy: unknown;
  readonly orderedAt: number;
};

export type NewOrder = StoredOrder & {
  readonly lines: readonly OrderLineRow[];
  readonly people: readonly Person[];
};

type Row = {
  id: string;
  event: number;
  hold: string;
  body: Order;
  quote: Quote;
  channel: Channel;
  locale: 'zh-CN' | 'en';
  policy: unknown;
  ordered_at: Date;
};

export async function loadOrders(
  client: Pool | PoolClient,
  ids: readonly string[],
): Promise<StoredOrder[]> {
  const { rows } = await client.query<Row>({
    name: 'orders-load',
    text: `SELECT id, event, hold, body, quote, channel, locale, policy, ordered_at
           FROM orders WHERE id = ANY ($1::text[])`,
    values: [arrayLiteral(ids)],
  });
  return rows.map(({ body: order, ordered_at, ...rest }) => {
    return { ...rest, order, orderedAt: ordered_at.getTime() };
  });
}

export async function orderOfHold(pool: Pool, hold: string, cart: string): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT o.id FROM orders o JOIN holds h ON h.id = o.hold WHERE o.hold = $1 AND h.cart_hash = $2',
    [hold, cart],
  );
  return rows[0]?.id ?? null;
}

export async function loadLines(
  client: Pool | PoolClient,
  orders: readonly string[],
): Promise<(OrderLineRow & { order: string; isLive: boolean })[]> {
  const { rows } = await client.query<OrderLineRow & { order: string; isLive: boolean }>({
    name: 'order-lines-load',
    text: `SELECT order_id AS order, line, seat, section, category, type, is_live AS "isLive"
           FROM order_lines WHERE order_id = ANY ($1::text[]) ORDER BY order_id, line::integer`,
    values: [arrayLiteral(orders)],
  });
  return rows;
}

const INSERT = `
  WITH made AS (
    INSERT INTO orders (id, event, hold, state, body, quote, channel, locale, policy, ordered_at)
    SELECT id, $1::integer, hold, state, body, quote, channel, locale, policy, to_timestamp(at / 1000)
    FROM unnest($2::text[], $3::text[], $4::text[], $5::json[], $6::json[], $7::text[], $8::text[],
      $9::json[], $10::float8[]) AS o (id, hold, state, body, quote, channel, locale, policy, at)
  ), lines AS (
    INSERT INTO order_lines (order_id, line, event, seat, section, category, type)
    SELECT ord, line, $1::integer, seat, section, category, type
    FROM unnest($11::text[], $12::text[], $13::integer[], $14::text[], $15::text[], $16::text[])
      AS l (ord, line, seat, section, category, type)
  )
  INSERT INTO order_people (order_id, line, name, email, phone)
  SELECT * FROM unnest($17::text[], $18::text[], $19::text[], $20::text[], $21::text[])`;

/** The foreign key of lines is looked at when the statement ends. */
export async function insertOrders(
  client: PoolClient,
  event: number,
  orders: readonly NewOrder[],
): Promise<void> {
  const lines = orders.flatMap(({ id, lines: own }) => own.map((line) => ({ id, ...line })));
  const people = orders.flatMap(({ id, people: own }) => own.map((person) => ({ id, ...person })));
  await client.query({
    name: 'orders-insert',
    text: INSERT,
    values: [
      event,
      arrayLiteral(orders.map(({ id }) => id)),
      arrayLiteral(orders.map(({ hold }) => hold)),
      arrayLiteral(orders.map(({ order }) => order.state)),
      arrayLiteral(orders.map(({ order }) => JSON.stringify(order))),
      arrayLiteral(orders.map(({ quote }) => JSON.stringify(quote))),
      arrayLiteral(orders.map(({ channel }) => channel)),
      arrayLiteral(orders.map(({ locale }) => locale)),
      arrayLiteral(orders.map(({ policy }) => (policy === null ? null : JSON.stringify(policy)))),
      arrayLiteral(orders.map(({ orderedAt }) => orderedAt)),
      arrayLiteral(lines.map(({ id }) => id)),
      arrayLiteral(lines.map(({ line }) => line)),
      arrayLiteral(lines.map(({ seat }) => seat)),
      arrayLiteral(lines.map(({ section }) => section)),
      arrayLiteral(lines.map(({ category }) => category)),
      arrayLiteral(lines.map(({ type }) => type)),
      arrayLiteral(people.map(({ id }) => id)),
      arrayLiteral(people.map(({ line }) => line)),
      arrayLiteral(people.map(({ name }) => name)),
      arrayLiteral(people.map(({ email }) => email)),
      arrayLiteral(people.map(({ phone }) => phone)),
    ],
  });
}

const CHANGE = `
  WITH changed AS (
    UPDATE orders o SET state = c.state, body = c.body, changed_at = now()
    FROM unnest($2::text[], $3::text[], $4::json[]) AS c (id, state, body) WHERE o.id = c.id
    RETURNING 1
  ), freed AS (
    UPDATE order_lines l SET is_live = false
    FROM unnest($5::text[], $6::text[]) AS f (ord, line)
    WHERE l.order_id = f.ord AND l.line = f.line AND l.is_live
  ), posted AS (
    INSERT INTO ledger (event, order_id, payment_id, kind, debit, credit, amount_minor, currency)
    SELECT $1::integer, ord, payment, kind, debit, credit, amount, currency
    FROM unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[], $13::text[])
      AS p (ord, payment, kind, debit, credit, amount, currency)
  )
  SELECT 1 / (CASE WHEN (SELECT count(*) FROM changed) = cardinality($2::text[]) THEN 1 ELSE 0 END)`;

export type OrderChanges = {
  readonly orders: readonly Order[];
  readonly freed: readonly { readonly order: string; readonly line: string }[];
  readonly postings: readonly (Posting & { readonly order: string })[];
};

export async function changeOrders(
  client: PoolClient,
  event: number,
  { orders, freed, postings }: OrderChanges,
): Promise<void> {
  await client.query({
    name: 'orders-change',
    text: CHANGE,
    values: [
      event,
      arrayLiteral(orders.map(({ id }) => id)),
      arrayLiteral(orders.map(({ state }) => state)),
      arrayLiteral(orders.map((order) => JSON.stringify(order))),
      arrayLiteral(freed.map(({ order }) => order)),
      arrayLiteral(freed.map(({ line }) => line)),
      arrayLiteral(postings.map(({ order }) => order)),
      arrayLiteral(postings.map(({ payment }) => payment)),
      arrayLiteral(postings.map(({ kind }) => kind)),
      arrayLiteral(postings.map(({ debit }) => debit)),
      arrayLiteral(postings.map(({ credit }) => credit)),
      arrayLiteral(postings.map(({ amountMinor }) => amountMinor)),
      arrayLiteral(postings.map(({ currency }) => currency)),
    ],
  });
}

export type Attention = {
  readonly order: string;
  readonly payment: string;
  readonly about: string;
};

/** Somebody must look: nothing here can put it right. */
export async function askAttention(
  client: PoolClient,
  event: number,
  attention: readonly Attention[],
): Promise<void> {
  await client.query(
    `INSERT INTO order_attention (event, order_id, payment_id, about)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[])`,
    [
      event,
      attention.map(({ order }) => order),
      attention.map(({ payment }) => payment),
      attention.map(({ about }) => about),
    ],
  );
}
