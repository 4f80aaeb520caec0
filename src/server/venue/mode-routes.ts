// Gates without codes: by the steward's eye, or open. Lanes count people then; they hear of it with the
// other controls.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { controlsState as controlsShape, modeRequest } from '#protocol/controls.ts';
import { id } from '#protocol/primitives.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { change, requireScope } from './control-routes.ts';
import { controlsNow } from './controls-state.ts';
import { eventOr404 } from './find-event.ts';

export function addModeRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/events/:id/modes',
    rule: { allow: 'controls.set' },
    summary: 'Let a gate go by the steward’s eye, stand open, or go by codes again',
    tag: 'controls',
    params: z.object({ id }),
    body: modeRequest,
    answer: controlsShape,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      requireScope(row, `gate/${body.gate}`, 'gate');
      const { gate, mode, stopAt = null, reason } = body;
      const act = { act: 'mode.set', detail: { gate, mode, stopAt, reason } };
      await change(context, principal, row, act, () => ({ kind: 'mode-set', gate, mode, stopAt }));
      return await controlsNow(context, row.number);
    },
  });
}
