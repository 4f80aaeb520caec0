// Staff publish a sale: what it sells, for how much, by whom and until when. What is published is a version
// of its own; a later one changes nothing that was bought.

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Instant } from '#domain/kernel/instant.ts';
import type { ListProblem } from '#domain/sales/check-price-list.ts';
import { keptSeats, seatCategories } from '#domain/sales/seat-categories.ts';
import { capacityOf, type GroundLayout } from '#domain/seating/ground-layout.ts';
import { id } from '#protocol/primitives.ts';
import { type SaleTerms, saleTermsOf } from '#protocol/sale-terms.ts';
import {
  type SaleFile,
  type SaleVersionView,
  salePublished,
  saleRequest,
  saleVersionView,
} from '#protocol/sales.ts';
import { loadLayout } from '#server/grounds/layout-store.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404, noSuchEvent } from '#server/venue/find-event.ts';
import { type EventRow, lockEvent } from '#server/venue/store.ts';
import { checkOffer } from './check-offer.ts';
import { findOffer, insertOffer, type OfferRow } from './offer-store.ts';

const eventParams = z.object({ id });
const versionParams = z.object({ id, version: z.coerce.number().int().min(1) });
const SALE_FILE_BYTES_MAX = 4 * 1024 * 1024;
const PROBLEMS_TOLD_MAX = 20;

export function addSaleOfferRoutes(app: FastifyInstance, context: ServerContext): void {
  addReading(app, context);
  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/events/:id/sale',
    rule: { allow: 'sales.publish' },
    summary: 'Publish what is sold of an event, as a new version',
    tag: 'sales',
    params: eventParams,
    body: saleRequest,
    bodyBytesMax: SALE_FILE_BYTES_MAX,
    answer: salePublished,
    handle: async ({ params, body, principal }) => {
      const by = principal?.kind === 'operator' ? principal.person : '';
      return await context.acts.do(principal, async (client) => {
        const row = await lockEvent(client, params.id);
        if (row === null) throw noSuchEvent(params.id);
        const before = await findOffer(client, row.number, null);
        const version = (before?.version ?? 0) + 1;
        if (body.replaces !== version - 1) throw overtaken(version - 1);
        const terms = saleTermsOf(row.id, version, body.file);
        const { ground, version: of } = body.file.layout;
        const layout = await loadLayout(client, ground, of);
        if (layout === null) throw noSuchLayout(ground, of);
        refuseProblems(checkOffer(row, terms, layout));
        if (before !== null) refuseWhatIsSettled(before, body.file, context.now());
        const { file, reason } = body;
        await insertOffer(client, row.number, { version, file, reason, by, at: context.now() });
        const detail = { version, layout: file.layout, isSuspended: file.isSuspended, reason };
        return {
          result: {
            event: row.id,
            version,
            ...countsOf(terms, layout, context.now()),
            warnings: warningsOf(row, terms, layout),
          },
          act: { act: 'sale.published', subject: row.id, detail },
        };
      });
    },
  });
}

function addReading(app: FastifyInstance, { pool }: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/sale',
    rule: { allow: 'sales.read' },
    summary: 'What is sold of an event, by the version in force',
    tag: 'sales',
    params: eventParams,
    answer: saleVersionView,
    handle: async ({ params }) => {
      const row = await eventOr404(pool, params.id);
      return viewOf(row, await findOffer(pool, row.number, null));
    },
  });
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/sale/versions/:version',
    rule: { allow: 'sales.read' },
    summary: 'What was sold of an event by an earlier version',
    tag: 'sales',
    params: versionParams,
    answer: saleVersionView,
    handle: async ({ params }) => {
      const row = await eventOr404(pool, params.id);
      return viewOf(row, await findOffer(pool, row.number, params.version));
    },
  });
}

function viewOf({ id: event }: EventRow, offer: OfferRow | null): SaleVersionView {
  if (offer === null) {
    throw new HttpProblem('not-found', {
      detail: `nothing of ${event} was put on sale under that version`,
      mend: 'publish it with PUT …/sale',
    });
  }
  const { version, file, reason, published_by: publishedBy, published_at: at } = offer;
  return { event, version, file, publishedBy, publishedAt: at.toISOString(), reason };
}

/** What buyers were told by way of a first sale cannot be taken back by publishing another. */
function refuseWhatIsSettled(before: OfferRow, file: SaleFile, now: number): void {
  const opened = before.file.channels.some(({ opensAt }) => Date.parse(opensAt) <= now);
  if (!opened) return;
  const { layout, currency } = before.file;
  const isSame = layout.ground === file.layout.ground && layout.version === file.layout.version;
  if (!isSame) throw settled('file.layout', `stays ${layout.ground} version ${layout.version}`);
  if (currency !== file.currency) throw settled('file.currency', `stays ${currency}`);
}

function countsOf(
  { priceList, allotments, layout: named }: SaleTerms,
  layout: GroundLayout,
  now: Instant,
) {
  const { ofSeat } = seatCategories(priceList, layout);
  return {
    layout: named,
    seats: ofSeat.length,
    standing: capacityOf(layout) - ofSeat.length,
    notForSale: ofSeat.filter((category) => category < 0).length,
    kept: keptSeats(allotments, layout, now).length,
  };
}

function warningsOf(
  { file }: EventRow,
  { priceList, channels, policy }: SaleTerms,
  layout: GroundLayout,
): string[] {
  const warnings: string[] = [];
  const sold = new Set(priceList.areas.map(({ section }) => section));
  const unsold = layout.sections.map((section) => section.id).filter((one) => !sold.has(one));
  if (unsold.length > 0) warnings.push(`not for sale: ${unsold.slice(0, 50).join(', ')}`);
  const startsAt = Date.parse(file.startsAt);
  for (const { channel, closesAt } of channels) {
    if (closesAt > startsAt) warnings.push(`${channel} sells beyond kick-off`);
  }
  if (policy === null) warnings.push('nothing is taken back: say so where people buy');
  return warnings;
}

function refuseProblems(problems: readonly ListProblem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new HttpProblem('malformed-request', {
    detail: `file.${first.at}: ${first.problem}`,
    mend: 'correct the fields named under errors and send the file again',
    errors: problems
      .slice(0, PROBLEMS_TOLD_MAX)
      .map(({ at, problem }) => ({ field: `file.${at}`, message: problem })),
  });
}

function noSuchLayout(ground: string, version: number): HttpProblem {
  return malformedField(
    'file.layout',
    `${ground} has no layout ${version}`,
    'import the layout first, or name one of GET /api/v1/grounds',
  );
}

function overtaken(version: number): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `the version in force is ${version}`,
    mend: `look at it, then send yours with “replaces”: ${version}`,
  });
}

function settled(field: string, message: string): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `${field}: ${message}, because this sale has opened`,
    mend: 'leave it as it is; seats are moved to another layout by a re-layout',
    errors: [{ field, message }],
  });
}
