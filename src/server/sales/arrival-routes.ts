// Pledges at the desk, and what came of them after the match.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  arrivalStanding,
  arrivalsSettled,
  orderPledgeRequest,
  pledgeRequest,
  pledgesMade,
} from '#protocol/arrivals.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import { id } from '#protocol/primitives.ts';
import type { SaleTerms } from '#protocol/sale-terms.ts';
import { orderParams, SHOP } from '#protocol/shop-addresses.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { pledgeTickets, standingOf } from './arrival-pledges.ts';
import { ticketRef } from './issue-tickets.ts';
import { SaleOffers } from './offer-store.ts';
import { loadOrders } from './order-store.ts';
import { noSuchOrder, type Sales } from './sales.ts';
import { shownOrderSecret } from './secrets.ts';
import { keepArrivalsSettled, lockedEvent, settleArrivals } from './settle-arrivals.ts';

const eventParams = z.object({ id });
const offerParams = z.object({ id, offer: id });

export function addArrivalRoutes(app: FastifyInstance, context: ServerContext, sales: Sales): void {
  const offers = new SaleOffers();
  addReading(app, context, offers);
  addPledging(app, context, offers);
  addBuyersPledging(app, context, offers, sales);
  addSettling(app, context, offers, sales);
  keepArrivalsSettled(context, sales);
}

function addReading(app: FastifyInstance, { pool }: ServerContext, offers: SaleOffers): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/sale/arrivals',
    rule: { allow: 'sales.read' },
    summary: 'Who took up rewards for another arrival, and what came of it',
    tag: 'sales',
    params: eventParams,
    answer: arrivalStanding,
    handle: async ({ params }) => {
      const row = await eventOr404(pool, params.id);
      const terms = await offers.inForce(pool, row);
      return await standingOf(pool, row.number, terms?.arrivals ?? []);
    },
  });
}

function addPledging(app: FastifyInstance, context: ServerContext, offers: SaleOffers): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/sale/arrivals/:offer/pledges',
    rule: { allow: 'desk.sell' },
    summary: 'Promise credit to tickets whose holders say when and where they will come',
    tag: 'sales',
    params: offerParams,
    body: pledgeRequest,
    answer: pledgesMade,
    handle: async ({ params, body, principal }) =>
      await context.acts.do(principal, async (client) => {
        const row = await lockedEvent(client, params.id);
        const terms = await offers.inForce(client, row);
        const offer = terms?.arrivals.find((one) => one.id === params.offer);
        if (offer === undefined) throw noSuchOffer(params.offer);
        const event = { number: row.number, match: matchEventOf(row.file) };
        const made = await pledgeTickets(client, event, offer, body.tickets, context.now());
        const detail = { offer: offer.id, pledged: made.pledged.length };
        const act = { act: 'arrivals.pledged', subject: row.id, detail };
        return { result: made, act: made.pledged.length === 0 ? null : act };
      }),
  });
}

/** By the link of their order, without anybody at a desk. */
function addBuyersPledging(
  app: FastifyInstance,
  context: ServerContext,
  offers: SaleOffers,
  sales: Sales,
): void {
  addRoute(app, {
    method: 'POST',
    url: `${SHOP}/orders/:id/arrivals/:offer`,
    rule: { allow: 'public' },
    priority: 'shop',
    summary: 'Say when or where tickets of an order will come, for credit if the gate sees it so',
    tag: 'shop',
    params: orderParams.extend({ offer: id }),
    body: orderPledgeRequest,
    answer: pledgesMade,
    handle: async ({ params, body, request }) => {
      const [stored] = await loadOrders(sales.pool, [params.id]);
      if (stored === undefined || !sales.mayRead(params.id, shownOrderSecret(request))) {
        throw noSuchOrder();
      }
      const lines = body.lines ?? stored.order.lines.map((line) => line.id);
      const refs = lines.map((line) => ticketRef(stored.id, line));
      const { sale } = await sales.line(stored.event).look();
      return await inTransaction(sales.pool, async (client) => {
        const row = await lockedEvent(client, sale.eventId);
        const terms = await offers.inForce(client, row);
        const offer = terms?.arrivals.find((one) => one.id === params.offer);
        if (offer === undefined) throw noSuchOffer(params.offer);
        const event = { number: row.number, match: matchEventOf(row.file) };
        return await pledgeTickets(client, event, offer, refs, context.now());
      });
    },
  });
}

function addSettling(
  app: FastifyInstance,
  context: ServerContext,
  offers: SaleOffers,
  sales: Sales,
): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/sale/arrivals/settle',
    rule: { allow: 'sales.publish' },
    summary: 'Say by the scans which pledges were kept; again when late journals have arrived',
    tag: 'sales',
    params: eventParams,
    answer: arrivalsSettled,
    handle: async ({ params, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      refuseEarly(await offers.inForce(context.pool, row), context.now());
      return await settleArrivals(context, sales, principal, params.id);
    },
  });
}

/** Whoever has not come yet may still come. */
function refuseEarly(terms: SaleTerms | null, now: number): void {
  const open = terms?.arrivals.find(({ until }) => now < until);
  if (open === undefined) return;
  throw new HttpProblem('conflict', {
    detail: `the slot of ${open.id} is not over`,
    mend: 'settle after it, and again when every lane has sent its journal',
  });
}

function noSuchOffer(offer: string): HttpProblem {
  return new HttpProblem('not-found', {
    detail: `this sale rewards no arrival named ${offer}`,
    mend: 'see GET …/sale/arrivals',
  });
}
