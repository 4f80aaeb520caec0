// What buyers do without an account before they order: hold, extend, release, ask for a price. Whoever shows no
// secret of a hold is told that there is none.
import type { FastifyInstance } from 'fastify';
import { holdRequest, holdView, quoteRequest, quoteView } from '#protocol/shop.ts';
import { eventParams, holdParams, SHOP } from '#protocol/shop-addresses.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import type { CartPace } from './buyer-pace.ts';
import { findHold, notHeld, refusedOrder, typesOf } from './find-hold.ts';
import { askForHold, askToExtend, askToRelease, type HoldActed } from './hold-asks.ts';
import type { HoldDecision } from './hold-rules.ts';
import { vouchersOfCodes } from './offer-vouchers.ts';
import { quotePlaces, withTypes } from './order-asks.ts';
import type { Sales } from './sales.ts';
import { cartOf, requestOf } from './secrets.ts';
import { holdViewOf, quoteViewOf } from './views.ts';

const ROUTE = { rule: { allow: 'public' }, priority: 'shop', tag: 'shop' } as const;

export function addBuyerRoutes(
  app: FastifyInstance,
  context: ServerContext,
  sales: Sales,
  pace: CartPace,
): void {
  addHolds(app, sales, pace);
  addHoldActs(app, context, sales);
}

function addHolds(app: FastifyInstance, sales: Sales, pace: CartPace): void {
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
      const made = await line.ask(askForHold(ask));
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

async function ownHold(sales: Sales, id: string, cart: string) {
  const found = await findHold(sales, id, cart);
  if (found === null) throw notHeld();
  return found;
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

export function refusedHold({
  reason,
  seats,
}: Extract<HoldDecision, { kind: 'refused' }>): HttpProblem {
  if (reason === 'hold-over') return overAlready();
  return new HttpProblem('conflict', {
    detail: `nothing was held: ${reason}`,
    mend: 'choose other places; see the availability',
    errors: seats.map((seat) => ({ field: `seats[${seat}]`, message: reason })),
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
