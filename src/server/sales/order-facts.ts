// The seam between orders and money: what happened to a payment is told here, in the transaction that writes it
// down, and here it is decided whether an order is paid by it (ADR-0026). Whoever keeps payments calls it.
import type { PoolClient } from 'pg';
import { assert } from '#domain/kernel/assert.ts';
import { type Order, totalOf, usedMinor } from '#domain/sales/order.ts';
import type {
  OrderDecision,
  OrderFact,
  OrderRefusal,
  PaymentFact,
} from '#domain/sales/order-fact.ts';
import type { MoneyEffect } from './order-book.ts';
import type { Turn } from './stock-line.ts';

/** What an order is told about its money; the time is that of the transaction. */
export type ToldFact = {
  readonly order: string;
  readonly fact: PaymentFact | Untimed<'return-failed'> | Untimed<'payment-started'>;
};

type Untimed<Kind extends OrderFact['kind']> = Omit<
  Extract<OrderFact, { readonly kind: Kind }>,
  'at'
>;

export type FactVerdict = {
  readonly decision: OrderDecision;
  /** With `refused` only. */
  readonly reason: OrderRefusal | null;
  /** What must now be asked of providers; to be posted in this transaction. */
  readonly effects: readonly MoneyEffect[];
};

/** One verdict for each fact, in their order. @throws AssertionError for an order of another event */
export async function applyFacts(turn: Turn, facts: readonly ToldFact[]): Promise<FactVerdict[]> {
  const { book } = turn;
  await book.load(facts.map(({ order }) => order));
  return facts.map(({ order, fact }) => {
    const { decision, reason, money } = book.tell(order, fact);
    return { decision, reason, effects: money };
  });
}

/** What is still to be paid of an order that may be paid now. */
export type Payable = {
  readonly event: number;
  readonly order: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** What buyers read at the provider. */
  readonly description: string;
  /** Until then its seats are kept. */
  readonly expiresAt: number;
};

export function dueMinor(order: Order): number {
  return totalOf(order.worth) - usedMinor(order);
}

/** Which turn a transaction belongs to: whoever is in one has only its connection. */
export class Turns {
  readonly #turns = new WeakMap<PoolClient, Turn>();

  async within<T>(turn: Turn, work: (client: PoolClient) => Promise<T>): Promise<T> {
    const { client } = turn.step;
    this.#turns.set(client, turn);
    return await work(client);
  }

  of(client: PoolClient): Turn {
    const turn = this.#turns.get(client);
    assert(turn !== undefined, 'payment facts are applied within `withStock`');
    return turn;
  }
}
