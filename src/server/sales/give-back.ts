// A paid order is given back, whole or in part: quoted by the policy of the day of purchase, and carried out in the
// step that finds the same still true. Tickets are cancelled, seats free and money on its way together, or nothing is.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { acceptRefund } from '#domain/refunds/accept-refund.ts';
import type { PolicySnapshot } from '#domain/refunds/policy.ts';
import { type LineStanding, quoteRefund, type RefundQuote } from '#domain/refunds/quote-refund.ts';
import { refuseRest } from '#domain/refunds/rest-of-order.ts';
import type { PriceList } from '#domain/sales/price-list.ts';
import { readFate } from '#server/venue/match-fate.ts';
import { ticketRef } from './issue-tickets.ts';
import type { StoredOrder } from './order-store.ts';
import type { Turn } from './stock-line.ts';

export type GiveBackRefused = {
  readonly kind: 'refused';
  readonly reason: string;
  readonly about: string | null;
};

/** @param lines - null: all that are still the buyer's */
export async function quoteGiveBack(
  client: Pool | PoolClient,
  list: PriceList,
  stored: StoredOrder,
  lines: readonly string[] | null,
  now: number,
): Promise<RefundQuote | GiveBackRefused> {
  const { order, quote, policy } = stored;
  if (order.state !== 'paid' && order.state !== 'issued') return refuse(`order-${order.state}`);
  if (policy === null) return refuse('nothing-taken-back');
  const standing = await standingOf(client, stored);
  const going = lines ?? order.lines.map(({ id }) => id).filter((id) => !standing.has(id));
  const rest = refuseRest(quote, list, standing, going);
  if (rest !== null) return { kind: 'refused', ...rest };
  const purchase = { quote, policy: policy as PolicySnapshot };
  // Of a match that was moved or put off, as much as its letters have said.
  const fate = await readFate(client, stored.event);
  const back = quoteRefund(purchase, going, standing, fate, now as Instant);
  return 'reason' in back ? refuse(back.reason, back.line) : back;
}

/** @param refundMinor - as it was quoted: another amount is refused, never paid */
export async function giveBack(
  { step, book }: Turn,
  id: string,
  lines: readonly string[] | null,
  refundMinor: number,
): Promise<RefundQuote | GiveBackRefused> {
  await book.load([id]);
  const stored = book.find(id);
  if (stored === null) return refuse('unknown-order');
  const { client, memory, now } = step;
  const back = await quoteGiveBack(client, memory.sale.list, stored, lines, now);
  if ('reason' in back) return back;
  if (back.totalMinor !== refundMinor) return refuse('refund-changed', String(back.totalMinor));
  await book.loadLines([id]);
  const key = `back:${back.lines.map((line) => line.id).join('+')}`;
  const facts = acceptRefund(back, key, await standingOf(client, stored), null, now as Instant);
  if ('reason' in facts) return refuse(facts.reason, facts.line);
  for (const { at: _, ...fact } of facts) book.act(id, fact);
  const live = book.find(id)?.order.lines.filter(({ isCancelled }) => !isCancelled) ?? [];
  const [cancelled, kept] = [back.lines.length, live.length];
  book.news.push({ kind: 'cancelled', order: id, key, cancelled, kept, amountMinor: refundMinor });
  return back;
}

/** Of every line that is not the buyer’s to give back any more. */
async function standingOf(
  client: Pool | PoolClient,
  { id, event, order }: StoredOrder,
): Promise<ReadonlyMap<string, LineStanding>> {
  const refs = new Map(order.lines.map((line) => [ticketRef(id, line.id), line.id]));
  const standing = new Map<string, LineStanding>();
  for (const ref of await enteredAmong(client, event, [...refs.keys()])) {
    standing.set(refs.get(ref) ?? '', 'entered');
  }
  for (const line of order.lines) if (line.isCancelled) standing.set(line.id, 'returned');
  return standing;
}

/** Those of these tickets that somebody came in with. */
export async function enteredAmong(
  client: Pool | PoolClient,
  event: number,
  refs: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ ref: string }>(
    `SELECT DISTINCT t.ref FROM tickets t JOIN claims c ON c.event = t.event AND c.serial = t.serial
     WHERE t.event = $1 AND t.ref = ANY ($2)
       AND jsonb_path_exists(c.crossings, '$[*] ? (@.direction == "in" && @.annulledAt == null)')`,
    [event, refs],
  );
  return new Set(rows.map(({ ref }) => ref));
}

function refuse(reason: string, about: string | null = null): GiveBackRefused {
  return { kind: 'refused', reason, about };
}
