// A copy of everything, taken from the running server.
import { addAbortSignal, pipeline, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { writeBackup } from './write-backup.ts';

/** A reader that takes nothing for this long is gone. */
const STALLED_MS = 60_000;

export function addBackupRoutes(
  app: FastifyInstance,
  context: ServerContext,
  version: string,
): void {
  let isRunning = false;

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/backup',
    rule: { allow: 'backup.take' },
    priority: 'bulk',
    summary:
      'Everything the database holds at this moment, as one file; keys and tokens are not in it',
    tag: 'operation',
    answerType: 'application/gzip',
    handle: async ({ principal, reply }) => {
      if (isRunning) {
        throw new HttpProblem('too-many-requests', {
          detail: 'a backup is being taken already',
          mend: 'wait until it is done',
          retryAfterSeconds: 30,
        });
      }
      isRunning = true;
      try {
        // The file holds the names of all holders: who took it is recorded before its first byte.
        await context.acts.do(principal, async () => ({
          result: null,
          act: { act: 'backup.taken', subject: 'store', detail: {} },
        }));
        const name = `kaimen-${iso(context.now()).replaceAll(':', '')}.backup`;
        // Little work for the processor: the gates come first.
        const packed = createGzip({ level: constants.Z_BEST_SPEED });
        const rows = Readable.from(writeBackup({ ...context, version }), { objectMode: false });
        addAbortSignal(context.stopping, rows);
        pipeline(rows, packed, (error) => {
          isRunning = false;
          if (error) context.log.warn({ err: error }, 'a backup was cut off');
        });
        reply.raw.setTimeout(STALLED_MS, () => reply.raw.destroy());
        void reply
          .type('application/gzip')
          .header('content-disposition', `attachment; filename="${name}"`);
        return reply.send(packed);
      } catch (error) {
        isRunning = false;
        throw error;
      }
    },
  });
}
