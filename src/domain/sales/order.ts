// An order and its money as one thing, so that neither can be told a story the other does not know. It is
// changed by `decideOrder` only.
import type { Instant } from '#domain/kernel/instant.ts';
import { sumOf } from './money.ts';
import type { Quote } from './quoted.ts';

/**
 * `cart → held → ordered → paying → paid → issued`. `paying`: money is on its way and the hold is pinned.
 * `expired`: the hold ended unpaid · `cancelled`: given up or given back · `voided`: paid, and then the
 * money was taken back from outside.
 */
export const ORDER_STATES = [
  ...(['cart', 'held', 'ordered', 'paying', 'paid', 'issued'] as const),
  ...(['expired', 'cancelled', 'voided'] as const),
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** An amount by what it was earned with: tickets and fees without their tax, and the tax. */
export type Worth = {
  readonly salesMinor: number;
  readonly feesMinor: number;
  readonly taxMinor: number;
};

export const NO_WORTH: Worth = { salesMinor: 0, feesMinor: 0, taxMinor: 0 };

/** `voiding`: we asked the provider to let go; whatever is captured all the same goes back. */
export const PAYMENT_STATES = [
  ...(['pending', 'authorised', 'captured', 'failed', 'voiding', 'voided'] as const),
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

export type Capture = {
  /** The provider's name for it; one that is told twice is the same capture. */
  readonly ref: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** What it is for: paying this order, or going back. */
  readonly use: 'order' | 'return';
};

export type OrderPayment = {
  readonly id: string;
  readonly provider: string;
  /** Whose club credit it is; null for every other means. */
  readonly member: string | null;
  /** Exactly what must be captured; less than the order's total where a payment is split. */
  readonly askedMinor: number;
  readonly state: PaymentState;
  readonly captures: readonly Capture[];
};

/**
 * `late`: nothing was held for it any more · `wrong-amount`, also of another currency · `double`: paid for
 * already · `order-ended`: a part payment of an order that ended unpaid · `refund`: we owe it by policy ·
 * `outside`: taken back without us, by the provider or the cardholder's bank.
 */
export const RETURN_CAUSES = [
  ...(['late', 'wrong-amount', 'double', 'order-ended', 'refund', 'outside'] as const),
] as const;
export type ReturnCause = (typeof RETURN_CAUSES)[number];

/** Money on its way back. It stays until it is back: a failure is tried again or settled by hand. */
export type MoneyReturn = {
  /** Unique in the order, and the key towards the provider: asked twice, paid once. */
  readonly key: string;
  /** What was asked by one key may go back in several parts, one for each payment. */
  readonly request: string;
  readonly payment: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly cause: ReturnCause;
  /** Paid out as this member's club credit instead; null: the way it came. */
  readonly toMember: string | null;
  readonly returnedMinor: number;
  readonly refs: readonly string[];
  readonly hasFailed: boolean;
};

export type OrderLine = { readonly id: string; readonly isCancelled: boolean };

export type Order = {
  readonly id: string;
  readonly state: OrderState;
  /** Until when its seats are kept, half-open; null: nothing is held, or it is sold. */
  readonly holdUntil: Instant | null;
  readonly isExtended: boolean;
  /** When money first was on its way: what the longest pin is counted from. */
  readonly pinnedAt: Instant | null;
  readonly currency: string;
  readonly lines: readonly OrderLine[];
  readonly worth: Worth;
  /** What of `worth` has not been refunded or taken back. */
  readonly worthLeft: Worth;
  readonly payments: readonly OrderPayment[];
  readonly returns: readonly MoneyReturn[];
};

export function newOrder(id: string): Order {
  return {
    id,
    state: 'cart',
    holdUntil: null,
    isExtended: false,
    pinnedAt: null,
    currency: '',
    lines: [],
    worth: NO_WORTH,
    worthLeft: NO_WORTH,
    payments: [],
    returns: [],
  };
}

export function totalOf({ salesMinor, feesMinor, taxMinor }: Worth): number {
  return salesMinor + feesMinor + taxMinor;
}

/** What a quote earns, by account. */
export function worthOf({ lines, fees }: Pick<Quote, 'lines' | 'fees'>): Worth {
  const charges = [...lines.flatMap((line) => line.fees), ...fees];
  return {
    salesMinor: sumOf(lines, (line) => line.ticketMinor - line.taxMinor),
    feesMinor: sumOf(charges, (fee) => fee.amountMinor - fee.taxMinor),
    taxMinor: sumOf(lines, (line) => line.taxMinor) + sumOf(charges, (fee) => fee.taxMinor),
  };
}

/** Its seats are held for it and nothing is decided yet. */
export function isLive({ state }: Order): boolean {
  return state === 'held' || state === 'ordered' || state === 'paying';
}

/** Captured money that pays for this order. */
export function usedMinor({ payments }: Order): number {
  return sumOf(payments, usedOf);
}

export function usedOf({ captures }: OrderPayment): number {
  return sumOf(captures, ({ use, amountMinor }) => (use === 'order' ? amountMinor : 0));
}

/** What may still be refunded: what was paid less what went back or is on its way. */
export function refundableMinor(order: Order): number {
  return usedMinor(order) - sumOf(order.returns, (one) => (isOfSale(one) ? one.amountMinor : 0));
}

/** Given back out of what paid for the order, not because it never did. */
export function isOfSale({ cause }: MoneyReturn): boolean {
  return cause === 'refund' || cause === 'outside';
}
