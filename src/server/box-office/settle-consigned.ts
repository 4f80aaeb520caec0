// What became of tickets that were counted out: sold, with the money, or unsold. Each is answered for once.
import type { PoolClient } from 'pg';
import { type Posting, post } from '#domain/sales/ledger.ts';
import { sumOf } from '#domain/sales/money.ts';
import { worthOf } from '#domain/sales/order.ts';
import type { ConsignedOutcomes, ConsignedSaleRequest } from '#protocol/consignments.ts';
import { unsettledRefunds } from '#server/payments/job-store.ts';
import { noteHandedBack } from '#server/payments/take-by-hand.ts';
import { actorOf } from '#server/platform/acts.ts';
import { arrayLiteral } from '#server/platform/array-literal.ts';
import { appendAct } from '#server/platform/audit-chain.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import { enteredAmong } from '#server/sales/give-back.ts';
import { changeOrders } from '#server/sales/order-store.ts';
import type { Turn } from '#server/sales/stock-line.ts';
import { noSuchTicket } from '#server/tickets/ticket-view.ts';
import type { EventRow } from '#server/venue/store.ts';
import { type Desk, requireShift } from './sell.ts';
import { noteConsignedTaking } from './shifts.ts';

type Outcome = ConsignedOutcomes['outcomes'][number]['outcome'];
type Ticket = {
  readonly ref: string;
  readonly order: string;
  readonly line: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly outcome: Outcome | null;
  readonly sale: string | null;
};

/** The same sale again is the same. @throws HttpProblem `not-found`, `conflict`, `malformed-request` */
export async function takeConsignedSale(
  desk: Desk,
  principal: Principal | null,
  event: EventRow,
  request: ConsignedSaleRequest,
): Promise<ConsignedOutcomes> {
  const { context } = desk;
  const person = actorOf(principal);
  const { sale, payments } = request;
  const refs = [...new Set(request.refs)];
  return await context.acts.do(principal, async (client) => {
    const tickets = await lockTickets(client, event.number, refs, person);
    const result = { outcomes: refs.map((ref) => ({ ref, outcome: 'sold' as const })) };
    if (tickets.every((ticket) => ticket.sale === sale)) return { result, act: null };
    const settled = tickets.find(({ outcome }) => outcome !== null);
    if (settled !== undefined) throw settledAlready(settled);
    const owed = sumOf(tickets, ({ amountMinor }) => amountMinor);
    const paid = sumOf(payments, ({ amountMinor }) => amountMinor);
    if (paid !== owed) throw malformedField('payments', `come to ${paid}, and ${owed} is due`);
    const shift = await requireShift(desk, principal);
    const currency = tickets[0]?.currency ?? '';
    const at = new Date(request.soldAt);
    for (const [part, payment] of payments.entries()) {
      const taking = { event: event.number, sale, part, currency, at, ...payment };
      await noteConsignedTaking(client, shift, person, taking);
    }
    const postings = postingsOf(tickets, payments);
    await changeOrders(client, event.number, { orders: [], freed: [], postings });
    const now = new Date(context.now());
    await settle(client, event.number, refs, { outcome: 'sold', sale, now });
    const detail = { refs, soldAt: request.soldAt, amountMinor: owed };
    const subject = `${event.id}/${sale}`;
    return { result, act: { act: 'consignment.sold', subject, detail } };
  });
}

/**
 * Cancels those that nobody came in with, and frees their seats; those that somebody did stay, and stay owed.
 *
 * @throws HttpProblem `not-found`, `conflict` where one was sold
 */
export async function takeBackUnsold(
  desk: Desk,
  principal: Principal | null,
  event: EventRow,
  asked: readonly string[],
): Promise<ConsignedOutcomes> {
  const { context, payments, sales } = desk;
  const refs = [...new Set(asked)];
  const actor = actorOf(principal);
  const line = sales.line(event.number);
  const orders = await line.withStock(async (turn) => {
    const { client } = turn.step;
    const tickets = await lockTickets(client, event.number, refs, actor);
    const sold = tickets.find(({ outcome }) => outcome === 'sold');
    if (sold !== undefined) throw settledAlready(sold);
    const open = tickets.filter(({ outcome }) => outcome === null);
    const entered = await enteredAmong(
      client,
      event.number,
      open.map(({ ref }) => ref),
    );
    const back = open.filter(({ ref }) => !entered.has(ref));
    await cancelUnsold(turn, back);
    const now = new Date(context.now());
    await settle(client, event.number, [...entered], { outcome: 'entered', sale: null, now });
    const returned = back.map(({ ref }) => ref);
    await settle(client, event.number, returned, { outcome: 'returned', sale: null, now });
    if (open.length > 0) {
      const detail = { returned, entered: [...entered] };
      const act = { act: 'consignment.returned', subject: event.id, actor, detail };
      await appendAct(client, context.node, context.now(), act);
    }
    return [...new Set(tickets.map(({ order }) => order))];
  });
  // What they cost is owed no more. Broken off here, it is done when the same is asked again.
  const hand = { actor, node: context.node };
  for (const { payment, key } of await unsettledRefunds(context.pool, orders, UNSOLD)) {
    await noteHandedBack(payments, hand, payment, { key, reference: 'unsold' });
  }
  return { outcomes: await outcomesOf(desk, event.number, refs) };
}

const UNSOLD = 'unsold:';

async function cancelUnsold({ book }: Turn, tickets: readonly Ticket[]): Promise<void> {
  for (const [order, own] of Map.groupBy(tickets, (ticket) => ticket.order)) {
    await book.load([order]);
    await book.loadLines([order]);
    const stored = book.find(order);
    const gone = new Set(
      stored?.order.lines.flatMap(({ id, isCancelled }) => (isCancelled ? [id] : [])),
    );
    const going = own.map(({ line }) => line).filter((id) => !gone.has(id));
    if (stored === null || going.length === 0) continue;
    const lines = stored.quote.lines.filter(({ id }) => going.includes(id));
    book.act(order, { kind: 'cancelled', lines: going });
    const key = `${UNSOLD}${going.join('+')}`;
    book.act(order, {
      kind: 'refund-owed',
      key,
      worth: worthOf({ lines, fees: [] }),
      toMember: null,
    });
  }
}

/** Each means of payment takes over from what the desk owed, order by order. */
function postingsOf(
  tickets: readonly Ticket[],
  payments: ConsignedSaleRequest['payments'],
): (Posting & { order: string })[] {
  const rest = payments.map(({ provider, amountMinor }) => ({ provider, left: amountMinor }));
  return [...Map.groupBy(tickets, ({ order }) => order)].flatMap(([order, own]) => {
    let owed = sumOf(own, ({ amountMinor }) => amountMinor);
    return rest.flatMap((means) => {
      const amountMinor = Math.min(owed, means.left);
      owed -= amountMinor;
      means.left -= amountMinor;
      const postings = post({
        ...{ kind: 'settled', payment: null, amountMinor },
        ...{ debit: `cash:${means.provider}`, credit: 'cash:consignment' },
        currency: own[0]?.currency ?? '',
      });
      return postings.map((posting) => ({ ...posting, order }));
    });
  });
}

/** In the order of their references: two desks never wait for one another. */
async function lockTickets(
  client: PoolClient,
  event: number,
  refs: readonly string[],
  person: string,
): Promise<readonly Ticket[]> {
  const { rows } = await client.query<Omit<Ticket, 'amountMinor'> & { minor: string }>(
    `SELECT t.ref, t.order_id AS order, t.line, t.amount_minor AS minor, t.outcome, t.sale,
       o.quote ->> 'currency' AS currency
     FROM consigned_tickets t JOIN consignments c ON c.order_id = t.order_id JOIN orders o ON o.id = t.order_id
     WHERE t.event = $1 AND t.ref = ANY ($2::text[]) AND c.person = $3 ORDER BY t.ref FOR UPDATE OF t`,
    [event, arrayLiteral(refs), person],
  );
  const known = new Set(rows.map(({ ref }) => ref));
  const unknown = refs.find((ref) => !known.has(ref));
  if (unknown !== undefined) throw noSuchTicket(unknown);
  return rows.map(({ minor, ...ticket }) => ({ ...ticket, amountMinor: Number(minor) }));
}

async function settle(
  client: PoolClient,
  event: number,
  refs: readonly string[],
  as: { readonly outcome: Outcome; readonly sale: string | null; readonly now: Date },
): Promise<void> {
  if (refs.length === 0) return;
  await client.query(
    `UPDATE consigned_tickets SET outcome = $3, sale = $4, settled_at = $5
     WHERE event = $1 AND ref = ANY ($2::text[])`,
    [event, arrayLiteral(refs), as.outcome, as.sale, as.now],
  );
}

async function outcomesOf(
  { context }: Desk,
  event: number,
  refs: readonly string[],
): Promise<ConsignedOutcomes['outcomes']> {
  const { rows } = await context.pool.query<{ ref: string; outcome: Outcome }>(
    `SELECT ref, outcome FROM consigned_tickets WHERE event = $1 AND ref = ANY ($2::text[])
     AND outcome IS NOT NULL ORDER BY ref`,
    [event, arrayLiteral(refs)],
  );
  return rows;
}

function settledAlready({ ref, outcome }: Ticket): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `${ref} was answered for before: ${outcome}`,
    mend: 'a ticket that was given back is void: the buyer needs another one',
    more: { why: `was-${outcome}` },
  });
}
