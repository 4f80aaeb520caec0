// Orders for tests of payments alone: the real decision over a table of nothing but orders and postings, under
// one lock per event, as the sale's own store has it. No seats and no tickets.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { decideOrder } from '#domain/sales/decide-order.ts';
import { balancesOf, type Posting } from '#domain/sales/ledger.ts';
import { NO_WORTH, newOrder, type Order, totalOf, usedMinor } from '#domain/sales/order.ts';
import type { OrderEffect, OrderFact } from '#domain/sales/order-fact.ts';
import type { FactVerdict, MoneyEffect, Orders, ToldFact } from '#server/payments/orders-seam.ts';
import { inTransaction } from '#server/platform/transaction.ts';

export const BOOK_EVENT = 1;

export class OrderBook implements Orders {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  static async create(pool: Pool): Promise<OrderBook> {
    await pool.query(
      `CREATE TABLE IF NOT EXISTS book_heads (event integer PRIMARY KEY);
       CREATE TABLE IF NOT EXISTS book_orders (id text PRIMARY KEY, state jsonb NOT NULL);
       CREATE TABLE IF NOT EXISTS book_postings (id bigint GENERATED ALWAYS AS IDENTITY, order_id text NOT NULL,
         posting jsonb NOT NULL);
       INSERT INTO book_heads VALUES (${BOOK_EVENT}) ON CONFLICT DO NOTHING;
       INSERT INTO events (number, id, file, status, sealed_key, created_at)
         VALUES (${BOOK_EVENT}, 'book', '{}', 'draft', '', now()) ON CONFLICT DO NOTHING`,
    );
    return new OrderBook(pool);
  }

  /** An order of `amountMinor` whose seats are held for so long. */
  async order(id: string, amountMinor: number, holdMs = 60_000): Promise<string> {
    const at = Date.now() as Instant;
    const until = (at + holdMs) as Instant;
    const worth = { ...NO_WORTH, salesMinor: amountMinor };
    const held = decideOrder(newOrder(id), { kind: 'held', at, until }).order;
    const lines = ['1'];
    const ordered = decideOrder(held, { kind: 'ordered', at, currency: 'CNY', lines, worth }).order;
    await this.#pool.query('INSERT INTO book_orders VALUES ($1, $2)', [id, ordered]);
    return id;
  }

  async find(id: string): Promise<Order> {
    const { rows } = await this.#pool.query<{ state: Order }>(
      'SELECT state FROM book_orders WHERE id = $1',
      [id],
    );
    const [row] = rows;
    if (row === undefined) throw new Error(`no order ${id}`);
    return row.state;
  }

  async all(): Promise<Order[]> {
    const { rows } = await this.#pool.query<{ state: Order }>('SELECT state FROM book_orders');
    return rows.map(({ state }) => state);
  }

  async postings(): Promise<Posting[]> {
    const { rows } = await this.#pool.query<{ posting: Posting }>(
      'SELECT posting FROM book_postings ORDER BY id',
    );
    return rows.map(({ posting }) => posting);
  }

  async payable(id: string): Promise<Awaited<ReturnType<Orders['payable']>>> {
    const order = await this.find(id);
    return {
      event: BOOK_EVENT,
      order: id,
      amountMinor: totalOf(order.worth) - usedMinor(order) || totalOf(order.worth),
      currency: 'CNY',
      description: `Order ${id}`,
      expiresAt: order.holdUntil ?? Date.now(),
    };
  }

  async creditOf(_client: PoolClient, member: string, _currency: string): Promise<number> {
    return -(balancesOf(await this.postings()).get(`credit:${member}`) ?? 0);
  }

  async withStock<T>(event: number, work: (client: PoolClient) => Promise<T>): Promise<T> {
    return await inTransaction(
      this.#pool,
      async (client) => {
        await client.query('SELECT 1 FROM book_heads WHERE event = $1 FOR UPDATE', [event]);
        return await work(client);
      },
      { isRepeatable: true },
    );
  }

  async applyPaymentFacts(
    client: PoolClient,
    _event: number,
    facts: readonly ToldFact[],
  ): Promise<readonly FactVerdict[]> {
    const verdicts: FactVerdict[] = [];
    for (const { order, fact } of facts) verdicts.push(await tell(client, order, fact));
    return verdicts;
  }
}

async function tell(
  client: PoolClient,
  id: string,
  fact: ToldFact['fact'] | { kind: 'time-passed' },
): Promise<FactVerdict> {
  const { rows } = await client.query<{ state: Order; at: Date }>(
    'SELECT state, now() AS at FROM book_orders WHERE id = $1',
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`no order ${id}`);
  const at = row.at.getTime() as Instant;
  const decided = decideOrder(row.state, { ...fact, at } as OrderFact);
  const issues = decided.effects.some(({ kind }) => kind === 'issue-tickets');
  const order = issues ? decideOrder(decided.order, { kind: 'issued', at }).order : decided.order;
  await client.query('UPDATE book_orders SET state = $2 WHERE id = $1', [id, order]);
  const postings = decided.effects.flatMap((effect) =>
    effect.kind === 'post' ? effect.postings : [],
  );
  for (const posting of postings) {
    await client.query('INSERT INTO book_postings (order_id, posting) VALUES ($1, $2)', [
      id,
      posting,
    ]);
  }
  const { decision, reason } = decided;
  return { decision, reason, effects: decided.effects.filter(isMoney) };
}

function isMoney(effect: OrderEffect): effect is MoneyEffect {
  return effect.kind === 'capture' || effect.kind === 'void' || effect.kind === 'refund';
}
