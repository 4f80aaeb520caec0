// What rewards for coming early or by another gate would do to the queues of an event, before they are published.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { arrivedShare, SHOW_UP_SHARE } from '#domain/monitoring/queue.ts';
import {
  type ArrivalBin,
  arrivalBins,
  BIN_MINUTES,
  type Peak,
  shiftArrivals,
} from '#domain/sales/arrival-shift.ts';
import { type ArrivalPreview, arrivalPreview, arrivalPreviewRequest } from '#protocol/arrivals.ts';
import { id } from '#protocol/primitives.ts';
import { arrivalOfferOf } from '#protocol/sale-terms.ts';
import { iso } from '#server/platform/clock.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { entryPlan } from './entry-plan.ts';

const eventParams = z.object({ id });
const BINS_AN_HOUR = 60 / BIN_MINUTES;

export function addArrivalPreview(app: FastifyInstance, { pool, now }: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/sale/arrivals/preview',
    rule: { allow: 'sales.read' },
    summary: 'How rewards for another arrival would move the peak, and what they cost at most',
    tag: 'sales',
    params: eventParams,
    body: arrivalPreviewRequest,
    answer: arrivalPreview,
    handle: async ({ params, body }): Promise<ArrivalPreview> => {
      const row = await eventOr404(pool, params.id);
      const plan = await entryPlan(pool, row, { search: 'usual', hours: 1, layout: null }, now());
      const gates = plan.gates.map(({ id: gate, people, forecast }) => ({
        gate,
        people: body.crowd === 'sold' ? forecast.people : Math.round(people * SHOW_UP_SHARE),
      }));
      const perBin = new Map(
        plan.gates.map((gate) => [gate.id, gate.capacityPerHour / BINS_AN_HOUR]),
      );
      const kickOffAt = parseInstant(row.file.startsAt) as Instant;
      const bins = arrivalBins(gates, kickOffAt, arrivedShare);
      const offers = body.arrivals.map(arrivalOfferOf);
      const shift = shiftArrivals(bins, offers, body.takeUpPerMille, perBin);
      return {
        event: row.id,
        binMinutes: BIN_MINUTES,
        before: peakView(shift.before),
        after: peakView(shift.after),
        gates: shift.gates.map((gate) => ({
          ...gate,
          before: peakView(gate.before),
          after: peakView(gate.after),
        })),
        offers: [...shift.offers],
        bins: binsView(bins, shift.bins),
      };
    },
  });
}

/** The same bins in the same order, moved. */
function binsView(
  before: readonly ArrivalBin[],
  after: readonly ArrivalBin[],
): ArrivalPreview['bins'] {
  return before.map(({ gate, from, people }, index) => ({
    gate,
    from: iso(from),
    before: people,
    after: after[index]?.people ?? 0,
  }));
}

function peakView({ people, at }: Peak): ArrivalPreview['before'] {
  return { people, at: at === null ? null : iso(at) };
}
