// A sale at a desk: held, ordered, paid and issued. Each step is known by the name of the sale, so that a request
// that was broken off is carried on by the same request.
import { hash } from 'node:crypto';
import type { DeskHold, DeskOrder, DeskSaleRequest } from '#protocol/box-office.ts';
import type { HoldRequest } from '#protocol/shop.ts';
import type { Payments } from '#server/payments/payments.ts';
import { takeByHand } from '#server/payments/take-by-hand.ts';
import { actorOf } from '#server/platform/acts.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import { refusedHold } from '#server/sales/buyer-routes.ts';
import { findHold, notHeld, refusedOrder, typesOf } from '#server/sales/find-hold.ts';
import { askForHold, askToRelease } from '#server/sales/hold-asks.ts';
import { askToOrder, type OrderAsk } from '#server/sales/order-asks.ts';
import { matchOf } from '#server/sales/order-names.ts';
import { viewOf } from '#server/sales/order-routes.ts';
import { orderOfHold, type Person } from '#server/sales/order-store.ts';
import type { Sales } from '#server/sales/sales.ts';
import { personOf } from '#server/sales/secrets.ts';
import { holdViewOf } from '#server/sales/views.ts';
import type { ServerContext } from '#server/server-context.ts';
import type { EventRow } from '#server/venue/store.ts';
import { handoverOf, type NewDeskOrder, writeDeskOrder } from './desk-orders.ts';
import { channelOf, mayTake } from './offer.ts';
import { noteTaking, openShiftOf } from './shifts.ts';

export type Desk = {
  readonly context: ServerContext;
  readonly sales: Sales;
  readonly payments: Payments;
};

type Contact = NonNullable<DeskSaleRequest['buyer']>;
type Takings = DeskSaleRequest['payments'];

const NAME_LENGTH = 32;

/** What is held in a sale belongs to whoever sells, and to nobody else at the desk. */
export function cartOf(principal: Principal | null, sale: string): string {
  return nameOf('cart', `${actorOf(principal)}\n${sale}`);
}

/** @throws HttpProblem `conflict` */
export async function holdForSale(
  { sales }: Desk,
  principal: Principal | null,
  event: EventRow,
  { sale, wish }: { readonly sale: string; readonly wish: HoldRequest },
): Promise<DeskHold> {
  const cart = cartOf(principal, sale);
  const line = sales.line(event.number);
  const request = nameOf('hold', `${cart}\n${JSON.stringify(wish)}`);
  const ask = { cart, request, channel: channelOf(principal), wish };
  const made = await line.ask(askForHold(ask));
  if (made.kind === 'refused') throw refusedHold(made);
  return holdViewOf(await line.look(), made.hold, made.now, made.choice);
}

/** @throws HttpProblem `not-found`, `conflict` */
export async function releaseHold(
  { sales }: Desk,
  principal: Principal | null,
  hold: string,
  sale: string,
): Promise<void> {
  const cart = cartOf(principal, sale);
  const found = await findHold(sales, hold, cart);
  if (found === null) throw notHeld();
  const done = await found.line.ask(askToRelease(hold, cart));
  if (done.kind === 'refused') throw notHeld();
}

/** @throws HttpProblem `not-found`, `conflict`, `malformed-request` */
export async function sell(
  desk: Desk,
  principal: Principal | null,
  event: EventRow,
  request: DeskSaleRequest,
): Promise<DeskOrder> {
  requireSum(request.payments, request.totalMinor);
  const shift = await shiftFor(desk, principal, request.payments);
  const order = await orderHeld(desk, principal, event, request, null);
  await noteOrder(desk, principal, event, { order, shift, handover: 'at-once', address: null });
  await takeFor(desk, principal, { order, shift, sale: request.sale, payments: request.payments });
  return await deskViewOf(desk, order);
}

/** @param until - null: as long as the hold; otherwise its places are kept until then */
export async function orderHeld(
  { context, sales }: Desk,
  principal: Principal | null,
  event: EventRow,
  request: Pick<DeskSaleRequest, 'sale' | 'hold' | 'types' | 'totalMinor' | 'buyer' | 'locale'>,
  until: number | null,
): Promise<string> {
  const cart = cartOf(principal, request.sale);
  const before = await orderOfHold(sales.pool, request.hold, cart);
  if (before !== null) return before;
  const found = await findHold(sales, request.hold, cart);
  if (found === null || found.event !== event.number) throw notHeld();
  const match = await matchOf(context.pool, event.number);
  if (match === null) throw notHeld();
  const { buyer } = request;
  const contact = buyer?.phone ?? buyer?.email;
  const ask: OrderAsk = {
    hold: request.hold,
    cart,
    types: typesOf(request.types),
    totalMinor: request.totalMinor,
    // Nobody is asked who they are for a ticket over the counter: limits are then those of one sale.
    person: contact === undefined ? nameOf('sale', cart) : personOf(context.masterKey, contact),
    people: buyer === undefined ? [] : [personNamed(buyer)],
    locale: request.locale,
    kickOffAt: match.kickOffAt,
  };
  const made = await found.line.withStock((turn) => {
    const ordered = askToOrder(ask).decide(turn);
    if (ordered.kind === 'ordered' && ordered.isNew && until !== null) {
      turn.book.act(ordered.order, { kind: 'hold-extended', until: until as never });
    }
    return Promise.resolve(ordered);
  });
  if (made.kind === 'ordered') return made.order;
  if (made.reason === 'not-held') throw notHeld();
  throw refusedOrder(made.reason, made.about, made.totalMinor);
}

export async function noteOrder(
  { context }: Desk,
  principal: Principal | null,
  event: EventRow,
  made: Pick<NewDeskOrder, 'order' | 'shift' | 'handover' | 'address'>,
): Promise<void> {
  const { order, handover, shift } = made;
  const at = new Date(context.now());
  const person = actorOf(principal);
  await context.acts.do(principal, async (client) => {
    const isNew = await writeDeskOrder(client, { ...made, event: event.number, person, at });
    const detail = { channel: channelOf(principal), handover, shift };
    const act = { act: 'order.made', subject: `${event.id}/${order}`, detail };
    return { result: null, act: isNew ? act : null };
  });
}

/** Each part is a payment of its own, taken into the open drawer. */
export async function takeFor(
  { context, payments }: Desk,
  principal: Principal | null,
  taking: {
    readonly order: string;
    readonly sale: string;
    readonly shift: string | null;
    readonly payments: Takings;
  },
): Promise<void> {
  const { order, shift, sale } = taking;
  const person = actorOf(principal);
  const hand = { actor: person, node: context.node };
  const currency = await currencyOf(context, order);
  for (const [part, { provider, amountMinor, reference, member }] of taking.payments.entries()) {
    const request = {
      ...{ order, provider, amountMinor, currency, requestId: `${sale}-${part}` },
      ...(reference === undefined ? {} : { reference }),
      ...(member === undefined ? {} : { member }),
    };
    await takeByHand(payments, hand, request, async (client, payment) => {
      if (shift === null) return;
      const what = { payment: payment.id, provider, amountMinor, currency };
      await noteTaking(client, shift, person, what);
    });
  }
}

/** @returns null: nothing is taken. @throws HttpProblem `forbidden`, `conflict` without an open drawer */
export async function shiftFor(
  desk: Desk,
  principal: Principal | null,
  payments: Takings,
): Promise<string | null> {
  return payments.length === 0 ? null : await requireShift(desk, principal);
}

/** @throws HttpProblem `forbidden`, `conflict` without an open drawer */
export async function requireShift(
  { context }: Desk,
  principal: Principal | null,
): Promise<string> {
  if (!mayTake(principal)) {
    throw new HttpProblem('forbidden', {
      detail: 'your role does not take money',
      mend: 'reserve it, and let the box office take the money when it is collected',
    });
  }
  const shift = await openShiftOf(context.pool, actorOf(principal));
  if (shift !== null) return shift.id;
  throw new HttpProblem('conflict', {
    detail: 'no drawer is open',
    mend: 'open your shift with what is in the drawer, then sell',
    more: { why: 'no-shift' },
  });
}

export function requireSum(payments: Takings, totalMinor: number): void {
  const sum = payments.reduce((all, { amountMinor }) => all + amountMinor, 0);
  if (sum !== totalMinor) {
    throw malformedField('payments', `come to ${sum}, and ${totalMinor} is to be paid`);
  }
}

export async function deskViewOf({ context, sales }: Desk, order: string): Promise<DeskOrder> {
  const view = await viewOf(context, sales, order);
  return { ...view, handover: await handoverOf(context.pool, order) };
}

async function currencyOf({ pool }: ServerContext, order: string): Promise<string> {
  const { rows } = await pool.query<{ currency: string }>(
    `SELECT quote ->> 'currency' AS currency FROM orders WHERE id = $1`,
    [order],
  );
  if (rows[0] === undefined) throw new Error('the order has just been written');
  return rows[0].currency;
}

function personNamed({ name, email, phone }: Contact): Person {
  return { line: '', name, email: email ?? null, phone: phone ?? null };
}

function nameOf(what: string, text: string): string {
  return hash('sha256', `kaimen desk ${what} 1\n${text}`, 'hex').slice(0, NAME_LENGTH);
}
