// Offers as a supervisor makes them: at a desk for any gate, or at a phone that hands its lane over.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Instant, MINUTE_MS, parseInstant, plusMs } from '#domain/kernel/instant.ts';
import {
  handoverRequest,
  OFFER_MINUTES_MAX,
  type OfferMade,
  offerList,
  offerMade,
  offerRequest,
} from '#protocol/enrolment.ts';
import { id, words } from '#protocol/primitives.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import {
  insertOffer,
  listOffers,
  type NewOffer,
  type OfferRow,
  stateOf,
  withdrawOffer,
  withdrawOffersOf,
} from './offers.ts';
import { requirePlace } from './places.ts';
import { placeOf, type ReplacedPlace } from './replaced-place.ts';

const HOUR_MS = 60 * MINUTE_MS;
/** A match is delayed, people leave late, journals come up. */
const OUTLIVES_EVENT_MS = 4 * HOUR_MS;
const LIFE_MAX_MS = 24 * HOUR_MS;
const HANDOVER_MINUTES = 5;

export function addOfferRoutes(app: FastifyInstance, context: ServerContext): void {
  addMaking(app, context);
  addHandover(app, context);

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/offers',
    rule: { allow: 'devices.enrol' },
    summary: 'Offers of an event, the latest first, without their secrets',
    tag: 'access',
    query: z.strictObject({ event: id }),
    answer: offerList,
    handle: async ({ query }) => {
      const event = await eventOr404(context.pool, query.event);
      const rows = await listOffers(context.pool, event.number);
      return { offers: rows.map((row) => offerView(row, context.now())) };
    },
  });

  addRoute(app, {
    method: 'DELETE',
    url: '/api/v1/offers/:offer',
    rule: { allow: 'devices.enrol' },
    summary: 'Take an offer back before it is used',
    tag: 'access',
    params: z.object({ offer: words(64) }),
    handle: async ({ params, principal }) => {
      await context.acts.do(principal, async (client) => {
        const event = await withdrawOffer(client, params.offer, context.now());
        if (event !== null) {
          return {
            result: null,
            act: { act: 'offer.withdrawn', subject: params.offer, detail: {} },
          };
        }
        throw new HttpProblem('not-found', {
          detail: `there is no open offer ${params.offer}`,
          mend: 'see GET /api/v1/offers; what was used is revoked as a device',
        });
      });
      return { offerId: params.offer, withdrawn: true };
    },
  });
}

function addMaking(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/offers',
    rule: { allow: 'devices.enrol' },
    summary: 'Offer a phone a place at a gate: one phone, once, within minutes',
    tag: 'access',
    body: offerRequest,
    answer: offerMade,
    handle: async ({ body, principal, request }) => {
      const event = await eventOr404(context.pool, body.event);
      if (event.status === 'archived') {
        throw new HttpProblem('conflict', { detail: 'the event is archived: nobody enters it' });
      }
      const replaced =
        body.replaces === undefined
          ? null
          : await placeOf(context.pool, event.number, body.replaces);
      const place = placeFor(body, replaced);
      requirePlace(event, place.gate, place.lane);
      const now = context.now();
      const offer: NewOffer = {
        event: event.number,
        ...place,
        role: body.role ?? replaced?.role ?? 'steward',
        isPractice: body.isPractice ?? replaced?.isPractice ?? false,
        replaces: body.replaces ?? null,
        operator: body.withOperator === true ? standingAt(replaced) : null,
        madeBy: actorOf(principal),
        expiresAt: plusMs(now, (body.minutes ?? OFFER_MINUTES_MAX) * MINUTE_MS),
        deviceExpiresAt: deviceExpiry(body.until, parsedAt(event.file.endsAt), now),
      };
      const made = await context.acts.do(principal, async (client) => {
        const result = await insertOffer(client, offer, now);
        const { gate, lane, role, replaces, isPractice } = offer;
        const goesOn = offer.operator;
        const detail = { event: body.event, gate, lane, role, replaces, isPractice, goesOn };
        return { result, act: { act: 'offer.made', subject: result.id, detail } };
      });
      return offerAnswer(made, offer, body.gateUrl ?? originOf(request));
    },
  });
}

function addHandover(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/devices/self/handover',
    rule: { allow: 'device', act: 'stand' },
    summary: 'Hand this lane over: another phone takes this one’s place, and this one is ended',
    tag: 'access',
    body: handoverRequest,
    answer: offerMade,
    handle: async ({ body, principal, request }) => {
      const device = principal as Device;
      if (device.role === 'lane') {
        throw new HttpProblem('conflict', {
          detail: 'a headless lane cannot be handed over to a phone',
          mend: 'ask a supervisor for an offer',
        });
      }
      const now = context.now();
      const offer: NewOffer = {
        event: device.eventNumber,
        gate: device.gate,
        lane: device.lane,
        role: device.role,
        isPractice: device.isPractice,
        replaces: device.id,
        operator: body.withOperator === true ? device.operator : null,
        madeBy: device.id,
        expiresAt: plusMs(now, HANDOVER_MINUTES * MINUTE_MS),
        deviceExpiresAt: await expiryOf(context, device),
      };
      const made = await context.acts.do(principal, async (client) => {
        await withdrawOffersOf(client, device.id, now);
        const result = await insertOffer(client, offer, now);
        const detail = { gate: offer.gate, lane: offer.lane, operator: offer.operator };
        return { result, act: { act: 'lane.offered', subject: device.id, detail } };
      });
      return offerAnswer(made, offer, originOf(request));
    },
  });
}

/** The new phone lives no longer than the old one would have. */
async function expiryOf({ pool, now }: ServerContext, device: Device): Promise<Instant> {
  const { rows } = await pool.query<{ expires_at: Date | null }>(
    'SELECT expires_at FROM devices WHERE id = $1',
    [device.id],
  );
  return (rows[0]?.expires_at?.getTime() ?? now()) as Instant;
}

function placeFor(
  body: z.infer<typeof offerRequest>,
  replaced: ReplacedPlace | null,
): { gate: string; lane: string | null } {
  if (replaced !== null && body.gate === undefined) {
    return { gate: replaced.gate, lane: body.lane ?? replaced.lane };
  }
  if (body.gate === undefined)
    throw malformedField('gate', 'name the gate, or a device that it replaces');
  return { gate: body.gate, lane: body.lane ?? null };
}

function standingAt(replaced: ReplacedPlace | null): string {
  if (replaced === null) throw malformedField('withOperator', 'goes with replaces: name the phone');
  if (replaced.operator !== null) return replaced.operator;
  throw malformedField('withOperator', 'nobody is signed on at that phone: leave it out');
}

function deviceExpiry(until: string | undefined, endsAt: Instant, now: Instant): Instant {
  const asked = until === undefined ? plusMs(endsAt, OUTLIVES_EVENT_MS) : parsedAt(until);
  if (asked <= now) {
    throw malformedField(
      'until',
      until === undefined ? 'the event is over: name a time' : 'is over',
    );
  }
  if (asked > plusMs(endsAt > now ? endsAt : now, LIFE_MAX_MS)) {
    throw malformedField('until', 'may be at most a day after the event');
  }
  return asked;
}

function parsedAt(text: string): Instant {
  const at = parseInstant(text);
  if (at === null) throw new Error('the schema has checked this time');
  return at;
}

function offerAnswer(
  made: { readonly id: string; readonly secret: string },
  offer: NewOffer,
  gateUrl: string,
): OfferMade {
  return {
    offerId: made.id,
    url: `${gateUrl}/gate/#e=${made.secret}`,
    gate: offer.gate,
    lane: offer.lane,
    role: offer.role,
    expiresAt: iso(offer.expiresAt),
    deviceExpiresAt: iso(offer.deviceExpiresAt),
  };
}

function offerView(row: OfferRow, now: Instant) {
  return {
    offerId: row.id,
    gate: row.gate,
    lane: row.lane,
    role: row.role,
    isPractice: row.is_practice,
    replaces: row.replaces,
    madeBy: row.made_by,
    madeAt: iso(row.made_at.getTime()),
    expiresAt: iso(row.expires_at.getTime()),
    state: stateOf(row, now),
    device: row.device,
  };
}

const HOST = /^[A-Za-z0-9.[\]:-]{1,200}$/;

/** How this request reached the server, which is how phones on the same network do. */
function originOf(request: FastifyRequest): string {
  const { host } = request.headers;
  if (host === undefined || !HOST.test(host)) {
    throw malformedField('gateUrl', 'name the address by which phones reach this server');
  }
  return `${request.protocol}://${host}`;
}
