// The live feed: what happens, as it commits. No names and no codes are in it. What this node decides
// is pushed at once; what other nodes change is noticed by asking once a second.
import { createSession } from 'better-sse';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { id } from '#protocol/primitives.ts';
import { SAFE_HEADERS } from '#server/platform/http/app.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { Feed } from './feed.ts';

const KEEP_ALIVE_MS = 10_000;
const STREAMS_MAX = 2_000;

export function addLiveRoutes(app: FastifyInstance, context: ServerContext): void {
  const feeds = new Map<number, Feed>();
  let streams = 0;

  context.bus.on('decided', (decided) => {
    for (const [number, feed] of feeds) {
      feed.decided(decided.filter(({ event }) => event.number === number));
    }
  });
  context.bus.on('followed', (number, told) => feeds.get(number)?.followed(told));
  for (const happening of ['controls', 'list', 'conflict'] as const) {
    context.bus.on(happening, (number) => feeds.get(number)?.changed(happening));
  }
  context.bus.on('notices', (number) => feeds.get(number)?.noticed());
  context.access.onChange(() => {
    for (const feed of feeds.values()) feed.dropRevoked();
  });
  context.stopping.addEventListener('abort', () => {
    for (const feed of feeds.values()) feed.close();
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/live',
    rule: { allow: 'live.read', orDevice: true },
    summary:
      'Server-sent events: controls, list; for people counts, scans, conflicts; for lanes crossings',
    tag: 'live',
    params: z.object({ id }),
    answerType: 'text/event-stream',
    handle: async ({ params, principal, request, reply }) => {
      if (principal === null) throw new Error('the rule lets nobody in without a token');
      const row = await eventOr404(context.pool, params.id);
      if (principal.kind === 'device' && principal.eventNumber !== row.number) {
        throw new HttpProblem('forbidden', { detail: 'this device is enrolled for another event' });
      }
      if (streams >= STREAMS_MAX) throw new HttpProblem('unavailable', { retryAfterSeconds: 5 });
      // For a page of another server, which may hear this one: what is hijacked goes without them.
      const { 'access-control-allow-origin': origins } = reply.getHeaders();
      reply.hijack();
      // Gone while it was looked up.
      if (reply.raw.destroyed) return;
      streams += 1;
      reply.raw.once('close', () => {
        streams -= 1;
      });
      const session = await createSession(request.raw, reply.raw, {
        keepAlive: KEEP_ALIVE_MS,
        headers: {
          ...SAFE_HEADERS,
          'x-accel-buffering': 'no',
          ...(origins === undefined ? {} : { 'access-control-allow-origin': String(origins) }),
        },
      });
      const feed =
        feeds.get(row.number) ?? new Feed(context, row.number, () => feeds.delete(row.number));
      feeds.set(row.number, feed);
      const { token } = request;
      const { lastId } = session;
      await feed.add({ session, response: reply.raw, principal, token, lastId });
      // The server began to stop while the stream was being set up.
      if (context.stopping.aborted) feed.close();
    },
  });
}
