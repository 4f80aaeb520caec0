// Orders of a match in pages, as far as a change of it is about them.
import type { Pool, PoolClient } from 'pg';
import type { OrderOfMatch } from '#domain/delivery/event-change.ts';
import type { PolicySnapshot } from '#domain/refunds/policy.ts';
import type { LineStanding } from '#domain/refunds/quote-refund.ts';
import { ticketRef } from '#server/sales/issue-tickets.ts';
import { loadOrders, type StoredOrder } from '#server/sales/order-store.ts';
import { type Contact, contactsOf } from '#server/sales/tell-buyers.ts';

export type MatchOrder = {
  readonly stored: StoredOrder;
  readonly ofMatch: OrderOfMatch;
  readonly contact: Contact;
};

/** By id, behind the one named. */
export async function ordersOfMatch(
  client: Pool | PoolClient,
  event: number,
  page: { readonly after: string; readonly limit: number },
): Promise<MatchOrder[]> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM orders WHERE event = $1 AND id > $2 ORDER BY id LIMIT $3',
    [event, page.after, page.limit],
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  const stored = await loadOrders(client, ids);
  const entered = await enteredTickets(client, event, stored);
  const contacts = await contactsOf(client, ids);
  const matched = stored.map((order) => ({
    stored: order,
    ofMatch: ofMatch(order, entered),
    contact: contacts.get(order.id) ?? { name: null, email: null, phone: null },
  }));
  return matched.sort((a, b) => (a.stored.id < b.stored.id ? -1 : 1));
}

function ofMatch(stored: StoredOrder, entered: ReadonlySet<string>): OrderOfMatch {
  const { order, quote, policy } = stored;
  const standing = new Map<string, LineStanding>();
  for (const { id, isCancelled } of order.lines) {
    if (isCancelled) standing.set(id, 'returned');
    else if (entered.has(ticketRef(stored.id, id))) standing.set(id, 'entered');
  }
  // Written by the sale that it was bought from.
  return { state: order.state, quote, policy: policy as PolicySnapshot | null, standing };
}

/** References of tickets whose holders have crossed inwards somewhere. */
async function enteredTickets(
  client: Pool | PoolClient,
  event: number,
  orders: readonly StoredOrder[],
): Promise<Set<string>> {
  const refs = orders.flatMap(({ id, order }) => order.lines.map((line) => ticketRef(id, line.id)));
  const { rows } = await client.query<{ ref: string }>(
    `SELECT DISTINCT t.ref FROM tickets t
     JOIN claims c ON c.event = t.event AND c.serial = t.serial
     WHERE t.event = $1 AND t.ref = ANY ($2::text[])
       AND jsonb_path_exists(c.crossings, '$[*] ? (@.direction == "in" && @.annulledAt == null)')`,
    [event, refs],
  );
  return new Set(rows.map(({ ref }) => ref));
}
