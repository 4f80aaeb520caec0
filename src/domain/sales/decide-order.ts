// The one function that changes an order. Whatever is told, in whatever order and however often: no order is
// paid without its seats, and no money is kept without a paid order (ADR-0025).
import type { Instant } from '#domain/kernel/instant.ts';
import { isLive, type Order, totalOf, usedMinor } from './order.ts';
import { endIfLapsed, endUnpaid } from './order-end.ts';
import type { Decided, OrderFact, OrderRefusal } from './order-fact.ts';
import {
  already,
  authorised,
  captured,
  failed,
  paid,
  type Told,
  voided,
  withPayment,
} from './order-payments.ts';
import { refunded, refundOwed, returnFailed } from './order-returns.ts';

/** Tries of one order; the next is refused, so that nobody tries cards on us. */
export const PAYMENTS_MAX = 20;

/**
 * Decides one fact about an order. What has lapsed by then ends first, so that no money is taken for
 * seats that are somebody else's. Facts from outside are never refused: what does not fit goes back.
 */
export function decideOrder(order: Order, fact: OrderFact): Decided {
  const ended = endIfLapsed(order, fact.at);
  if (ended === null) return decide(order, fact);
  const then = decide(ended.order, fact);
  const isMore = then.decision !== 'already';
  return {
    ...then,
    effects: [...ended.effects, ...then.effects],
    decision: isMore ? then.decision : 'ended',
  };
}

function decide(order: Order, fact: OrderFact): Decided {
  switch (fact.kind) {
    case 'held':
      return held(order, fact);
    case 'hold-extended':
      return extended(order, fact);
    case 'hold-lost':
      return isLive(order) ? ended(order, 'expired') : already(order);
    case 'time-passed':
      return already(order);
    case 'ordered':
      return ordered(order, fact);
    case 'payment-started':
      return started(order, fact);
    case 'authorised':
      return authorised(order, fact);
    case 'captured':
      return captured(order, fact);
    case 'failed':
      return failed(order, fact);
    case 'voided':
      return voided(order, fact);
    case 'refunded':
      return refunded(order, fact);
    case 'return-failed':
      return returnFailed(order, fact);
    case 'issued':
      return issued(order);
    case 'cancelled':
      return cancelled(order, fact);
    case 'refund-owed':
      return refundOwed(order, fact);
    default:
      return fact satisfies never;
  }
}

function held(order: Order, fact: Told<'held'>): Decided {
  if (order.state === 'held') return already(order);
  if (order.state !== 'cart' || fact.until <= fact.at) return refuse(order, 'not-held');
  return done({ ...order, state: 'held', holdUntil: fact.until });
}

function extended(order: Order, fact: Told<'hold-extended'>): Decided {
  if (!isLive(order) || order.holdUntil === null) return refuse(order, 'not-held');
  if (order.isExtended) return refuse(order, 'extended-already');
  const until = Math.max(fact.until, order.holdUntil) as Instant;
  const longer = { ...order, isExtended: true, holdUntil: until };
  return { ...done(longer), effects: [{ kind: 'keep-seats', until }] };
}

/** An order for nothing is paid as it is made. */
function ordered(order: Order, fact: Told<'ordered'>): Decided {
  if (order.lines.length > 0) return already(order);
  if (order.state !== 'held') return refuse(order, 'not-held');
  const lines = fact.lines.map((id) => ({ id, isCancelled: false }));
  const { currency, worth } = fact;
  const made: Order = { ...order, state: 'ordered', currency, lines, worth, worthLeft: worth };
  return totalOf(worth) === 0 ? paid(made, null, []) : done(made);
}

function started(order: Order, fact: Told<'payment-started'>): Decided {
  if (order.payments.some(({ id }) => id === fact.payment)) return already(order);
  if (order.state === 'paid' || order.state === 'issued') return refuse(order, 'paid-already');
  if (order.state !== 'ordered' && order.state !== 'paying') return refuse(order, 'not-ordered');
  if (order.payments.length >= PAYMENTS_MAX) return refuse(order, 'too-many-payments');
  const left = totalOf(order.worth) - usedMinor(order);
  if (fact.askedMinor <= 0 || fact.askedMinor > left) return refuse(order, 'over-asked');
  const { payment: id, provider, member, askedMinor } = fact;
  return done(
    withPayment(order, { id, provider, member, askedMinor, state: 'pending', captures: [] }),
  );
}

function issued(order: Order): Decided {
  if (order.state === 'paid') return done({ ...order, state: 'issued' });
  return order.state === 'issued' ? already(order) : refuse(order, 'not-paid');
}

/** Of an order that is not paid only all of it can be given up: its cart is another cart then. */
function cancelled(order: Order, fact: Told<'cancelled'>): Decided {
  if (order.state === 'cart' || isLive(order)) {
    return fact.lines === null ? ended(order, 'cancelled') : refuse(order, 'not-paid');
  }
  if (order.state !== 'paid' && order.state !== 'issued') return already(order);
  const asked = new Set(fact.lines ?? order.lines.map(({ id }) => id));
  const known = new Set(order.lines.map(({ id }) => id));
  if ([...asked].some((id) => !known.has(id))) return refuse(order, 'unknown-line');
  const going = order.lines.filter(({ id, isCancelled }) => asked.has(id) && !isCancelled);
  if (going.length === 0) return already(order);
  const lines = order.lines.map((line) =>
    asked.has(line.id) ? { ...line, isCancelled: true } : line,
  );
  const isOver = lines.every(({ isCancelled }) => isCancelled);
  const ids = going.map(({ id }) => id);
  return {
    order: { ...order, lines, state: isOver ? 'cancelled' : order.state },
    effects: [
      { kind: 'cancel-tickets', lines: ids },
      { kind: 'release-seats', lines: ids },
    ],
    decision: isOver ? 'ended' : 'done',
    reason: null,
  };
}

function ended(order: Order, state: 'expired' | 'cancelled'): Decided {
  return { ...endUnpaid(order, state), decision: 'ended', reason: null };
}

function done(order: Order): Decided {
  return { order, effects: [], decision: 'done', reason: null };
}

function refuse(order: Order, reason: OrderRefusal): Decided {
  return { order, effects: [], decision: 'refused', reason };
}
