// Everything that is on sale at this node: one line for each event's stock, and whoever needs them.
import type { Pool, PoolClient } from 'pg';
import { assert } from '#domain/kernel/assert.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { isLive } from '#domain/sales/order.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { ServerContext } from '#server/server-context.ts';
import { findEvent } from '#server/venue/store.ts';
import type { MoneyEffect } from './order-book.ts';
import {
  applyFacts,
  dueMinor,
  type FactVerdict,
  type Payable,
  type ToldFact,
  Turns,
} from './order-facts.ts';
import { tellNews } from './order-news.ts';
import { loadOrders } from './order-store.ts';
import { isOrderSecret } from './secrets.ts';
import { StockLine } from './stock-line.ts';
import { pruneLog } from './stock-store.ts';
import { tellPaid } from './tell-buyers.ts';

const TEND_EVERY_MS = 500;
const PRUNE_EVERY_MS = 10_000;

/** Posts what orders ask of money, in the transaction that decided it. */
export type PostMoney = (
  client: PoolClient,
  event: number,
  money: readonly { readonly order: string; readonly effect: MoneyEffect }[],
) => Promise<void>;

export class Sales {
  readonly pool: Pool;
  readonly #context: ServerContext;
  readonly #lines = new Map<number, StockLine>();
  readonly #numbers = new Map<string, number>();
  readonly #turns = new Turns();
  #postMoney: PostMoney | null = null;
  readonly #tending: NodeJS.Timeout;
  #isTending = false;
  #prunedAt = performance.now();

  constructor(context: ServerContext) {
    this.pool = context.pool;
    this.#context = context;
    this.#tending = setInterval(() => void this.#tend(), TEND_EVERY_MS).unref();
    context.stopping.addEventListener('abort', () => this.stop());
  }

  stop(): void {
    clearInterval(this.#tending);
  }

  /** Whoever keeps payments says here how their jobs are posted. */
  onMoney(post: PostMoney): void {
    assert(this.#postMoney === null, 'money is posted by one');
    this.#postMoney = post;
  }

  line(event: number): StockLine {
    const known = this.#lines.get(event);
    if (known !== undefined) return known;
    const line = new StockLine({
      pool: this.pool,
      event,
      source: async () => {
        const { keyring, ground } = await this.#context.catalogue.get(event);
        return { key: keyring.own, ground };
      },
      tellPaid: async (client, sale, orders, at) => {
        const { masterKey, catalogue } = this.#context;
        const { ground } = await catalogue.get(event, client);
        await tellPaid(client, { masterKey, sale, ground, at: at as Instant }, orders);
      },
      tellNews: async (client, number, news, at) => {
        const { masterKey } = this.#context;
        await tellNews(client, { masterKey, event: number, at: at as Instant }, news);
      },
      postMoney: async (client, number, money) => {
        const post = this.#postMoney;
        // Without anybody who keeps payments there are none to let go of.
        assert(post !== null || money.every(isOfNothing), 'nobody posts what is asked of money');
        await post?.(client, number, money);
      },
    });
    this.#lines.set(event, line);
    return line;
  }

  /** @throws HttpProblem `not-found` */
  async lineOf(eventId: string): Promise<StockLine> {
    const known = this.#numbers.get(eventId);
    if (known !== undefined) return this.line(known);
    const row = await findEvent(this.pool, eventId);
    if (row === null) {
      throw new HttpProblem('not-found', {
        detail: `there is no event ${eventId}`,
        mend: 'see GET /api/v1/shop/events for what is on sale',
      });
    }
    this.#numbers.set(eventId, row.number);
    return this.line(row.number);
  }

  /** Runs `work` in one transaction, in which nobody else changes the stock of the event. It may be run again. */
  withStock<T>(event: number, work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.line(event).withStock((turn) => this.#turns.within(turn, work));
  }

  /**
   * Within {@link withStock}: seats, tickets and ledger follow in the same transaction.
   *
   * @returns one verdict for each fact, in their order
   */
  async applyPaymentFacts(
    client: PoolClient,
    event: number,
    facts: readonly ToldFact[],
  ): Promise<readonly FactVerdict[]> {
    const turn = this.#turns.of(client);
    assert(turn.step.event === event, 'facts are of the event whose stock is locked');
    return await applyFacts(turn, facts);
  }

  /**
   * @param secret - of the order; null: asked by staff
   * @throws HttpProblem `not-found`, `conflict` when nothing is to be paid
   */
  async payable(id: string, secret: string | null): Promise<Payable> {
    const [stored] = await loadOrders(this.pool, [id]);
    if (stored === undefined || !this.mayRead(id, secret)) throw noSuchOrder();
    const { order, event } = stored;
    const amountMinor = dueMinor(order);
    const until = order.holdUntil ?? 0;
    if (!isLive(order) || order.state === 'held' || amountMinor <= 0) {
      throw new HttpProblem('conflict', {
        detail: `nothing is to be paid of this order: it is ${order.state}`,
        mend: 'look at the order; if its time is over, choose seats again',
        more: { why: order.state },
      });
    }
    const description = (await nameOfEvent(this.pool, event, stored.locale)) ?? '';
    return {
      event,
      order: id,
      amountMinor,
      currency: order.currency,
      description,
      expiresAt: until,
    };
  }

  mayRead(order: string, secret: string | null): boolean {
    return secret === null || isOrderSecret(this.#context.masterKey, order, secret);
  }

  async #prune(heads: readonly { readonly event: number; readonly revision: string }[]) {
    if (performance.now() - this.#prunedAt < PRUNE_EVERY_MS) return;
    this.#prunedAt = performance.now();
    for (const { event, revision } of heads) await pruneLog(this.pool, event, Number(revision));
  }

  async #tend(): Promise<void> {
    if (this.#isTending || this.#lines.size === 0) return;
    this.#isTending = true;
    try {
      const { rows } = await this.pool.query<HeadSeen>(
        `SELECT event, revision, floor(extract(epoch FROM clock_timestamp()) * 1000) AS now,
           (SELECT max(version) FROM sale_offers o WHERE o.event = h.event) AS offered
         FROM stock_heads h WHERE event = ANY ($1)`,
        [[...this.#lines.keys()]],
      );
      for (const { event, revision, now, offered } of rows) {
        const head = { now: Number(now), revision: Number(revision), offered: offered ?? 0 };
        await this.#lines.get(event)?.tend(head);
      }
      await this.#prune(rows);
    } catch (error) {
      // The next turn looks again; whoever asks meanwhile is told.
      this.#context.log.warn({ err: error }, 'sales: not looked at');
    } finally {
      this.#isTending = false;
    }
  }
}

type HeadSeen = { event: number; revision: string; now: string; offered: number | null };

function isOfNothing({ effect }: Parameters<PostMoney>[2][number]): boolean {
  return effect.kind === 'void';
}

async function nameOfEvent(pool: Pool, event: number, locale: string): Promise<string | null> {
  const { rows } = await pool.query<{ name: string | null }>({
    name: 'event-name',
    text: `SELECT file -> 'name' ->> $2 AS name FROM events WHERE number = $1`,
    values: [event, locale],
  });
  return rows[0]?.name ?? null;
}

/** Also whoever shows no secret of it: nobody learns which orders there are. */
export function noSuchOrder(): HttpProblem {
  return new HttpProblem('not-found', {
    detail: 'there is no such order, or its secret is another',
    mend: 'open the link of the order again',
  });
}
