import type { FastifyInstance } from 'fastify';
import {
  BOX_OFFICE,
  endPrintRequest,
  eventParams,
  printParams,
  printRequest,
  prints,
  startedPrint,
} from '#protocol/box-office.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { askForPrints, endPrint, startPrint } from './prints.ts';

export function addPrintRoutes(app: FastifyInstance, context: ServerContext): void {
  const common = { rule: { allow: 'papers.print' }, tag: 'box office', method: 'POST' } as const;
  const { pool } = context;
  addRoute(app, {
    ...common,
    url: `${BOX_OFFICE}/prints`,
    summary: 'Ask for slips of tickets; the same requestId again is the same prints',
    params: eventParams,
    body: printRequest,
    answer: prints,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(pool, params.id);
      return { prints: await askForPrints(context, principal, row, body) };
    },
  });
  addRoute(app, {
    ...common,
    url: `${BOX_OFFICE}/prints/:print/start`,
    summary: 'What the printer is sent; from now on another print of this ticket is a duplicate',
    params: printParams,
    answer: startedPrint,
    handle: async ({ params, principal }) =>
      await startPrint(context, principal, await eventOr404(pool, params.id), params.print),
  });
  addRoute(app, {
    ...common,
    url: `${BOX_OFFICE}/prints/:print/end`,
    summary: 'Say that it came out, or what was wrong',
    params: printParams,
    body: endPrintRequest,
    answer: prints.shape.prints.element,
    handle: async ({ params, body, principal }) =>
      await endPrint(context, principal, await eventOr404(pool, params.id), params.print, body),
  });
}
