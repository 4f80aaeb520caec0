// What an order may be told, and what follows from it. The one who keeps orders tells facts under the lock
// of the event's stock, carries out the effects on stock, tickets and ledger in the same transaction, and
// posts those on money as jobs.
import type { Instant } from '#domain/kernel/instant.ts';
import type { Posting } from './ledger.ts';
import type { Order, ReturnCause, Worth } from './order.ts';

/** `at` is always our database's clock as the fact is told; a provider's own time decides nothing. */
export type OrderFact = { readonly at: Instant } & (
  | { readonly kind: 'held'; readonly until: Instant }
  /** Longer, once. */
  | { readonly kind: 'hold-extended'; readonly until: Instant }
  /** Somebody released its seats. */
  | { readonly kind: 'hold-lost' }
  /** Nothing but the time: ends what has lapsed. Every other fact does so first. */
  | { readonly kind: 'time-passed' }
  | {
      readonly kind: 'ordered';
      readonly currency: string;
      readonly lines: readonly string[];
      readonly worth: Worth;
    }
  | {
      readonly kind: 'payment-started';
      readonly payment: string;
      readonly provider: string;
      readonly member: string | null;
      readonly askedMinor: number;
    }
  | PaymentFact
  | { readonly kind: 'issued' }
  /** The state alone; the money follows by `refund-owed`. null: every line. */
  | { readonly kind: 'cancelled'; readonly lines: readonly string[] | null }
  | {
      readonly kind: 'refund-owed';
      /** Same key, same refund, however often it is asked. */
      readonly key: string;
      readonly worth: Worth;
      readonly toMember: string | null;
    }
  | { readonly kind: 'return-failed'; readonly key: string }
);

/** What a provider tells, verified and in our words. */
export type PaymentFact =
  | ProviderFact<'authorised'>
  | ProviderFact<'captured'>
  | (ProviderFact<'refunded'> & {
      /** The key we asked by; null: the provider did it without us. */
      readonly returnKey: string | null;
    })
  | { readonly kind: 'failed'; readonly payment: string }
  | { readonly kind: 'voided'; readonly payment: string };

type ProviderFact<Kind extends string> = {
  readonly kind: Kind;
  readonly payment: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** The provider's name of this capture or refund, by which a second telling is known. */
  readonly providerRef: string;
};

export type OrderEffect =
  /** The hold lasts until then and is nobody else's; jobs may not shorten it. */
  | { readonly kind: 'keep-seats'; readonly until: Instant }
  | { readonly kind: 'sell-seats' }
  /** null: every line's. */
  | { readonly kind: 'release-seats'; readonly lines: readonly string[] | null }
  | { readonly kind: 'issue-tickets' }
  | { readonly kind: 'cancel-tickets'; readonly lines: readonly string[] }
  | { readonly kind: 'capture'; readonly payment: string; readonly amountMinor: number }
  /** Let go of what is authorised or begun, captured or not yet; nothing there is as good. */
  | { readonly kind: 'void'; readonly payment: string }
  | {
      readonly kind: 'refund';
      readonly key: string;
      readonly payment: string;
      readonly amountMinor: number;
      readonly currency: string;
      readonly cause: ReturnCause;
      readonly toMember: string | null;
    }
  | { readonly kind: 'post'; readonly postings: readonly Posting[] }
  /** Somebody must look: nothing here can put it right. */
  | {
      readonly kind: 'attention';
      readonly about: 'money-taken-back' | 'refund-failed' | 'refund-unexplained';
      readonly payment: string;
    };

/**
 * `already`: told before, or overtaken; nothing follows · `part-paid`: waits for the other parts ·
 * `return-money`: what was captured or authorised goes back · `refused`: an act that cannot be; see reason.
 */
export type OrderDecision =
  | 'done'
  | 'already'
  | 'capture'
  | 'part-paid'
  | 'paid'
  | 'return-money'
  | 'failed'
  | 'ended'
  | 'refused';

export const ORDER_REFUSALS = [
  ...(['not-held', 'extended-already', 'not-ordered', 'paid-already', 'over-asked'] as const),
  ...(['too-many-payments', 'not-paid', 'unknown-line', 'over-refund', 'key-reused'] as const),
] as const;
export type OrderRefusal = (typeof ORDER_REFUSALS)[number];

export type Decided = {
  readonly order: Order;
  readonly effects: readonly OrderEffect[];
  readonly decision: OrderDecision;
  /** With `refused` only. */
  readonly reason: OrderRefusal | null;
};
