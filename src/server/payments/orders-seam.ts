// What payments need of orders. Whether a fact makes an order paid is decided where orders are kept, in the
// transaction that writes the fact down; what follows for the money comes back as effects.
import type { PoolClient } from 'pg';
import type {
  OrderDecision,
  OrderEffect,
  OrderRefusal,
  PaymentFact,
} from '#domain/sales/order-fact.ts';

/** What an order is told about its money; the time is that of the transaction. */
export type ToldFact = {
  readonly order: string;
  readonly fact:
    | PaymentFact
    | { readonly kind: 'return-failed'; readonly key: string }
    | {
        readonly kind: 'payment-started';
        readonly payment: string;
        readonly provider: string;
        readonly member: string | null;
        readonly askedMinor: number;
      };
};

/** What is to be asked of providers. */
export type MoneyEffect = Extract<OrderEffect, { kind: 'capture' | 'void' | 'refund' }>;

export type FactVerdict = {
  readonly decision: OrderDecision;
  /** With `refused` only. */
  readonly reason: OrderRefusal | null;
  readonly effects: readonly MoneyEffect[];
};

/** An order that somebody wants to pay. */
export type Payable = {
  readonly event: number;
  readonly order: string;
  /** What is still to be paid. */
  readonly amountMinor: number;
  readonly currency: string;
  /** What buyers read at the provider. */
  readonly description: string;
  /** Until then the seats are held. */
  readonly expiresAt: number;
};

export type Orders = {
  /**
   * @param secret - of the order; null: asked by staff
   * @throws HttpProblem `not-found`, `conflict` when nothing is to be paid
   */
  payable(order: string, secret: string | null): Promise<Payable>;
  /** Runs `work` in one transaction, in which nobody else changes the stock of the event. */
  withStock<T>(event: number, work: (client: PoolClient) => Promise<T>): Promise<T>;
  /**
   * Within {@link withStock}: seats, tickets and ledger follow in the same transaction.
   *
   * @returns one verdict for each fact, in their order
   */
  applyPaymentFacts(
    client: PoolClient,
    event: number,
    facts: readonly ToldFact[],
  ): Promise<readonly FactVerdict[]>;
  /** What the club owes a member, by the ledger, in minor units. */
  creditOf(client: PoolClient, member: string, currency: string): Promise<number>;
};
