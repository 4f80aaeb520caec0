import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { id } from '#protocol/primitives.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { recordingLines } from './recording-lines.ts';

export function addRecordingRoutes(
  app: FastifyInstance,
  context: ServerContext,
  release: string,
): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/recording',
    rule: { allow: 'releases.try' },
    priority: 'bulk',
    summary: 'The match as it was decided, for “kaimen replay”: JSON lines, no names and no codes',
    tag: 'operation',
    params: z.object({ id }),
    answerType: 'application/x-ndjson',
    handle: async ({ params, principal, reply }) => {
      const row = await eventOr404(context.pool, params.id);
      await context.acts.do(principal, async () => ({
        result: null,
        act: { act: 'recording.taken', subject: row.id, detail: {} },
      }));
      const { rung } = await context.catalogue.get(row.number);
      void reply.type('application/x-ndjson');
      return reply.send(
        Readable.from(recordingLines(context.pool, row, { release, rung }), { objectMode: false }),
      );
    },
  });
}
