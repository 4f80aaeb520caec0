import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Passage } from '#domain/entry/crossings.ts';
import { conflictList } from '#protocol/live.ts';
import { id } from '#protocol/primitives.ts';
import { iso } from '#server/platform/clock.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';

const CONFLICTS_MAX = 1_000;

export function addConflictRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/conflicts',
    rule: { allow: 'conflicts.read' },
    summary: 'Admissions that met another on the same ticket, latest first',
    tag: 'sync',
    params: z.object({ id }),
    answer: conflictList,
    handle: async ({ params }) => {
      const row = await eventOr404(context.pool, params.id);
      const { rows } = await context.pool.query<ConflictRow>(
        `SELECT t.ref, c.checkpoint, c.holder, c.intruder, c.noted_at, c.resolved_at
         FROM conflicts c LEFT JOIN tickets t ON t.event = c.event AND t.serial = c.serial
         WHERE c.event = $1 ORDER BY c.noted_at DESC, c.serial LIMIT $2`,
        [row.number, CONFLICTS_MAX],
      );
      return {
        conflicts: rows.map((conflict) => ({
          ticketRef: conflict.ref,
          checkpoint: conflict.checkpoint,
          holder: placeOf(conflict.holder),
          intruder: placeOf(conflict.intruder),
          notedAt: iso(conflict.noted_at.getTime()),
          resolvedAt: conflict.resolved_at === null ? null : iso(conflict.resolved_at.getTime()),
        })),
      };
    },
  });
}

type ConflictRow = {
  ref: string | null;
  checkpoint: string;
  holder: Passage;
  intruder: Passage;
  noted_at: Date;
  resolved_at: Date | null;
};

function placeOf({ gate, lane, at }: Passage) {
  return { gate, lane, at: iso(at) };
}
