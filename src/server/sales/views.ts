// Holds and orders as buyers are shown them.
import type { Pool } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { PledgeOutcome } from '#domain/sales/arrival-credit.ts';
import { decideOrder } from '#domain/sales/decide-order.ts';
import { sumOf } from '#domain/sales/money.ts';
import { isLive, usedMinor } from '#domain/sales/order.ts';
import type { Quote } from '#domain/sales/quoted.ts';
import { nameOfSeat } from '#domain/seating/seat-table.ts';
import type { HoldView, QuoteView } from '#protocol/shop.ts';
import type { OrderView } from '#protocol/shop-orders.ts';
import { codeOf, type EventKey } from '#server/entry/event-key.ts';
import { iso } from '#server/platform/clock.ts';
import type { Choice } from './hold-rules.ts';
import { ticketRef } from './issue-tickets.ts';
import { categoryName, type OpenSale } from './open-sale.ts';
import { quotePlaces } from './order-asks.ts';
import { loadLines, type OrderLineRow, type StoredOrder } from './order-store.ts';
import type { Hold, Place } from './stock-change.ts';
import type { StockMemory } from './stock-memory.ts';

type PlaceView = HoldView['places'][number];

export function placeViewOf(sale: OpenSale, place: Omit<OrderLineRow, 'isLive'>): PlaceView {
  const { line, seat, section, category, type } = place;
  if (seat === null) return { line, seat, section, row: null, number: null, category, type };
  const name = nameOfSeat(sale.table, seat);
  return { line, seat, section, row: name.row, number: name.seat, category, type };
}

export function holdViewOf(
  memory: StockMemory,
  hold: Hold,
  now: number,
  choice: Choice | null,
): HoldView {
  const { sale } = memory;
  const priced = quotePlaces(memory, hold.places, now, {
    channel: hold.channel,
    person: null,
    vouchers: [],
  });
  const places = hold.places.map((place: Place) => {
    const category = categoryName(sale, memory.categoryOf(place));
    return placeViewOf(sale, { ...place, category });
  });
  return {
    id: hold.id,
    event: sale.eventId,
    state: hold.order === null ? 'live' : 'ordered',
    expiresAt: iso(hold.until as Instant),
    isExtended: hold.isExtended,
    places,
    choice: choice === null ? null : { ...choice, groups: [...choice.groups] },
    quote: 'reason' in priced ? null : quoteViewOf(priced),
    quoteRefusal: 'reason' in priced ? priced.reason : null,
    now: iso(now as Instant),
  };
}

export function quoteViewOf(quote: Quote): QuoteView {
  return {
    currency: quote.currency,
    lines: quote.lines.map((line) => ({
      line: line.id,
      priceMinor: line.priceMinor,
      discounts: line.discounts.map((discount) => ({ ...discount })),
      ticketMinor: line.ticketMinor,
      fees: line.fees.map(({ fee, amountMinor }) => ({ fee, amountMinor })),
      totalMinor: line.totalMinor,
    })),
    fees: quote.fees.map(({ fee, amountMinor }) => ({ fee, amountMinor })),
    taxes: quote.taxes.map(({ tax, rateBasisPoints, taxMinor }) => {
      return { tax, rateBasisPoints, taxMinor };
    }),
    totalMinor: quote.totalMinor,
  };
}

type TicketRow = {
  ref: string;
  serial: number;
  issue: number;
  status: OrderView['tickets'][number]['status'];
  offer: string | null;
  credit_minor: string;
  outcome: PledgeOutcome | null;
};

/** None as long as it is not paid. */
async function ticketsOf(
  pool: Pool,
  { id, event }: StoredOrder,
  lines: readonly OrderLineRow[],
): Promise<readonly TicketRow[]> {
  const { rows } = await pool.query<TicketRow>({
    name: 'order-tickets',
    text: `SELECT t.ref, t.serial, t.issue, t.status, p.offer, p.credit_minor, p.outcome
      FROM tickets t LEFT JOIN arrival_pledges p ON p.event = t.event AND p.serial = t.serial
      WHERE t.event = $1 AND t.ref = ANY ($2)`,
    values: [event, lines.map(({ line }) => ticketRef(id, line))],
  });
  return rows;
}

/** @param key - of its event: codes are minted as they are shown, and stored nowhere */
export async function orderViewOf(
  pool: Pool,
  sale: OpenSale,
  key: EventKey,
  stored: StoredOrder,
  now: number,
): Promise<OrderView> {
  // What has lapsed is shown as over, whoever writes that down.
  const { order } = decideOrder(stored.order, { kind: 'time-passed', at: now as Instant });
  const lines = await loadLines(pool, [stored.id]);
  const tickets = isLive(order) ? [] : await ticketsOf(pool, stored, lines);
  const cancelled = new Set(
    order.lines.flatMap(({ id, isCancelled }) => (isCancelled ? [id] : [])),
  );
  return {
    id: stored.id,
    event: sale.eventId,
    state: order.state,
    channel: stored.channel,
    locale: stored.locale,
    orderedAt: iso(stored.orderedAt as Instant),
    payUntil: order.holdUntil === null ? null : iso(order.holdUntil),
    now: iso(now as Instant),
    places: lines.map(({ isLive: _, order: __, ...line }) => ({
      ...placeViewOf(sale, line),
      isCancelled: cancelled.has(line.line),
    })),
    quote: quoteViewOf(stored.quote),
    paidMinor: usedMinor(order),
    returnedMinor: sumOf(order.returns, (one) => one.returnedMinor),
    returnDueMinor: sumOf(order.returns, (one) => one.amountMinor - one.returnedMinor),
    payments: order.payments.map(({ id, provider, askedMinor, state }) => {
      return { id, provider, askedMinor, state };
    }),
    tickets: tickets.map(({ ref, serial, issue, status, offer, credit_minor, outcome }) => ({
      line: ref.slice(stored.id.length + 1),
      ref,
      status,
      code: status === 'cancelled' ? null : codeOf(key, { serial, issue }),
      pledge: offer === null ? null : { offer, creditMinor: Number(credit_minor), outcome },
    })),
    refundPolicy: stored.policy,
  };
}
