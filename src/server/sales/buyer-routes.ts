// What buyers do without an account: hold, extend, release, order, and look at their order. Whoever shows no
// secret of a thing is told that there is none.
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { holdRequest, holdView, quoteRequest, quoteView } from '#protocol/shop.ts';
import { eventParams, holdParams, orderParams, SHOP } from '#protocol/shop-addresses.ts';
import { type OrderRequest, orderCreated, orderRequest, orderView } from '#protocol/shop-orders.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { BuyerPace } from './buyer-pace.ts';
import { askForHold, askToExtend, askToRelease, type HoldActed } from './hold-asks.ts';
import type { HoldDecision } from './hold-rules.ts';
import { vouchersOfCodes } from './offer-vouchers.ts';
import { askToOrder, orderWithVouchers, quotePlaces, withTypes } from './order-asks.ts';
import { loadOrders, orderOfHold, type Person } from './order-store.ts';
import { noSuchOrder, type Sales } from './sales.ts';
import { cartOf, orderSecret, personOf, requestOf, shownOrderSecret } from './secrets.ts';
import type { StockLine } from './stock-line.ts';
import { isAskedBefore } from './stock-line.ts';
import { holdViewOf, orderViewOf, quoteViewOf } from './views.ts';

const ROUTE = { rule: { allow: 'public' }, priority: 'shop', tag: 'shop' } as const;

export function addBuyerRoutes(app: FastifyInstance, context: ServerContext, sales: Sales): void {
  const pace = new BuyerPace();
  addHolds(app, sales, pace);
  addHoldActs(app, context, sales);
  addOrders(app, context, sales, pace);
}

function addHolds(app: FastifyInstance, sales: Sales, pace: BuyerPace): void {
  addRoute(app, {
    ...ROUTE,
    method: 'POST',
    url: `${SHOP}/events/:id/holds`,
    summary: 'Hold named seats, standing places or the best available; all of them or nothing',
    params: eventParams,
    body: holdRequest,
    answer: holdView,
    handle: async ({ params, body, request }) => {
      const cart = cartOf(request);
      const asked = requestOf(request, cart);
      pace.spend(cart);
      const line = await sales.lineOf(params.id);
      const ask = { cart, request: asked, channel: 'web', wish: body } as const;
      const made = await line.ask(askForHold(ask)).catch((error: unknown) => {
        if (isAskedBefore(error)) throw overAlready();
        throw error;
      });
      if (made.kind === 'refused') throw refusedHold(made);
      return holdViewOf(await line.look(), made.hold, made.now, made.choice);
    },
  });
}

function addHoldActs(app: FastifyInstance, context: ServerContext, sales: Sales): void {
  addRoute(app, {
    ...ROUTE,
    method: 'GET',
    url: `${SHOP}/holds/:id`,
    summary: 'A hold as it stands, for whoever shows its cart',
    params: holdParams,
    answer: holdView,
    handle: async ({ params, request }) => {
      const { line, hold } = await ownHold(sales, params.id, cartOf(request));
      return holdViewOf(await line.look(), hold, context.now(), null);
    },
  });

  addRoute(app, {
    ...ROUTE,
    method: 'POST',
    url: `${SHOP}/holds/:id/extend`,
    summary: 'Keep it longer, once',
    params: holdParams,
    answer: holdView,
    handle: async ({ params, request }) => {
      const cart = cartOf(request);
      const { line } = await ownHold(sales, params.id, cart);
      const { hold, now } = acted(await line.ask(askToExtend(params.id, cart)));
      if (hold === null) throw notHeld();
      return holdViewOf(await line.look(), hold, now, null);
    },
  });

  addRoute(app, {
    ...ROUTE,
    method: 'DELETE',
    url: `${SHOP}/holds/:id`,
    summary: 'Give it up, with its order if that is not paid; its places are free at once',
    params: holdParams,
    handle: async ({ params, request }) => {
      const cart = cartOf(request);
      const { line } = await ownHold(sales, params.id, cart);
      acted(await line.ask(askToRelease(params.id, cart)));
      return { released: true };
    },
  });

  addRoute(app, {
    ...ROUTE,
    method: 'POST',
    url: `${SHOP}/holds/:id/quote`,
    summary: 'What it would cost with these ticket types',
    params: holdParams,
    body: quoteRequest,
    answer: quoteView,
    handle: async ({ params, body, request }) => {
      const cart = cartOf(request);
      const { event, line, hold } = await ownHold(sales, params.id, cart);
      const asked = { codes: body.vouchers, person: null, except: null };
      const { masterKey } = context;
      const { vouchers, unknown } = await vouchersOfCodes(sales.pool, masterKey, event, asked);
      if (unknown.length > 0) throw refusedOrder('voucher-unknown', null);
      const places = withTypes(hold.places, typesOf(body.types));
      const { channel } = hold;
      const quote = quotePlaces(await line.look(), places, context.now(), {
        channel,
        person: null,
        vouchers,
      });
      if ('reason' in quote) throw refusedOrder(quote.reason, quote.about);
      return quoteViewOf(quote);
    },
  });
}

function addOrders(
  app: FastifyInstance,
  context: ServerContext,
  sales: Sales,
  pace: BuyerPace,
): void {
  const { masterKey } = context;
  addRoute(app, {
    ...ROUTE,
    method: 'POST',
    url: `${SHOP}/orders`,
    summary: 'Order what is held, at the price that was quoted; one hold is one order',
    body: orderRequest,
    answer: orderCreated,
    handle: async ({ body, request }) => {
      const cart = cartOf(request);
      pace.spend(cart);
      const id =
        (await orderHeld(context, sales, body, cart)) ??
        (await orderOfHold(sales.pool, body.hold, cart));
      if (id === null) throw notHeld();
      const view = await viewOf(context, sales, id);
      return { ...view, secret: orderSecret(masterKey, id) };
    },
  });

  addRoute(app, {
    ...ROUTE,
    method: 'GET',
    url: `${SHOP}/orders/:id`,
    summary: 'An order as it stands, with its tickets, for whoever shows its secret',
    params: orderParams,
    answer: orderView,
    handle: async ({ params, request }) => {
      if (!sales.mayRead(params.id, shownOrderSecret(request))) throw noSuchOrder();
      return await viewOf(context, sales, params.id);
    },
  });
}

/** @returns null: the hold is over, and may have become an order before. @throws HttpProblem `conflict` */
async function orderHeld(
  context: ServerContext,
  sales: Sales,
  body: OrderRequest,
  cart: string,
): Promise<string | null> {
  const found = await findHold(sales, body.hold, cart);
  if (found === null) return null;
  const kickOffAt = await kickOffOf(context.pool, found.event);
  if (kickOffAt === null) throw notHeld();
  const { buyer } = body;
  const ask = {
    hold: body.hold,
    cart,
    types: typesOf(body.types),
    totalMinor: body.totalMinor,
    person: personOf(context.masterKey, buyer.phone ?? buyer.email ?? cart),
    people: peopleOf(body),
    locale: body.locale,
    kickOffAt,
  };
  const { line } = found;
  const made = await (body.vouchers.length === 0
    ? line.ask(askToOrder(ask))
    : line.withStock((turn) => orderWithVouchers(turn, ask, body.vouchers, context.masterKey)));
  if (made.kind === 'ordered') return made.order;
  if (made.reason === 'not-held') return null;
  throw refusedOrder(made.reason, made.about, made.totalMinor);
}

async function kickOffOf(pool: Pool, event: number): Promise<Instant | null> {
  const { rows } = await pool.query<{ at: string }>({
    name: 'event-kick-off',
    text: `SELECT file ->> 'startsAt' AS at FROM events WHERE number = $1`,
    values: [event],
  });
  return parseInstant(rows[0]?.at ?? '');
}

async function viewOf(context: ServerContext, sales: Sales, id: string) {
  const [stored] = await loadOrders(sales.pool, [id]);
  if (stored === undefined) throw noSuchOrder();
  const { sale } = await sales.line(stored.event).look();
  const { keyring } = await context.catalogue.get(stored.event);
  return await orderViewOf(sales.pool, sale, keyring.own, stored, context.now());
}

async function ownHold(sales: Sales, id: string, cart: string) {
  const found = await findHold(sales, id, cart);
  if (found === null) throw notHeld();
  return found;
}

/** Another node may have made it a moment ago. */
async function findHold(sales: Sales, id: string, cart: string) {
  const { rows } = await sales.pool.query<{ event: number }>({
    name: 'hold-event',
    text: 'SELECT event FROM holds WHERE id = $1 AND cart_hash = $2',
    values: [id, cart],
  });
  const event = rows[0]?.event;
  if (event === undefined) return null;
  const line: StockLine = sales.line(event);
  const remembered = (await line.look()).hold(id);
  const hold = remembered ?? (await line.ask({ decide: ({ step }) => step.memory.hold(id) }));
  return hold === null ? null : { event, line, hold };
}

function typesOf(types: readonly { readonly line: string; readonly type: string }[]) {
  return new Map(types.map(({ line, type }) => [line, type]));
}

function peopleOf({ buyer, holders }: OrderRequest): Person[] {
  const own = holders.map(({ line, name, phone }) => {
    return { line, name, email: null, phone: phone ?? null };
  });
  const { name, email = null, phone = null } = buyer;
  return [{ line: '', name, email, phone }, ...own];
}

function acted(done: HoldActed) {
  if (done.kind === 'done') return done;
  if (done.reason === 'not-held') throw notHeld();
  throw new HttpProblem('conflict', {
    detail:
      done.reason === 'paying' ? 'its money is on its way' : 'this hold has been extended before',
    mend: done.reason === 'paying' ? 'wait for the payment' : 'order it before its time is over',
    more: { why: done.reason },
  });
}

function refusedHold({ reason, seats }: Extract<HoldDecision, { kind: 'refused' }>): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `nothing was held: ${reason}`,
    mend: 'choose other places; see the availability',
    errors: seats.map((seat) => ({ field: `seats[${seat}]`, message: reason })),
    more: { why: reason },
  });
}

function refusedOrder(
  reason: string,
  about: string | null,
  totalMinor?: number | null,
): HttpProblem {
  const price = totalMinor === null || totalMinor === undefined ? '' : `: it is ${totalMinor} now`;
  return new HttpProblem('conflict', {
    detail: `it was not ordered: ${reason}${price}${about === null ? '' : ` (${about})`}`,
    mend: 'ask for a quote, correct it and order again',
    more: { why: reason },
  });
}

function overAlready(): HttpProblem {
  return new HttpProblem('conflict', {
    detail: 'the hold of this request is over',
    mend: 'ask again under a new Idempotency-Key',
    more: { why: 'hold-over' },
  });
}

function notHeld(): HttpProblem {
  return new HttpProblem('not-found', {
    detail: 'there is no such hold, its time is over, or its cart is another',
    mend: 'choose seats again',
    more: { why: 'not-held' },
  });
}
