// What happened to an order that its buyer is told of by letter: tickets that were given back, money on its way.
import type { PoolClient } from 'pg';
import type { Occasion } from '#domain/delivery/occasions.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { isLive, type Order } from '#domain/sales/order.ts';
import type { Decided, OrderFact } from '#domain/sales/order-fact.ts';
import { type EventFile, matchEventOf } from '#protocol/event-file.ts';
import { type NewMessage, tell } from '#server/outbox/outbox.ts';
import { loadOrders, type StoredOrder } from './order-store.ts';
import { contactsOf, messageTo } from './tell-buyers.ts';

/** `key`: of the same kind, the same thing of the same order; it is told once. */
export type OrderNews = { readonly order: string; readonly key: string } & (
  | {
      /** By whoever bought them, or for them. */
      readonly kind: 'cancelled';
      readonly cancelled: number;
      readonly kept: number;
      readonly amountMinor: number;
    }
  /** The provider says that it has gone. */
  | { readonly kind: 'refunded'; readonly amountMinor: number }
  /** It came when its order was over: all of it goes back. */
  | { readonly kind: 'returned'; readonly amountMinor: number }
);

/** What a fact about money, and what was decided on it, is to the buyer. */
export function moneyNews(
  { id }: StoredOrder,
  fact: OrderFact,
  { order, decision }: Pick<Decided, 'order' | 'decision'>,
): OrderNews[] {
  if (fact.kind === 'refunded' && fact.returnKey !== null && decision === 'done') {
    const { providerRef: key, amountMinor } = fact;
    return [{ kind: 'refunded', order: id, key, amountMinor }];
  }
  // Paid twice, there are tickets: the second payment is spoken of when it has gone back.
  if (fact.kind === 'captured' && decision === 'return-money' && isOver(order)) {
    const { payment: key, amountMinor } = fact;
    return [{ kind: 'returned', order: id, key, amountMinor }];
  }
  return [];
}

function isOver(order: Order): boolean {
  return !isLive(order) && order.state !== 'paid' && order.state !== 'issued';
}

/** Tells it in the transaction that made it so. */
export async function tellNews(
  client: PoolClient,
  { masterKey, event, at }: { masterKey: Uint8Array; event: number; at: Instant },
  news: readonly OrderNews[],
): Promise<void> {
  const ids = [...new Set(news.map(({ order }) => order))];
  const orders = new Map((await loadOrders(client, ids)).map((order) => [order.id, order]));
  const contacts = await contactsOf(client, ids);
  const match = await matchNow(client, event);
  const messages = news.flatMap((each): NewMessage[] => {
    const [order, contact] = [orders.get(each.order), contacts.get(each.order)];
    if (order === undefined || contact === undefined) return [];
    const occasion = occasionOf(each, order, match);
    const key = `${occasion.template}/${each.order}/${each.key}`;
    return messageTo(masterKey, order, contact, key, occasion).map((message) => ({
      ...message,
      // A cancelled match pays back thousands.
      isBulk: each.kind === 'refunded',
    }));
  });
  await tell(client, { masterKey, at }, messages);
}

type Match = Extract<Occasion, { template: 'refund-sent' }>['facts']['match'];

function occasionOf(news: OrderNews, { id: orderRef, quote }: StoredOrder, match: Match): Occasion {
  const money = { amountMinor: news.amountMinor, currency: quote.currency };
  switch (news.kind) {
    case 'cancelled': {
      const { cancelled, kept } = news;
      return {
        template: 'order-cancelled',
        facts: { orderRef, match, cancelled, kept, refund: money },
      };
    }
    case 'refunded':
      return { template: 'refund-sent', facts: { orderRef, match, refund: money } };
    case 'returned':
      return { template: 'payment-returned', facts: { orderRef, match, amount: money } };
  }
}

async function matchNow(client: PoolClient, event: number): Promise<Match> {
  const { rows } = await client.query<{ file: EventFile }>({
    name: 'match-of-news',
    text: 'SELECT file FROM events WHERE number = $1',
    values: [event],
  });
  const { file } = rows[0] ?? {};
  if (file === undefined) throw new Error(`event number ${event} is not in this store`);
  const { name, venue, startsAt } = matchEventOf(file);
  return { name, venue: venue.name, startsAt, timeZone: venue.timeZone };
}
