// What anybody may see of a sale: events, prices, the layout and what is left of it.
import { createChannel, createSession } from 'better-sse';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { snapshotOf } from '#domain/refunds/policy.ts';
import { incentivesFor, lowestPrice } from '#domain/sales/incentive.ts';
import { covers, hiddenTypes } from '#domain/sales/price-list.ts';
import type { Ground, Localized } from '#domain/venue/match-event.ts';
import { type SaleTerms, saleStateAt } from '#protocol/sale-terms.ts';
import {
  availability,
  availabilityQuery,
  type EventOnSale,
  eventsOnSale,
  layoutQuery,
  type SaleView,
  saleView,
  shopLayout,
} from '#protocol/shop.ts';
import { eventParams, SHOP } from '#protocol/shop-addresses.ts';
import { iso } from '#server/platform/clock.ts';
import { SAFE_HEADERS } from '#server/platform/http/app.ts';
import { sendCompressed } from '#server/platform/http/compression.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { findEvent, findEventNumbered } from '#server/venue/store.ts';
import { shopLayoutOf } from './layout-wire.ts';
import type { OpenSale } from './open-sale.ts';
import type { Sales } from './sales.ts';
import type { StockLine } from './stock-line.ts';

const YEAR_SECONDS = 365 * 24 * 60 * 60;
const TELL_EVERY_MS = 500;
const KEEP_ALIVE_MS = 15_000;
const STREAMS_MAX = 5_000;
const EVENTS_MAX = 200;
/** Of a sale that the web has no part in. */
const NEVER = 0 as Instant;

export function addShopRoutes(app: FastifyInstance, context: ServerContext, sales: Sales): void {
  const rule = { allow: 'public' } as const;
  const common = { method: 'GET', rule, priority: 'shop', tag: 'shop' } as const;
  const layouts = new Map<string, string>();

  addRoute(app, {
    ...common,
    url: `${SHOP}/events`,
    summary: 'Events on sale, and those that will be',
    answer: eventsOnSale,
    handle: async () => {
      const events = [];
      for (const number of await eventsWithSale(sales.pool)) {
        events.push(await eventViewOf(context, sales.line(number)));
      }
      return { events };
    },
  });

  addRoute(app, {
    ...common,
    url: `${SHOP}/events/:id`,
    summary: 'One event on sale, with its prices and limits',
    params: eventParams,
    answer: saleView,
    handle: async ({ params }) => await saleViewOf(context, await sales.lineOf(params.id)),
  });

  addRoute(app, {
    ...common,
    url: `${SHOP}/events/:id/layout`,
    summary: 'The layout of a sale, compact; it never changes',
    params: eventParams,
    query: layoutQuery,
    answer: shopLayout,
    handle: async ({ params, query, request, reply }) => {
      const { sale } = await (await sales.lineOf(params.id)).look();
      if (query.version !== sale.layout.version) {
        throw new HttpProblem('not-found', {
          detail: `this sale has no layout ${query.version}`,
          mend: 'ask for the version that GET …/shop/events/{id} names',
        });
      }
      const key = `${sale.event}/${sale.version}`;
      const text = layouts.get(key) ?? JSON.stringify(shopLayoutOf(sale));
      layouts.set(key, text);
      void reply.header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`);
      return await sendCompressed(request, reply, text);
    },
  });

  addRoute(app, {
    ...common,
    url: `${SHOP}/events/:id/availability`,
    summary: 'What is left: two bits a seat, or what has changed since a revision',
    params: eventParams,
    query: availabilityQuery,
    answer: availability,
    handle: async ({ params, query, request, reply }) => {
      const shown = await (await sales.lineOf(params.id)).shown();
      void reply.header('etag', shown.tag).header('cache-control', 'no-cache');
      if (request.headers['if-none-match'] === shown.tag) return reply.code(304).send();
      return await sendCompressed(request, reply, shown.text(query.since));
    },
  });

  addLive(app, context, sales);
}

function addLive(app: FastifyInstance, context: ServerContext, sales: Sales): void {
  const channels = new Map<string, ReturnType<typeof createChannel>>();
  let streams = 0;

  const channelOf = (event: string, line: StockLine, from: number) => {
    const known = channels.get(event);
    if (known !== undefined) return known;
    const channel = createChannel();
    channels.set(event, channel);
    let told = from;
    const telling = setInterval(() => {
      if (channel.sessionCount === 0) {
        clearInterval(telling);
        channels.delete(event);
        return;
      }
      void line.shown().then(
        (shown) => {
          if (shown.revision === told) return;
          const delta = shown.delta(told);
          if (delta === null) channel.broadcast({ revision: shown.revision }, 'reload');
          else channel.broadcast(delta, 'delta');
          told = shown.revision;
        },
        () => {},
      );
    }, TELL_EVERY_MS);
    context.stopping.addEventListener('abort', () => clearInterval(telling));
    return channel;
  };

  addRoute(app, {
    method: 'GET',
    url: `${SHOP}/events/:id/availability/live`,
    rule: { allow: 'public' },
    priority: 'shop',
    summary: 'Server-sent events: `delta` twice a second at most, `reload` when a snapshot is due',
    tag: 'shop',
    params: eventParams,
    answerType: 'text/event-stream',
    handle: async ({ params, request, reply }) => {
      const line = await sales.lineOf(params.id);
      await line.shown();
      if (streams >= STREAMS_MAX) throw new HttpProblem('unavailable', { retryAfterSeconds: 5 });
      reply.hijack();
      if (reply.raw.destroyed) return;
      streams += 1;
      reply.raw.once('close', () => {
        streams -= 1;
      });
      const session = await createSession(request.raw, reply.raw, {
        keepAlive: KEEP_ALIVE_MS,
        headers: { ...SAFE_HEADERS, 'x-accel-buffering': 'no' },
      });
      const { revision } = await line.shown();
      channelOf(params.id, line, revision).register(session);
      session.push({ revision }, 'reload');
      if (context.stopping.aborted) reply.raw.end();
      else context.stopping.addEventListener('abort', () => reply.raw.end(), { once: true });
    },
  });
}

async function eventsWithSale(pool: Pool): Promise<number[]> {
  const { rows } = await pool.query<{ event: number }>(
    `SELECT e.number AS event FROM events e
     WHERE e.status <> 'archived' AND EXISTS (SELECT 1 FROM sale_offers o WHERE o.event = e.number)
     ORDER BY e.number DESC LIMIT ${EVENTS_MAX}`,
  );
  return rows.map(({ event }) => event);
}

async function eventViewOf(context: ServerContext, line: StockLine): Promise<EventOnSale> {
  const { sale } = await line.look();
  const shown = await line.shown();
  const row =
    (await findEventNumbered(context.pool, sale.event)) ??
    (await findEvent(context.pool, sale.eventId));
  if (row === null) throw new HttpProblem('not-found');
  const { name, venue, doorsAt, startsAt, endsAt } = row.file;
  const web = sale.terms.channels.find(({ channel }) => channel === 'web');
  const state = saleStateAt(sale.terms, 'web', context.now());
  return {
    id: sale.eventId,
    name,
    venue: { name: venue.name, timeZone: venue.timeZone },
    doorsAt: utc(doorsAt),
    startsAt: utc(startsAt),
    endsAt: utc(endsAt),
    state,
    opensAt: iso(web?.opensAt ?? NEVER),
    closesAt: iso(web?.closesAt ?? NEVER),
    currency: sale.list.currency,
    fromMinor: lowestPrice(sale.list, 'web', context.now()),
    left: shown.left,
  };
}

async function saleViewOf(context: ServerContext, line: StockLine): Promise<SaleView> {
  const { sale } = await line.look();
  const { terms, list } = sale;
  const event = await eventViewOf(context, line);
  const kickOffAt = Date.parse(event.startsAt) as Instant;
  const refunds = terms.policy === null ? [] : snapshotOf(terms.policy, kickOffAt).tiers;
  const hidden = hiddenTypes(list);
  return {
    ...event,
    layout: { ground: sale.layout.ground, version: sale.layout.version },
    seats: sale.table.count,
    limits: {
      perHold: terms.holds.placesMax,
      perPerson: perPersonOf(sale),
      holdSeconds: terms.holds.seconds,
      extendSeconds: terms.holds.extendSeconds,
    },
    categories: list.categories.map((category) => ({ ...category })),
    types: list.types.flatMap(({ id, name, soldIn, accompaniedBy, proof }) => {
      if (hidden.has(id)) return [];
      const beside =
        accompaniedBy === null ? null : { ...accompaniedBy, types: [...accompaniedBy.types] };
      return [{ id, name, soldIn, accompaniedBy: beside, proof }];
    }),
    prices: list.prices.filter(({ type }) => !hidden.has(type)).map((price) => ({ ...price })),
    fees: list.fees
      .filter(({ channels }) => covers(channels, 'web'))
      .map(({ id, name, per, amount }) => ({ id, name, per, amount })),
    taxes: list.taxes.map((tax) => ({ ...tax })),
    incentives: incentivesFor(list, 'web').map(({ id, name, slots, off, categories, types }) => ({
      id,
      name,
      slots: slots?.map(({ from, until }) => ({ from: iso(from), until: iso(until) })) ?? null,
      off,
      categories: categories === null ? null : [...categories],
      types: types === null ? null : [...types],
    })),
    providers: [...terms.providers],
    ...askedOf(terms, (await context.catalogue.get(sale.event)).ground),
    refundTiers: refunds.map(({ until, keptPerMille }) => ({ until: iso(until), keptPerMille })),
  };
}

/** What a sale asks of buyers beside money, and gives them for coming otherwise. */
function askedOf(
  { realName, arrivals }: SaleTerms,
  ground: Ground,
): Pick<SaleView, 'realName' | 'arrivals'> {
  const copied = (list: readonly string[] | null) => (list === null ? null : [...list]);
  return {
    realName:
      realName === null ? null : { kinds: [...realName.kinds], types: copied(realName.types) },
    arrivals: arrivals.map(({ id, name, from, until, gates, types, creditMinor }) => ({
      ...{ id, name, from: iso(from), until: iso(until), creditMinor },
      types: copied(types),
      gates: gates?.map((gate) => ({ id: gate, name: gateName(ground, gate) })) ?? null,
      sections: gates === null ? null : sectionsBehind(ground, gates),
    })),
  };
}

function gateName({ gates }: Ground, id: string): Localized {
  return gates.get(id)?.name ?? { 'zh-CN': id, en: id };
}

function sectionsBehind({ sections }: Ground, gates: readonly string[]): string[] {
  return [...sections.values()]
    .filter((section) => section.gates.some((gate) => gates.includes(gate)))
    .map(({ id }) => id);
}

function perPersonOf({ terms }: OpenSale): number | null {
  const limits = terms.quotas.filter(({ per, categories, types }) => {
    return per === 'person' && categories === null && types === null;
  });
  return limits.length === 0 ? null : Math.min(...limits.map(({ ticketsMax }) => ticketsMax));
}

function utc(text: string): string {
  return iso(Date.parse(text) as Instant);
}
