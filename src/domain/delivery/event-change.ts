// What becomes of an order when its match is moved, postponed or cancelled. The same decision is made when it is
// foreseen and when it is carried out.
import type { Instant } from '#domain/kernel/instant.ts';
import type { PolicySnapshot } from '#domain/refunds/policy.ts';
import { type LineStanding, quoteRefund, type RefundQuote } from '#domain/refunds/quote-refund.ts';
import { type MatchFate, termsAt } from '#domain/refunds/terms.ts';
import type { OrderState } from '#domain/sales/order.ts';
import type { Quote } from '#domain/sales/quoted.ts';

export type EventChange =
  | {
      readonly kind: 'moved';
      readonly doorsAt: Instant;
      readonly startsAt: Instant;
      readonly endsAt: Instant;
    }
  | { readonly kind: 'postponed' }
  | { readonly kind: 'cancelled' };

/** An order as far as a change is about it. */
export type OrderOfMatch = {
  readonly state: OrderState;
  readonly quote: Quote;
  /** Null: it was sold without taking anything back by itself. A cancelled match is given back all the same. */
  readonly policy: PolicySnapshot | null;
  /** Of every line that is not live. */
  readonly standing: ReadonlyMap<string, LineStanding>;
};

export type OrderConsequence =
  /** Its tickets stay good; `returnBy`: until when they come back in full, null: not by this change. */
  | {
      readonly kind: 'told';
      readonly mayReturn: boolean;
      readonly returnBy: Instant | null;
      readonly tickets: number;
    }
  | {
      readonly kind: 'refunded';
      readonly refund: RefundQuote;
      readonly currency: string;
      readonly entered: number;
    }
  /** It is not paid, and never will be. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'untouched'; readonly entered: number };

/** Of whoever sold without any terms: all comes back, and nothing else is promised. */
const WITHOUT_TERMS: Omit<PolicySnapshot, 'kickOffAt'> = {
  policy: { id: 'none', version: 0 },
  tiers: [],
  fees: 'returned',
  movedByMinutes: 0,
  graceMinutes: 0,
  restoresVouchers: true,
};

export function decideConsequence(
  change: EventChange,
  { state, quote, policy, standing }: OrderOfMatch,
  kickOffAt: Instant,
  now: Instant,
): OrderConsequence {
  const isUnpaid = state === 'held' || state === 'ordered' || state === 'paying';
  if (isUnpaid && change.kind === 'cancelled') return { kind: 'ended' };
  const live = quote.lines.filter(({ id }) => !standing.has(id)).map(({ id }) => id);
  const entered = [...standing.values()].filter((is) => is === 'entered').length;
  const isSold = state === 'paid' || state === 'issued';
  if (!isSold || live.length === 0) return { kind: 'untouched', entered };
  const snapshot = policy ?? { ...WITHOUT_TERMS, kickOffAt };
  const fate = fateOf(change, now);
  if (change.kind === 'cancelled') {
    const refund = quoteRefund({ quote, policy: snapshot }, live, standing, fate, now);
    if ('reason' in refund) return { kind: 'untouched', entered };
    return { kind: 'refunded', refund, currency: quote.currency, entered };
  }
  const terms = policy === null ? null : termsAt(policy, fate, now);
  const mayReturn = terms !== null && terms.why === change.kind;
  return {
    kind: 'told',
    mayReturn,
    returnBy: mayReturn ? terms.until : null,
    tickets: live.length,
  };
}

export function fateOf(change: EventChange, noticeAt: Instant): MatchFate {
  if (change.kind === 'moved') return { kind: 'moved', noticeAt, kickOffAt: change.startsAt };
  return { kind: change.kind };
}

/** What a change would do, and after it what it did. */
export type Foreseen = {
  readonly orders: number;
  readonly tickets: number;
  /** Orders whose buyers are told, and those that left no address. */
  readonly told: number;
  readonly unreachable: number;
  readonly refundedOrders: number;
  readonly refundMinor: number;
  readonly currency: string | null;
  /** Orders that are not paid and end. */
  readonly ended: number;
  /** Tickets whose holders have been inside: for the club to decide, one by one. */
  readonly entered: number;
};

export const NOTHING_FORESEEN: Foreseen = {
  orders: 0,
  tickets: 0,
  told: 0,
  unreachable: 0,
  refundedOrders: 0,
  refundMinor: 0,
  currency: null,
  ended: 0,
  entered: 0,
};

export function plusConsequence(
  sum: Foreseen,
  consequence: OrderConsequence,
  hasAddress: boolean,
): Foreseen {
  const { kind } = consequence;
  const entered = 'entered' in consequence ? consequence.entered : 0;
  const isTold = kind === 'told' || kind === 'refunded';
  const refund = kind === 'refunded' ? consequence.refund : null;
  const tickets = kind === 'told' ? consequence.tickets : (refund?.lines.length ?? 0);
  return {
    orders: sum.orders + (kind === 'untouched' ? 0 : 1),
    tickets: sum.tickets + tickets,
    told: sum.told + (isTold && hasAddress ? 1 : 0),
    unreachable: sum.unreachable + (isTold && !hasAddress ? 1 : 0),
    refundedOrders: sum.refundedOrders + (refund === null || refund.totalMinor === 0 ? 0 : 1),
    refundMinor: sum.refundMinor + (refund?.totalMinor ?? 0),
    currency: kind === 'refunded' ? consequence.currency : sum.currency,
    ended: sum.ended + (kind === 'ended' ? 1 : 0),
    entered: sum.entered + entered,
  };
}
