// What providers tell of authorisations and captures, whenever and however often they tell it.
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import { type Account, type Posting, post } from './ledger.ts';
import { sumOf } from './money.ts';
import {
  type Capture,
  type Order,
  type OrderPayment,
  type ReturnCause,
  totalOf,
  usedMinor,
  usedOf,
} from './order.ts';
import { refundOf, returnOf, voidOthers } from './order-end.ts';
import type { Decided, OrderEffect, OrderFact } from './order-fact.ts';

/** The longest that money on its way keeps seats beyond their hold, from the first of it. */
export const PIN_MS = 10 * MINUTE_MS;

export type Told<Kind extends OrderFact['kind']> = Extract<OrderFact, { readonly kind: Kind }>;

export function authorised(order: Order, fact: Told<'authorised'>): Decided {
  const payment = paymentOf(order, fact.payment);
  const { state } = payment;
  if (state === 'captured' || state === 'authorised' || state === 'voided') return already(order);
  const isWanted =
    state !== 'voiding' &&
    isOrdered(order) &&
    payment.askedMinor === fact.amountMinor &&
    order.currency === fact.currency &&
    underWayMinor(order, payment.id) + fact.amountMinor <= totalOf(order.worth);
  if (!isWanted) {
    return {
      order: withPayment(order, { ...payment, state: 'voiding' }),
      effects: [{ kind: 'void', payment: payment.id }],
      decision: 'return-money',
      reason: null,
    };
  }
  const pinned = pin(withPayment(order, { ...payment, state: 'authorised' }), fact.at);
  const capture = { kind: 'capture', payment: payment.id, amountMinor: fact.amountMinor } as const;
  return {
    order: pinned.order,
    effects: [...pinned.effects, capture],
    decision: 'capture',
    reason: null,
  };
}

/** The one place where money becomes an order's, or turns back. */
export function captured(order: Order, fact: Told<'captured'>): Decided {
  const payment = paymentOf(order, fact.payment);
  const { providerRef: ref, amountMinor, currency } = fact;
  if (payment.captures.some((capture) => capture.ref === ref)) return already(order);
  const cause = whyUnwanted(order, payment, fact);
  if (cause !== null) return sendBack(order, payment, { ref, amountMinor, currency }, cause);
  const paying: OrderPayment = {
    ...payment,
    state: 'captured',
    captures: [...payment.captures, { ref, amountMinor, currency, use: 'order' }],
  };
  const postings = post({
    kind: 'payment',
    payment: payment.id,
    debit: cashOf(payment),
    credit: 'receivable',
    amountMinor,
    currency,
  });
  const counted = withPayment(order, paying);
  if (usedMinor(counted) === totalOf(order.worth)) return paid(counted, payment.id, postings);
  const pinned = pin(counted, fact.at);
  return {
    order: pinned.order,
    effects: [...pinned.effects, { kind: 'post', postings }],
    decision: 'part-paid',
    reason: null,
  };
}

/** Paid for in full: sold, issued and earned in one step. */
export function paid(order: Order, by: string | null, postings: readonly Posting[]): Decided {
  const others = voidOthers(order.payments, by);
  const { salesMinor, feesMinor, taxMinor } = order.worth;
  const { currency } = order;
  const sale = { kind: 'sale', payment: null, debit: 'receivable', currency } as const;
  const all = [
    ...postings,
    ...post({ ...sale, credit: 'sales', amountMinor: salesMinor }),
    ...post({ ...sale, credit: 'fees', amountMinor: feesMinor }),
    ...post({ ...sale, credit: 'tax', amountMinor: taxMinor }),
  ];
  return {
    order: { ...order, state: 'paid', holdUntil: null, payments: others.payments },
    effects: [
      { kind: 'sell-seats' },
      { kind: 'issue-tickets' },
      ...others.effects,
      ...(all.length === 0 ? [] : [{ kind: 'post' as const, postings: all }]),
    ],
    decision: 'paid',
    reason: null,
  };
}

export function failed(order: Order, fact: Told<'failed'>): Decided {
  const payment = paymentOf(order, fact.payment);
  if (['captured', 'failed', 'voided'].includes(payment.state)) return already(order);
  return {
    order: unpinned(withPayment(order, { ...payment, state: 'failed' })),
    effects: [],
    decision: 'failed',
    reason: null,
  };
}

/** An authorisation was let go. That captured money went back only a refund tells. */
export function voided(order: Order, fact: Told<'voided'>): Decided {
  const payment = paymentOf(order, fact.payment);
  if (payment.state === 'voided') return already(order);
  if (payment.state !== 'captured') {
    return {
      order: unpinned(withPayment(order, { ...payment, state: 'voided' })),
      effects: [],
      decision: 'done',
      reason: null,
    };
  }
  if (usedOf(payment) === 0) return already(order);
  const look = { kind: 'attention', about: 'refund-unexplained', payment: payment.id } as const;
  return { ...already(order), effects: [look] };
}

/** A payment that we never began asked for nothing: whatever it brings goes back. */
export function paymentOf({ payments }: Order, id: string): OrderPayment {
  const stranger = { provider: 'unknown', member: null, askedMinor: 0 };
  const found = payments.find((payment) => payment.id === id);
  return found ?? { id, ...stranger, state: 'pending', captures: [] };
}

export function withPayment(order: Order, payment: OrderPayment): Order {
  const isKnown = order.payments.some(({ id }) => id === payment.id);
  const payments = isKnown
    ? order.payments.map((one) => (one.id === payment.id ? payment : one))
    : [...order.payments, payment];
  return { ...order, payments };
}

export function cashOf({ provider, member }: Pick<OrderPayment, 'provider' | 'member'>): Account {
  return member === null ? `cash:${provider}` : `credit:${member}`;
}

export function already(order: Order): Decided {
  return { order, effects: [], decision: 'already', reason: null };
}

function whyUnwanted(
  order: Order,
  payment: OrderPayment,
  { amountMinor, currency }: Told<'captured'>,
): ReturnCause | null {
  if (usedOf(payment) > 0) return 'double';
  if (!isOrdered(order)) return usedMinor(order) > 0 ? 'double' : 'late';
  if (payment.state === 'voiding' || payment.state === 'voided') return 'late';
  if (currency !== order.currency || amountMinor !== payment.askedMinor) return 'wrong-amount';
  return usedMinor(order) + amountMinor > totalOf(order.worth) ? 'double' : null;
}

function sendBack(
  order: Order,
  payment: OrderPayment,
  money: Omit<Capture, 'use'>,
  cause: ReturnCause,
): Decided {
  const back = returnOf(payment.id, money, cause);
  const kept = withPayment(order, {
    ...payment,
    state: 'captured',
    captures: [...payment.captures, { ...money, use: 'return' }],
  });
  const postings = post({
    kind: 'payment-to-return',
    payment: payment.id,
    debit: cashOf(payment),
    credit: 'refunds-due',
    amountMinor: money.amountMinor,
    currency: money.currency,
  });
  const effects: OrderEffect[] = [refundOf(back)];
  if (postings.length > 0) effects.push({ kind: 'post', postings });
  return {
    order: unpinned({ ...kept, returns: [...kept.returns, back] }),
    effects,
    decision: 'return-money',
    reason: null,
  };
}

/** Money is on its way: the seats wait for it, but not for ever. */
function pin(order: Order, now: Instant): { order: Order; effects: OrderEffect[] } {
  const pinnedAt = order.pinnedAt ?? now;
  const longest = plusMs(pinnedAt, PIN_MS);
  const until = Math.max(longest, order.holdUntil ?? longest) as Instant;
  return {
    order: { ...order, state: 'paying', pinnedAt, holdUntil: until },
    effects: until === order.holdUntil ? [] : [{ kind: 'keep-seats', until }],
  };
}

/** Nothing is on its way any more: the buyer may try again for as long as the hold lasts. */
function unpinned(order: Order): Order {
  const isOnItsWay = order.payments.some(
    (payment) => payment.state === 'authorised' || usedOf(payment) > 0,
  );
  return order.state === 'paying' && !isOnItsWay ? { ...order, state: 'ordered' } : order;
}

function isOrdered({ state }: Order): boolean {
  return state === 'ordered' || state === 'paying';
}

/** What other payments have paid or been authorised for. */
function underWayMinor({ payments }: Order, but: string): number {
  return sumOf(payments, (payment) => {
    if (payment.id === but) return 0;
    return payment.state === 'authorised' ? payment.askedMinor : usedOf(payment);
  });
}
