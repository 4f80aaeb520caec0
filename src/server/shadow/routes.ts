// Moving in: the old system goes on opening gates while we decide and record beside it.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { id } from '#protocol/primitives.ts';
import { shadowReport } from '#protocol/shadow.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { uploadedCsv } from '#server/platform/http/upload.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { compareWithOldLog } from './compare.ts';

const LOG_BYTES_MAX = 256 * 1024 * 1024;

export function addShadowRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/shadow/compare',
    rule: { allow: 'shadow.compare' },
    priority: 'bulk',
    summary: 'Compare the old system’s log with what we decided: every difference, by line',
    tag: 'scans',
    params: z.object({ id }),
    streamed: 'text/csv',
    answer: shadowReport,
    bodyBytesMax: LOG_BYTES_MAX,
    handle: async ({ params, request }) => {
      const row = await eventOr404(context.pool, params.id);
      const { keyring } = await context.catalogue.get(row.number);
      return compareWithOldLog(context.pool, keyring, uploadedCsv(request, LOG_BYTES_MAX));
    },
  });
}
