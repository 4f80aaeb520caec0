// What the control room looks at, and the few things it sets there that no lane needs to know.
import { createSession, type Session } from 'better-sse';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { entryPlanAnswer, entryPlanQuery } from '#protocol/entry-plan.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import {
  gateParams,
  overview as overviewShape,
  searchRequest,
  takeRequest,
} from '#protocol/overview.ts';
import { id } from '#protocol/primitives.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { SAFE_HEADERS } from '#server/platform/http/app.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { announcedRisks } from './announce-risks.ts';
import { addArrivalPreview } from './arrival-preview.ts';
import { entryPlan } from './entry-plan.ts';
import { addEvacuationRoutes } from './evacuation-routes.ts';
import { Monitor, OVERVIEW_EVERY_MS } from './monitor.ts';
import { addRiskReaderRoutes } from './risk-readers.ts';

const eventParams = z.object({ id });
const KEEP_ALIVE_MS = 10_000;
const WATCHERS_MAX = 200;
const UNREAD_BYTES_MAX = 4 * 1024 * 1024;
const MINUTE_MS = 60_000;

export function addMonitoringRoutes(app: FastifyInstance, context: ServerContext): void {
  const monitors = new Map<number, Monitor>();
  const monitorOf = (event: number): Monitor => {
    const monitor = monitors.get(event) ?? new Monitor(context, event);
    monitors.set(event, monitor);
    return monitor;
  };

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/overview',
    rule: { allow: 'live.read' },
    summary: 'The ground by gate and lane, what needs someone now, and how long people will wait',
    tag: 'monitoring',
    params: eventParams,
    answer: overviewShape,
    handle: async ({ params }) => {
      const row = await eventOr404(context.pool, params.id);
      return await monitorOf(row.number).overview(0);
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/entry-plan',
    rule: { allow: 'grounds.read' },
    summary: 'What may be sold by section, what gates need, who will wait, and what would go wrong',
    tag: 'monitoring',
    params: eventParams,
    query: entryPlanQuery,
    answer: entryPlanAnswer,
    handle: async ({ params, query: { search = 'usual', hours = 1, layout = null } }) => {
      const row = await eventOr404(context.pool, params.id);
      const plan = await entryPlan(context.pool, row, { search, hours, layout }, context.now());
      const { doorsAt } = matchEventOf(row.file);
      const announced = await announcedRisks(context.pool, row.number, doorsAt);
      if (announced === null) return { ...plan, announced };
      const { at, told, list } = announced;
      return { ...plan, announced: { at: iso(at), risks: list.risks.length, told } };
    },
  });

  addStream(app, context, monitorOf);
  addTaking(app, context);
  addSettings(app, context);
  addEvacuationRoutes(app, context);
  addArrivalPreview(app, context);
  addRiskReaderRoutes(app, context);
}

function addStream(
  app: FastifyInstance,
  context: ServerContext,
  monitorOf: (event: number) => Monitor,
): void {
  let watchers = 0;
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/overview/live',
    rule: { allow: 'live.read' },
    summary: 'The same as server-sent events `overview`, once a second while anything changes',
    tag: 'monitoring',
    params: eventParams,
    answerType: 'text/event-stream',
    handle: async ({ params, request, reply }) => {
      const row = await eventOr404(context.pool, params.id);
      if (watchers >= WATCHERS_MAX) throw new HttpProblem('unavailable', { retryAfterSeconds: 5 });
      const { token } = request;
      if (token === null) throw new Error('whoever has a principal has a token');
      reply.hijack();
      if (reply.raw.destroyed) return;
      watchers += 1;
      const session = await createSession(request.raw, reply.raw, {
        keepAlive: KEEP_ALIVE_MS,
        headers: { ...SAFE_HEADERS, 'x-accel-buffering': 'no' },
      });
      const monitor = monitorOf(row.number);
      const stop = () => reply.raw.destroy();
      context.stopping.addEventListener('abort', stop);
      const timer = setInterval(() => {
        tell(context, monitor, { session, token, unread: () => reply.raw.writableLength }).catch(
          (error: Error) => context.log.warn({ err: error }, 'overview: not told'),
        );
      }, OVERVIEW_EVERY_MS);
      reply.raw.once('close', () => {
        watchers -= 1;
        clearInterval(timer);
        context.stopping.removeEventListener('abort', stop);
      });
      if (context.stopping.aborted) stop();
      session.push(await monitor.overview(), 'overview');
    },
  });
}

async function tell(
  context: ServerContext,
  monitor: Monitor,
  to: { readonly session: Session; readonly token: string; readonly unread: () => number },
): Promise<void> {
  if (!to.session.isConnected) return;
  if ((await context.access.authenticate(to.token)) === null) {
    to.session.push({}, 'revoked');
    return;
  }
  // Who does not read what was sent gets no more of it until they do.
  if (to.unread() > UNREAD_BYTES_MAX) return;
  to.session.push(await monitor.overview(), 'overview');
}

function addTaking(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/attention',
    rule: { allow: 'controls.set' },
    summary: 'Take something on: it goes to the end of the list for so many minutes',
    tag: 'monitoring',
    params: eventParams,
    body: takeRequest,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      await context.acts.do(principal, async (client) => {
        const now = context.now();
        await client.query(
          `INSERT INTO attention_acknowledgements (event, key, taken_by, note, taken_at, until)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (event, key) DO UPDATE SET taken_by = excluded.taken_by,
             note = excluded.note, taken_at = excluded.taken_at, until = excluded.until`,
          [
            row.number,
            body.key,
            actorOf(principal),
            body.note ?? null,
            new Date(now),
            new Date(now + body.minutes * MINUTE_MS),
          ],
        );
        const detail = { key: body.key, minutes: body.minutes };
        return { result: null, act: { act: 'attention.taken', subject: row.id, detail } };
      });
      return { taken: true };
    },
  });
}

function addSettings(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/events/:id/gates/:gate/search',
    rule: { allow: 'controls.set' },
    summary:
      'Say how many search at a gate and how long it takes: a gate is as fast as its slower half',
    tag: 'monitoring',
    params: gateParams,
    body: searchRequest,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      if (!row.file.gates.some((gate) => gate.id === params.gate)) {
        throw new HttpProblem('not-found', { detail: `this event has no gate ${params.gate}` });
      }
      await context.acts.do(principal, async (client) => {
        await client.query(
          `INSERT INTO gate_searches (event, gate, searchers, seconds_each) VALUES ($1, $2, $3, $4)
           ON CONFLICT (event, gate) DO UPDATE
             SET searchers = excluded.searchers, seconds_each = excluded.seconds_each`,
          [row.number, params.gate, body.searchers, body.secondsEach],
        );
        const detail = { gate: params.gate, ...body };
        return { result: null, act: { act: 'search.set', subject: row.id, detail } };
      });
      return { gate: params.gate, ...body };
    },
  });
}
