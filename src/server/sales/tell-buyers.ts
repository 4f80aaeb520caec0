// Buyers of orders that have just been paid are told in the transaction that pays them: no letter about an order
// that was taken back, no order that nobody hears of.
import type { Pool, PoolClient } from 'pg';
import type { Occasion } from '#domain/delivery/occasions.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { nameOfSeat } from '#domain/seating/seat-table.ts';
import type { Ground } from '#domain/venue/match-event.ts';
import { orderPage } from '#protocol/shop-addresses.ts';
import { type NewMessage, tell } from '#server/outbox/outbox.ts';
import { ticketRef } from './issue-tickets.ts';
import type { OpenSale } from './open-sale.ts';
import type { OrderLineRow, StoredOrder } from './order-store.ts';
import { orderSecret } from './secrets.ts';

export type Contact = {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
};

export type PaidOrder = { readonly stored: StoredOrder; readonly lines: readonly OrderLineRow[] };

type TellDeps = {
  readonly masterKey: Uint8Array;
  readonly sale: OpenSale;
  readonly ground: Ground;
  readonly at: Instant;
};

export async function tellPaid(
  client: PoolClient,
  deps: TellDeps,
  orders: readonly PaidOrder[],
): Promise<void> {
  const contacts = await contactsOf(
    client,
    orders.map(({ stored }) => stored.id),
  );
  const startsAt = await kickOffOf(client, deps.sale.event);
  const messages = orders.flatMap(({ stored, lines }) => {
    const contact = contacts.get(stored.id);
    if (contact === undefined) return [];
    const occasion = paidOccasion(deps, startsAt, stored, lines);
    return messageTo(deps.masterKey, stored, contact, `order-paid/${stored.id}`, occasion);
  });
  await tell(client, { masterKey: deps.masterKey, at: deps.at }, messages);
}

/** By letter, or by a short message to whoever gave no address; nobody who gave neither can be told. */
export function messageTo(
  masterKey: Uint8Array,
  { id, event, locale }: Pick<StoredOrder, 'id' | 'event' | 'locale'>,
  { name, email, phone }: Contact,
  occasionKey: string,
  occasion: Occasion,
): NewMessage[] {
  const address = email ?? phone;
  if (address === null) return [];
  return [
    {
      occasionKey,
      channel: email === null ? 'text' : 'mail',
      occasion,
      language: locale,
      addressee: { address, name, path: orderPath(masterKey, id) },
      event,
      orderRef: id,
    },
  ];
}

/** Of the order's page; its secret stands in the fragment, which no server is told. */
function orderPath(masterKey: Uint8Array, order: string): string {
  return `${orderPage(order)}#${orderSecret(masterKey, order)}`;
}

export async function contactsOf(
  client: Pool | PoolClient,
  orders: readonly string[],
): Promise<Map<string, Contact>> {
  const { rows } = await client.query<Contact & { id: string }>({
    name: 'order-contacts',
    text: `SELECT order_id AS id, name, email, phone FROM order_people
           WHERE order_id = ANY ($1::text[]) AND line = ''`,
    values: [orders],
  });
  return new Map(rows.map(({ id, ...contact }) => [id, contact]));
}

function paidOccasion(
  { sale, ground }: TellDeps,
  startsAt: number,
  { id, quote }: StoredOrder,
  lines: readonly OrderLineRow[],
): Occasion {
  const { name, venue } = ground.event;
  const tickets = lines.map(({ line, seat, type }) => {
    const place = seat === null ? null : nameOfSeat(sale.table, seat);
    return {
      ref: ticketRef(id, line),
      seat: place === null ? null : `${place.section}-${place.row}-${place.seat}`,
      type: ground.types.get(type as never)?.name ?? { 'zh-CN': type, en: type },
      route: null,
    };
  });
  return {
    template: 'order-paid',
    facts: {
      orderRef: id,
      match: { name, venue: venue.name, startsAt, timeZone: venue.timeZone },
      tickets,
      total: { amountMinor: quote.totalMinor, currency: quote.currency },
    },
  };
}

/** As it is now: what a node has in memory may be from before the match was moved. */
async function kickOffOf(client: PoolClient, event: number): Promise<number> {
  const { rows } = await client.query<{ starts_at: string }>({
    name: 'kick-off-of',
    text: `SELECT file->>'startsAt' AS starts_at FROM events WHERE number = $1`,
    values: [event],
  });
  return Date.parse(rows[0]?.starts_at ?? '');
}
