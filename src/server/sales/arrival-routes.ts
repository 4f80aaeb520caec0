// Pledges at the desk, and what came of them after the match.
import type { FastifyInstance } from 'fastify';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import {
  arrivalStanding,
  arrivalsSettled,
  pledgeRequest,
  pledgesMade,
} from '#protocol/arrivals.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import { id } from '#protocol/primitives.ts';
import type { SaleTerms } from '#protocol/sale-terms.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404, noSuchEvent } from '#server/venue/find-event.ts';
import { type EventRow, lockEvent } from '#server/venue/store.ts';
import { pledgeTickets, settlePledges, standingOf } from './arrival-pledges.ts';
import { SaleOffers } from './offer-store.ts';

const eventParams = z.object({ id });
const offerParams = z.object({ id, offer: id });

export function addArrivalRoutes(app: FastifyInstance, context: ServerContext): void {
  const offers = new SaleOffers();
  addReading(app, context, offers);
  addPledging(app, context, offers);
  addSettling(app, context, offers);
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
        const row = await locked(client, params.id);
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

function addSettling(app: FastifyInstance, context: ServerContext, offers: SaleOffers): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/sale/arrivals/settle',
    rule: { allow: 'sales.publish' },
    summary: 'Say by the scans which pledges were kept; again when late journals have arrived',
    tag: 'sales',
    params: eventParams,
    answer: arrivalsSettled,
    handle: async ({ params, principal }) =>
      await context.acts.do(principal, async (client) => {
        const row = await locked(client, params.id);
        const terms = await offers.inForce(client, row);
        refuseEarly(terms, context.now());
        const { arrivals = [] } = terms ?? {};
        const result = await settlePledges(client, row.number, arrivals, context.now());
        const detail = { settled: result.settled, kept: result.credits.length };
        const act = { act: 'arrivals.settled', subject: row.id, detail };
        return { result, act: result.settled === 0 ? null : act };
      }),
  });
}

async function locked(client: PoolClient, eventId: string): Promise<EventRow> {
  const row = await lockEvent(client, eventId);
  if (row === null) throw noSuchEvent(eventId);
  return row;
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
