import type { FastifyInstance } from 'fastify';
import {
  closeShiftRequest,
  DESK_SHIFTS,
  deskShift,
  moveRequest,
  openShiftRequest,
  ownShift,
  shiftParams,
} from '#protocol/box-office.ts';
import { actorOf } from '#server/platform/acts.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { closeShift, moveCash, openShift, openShiftOf } from './shifts.ts';

export function addShiftRoutes(app: FastifyInstance, context: ServerContext): void {
  const common = { rule: { allow: 'desk.sell' }, tag: 'box office' } as const;
  addRoute(app, {
    ...common,
    method: 'GET',
    url: DESK_SHIFTS,
    summary: 'The drawer that you have open, with its sums by means',
    answer: ownShift,
    handle: async ({ principal }) => ({
      shift: await openShiftOf(context.pool, actorOf(principal)),
    }),
  });
  addRoute(app, {
    ...common,
    method: 'POST',
    url: DESK_SHIFTS,
    summary: 'Open a drawer with what is in it',
    body: openShiftRequest,
    answer: deskShift,
    handle: async ({ body, principal }) => await openShift(context, principal, body),
  });
  addRoute(app, {
    ...common,
    method: 'POST',
    url: `${DESK_SHIFTS}/:shift/moves`,
    summary: 'Put money into your drawer, or take some out of it',
    params: shiftParams,
    body: moveRequest,
    answer: deskShift,
    handle: async ({ params, body, principal }) =>
      await moveCash(context, principal, params.shift, body),
  });
  addRoute(app, {
    ...common,
    method: 'POST',
    url: `${DESK_SHIFTS}/:shift/close`,
    summary: 'Close your drawer with a count; the difference is kept',
    params: shiftParams,
    body: closeShiftRequest,
    answer: deskShift,
    handle: async ({ params, body, principal }) =>
      await closeShift(context, principal, params.shift, body),
  });
}
