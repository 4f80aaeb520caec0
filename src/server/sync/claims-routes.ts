import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { CLAIMS_PAGE_MAX, claimsPage } from '#protocol/claims.ts';
import { id } from '#protocol/primitives.ts';
import { claimsPageOf } from '#server/entry/claims-page.ts';
import { sendCompressed } from '#server/platform/http/compression.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';

export function addClaimsRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/claims',
    rule: { allow: 'device' },
    summary: 'Who has crossed since a cursor, by ticket; everyone without one',
    tag: 'sync',
    params: z.object({ id }),
    query: z.strictObject({
      since: z.string().max(80).optional(),
      limit: z.coerce.number().int().min(1).max(CLAIMS_PAGE_MAX).optional(),
    }),
    answer: claimsPage,
    handle: async ({ params, query, principal, request, reply }) => {
      if (principal?.kind !== 'device') throw new Error('the rule lets only devices in');
      if (principal.eventId !== params.id) {
        throw new HttpProblem('forbidden', {
          detail: `this device is enrolled for ${principal.eventId}`,
          mend: 'enrol it for the event whose crossings it needs',
        });
      }
      const { since = null, limit = CLAIMS_PAGE_MAX } = query;
      const page = await claimsPageOf(context.pool, principal.eventNumber, since, limit);
      return await sendCompressed(request, reply, JSON.stringify(page));
    },
  });
}
