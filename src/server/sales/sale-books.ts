// The books of a sale: what was sold, what every account came to, and whatever cannot be and is. Read on one
// moment of the database, so that it can be asked while the sale runs.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Order } from '#domain/sales/order.ts';
import { unsoundnessOf } from '#domain/sales/order-soundness.ts';
import type { SaleBooks } from '#protocol/sales.ts';
import { iso } from '#server/platform/clock.ts';
import { onSnapshot } from '#server/platform/transaction.ts';

const FAULTS_SHOWN_MAX = 100;

export async function booksOf(
  pool: Pool,
  event: { readonly number: number; readonly id: string },
  now: Instant,
): Promise<SaleBooks> {
  return await onSnapshot(pool, async (client) => {
    const { number } = event;
    const orders = await countsOf(
      client,
      'SELECT state AS key, count(*) FROM orders WHERE event = $1 GROUP BY 1',
      number,
    );
    const seats = await countsOf(
      client,
      'SELECT state AS key, count(*) FROM stock_seats WHERE event = $1 GROUP BY 1',
      number,
    );
    const [standing = 0] = (
      await countsOf(
        client,
        "SELECT 'all' AS key, coalesce(sum(taken), 0) AS count FROM stock_areas WHERE event = $1",
        number,
      )
    ).values();
    const [tickets = 0] = (
      await countsOf(
        client,
        `SELECT 'all' AS key, count(*) FROM tickets t WHERE event = $1 AND status = 'valid'
      AND EXISTS (SELECT 1 FROM orders o WHERE o.id = t.order_ref)`,
        number,
      )
    ).values();
    const faults = [
      ...(await wrongRows(client, number)),
      ...(await unsoundOrders(client, number)),
    ].slice(0, FAULTS_SHOWN_MAX);
    return {
      event: event.id,
      at: iso(now),
      orders: Object.fromEntries(orders),
      seats: {
        held: seats.get('held') ?? 0,
        sold: seats.get('sold') ?? 0,
        blocked: seats.get('blocked') ?? 0,
      },
      standing,
      tickets,
      accounts: await accountsOf(client, number),
      faults,
    };
  });
}

async function countsOf(
  client: PoolClient,
  text: string,
  event: number,
): Promise<Map<string, number>> {
  const { rows } = await client.query<{ key: string; count: string }>(text, [event]);
  return new Map(rows.map(({ key, count }) => [key, Number(count)]));
}

async function accountsOf(client: PoolClient, event: number): Promise<SaleBooks['accounts']> {
  const { rows } = await client.query<{ account: string; currency: string; balance: string }>(
    `SELECT account, currency, sum(amount) AS balance FROM (
       SELECT debit AS account, currency, amount_minor AS amount FROM ledger WHERE event = $1
       UNION ALL SELECT credit, currency, -amount_minor FROM ledger WHERE event = $1) a
     GROUP BY account, currency ORDER BY account, currency`,
    [event],
  );
  return rows.map(({ account, currency, balance }) => {
    return { account, currency, balanceMinor: Number(balance) };
  });
}

/** Each finds what must not be there; the last column says what. */
const WRONG = [
  `SELECT 'seat ' || seat || ' stands in ' || count(*) || ' live orders' AS wrong FROM order_lines l
   JOIN orders o ON o.id = l.order_id
   WHERE l.event = $1 AND l.is_live AND o.state IN ('paid', 'issued') AND seat IS NOT NULL
   GROUP BY seat HAVING count(*) > 1`,
  `SELECT 'order ' || o.id || ' is paid, and seat ' || l.seat || ' is not sold to it' FROM orders o
   JOIN order_lines l ON l.order_id = o.id AND l.is_live
   LEFT JOIN stock_seats s ON s.event = o.event AND s.seat = l.seat
   WHERE o.event = $1 AND o.state IN ('paid', 'issued') AND l.seat IS NOT NULL
     AND (s.state, s.hold) IS DISTINCT FROM ('sold', o.hold)`,
  `SELECT 'seat ' || s.seat || ' is sold, and no paid order has it' FROM stock_seats s
   WHERE s.event = $1 AND s.state = 'sold' AND NOT EXISTS (
     SELECT 1 FROM order_lines l JOIN orders o ON o.id = l.order_id
     WHERE l.event = s.event AND l.seat = s.seat AND l.is_live AND o.hold = s.hold
       AND o.state IN ('paid', 'issued'))`,
  `SELECT 'order ' || o.id || ', line ' || l.line || ' is paid and has no valid ticket' FROM orders o
   JOIN order_lines l ON l.order_id = o.id AND l.is_live
   WHERE o.event = $1 AND o.state IN ('paid', 'issued') AND NOT EXISTS (
     SELECT 1 FROM tickets t WHERE t.event = o.event AND t.ref = o.id || '-' || l.line
       AND t.status = 'valid')`,
  `SELECT 'ticket ' || t.ref || ' is valid, and its order is ' || o.state FROM tickets t
   JOIN orders o ON o.id = t.order_ref
   WHERE t.event = $1 AND t.status = 'valid' AND o.state NOT IN ('paid', 'issued')`,
  `SELECT 'area ' || a.area || ' counts ' || a.taken || ' places, its holds ' || coalesce(h.places, 0)
   FROM stock_areas a LEFT JOIN (
     SELECT p ->> 2 AS area, count(*) AS places FROM holds h, json_array_elements(h.places) p
     WHERE h.event = $1 AND h.state IN ('live', 'sold') AND p ->> 1 IS NULL
       AND NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = h.order_id
         AND l.line = p ->> 0 AND NOT l.is_live)
     GROUP BY 1) h ON h.area = a.area
   WHERE a.event = $1 AND a.taken <> coalesce(h.places, 0)`,
  `SELECT 'order ' || o.id || ' owes ' || sum(CASE WHEN l.debit = 'receivable' THEN l.amount_minor
     ELSE -l.amount_minor END) || ' though it is ' || o.state
   FROM orders o JOIN ledger l ON l.order_id = o.id AND 'receivable' IN (l.debit, l.credit)
   WHERE o.event = $1 AND o.state NOT IN ('ordered', 'paying', 'held')
   GROUP BY o.id, o.state
   HAVING sum(CASE WHEN l.debit = 'receivable' THEN l.amount_minor ELSE -l.amount_minor END) <> 0`,
];

async function wrongRows(client: PoolClient, event: number): Promise<string[]> {
  const wrong: string[] = [];
  for (const text of WRONG) {
    const limited = `SELECT * FROM (${text}) AS w (wrong) LIMIT ${FAULTS_SHOWN_MAX}`;
    const { rows } = await client.query<{ wrong: string }>(limited, [event]);
    wrong.push(...rows.map((row) => row.wrong));
  }
  return wrong;
}

async function unsoundOrders(client: PoolClient, event: number): Promise<string[]> {
  const wrong: string[] = [];
  let after = '';
  for (;;) {
    const { rows } = await client.query<{ id: string; body: Order }>(
      `SELECT id, body FROM orders WHERE event = $1 AND id > $2 ORDER BY id LIMIT 2000`,
      [event, after],
    );
    for (const { id, body } of rows) {
      wrong.push(...unsoundnessOf(body).map((why) => `order ${id}: ${why}`));
    }
    const last = rows[rows.length - 1];
    if (last === undefined || wrong.length >= FAULTS_SHOWN_MAX) return wrong;
    after = last.id;
  }
}
