// How an order that is not paid ends: its seats go free, what was begun is let go, and parts that were paid
// go back.
import type { Instant } from '#domain/kernel/instant.ts';
import { post } from './ledger.ts';
import {
  type Capture,
  isLive,
  type MoneyReturn,
  type Order,
  type OrderPayment,
  type OrderState,
  type ReturnCause,
  usedOf,
} from './order.ts';
import type { OrderEffect } from './order-fact.ts';

export type Step = { readonly order: Order; readonly effects: readonly OrderEffect[] };

/** @returns null: its time has not come */
export function endIfLapsed(order: Order, now: Instant): Step | null {
  if (!isLive(order) || order.holdUntil === null || now < order.holdUntil) return null;
  return endUnpaid(order, 'expired');
}

export function endUnpaid(order: Order, state: OrderState): Step {
  const voided = voidOthers(order.payments, null);
  const returned = order.payments.filter((payment) => usedOf(payment) > 0);
  const steps = returned.flatMap((payment) =>
    payment.captures
      .filter(({ use }) => use === 'order')
      .map((capture) => returnOf(payment.id, capture, 'order-ended')),
  );
  const postings = steps.flatMap(({ payment, amountMinor, currency }) =>
    post({
      kind: 'part-payment-to-return',
      payment,
      debit: 'receivable',
      credit: 'refunds-due',
      amountMinor,
      currency,
    }),
  );
  return {
    order: {
      ...order,
      state,
      holdUntil: null,
      payments: voided.payments.map((payment) => ({
        ...payment,
        captures: payment.captures.map((capture) => ({ ...capture, use: 'return' as const })),
      })),
      returns: [...order.returns, ...steps],
    },
    effects: [
      { kind: 'release-seats', lines: null },
      ...voided.effects,
      ...steps.map(refundOf),
      ...(postings.length === 0 ? [] : [{ kind: 'post' as const, postings }]),
    ],
  };
}

/** Lets go of every payment that is under way, but for the one that has just paid. */
export function voidOthers(
  payments: readonly OrderPayment[],
  paying: string | null,
): { readonly payments: OrderPayment[]; readonly effects: OrderEffect[] } {
  const isUnderWay = ({ id, state }: OrderPayment) =>
    id !== paying && (state === 'pending' || state === 'authorised');
  return {
    payments: payments.map((payment) =>
      isUnderWay(payment) ? { ...payment, state: 'voiding' } : payment,
    ),
    effects: payments.filter(isUnderWay).map(({ id }) => ({ kind: 'void', payment: id })),
  };
}

/** Money that was captured and does not pay for the order, on its way back. */
export function returnOf(
  payment: string,
  { ref, amountMinor, currency }: Pick<Capture, 'ref' | 'amountMinor' | 'currency'>,
  cause: ReturnCause,
): MoneyReturn {
  const key = `return:${payment}:${ref}`;
  return {
    key,
    request: key,
    payment,
    amountMinor,
    currency,
    cause,
    toMember: null,
    returnedMinor: 0,
    refs: [],
    hasFailed: false,
  };
}

export function refundOf(one: MoneyReturn): OrderEffect {
  const { key, payment, amountMinor, currency, cause, toMember } = one;
  return { kind: 'refund', key, payment, amountMinor, currency, cause, toMember };
}
