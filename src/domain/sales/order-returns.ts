// Money that goes back: what we owe by policy, what was never ours, and what others took back.
import { type Posting, type PostingKind, post } from './ledger.ts';
import { allocate, sumOf } from './money.ts';
import {
  isLive,
  isOfSale,
  type MoneyReturn,
  type Order,
  type OrderPayment,
  totalOf,
  usedMinor,
  usedOf,
  type Worth,
} from './order.ts';
import { endUnpaid, refundOf, returnOf } from './order-end.ts';
import type { Decided, OrderEffect, OrderRefusal } from './order-fact.ts';
import { already, cashOf, paymentOf, type Told } from './order-payments.ts';

/** What we owe the buyer of what was paid; the last payment gives back first. */
export function refundOwed(order: Order, fact: Told<'refund-owed'>): Decided {
  const amountMinor = totalOf(fact.worth);
  const before = order.returns.filter(({ request }) => request === fact.key);
  if (before.length > 0) {
    const isSame = sumOf(before, (one) => one.amountMinor) === amountMinor;
    return isSame ? already(order) : refuse(order, 'key-reused');
  }
  if (isLive(order) || usedMinor(order) === 0) {
    return amountMinor === 0 ? already(order) : refuse(order, 'not-paid');
  }
  const worthLeft = lessWorth(order.worthLeft, fact.worth);
  if (worthLeft === null) return refuse(order, 'over-refund');
  const returns = spread(order, amountMinor).map(({ payment, part }, index, all): MoneyReturn => {
    const key = all.length === 1 ? fact.key : `${fact.key}/${index + 1}`;
    const money = { ref: fact.key, amountMinor: part, currency: order.currency };
    const { toMember } = fact;
    return { ...returnOf(payment, money, 'refund'), key, request: fact.key, toMember };
  });
  const postings = owed('refund-owed', order, null, fact.worth);
  return {
    order: { ...order, worthLeft, returns: [...order.returns, ...returns] },
    effects: [...returns.map(refundOf), ...posted(postings)],
    decision: 'done',
    reason: null,
  };
}

/**
 * A provider gave money back. First what is on its way by this key, or without a key whatever is on its
 * way for this payment; the rest was taken back from outside, and an order whose money is all gone is void.
 */
export function refunded(order: Order, fact: Told<'refunded'>): Decided {
  const payment = paymentOf(order, fact.payment);
  const ours = order.returns.filter((one) => one.payment === payment.id);
  if (ours.some(({ refs }) => refs.includes(fact.providerRef))) return already(order);
  if (isLive(order) && usedOf(payment) > 0) return endedByRefund(order, fact);
  const isMeant = (one: MoneyReturn) =>
    one.payment === payment.id &&
    one.currency === fact.currency &&
    (fact.returnKey === null ? one.toMember === null : one.key === fact.returnKey);
  let left = fact.amountMinor;
  const postings: Posting[] = [];
  const returns = order.returns.map((one) => {
    const part = isMeant(one) ? Math.min(left, one.amountMinor - one.returnedMinor) : 0;
    if (part === 0) return one;
    left -= part;
    postings.push(...cashBack(one, payment, part));
    return {
      ...one,
      returnedMinor: one.returnedMinor + part,
      refs: [...one.refs, fact.providerRef],
      hasFailed: false,
    };
  });
  const settled = { ...order, returns };
  if (left > 0) return takenBack(settled, payment, { ...fact, amountMinor: left }, postings);
  return { order: settled, effects: posted(postings), decision: 'done', reason: null };
}

/** The provider will not do it: it is still owed, and somebody must look. */
export function returnFailed(order: Order, fact: Told<'return-failed'>): Decided {
  const failing = order.returns.find(({ key }) => key === fact.key);
  if (failing === undefined || failing.returnedMinor === failing.amountMinor) return already(order);
  const returns = order.returns.map((one) => (one === failing ? { ...one, hasFailed: true } : one));
  return {
    order: { ...order, returns },
    effects: [{ kind: 'attention', about: 'refund-failed', payment: failing.payment }],
    decision: 'failed',
    reason: null,
  };
}

/** A part payment was taken back while the other parts were awaited: the order cannot be paid any more. */
function endedByRefund(order: Order, fact: Told<'refunded'>): Decided {
  const ended = endUnpaid(order, 'cancelled');
  const told = refunded(ended.order, fact);
  const outstanding = (key: string) => {
    const one = told.order.returns.find((other) => other.key === key);
    return one === undefined ? 0 : one.amountMinor - one.returnedMinor;
  };
  const effects = ended.effects.flatMap((effect): OrderEffect[] => {
    if (effect.kind !== 'refund') return [effect];
    const amountMinor = outstanding(effect.key);
    return amountMinor === 0 ? [] : [{ ...effect, amountMinor }];
  });
  return { ...told, effects: [...effects, ...told.effects], decision: 'ended' };
}

function takenBack(
  order: Order,
  payment: OrderPayment,
  fact: Told<'refunded'>,
  settled: readonly Posting[],
): Decided {
  const look = (about: 'money-taken-back' | 'refund-unexplained'): OrderEffect => ({
    kind: 'attention',
    about,
    payment: payment.id,
  });
  const isOurs = fact.currency === order.currency;
  const amountMinor = isOurs ? Math.min(fact.amountMinor, availableOf(order, payment)) : 0;
  if (amountMinor === 0) {
    const effects = [look('refund-unexplained'), ...posted(settled)];
    return { order, effects, decision: settled.length > 0 ? 'done' : 'already', reason: null };
  }
  const worth = worthPart(order.worthLeft, amountMinor);
  const worthLeft = lessWorth(order.worthLeft, worth) ?? order.worthLeft;
  const money = { ref: fact.providerRef, amountMinor, currency: fact.currency };
  const key = `outside:${payment.id}:${fact.providerRef}`;
  const back: MoneyReturn = {
    ...returnOf(payment.id, money, 'outside'),
    ...{ key, request: key, returnedMinor: amountMinor, refs: [fact.providerRef] },
  };
  const postings = [
    ...settled,
    ...owed('taken-back', order, payment.id, worth),
    ...cashBack(back, payment, amountMinor),
  ];
  const rest = { ...order, worthLeft, returns: [...order.returns, back] };
  const effects = [
    look('money-taken-back'),
    ...(amountMinor < fact.amountMinor ? [look('refund-unexplained')] : []),
    ...posted(postings),
  ];
  const isSold = order.state === 'paid' || order.state === 'issued';
  if (!isSold || totalOf(worthLeft) > 0)
    return { order: rest, effects, decision: 'done', reason: null };
  const lines = order.lines.filter(({ isCancelled }) => !isCancelled).map(({ id }) => id);
  return {
    order: {
      ...rest,
      state: 'voided',
      lines: order.lines.map((line) => ({ ...line, isCancelled: true })),
    },
    effects: [{ kind: 'cancel-tickets', lines }, { kind: 'release-seats', lines }, ...effects],
    decision: 'ended',
    reason: null,
  };
}

/** Splits a refund over the payments, the last first, each by what it still has. */
function spread(order: Order, amountMinor: number): { payment: string; part: number }[] {
  let left = amountMinor;
  const parts: { payment: string; part: number }[] = [];
  for (const payment of order.payments.toReversed()) {
    const part = Math.min(left, availableOf(order, payment));
    if (part > 0) parts.push({ payment: payment.id, part });
    left -= part;
  }
  return parts;
}

function availableOf(order: Order, payment: OrderPayment): number {
  const gone = order.returns.filter((one) => one.payment === payment.id && isOfSale(one));
  return usedOf(payment) - sumOf(gone, (one) => one.amountMinor);
}

function owed(
  kind: PostingKind,
  { currency }: Order,
  payment: string | null,
  { salesMinor, feesMinor, taxMinor }: Worth,
): Posting[] {
  const posting = { kind, payment, credit: 'refunds-due', currency } as const;
  return [
    ...post({ ...posting, debit: 'sales', amountMinor: salesMinor }),
    ...post({ ...posting, debit: 'fees', amountMinor: feesMinor }),
    ...post({ ...posting, debit: 'tax', amountMinor: taxMinor }),
  ];
}

function cashBack(one: MoneyReturn, payment: OrderPayment, amountMinor: number): Posting[] {
  return post({
    kind: 'returned',
    payment: payment.id,
    debit: 'refunds-due',
    credit: one.toMember === null ? cashOf(payment) : `credit:${one.toMember}`,
    amountMinor,
    currency: one.currency,
  });
}

/** So much of a worth, out of each of its parts alike. */
export function worthPart({ salesMinor, feesMinor, taxMinor }: Worth, amountMinor: number): Worth {
  const [sales = 0, fees = 0, tax = 0] = allocate(amountMinor, [salesMinor, feesMinor, taxMinor]);
  return { salesMinor: sales, feesMinor: fees, taxMinor: tax };
}

/** @returns null: more is taken than there is */
function lessWorth(from: Worth, taken: Worth): Worth | null {
  const left = {
    salesMinor: from.salesMinor - taken.salesMinor,
    feesMinor: from.feesMinor - taken.feesMinor,
    taxMinor: from.taxMinor - taken.taxMinor,
  };
  return Object.values(left).some((minor) => minor < 0) ? null : left;
}

function posted(postings: readonly Posting[]): OrderEffect[] {
  return postings.length === 0 ? [] : [{ kind: 'post', postings }];
}

function refuse(order: Order, reason: OrderRefusal): Decided {
  return { order, effects: [], decision: 'refused', reason };
}
