// The line before one event's stock, in this node: whoever wants something of it waits here, and all who wait go
// together in one transaction behind the event's head. Answers leave after its commit.
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { assert } from '#domain/kernel/assert.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { isConnectionLost } from '#server/platform/database-fault.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { OutcomeUnknownError } from '#server/platform/outcome-unknown.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { arrangeStock } from './arrange-stock.ts';
import { decideAll } from './decide-waiting.ts';
import type { TicketSource } from './issue-tickets.ts';
import type { OpenSale } from './open-sale.ts';
import { type MoneyEffect, OrderBook } from './order-book.ts';
import type { OrderNews } from './order-news.ts';
import { ShownStock } from './shown-stock.ts';
import type { StockMemory } from './stock-memory.ts';
import { StockStep } from './stock-step.ts';
import { ensureHead, type Head, loadStock, lockHead, readLog } from './stock-store.ts';
import type { PaidOrder } from './tell-buyers.ts';

const BATCH_MAX = 512;
const WAITING_MAX = 20_000;
/** A step is begun again when its memory was out of date, or its server was lost before the commit. */
const ATTEMPTS_MAX = 6;
const STEP_BACK_MS = 40;
/** The guard of `writeStock`, and constraints that say the same: the stock is not as it was remembered. */
const STALE = new Set(['22012', '23505', '23514', '40001', '40P01']);

export type Turn = { readonly step: StockStep; readonly book: OrderBook };

/** Something asked of the stock. It may be decided more than once; only what was committed is answered. */
export type Ask<T> = {
  /** Orders that deciding needs, by what is in memory now. */
  readonly orders?: (memory: StockMemory) => readonly string[];
  /** That of a hold, which is made once for each. */
  readonly request?: string;
  readonly decide: (turn: Turn) => T;
};

export type Waiting = {
  /** An ask is decided in memory; work has statements of its own, and comes after all asks of its batch. */
  readonly ask: Ask<unknown> | null;
  readonly work: ((turn: Turn) => Promise<unknown>) | null;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
};

export type StockLineDeps = {
  readonly pool: Pool;
  readonly event: number;
  readonly source: () => Promise<TicketSource>;
  /** Posts what our own acts made of money, in the transaction that did them. */
  readonly postMoney: (
    client: PoolClient,
    event: number,
    money: readonly { readonly order: string; readonly effect: MoneyEffect }[],
  ) => Promise<void>;
  /** Has buyers told of what they have paid for, with it. */
  readonly tellPaid: (
    client: PoolClient,
    sale: OpenSale,
    orders: readonly PaidOrder[],
    at: number,
  ) => Promise<void>;
  /** Has buyers told of what was cancelled, and of money that goes back. */
  readonly tellNews: (
    client: PoolClient,
    event: number,
    news: readonly OrderNews[],
    at: number,
  ) => Promise<void>;
};

export class StockLine {
  readonly #deps: StockLineDeps;
  #memory: StockMemory | null = null;
  #shown: ShownStock | null = null;
  /** How many allotments had ended when the stock was last arranged here, and in which memory. */
  #arranged: { readonly memory: StockMemory; readonly ended: number } | null = null;
  #waiting: Waiting[] = [];
  #isPumping = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: StockLineDeps) {
    this.#deps = deps;
  }

  /** @throws HttpProblem `overloaded`, `not-found` when nothing is on sale; what `decide` throws */
  ask<T>(ask: Ask<T>): Promise<T> {
    return this.#wait({ ask: ask as Ask<unknown>, work: null }) as Promise<T>;
  }

  /**
   * Runs `work` in a transaction in which nobody else changes this stock, perhaps together with others. It may be
   * run more than once.
   */
  withStock<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
    return this.#wait({ ask: null, work }) as Promise<T>;
  }

  #wait(asked: Pick<Waiting, 'ask' | 'work'>): Promise<unknown> {
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(new HttpProblem('overloaded', { retryAfterSeconds: 2 }));
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.push({ ...asked, resolve, reject });
    if (!this.#isPumping) {
      this.#isPumping = true;
      setImmediate(() => void this.#pump());
    }
    return promise;
  }

  async shown(): Promise<ShownStock> {
    if (this.#shown === null) await this.#inTurn(() => this.#remembered());
    assert(this.#shown !== null, 'what is remembered is shown');
    return this.#shown;
  }

  /** The stock as it is remembered: for what is shown, never for what is decided. */
  async look(): Promise<StockMemory> {
    return this.#memory ?? (await this.#inTurn(() => this.#remembered()));
  }

  /** Hears what other nodes did and what was published, and ends what has lapsed. */
  async tend({ now, revision, offered }: Omit<Head, 'arrangedFor'>): Promise<void> {
    const memory = this.#memory;
    if (memory === null || this.#isPumping) return;
    if (memory.sale.version !== offered) return await this.withStock(async () => {});
    const isDue = memory.hasLapsed(now) || this.#hasEnded(memory, now as Instant);
    if (isDue) await this.withStock(async () => {});
    else if (memory.revision !== revision) {
      await this.#inTurn(async () => {
        const { pool, event } = this.#deps;
        const still = this.#memory;
        if (still === null || still.revision >= revision) return;
        const pages = await readLog(pool, event, still.revision);
        if (pages === null) this.#forget();
        else this.#follow(still, pages);
      });
    }
  }

  /** What is remembered is read again. */
  #forget(): void {
    this.#memory = null;
    this.#shown = null;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async #pump(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      await this.#inTurn(() => this.#run(batch));
    }
    this.#isPumping = false;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.#step((turn) => decideAll(turn, batch));
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index]);
    } catch (error) {
      const isOfAll = isConnectionLost(error) || error instanceof OutcomeUnknownError;
      // What one of them met must not refuse all that came with it.
      if (batch.length > 1 && !isOfAll) for (const waiting of batch) await this.#run([waiting]);
      else for (const { reject } of batch) reject(error);
    }
  }

  async #step<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const tried: { step: StockStep | null } = { step: null };
      try {
        return await this.#attempt(work, tried);
      } catch (error) {
        // What is remembered may never have been committed.
        if (error === OUT_OF_DATE || tried.step?.hasChanges === true) this.#forget();
        const code = (error as { code?: string }).code ?? '';
        const isStale = error === OUT_OF_DATE || (STALE.has(code) && !isAskedBefore(error));
        if (!(isStale || isConnectionLost(error)) || attempt >= ATTEMPTS_MAX)
          throw asProblem(error);
        await pause(STEP_BACK_MS * (attempt - 1));
      }
    }
  }

  async #attempt<T>(
    work: (turn: Turn) => Promise<T>,
    tried: { step: StockStep | null },
  ): Promise<T> {
    const { pool, event, source, postMoney, tellPaid, tellNews } = this.#deps;
    const memory = await this.#remembered();
    let ended = 0;
    const run = async (client: PoolClient) => {
      const head = await lockHead(client, event);
      if (head === null) throw nothingOnSale();
      await this.#catchUp(client, memory, head);
      const step = new StockStep(client, memory, head.now);
      const book = new OrderBook(step, source);
      tried.step = step;
      const isOther = head.arrangedFor !== memory.sale.version;
      if (isOther || this.#hasEnded(memory, step.now as Instant)) await arrangeStock(client, step);
      ended = memory.sale.endedAt(step.now as Instant);
      await endLapsed(step, book);
      const result = await work({ step, book });
      if (book.money.length > 0) await postMoney(client, event, book.money);
      const seats = await step.write();
      await book.write();
      if (book.issued.length > 0) await tellPaid(client, memory.sale, book.issued, head.now);
      if (book.news.length > 0) await tellNews(client, event, book.news, head.now);
      return { result, seats };
    };
    const { result, seats } = await inTransaction(pool, run, { isOnce: true });
    this.#arranged = { memory, ended };
    this.#shown?.follow(seats);
    return result;
  }

  /** Whether an allotment has come to its end that this memory still keeps back. */
  #hasEnded(memory: StockMemory, now: Instant): boolean {
    const before = this.#arranged?.memory === memory ? this.#arranged.ended : 0;
    return memory.sale.endedAt(now) > before;
  }

  async #remembered(): Promise<StockMemory> {
    if (this.#memory !== null) return this.#memory;
    const memory = await loadStock(this.#deps.pool, this.#deps.event);
    if (memory === null) throw nothingOnSale();
    await ensureHead(this.#deps.pool, this.#deps.event);
    this.#memory = memory;
    this.#shown = new ShownStock(memory);
    return memory;
  }

  async #catchUp(client: PoolClient, memory: StockMemory, head: Head): Promise<void> {
    if (head.offered !== memory.sale.version) throw OUT_OF_DATE;
    if (head.revision === memory.revision) return;
    const pages = await readLog(client, this.#deps.event, memory.revision);
    if (pages === null) throw OUT_OF_DATE;
    this.#follow(memory, pages);
    if (memory.revision !== head.revision) throw OUT_OF_DATE;
  }

  /** What is in the log has been committed: it is shown at once. */
  #follow(memory: StockMemory, pages: NonNullable<Awaited<ReturnType<typeof readLog>>>): void {
    for (const { revision, changes } of pages) {
      const seats = changes.flatMap((change) => memory.apply(change));
      memory.revision = revision;
      this.#shown?.follow(seats);
    }
  }
}

/** The same request made a hold that has ended since: no memory knows it any more. */
function isAskedBefore(error: unknown): boolean {
  return (error as { constraint?: string }).constraint === 'hold_asked_once';
}

const OUT_OF_DATE = new Error('the stock is not as it was remembered');

/** Nobody has to do it: whoever looks next does. */
async function endLapsed(step: StockStep, book: OrderBook): Promise<void> {
  const lapsed = step.memory.lapsed(step.now);
  if (lapsed.length === 0) return;
  await book.load(lapsed.flatMap(({ order }) => order ?? []));
  for (const { id, order } of lapsed) {
    if (order === null) step.record({ kind: 'ended', hold: id, as: 'expired' });
    else book.act(order, { kind: 'time-passed' });
  }
}

function asProblem(error: unknown): unknown {
  if (error !== OUT_OF_DATE) return error;
  return new HttpProblem('unavailable', { retryAfterSeconds: 1 });
}

function nothingOnSale(): HttpProblem {
  return new HttpProblem('not-found', {
    detail: 'nothing of this event is on sale',
    mend: 'see GET /api/v1/shop/events for what is',
  });
}
