// One page of a changed match: orders are cancelled and refunds owed where the change says so, buyers are told,
// and the place of the next page is noted, all in one transaction.
import type { PoolClient } from 'pg';
import {
  decideConsequence,
  type Foreseen,
  type OrderConsequence,
  plusConsequence,
} from '#domain/delivery/event-change.ts';
import type { Match, Occasion } from '#domain/delivery/occasions.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { acceptRefund } from '#domain/refunds/accept-refund.ts';
import type { OrderFact } from '#domain/sales/order-fact.ts';
import { type NewMessage, tell } from '#server/outbox/outbox.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { OrderBook } from '#server/sales/order-book.ts';
import type { Sales } from '#server/sales/sales.ts';
import { messageTo } from '#server/sales/tell-buyers.ts';
import { advanceChange, type EventChangeRow, hasAddress, lockChange } from './event-changes.ts';
import { type MatchOrder, ordersOfMatch } from './orders-of-match.ts';

export type ChangeDeps = {
  readonly sales: Sales;
  readonly masterKey: Uint8Array;
  readonly now: Clock;
  /** The match as it stands now. */
  readonly matchOf: (event: number) => Promise<Match>;
};

export const CHANGE_LEASE_MS = 30_000;
const PAGE = 50;

/** @returns whether there is more to do */
export async function carryOutPage(deps: ChangeDeps, change: EventChangeRow): Promise<boolean> {
  const match = await deps.matchOf(change.event);
  return await deps.sales.line(change.event).withStock(async ({ step, book }) => {
    const { client } = step;
    const current = await lockChange(client, change.id);
    if (current === null) return false;
    const page = { after: current.cursor, limit: PAGE };
    const orders = await ordersOfMatch(client, current.event, page);
    const at = step.now as Instant;
    const done = await carryOut(deps, { change: current, client, book, orders, match, at });
    const isLast = orders.length < PAGE;
    const cursor = isLast ? null : (orders.at(-1)?.stored.id ?? null);
    const workedUntil = deps.now() + CHANGE_LEASE_MS;
    await advanceChange(client, current.id, { cursor, done, workedUntil }, deps.now());
    return !isLast;
  });
}

type PageWork = {
  readonly change: EventChangeRow;
  readonly client: PoolClient;
  readonly book: OrderBook;
  readonly orders: readonly MatchOrder[];
  readonly match: Match;
  readonly at: Instant;
};

async function carryOut(deps: ChangeDeps, work: PageWork): Promise<Foreseen> {
  const { change, client, book, orders, match, at } = work;
  // Terms go by when it was decided, not by when an order's turn came.
  const noticeAt = change.begunAt as Instant;
  const kickOffAt = change.before.startsAt as Instant;
  const ids = orders.map(({ stored }) => stored.id);
  await book.load(ids);
  await book.loadLines(ids);
  const messages: NewMessage[] = [];
  let { done } = change;
  for (const order of orders) {
    const consequence = decideConsequence(change.change, order.ofMatch, kickOffAt, noticeAt);
    for (const fact of factsOf(consequence, change, order, at)) book.act(order.stored.id, fact);
    messages.push(...messagesOf(deps, change, order, consequence, match));
    done = plusConsequence(done, consequence, hasAddress(order));
  }
  await tell(client, { masterKey: deps.masterKey, at }, messages);
  return done;
}

/** What an order is told: first the state, then the money. By its key, a refund is owed once. */
function factsOf(
  consequence: OrderConsequence,
  change: EventChangeRow,
  { stored, ofMatch }: MatchOrder,
  at: Instant,
): readonly OrderFact[] {
  if (consequence.kind === 'ended') return [{ kind: 'cancelled', at, lines: null }];
  if (consequence.kind !== 'refunded') return [];
  // It was decided in this very step: nothing of it can have lapsed.
  const quote = { ...consequence.refund, validUntil: (at + 1) as Instant };
  const accepted = acceptRefund(quote, `${change.id}:${stored.id}`, ofMatch.standing, null, at);
  return 'reason' in accepted ? [] : accepted;
}

function messagesOf(
  { masterKey }: ChangeDeps,
  change: EventChangeRow,
  { stored, contact }: MatchOrder,
  consequence: OrderConsequence,
  match: Match,
): NewMessage[] {
  const occasion = occasionOf(change, stored.id, consequence, match);
  if (occasion === null) return [];
  const key = `${change.id}/${stored.id}`;
  const messages = messageTo(masterKey, stored, contact, key, occasion);
  return messages.map((message) => ({ ...message, isBulk: true }));
}

function occasionOf(
  { change, before }: EventChangeRow,
  orderRef: string,
  consequence: OrderConsequence,
  match: Match,
): Occasion | null {
  if (consequence.kind === 'refunded') {
    const { totalMinor } = consequence.refund;
    const refund = { amountMinor: totalMinor, currency: consequence.currency };
    return { template: 'match-cancelled', facts: { orderRef, match: before, refund } };
  }
  if (consequence.kind !== 'told') return null;
  const { mayReturn, returnBy } = consequence;
  if (change.kind === 'postponed') {
    return { template: 'match-postponed', facts: { orderRef, match: before, mayReturn } };
  }
  return { template: 'match-moved', facts: { orderRef, before, match, returnBy } };
}
