// The orders of one step: each is changed by `decideOrder` alone, and what follows from it for seats, tickets
// and the ledger is carried out in the same transaction. What follows for money is handed on, to be posted there.
import { assert } from '#domain/kernel/assert.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { decideOrder } from '#domain/sales/decide-order.ts';
import type { Posting } from '#domain/sales/ledger.ts';
import type { Decided, OrderEffect, OrderFact } from '#domain/sales/order-fact.ts';
import { freeDocuments } from '#server/identity/documents.ts';
import {
  cancelTickets,
  type Issuing,
  issueTickets,
  type TicketSource,
  ticketRef,
} from './issue-tickets.ts';
import { freeVoucherUses } from './offer-vouchers.ts';
import { moneyNews, type OrderNews } from './order-news.ts';
import {
  type Attention,
  askAttention,
  changeOrders,
  insertOrders,
  loadLines,
  loadOrders,
  type NewOrder,
  type OrderLineRow,
  type StoredOrder,
} from './order-store.ts';
import type { Place } from './stock-change.ts';
import type { StockStep } from './stock-step.ts';
import type { PaidOrder } from './tell-buyers.ts';

/** What must be asked of a provider. */
export type MoneyEffect = Extract<OrderEffect, { readonly kind: 'capture' | 'void' | 'refund' }>;

/** A fact without its moment: that is always the step's. */
export type Told = OrderFact extends infer Fact
  ? Fact extends OrderFact
    ? Omit<Fact, 'at'>
    : never
  : never;

export type Outcome = Pick<Decided, 'order' | 'decision' | 'reason'> & {
  readonly money: readonly MoneyEffect[];
};

type Entry = { stored: StoredOrder; isNew: boolean; isChanged: boolean };

export class OrderBook {
  readonly #step: StockStep;
  readonly #source: () => Promise<TicketSource>;
  readonly #entries = new Map<string, Entry>();
  readonly #lines = new Map<string, readonly OrderLineRow[]>();
  readonly #persons = new Map<string, string>();
  readonly #made: NewOrder[] = [];
  readonly #issuing = new Set<string>();
  readonly #cancelled: string[] = [];
  readonly #freed: { order: string; line: string }[] = [];
  readonly #postings: (Posting & { order: string })[] = [];
  readonly #attention: Attention[] = [];
  /** Orders that ended unpaid: their vouchers may be used again. */
  readonly #vouchersFree: string[] = [];
  /** What our own acts made of money, by order: to be posted in this transaction. */
  readonly money: { readonly order: string; readonly effect: MoneyEffect }[] = [];
  /** What buyers are told of besides tickets. */
  readonly news: OrderNews[] = [];

  constructor(step: StockStep, source: () => Promise<TicketSource>) {
    this.#step = step;
    this.#source = source;
  }

  async load(ids: readonly string[]): Promise<void> {
    const unknown = [...new Set(ids)].filter((id) => !this.#entries.has(id));
    if (unknown.length === 0) return;
    for (const stored of await loadOrders(this.#step.client, unknown)) {
      if (stored.event !== this.#step.event) continue;
      this.#entries.set(stored.id, { stored, isNew: false, isChanged: false });
    }
  }

  /** Orders that are paid by this step, once it is written. */
  get issued(): readonly PaidOrder[] {
    return [...this.#issuing].flatMap((id) => {
      const stored = this.find(id);
      return stored === null ? [] : [{ stored, lines: this.#lines.get(id) ?? [] }];
    });
  }

  find(id: string): StoredOrder | null {
    return this.#entries.get(id)?.stored ?? null;
  }

  /** An order of this step, as it was told before it is written. */
  make(order: NewOrder): void {
    this.#made.push(order);
    this.#lines.set(order.id, order.lines);
    this.#entries.set(order.id, { stored: order, isNew: true, isChanged: true });
  }

  /** Tells a loaded or made order a fact, and carries out what follows. */
  tell(id: string, told: Told): Outcome {
    const entry = this.#entries.get(id);
    assert(entry !== undefined, `order ${id} has not been loaded`);
    const fact = { ...told, at: this.#step.now as Instant } as OrderFact;
    const decided = decideOrder(entry.stored.order, fact);
    entry.stored = { ...entry.stored, order: decided.order };
    entry.isChanged = true;
    this.news.push(...moneyNews(entry.stored, fact, decided));
    const money = decided.effects.flatMap((effect) => this.#carryOut(entry.stored, effect));
    // Its tickets are written in this very transaction.
    if (decided.order.state === 'paid' && this.#issuing.has(id)) this.tell(id, { kind: 'issued' });
    return { order: entry.stored.order, decision: decided.decision, reason: decided.reason, money };
  }

  /** Something that we do ourselves, whose money nobody else posts. */
  act(id: string, told: Told): Outcome {
    const outcome = this.tell(id, told);
    for (const effect of outcome.money) this.money.push({ order: id, effect });
    return outcome;
  }

  /** Seats go free before they are ordered anew: no two live lines ever name one seat. */
  async write(): Promise<void> {
    const { client, event, memory } = this.#step;
    const changed = [...this.#entries.values()].filter(({ isChanged }) => isChanged);
    const orderOf = new Map(changed.map(({ stored }) => [stored.id, stored.order]));
    const made = this.#made.map((order) => ({
      ...order,
      order: orderOf.get(order.id) ?? order.order,
    }));
    const others = changed.filter(({ isNew }) => !isNew).map(({ stored }) => stored.order);
    const postings = this.#postings;
    const isOfNew = ({ order }: { order: string }) => this.#entries.get(order)?.isNew === true;
    const freed = this.#freed.filter((line) => !isOfNew(line));
    if (others.length + postings.length + freed.length > 0) {
      await changeOrders(client, event, { orders: others, freed, postings });
    }
    if (made.length > 0) await insertOrders(client, event, made);
    const freedAtOnce = this.#freed.filter(isOfNew);
    if (freedAtOnce.length > 0) {
      await changeOrders(client, event, { orders: [], freed: freedAtOnce, postings: [] });
    }
    if (this.#issuing.size > 0) {
      await issueTickets(client, memory.sale, await this.#source(), await this.#toIssue());
    }
    await cancelTickets(client, event, this.#cancelled);
    await this.#freeNames();
    for (const id of this.#vouchersFree) await freeVoucherUses(client, id);
    if (this.#attention.length > 0) await askAttention(client, event, this.#attention);
  }

  /** Whoever gave a place back, or lost it, may buy again. */
  async #freeNames(): Promise<void> {
    if (this.#freed.length === 0) return;
    const { client, event } = this.#step;
    const lines = this.#freed.map(({ order, line }) => ticketRef(order, line));
    await freeDocuments(client, event, lines);
  }

  #carryOut(stored: StoredOrder, effect: OrderEffect): MoneyEffect[] {
    const { memory } = this.#step;
    switch (effect.kind) {
      case 'keep-seats': {
        const { until } = effect;
        const { isExtended } = stored.order;
        this.#step.record({ kind: 'kept', hold: stored.hold, until, isExtended });
        return [];
      }
      case 'sell-seats':
        this.#step.record({ kind: 'sold', hold: stored.hold });
        return [];
      case 'release-seats':
        if (memory.hold(stored.hold) !== null) this.#endHold(stored);
        else this.#giveBack(stored, effect.lines);
        return [];
      case 'issue-tickets':
        this.#issuing.add(stored.id);
        return [];
      case 'cancel-tickets':
        this.#cancelled.push(...effect.lines.map((line) => ticketRef(stored.id, line)));
        return [];
      case 'post':
        this.#postings.push(
          ...effect.postings.map((posting) => ({ ...posting, order: stored.id })),
        );
        return [];
      case 'capture':
      case 'void':
      case 'refund':
        return [effect];
      case 'attention':
        this.#attention.push({ order: stored.id, payment: effect.payment, about: effect.about });
        return [];
      default:
        return effect satisfies never;
    }
  }

  #endHold({ id, hold, order, quote }: StoredOrder): void {
    if (quote.vouchers.length > 0) this.#vouchersFree.push(id);
    const as = order.state === 'expired' ? 'expired' : 'released';
    this.#step.record({ kind: 'ended', hold, as });
    for (const { id: line } of order.lines) this.#freed.push({ order: id, line });
  }

  /** Of an order that was paid: what its lines were is read before it is told. */
  #giveBack({ id, hold, channel }: StoredOrder, lines: readonly string[] | null): void {
    const own = this.#lines.get(id) ?? [];
    const going = own.filter(({ line }) => lines === null || lines.includes(line));
    const places = going.map(
      ({ line, seat, section, type }): Place => ({ line, seat, section, type }),
    );
    for (const { line } of going) this.#freed.push({ order: id, line });
    const person = this.#persons.get(id) ?? '';
    this.#step.record({ kind: 'returned', hold, channel, person, places });
  }

  /** Needed before lines of paid orders are given back. */
  async loadLines(ids: readonly string[]): Promise<void> {
    const { client } = this.#step;
    for (const [order, rows] of Map.groupBy(await loadLines(client, ids), (row) => row.order)) {
      this.#lines.set(
        order,
        rows.filter(({ isLive }) => isLive),
      );
    }
    const { rows } = await client.query<{ id: string; person: string }>(
      'SELECT o.id, h.person FROM orders o JOIN holds h ON h.id = o.hold WHERE o.id = ANY ($1)',
      [ids],
    );
    for (const { id, person } of rows) this.#persons.set(id, person);
  }

  async #toIssue(): Promise<Issuing[]> {
    const missing = [...this.#issuing].filter((id) => !this.#lines.has(id));
    if (missing.length > 0) {
      const rows = await loadLines(this.#step.client, missing);
      for (const [order, own] of Map.groupBy(rows, (row) => row.order)) this.#lines.set(order, own);
    }
    return [...this.#issuing].map((order) => ({ order, lines: this.#lines.get(order) ?? [] }));
  }
}
