// A delayed kick-off: when the match is and until when people may enter move together, in one act. Lanes and
// boxes hear of it with the other controls.

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { controlsState as controlsShape, kickOffRequest } from '#protocol/controls.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import { id } from '#protocol/primitives.ts';
import { malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { change } from './control-routes.ts';
import { controlsNow } from './controls-state.ts';
import { eventOr404 } from './find-event.ts';
import type { EventRow, StoredControls } from './store.ts';

type Window = StoredControls['window'];

export function addKickOffRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/events/:id/kick-off',
    rule: { allow: 'controls.set' },
    summary: 'Delay kick-off, with doors and the end of entry, or put them back, in one act',
    tag: 'controls',
    params: z.object({ id }),
    body: kickOffRequest,
    answer: controlsShape,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      const { reason, ...times } = body;
      const act = { act: 'kick-off.moved', detail: { ...times, reason } };
      await change(context, principal, row, act, ({ window }) => {
        const moved: Window = {
          startsAt: movedTo(times.startsAt, window.startsAt),
          doorsAt: movedTo(times.doorsAt, window.doorsAt),
          endsAt: movedTo(times.endsAt, window.endsAt),
        };
        refuseDisorder(row, moved, typeof times.startsAt === 'string');
        return { kind: 'window-moved', window: moved };
      });
      return await controlsNow(context, row.number);
    },
  });
}

function movedTo(said: string | null | undefined, before: Instant | null = null): Instant | null {
  if (said === undefined) return before;
  return said === null ? null : parseInstant(said);
}

/** A match may be abandoned before it began; a kick-off that is named stands between doors and the end. */
function refuseDisorder({ file }: EventRow, moved: Window, isKickOffNamed: boolean): void {
  const planned = matchEventOf(file);
  const doorsAt = moved.doorsAt ?? planned.doorsAt;
  const startsAt = moved.startsAt ?? planned.startsAt;
  const endsAt = moved.endsAt ?? planned.endsAt;
  if (endsAt <= doorsAt) throw malformedField('endsAt', 'must be after doorsAt');
  if (!isKickOffNamed) return;
  if (startsAt < doorsAt)
    throw malformedField('startsAt', 'must not be before doors: move doorsAt too');
  if (endsAt <= startsAt) throw malformedField('endsAt', 'must be after kick-off: move endsAt too');
}
