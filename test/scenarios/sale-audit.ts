// The books of a sale, read from outside: by SQL of its own over the tables, and by the provider's file of what it
// took and gave back. It shares nothing with the program that it audits.
import type { Pool } from 'pg';

export type SaleAudit = {
  readonly seatsSold: number;
  readonly seatsPaid: number;
  readonly validTickets: number;
  readonly seatsInTwoOrders: number;
  readonly oversold: number;
  readonly paidWithoutSeat: number;
  readonly paidWithoutMoney: number;
  readonly ticketsWithoutOrder: number;
  readonly capturedWithoutOrder: number;
  readonly factsNotAtProvider: number;
  readonly moneyOutOfBalanceMinor: number;
  readonly stillOwedMinor: number;
  readonly jobsLeft: number;
  readonly heldAtProviderMinor: number;
  readonly worthOfPaidMinor: number;
};

const PAID = "o.state IN ('paid', 'issued')";
/** One number each. */
const COUNTS = {
  seatsSold: `SELECT count(*) FROM stock_seats WHERE state = 'sold'`,
  seatsPaid: `SELECT count(*) FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.is_live AND l.seat IS NOT NULL AND ${PAID}`,
  validTickets: `SELECT count(*) FROM tickets WHERE status = 'valid'`,
  seatsInTwoOrders: `SELECT count(*) FROM (SELECT 1 FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.is_live AND ${PAID} GROUP BY l.event, l.seat HAVING count(*) > 1) twice`,
  paidWithoutSeat: `SELECT count(*) FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.is_live
    LEFT JOIN stock_seats s ON s.event = o.event AND s.seat = l.seat AND s.state = 'sold' AND s.hold = o.hold
    WHERE ${PAID} AND s.seat IS NULL`,
  ticketsWithoutOrder: `SELECT count(*) FROM tickets t LEFT JOIN orders o ON o.id = t.order_ref AND ${PAID}
    WHERE t.status = 'valid' AND o.id IS NULL`,
  worthOfPaidMinor: `SELECT coalesce(sum((o.quote ->> 'totalMinor')::bigint), 0) FROM orders o WHERE ${PAID}`,
  moneyOutOfBalanceMinor: `SELECT (SELECT coalesce(sum(CASE WHEN debit LIKE 'cash:%' THEN amount_minor ELSE 0 END
      - CASE WHEN credit LIKE 'cash:%' THEN amount_minor ELSE 0 END), 0) FROM ledger)
    - (SELECT coalesce(sum((o.quote ->> 'totalMinor')::bigint), 0) FROM orders o WHERE ${PAID})
    - (SELECT coalesce(sum(CASE WHEN credit = 'refunds-due' THEN amount_minor ELSE 0 END
      - CASE WHEN debit = 'refunds-due' THEN amount_minor ELSE 0 END), 0) FROM ledger)`,
  stillOwedMinor: `SELECT coalesce(sum(CASE WHEN credit = 'refunds-due' THEN amount_minor ELSE 0 END
    - CASE WHEN debit = 'refunds-due' THEN amount_minor ELSE 0 END), 0) FROM ledger`,
  jobsLeft: `SELECT count(*) FROM payment_jobs WHERE done_at IS NULL AND kind <> 'query'`,
} as const;

/**
 * @param bill - the provider's file
 * @param seats - that the ground has
 */
export async function auditSale(pool: Pool, bill: string, seats: number): Promise<SaleAudit> {
  const counted = {} as Record<keyof typeof COUNTS, number>;
  for (const [name, text] of Object.entries(COUNTS)) {
    const { rows } = await pool.query<Record<string, string>>(text);
    counted[name as keyof typeof COUNTS] = Number(Object.values(rows[0] ?? {})[0]);
  }
  return {
    ...counted,
    oversold: Math.max(0, counted.seatsPaid - seats),
    ...(await againstProvider(pool, heldByPayment(bill))),
  };
}

type PaidRow = { payment: string; order: string; state: string; total: string; kept: string };

/** What the provider has kept of each payment is what its order cost, or nothing. */
async function againstProvider(pool: Pool, held: ReadonlyMap<string, number>) {
  const { rows } = await pool.query<PaidRow>(
    `SELECT p.id AS payment, o.id AS order, o.state, o.quote ->> 'totalMinor' AS total,
       p.captured_minor - p.refunded_minor AS kept
     FROM payments p JOIN orders o ON o.id = p.order_id`,
  );
  let [capturedWithoutOrder, factsNotAtProvider] = [0, 0];
  for (const { payment, state, total, kept } of rows) {
    const there = held.get(payment) ?? 0;
    const isPaid = ['paid', 'issued'].includes(state);
    if (there > 0 && !(isPaid && there === Number(total))) capturedWithoutOrder += 1;
    if (Number(kept) !== there) factsNotAtProvider += 1;
  }
  const known = new Set(rows.map(({ payment }) => payment));
  for (const payment of held.keys()) if (!known.has(payment)) capturedWithoutOrder += 1;
  return {
    capturedWithoutOrder,
    factsNotAtProvider,
    heldAtProviderMinor: [...held.values()].reduce((sum, one) => sum + one, 0),
    paidWithoutMoney: paidWithoutMoney(rows, held),
  };
}

/** Paid orders for which the provider has not kept the price exactly once. */
function paidWithoutMoney(rows: readonly PaidRow[], held: ReadonlyMap<string, number>): number {
  const times = new Map<string, number>();
  for (const { order, payment, state, total } of rows) {
    if (!['paid', 'issued'].includes(state)) continue;
    const isPrice = held.get(payment) === Number(total);
    times.set(order, (times.get(order) ?? 0) + (isPrice ? 1 : 0));
  }
  return [...times.values()].filter((count) => count !== 1).length;
}

/** Taken less given back, in minor units, where that is not nothing. */
function heldByPayment(bill: string): ReadonlyMap<string, number> {
  const [header = '', ...lines] = bill.trimEnd().split('\n');
  const columns = header.split(',');
  const held = new Map<string, number>();
  for (const line of lines) {
    const cells = line.split(',');
    const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
    const amount = Number(cell('amount_minor')) * (cell('kind') === 'refunded' ? -1 : 1);
    held.set(cell('payment'), (held.get(cell('payment')) ?? 0) + amount);
  }
  return new Map([...held].filter(([, amount]) => amount !== 0));
}
