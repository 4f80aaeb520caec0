// What a box does not do itself is done by its hub: the request is passed on as it came, with the caller's
// own token or proof, and the answer back. Without the hub it is refused, in words.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Nodes } from './nodes.ts';

/** Written at the box: scans and journals, controls of the night, and what concerns this very machine. */
const DONE_HERE = new Set([
  'POST /api/v1/scans',
  'POST /api/v1/scans/:scanId/annul',
  'POST /api/v1/journal',
  'POST /api/v1/events/:id/holds',
  'DELETE /api/v1/events/:id/holds/:item',
  'POST /api/v1/events/:id/diversions',
  'DELETE /api/v1/events/:id/diversions/:item',
  'PUT /api/v1/events/:id/limits',
  'PUT /api/v1/events/:id/window',
  'POST /api/v1/store/reconcile',
]);

/** Read at the hub, because a box keeps no copy. */
const READ_THERE = [
  /^\/api\/v1\/(session|accounts|offers|edges|enrolment|audit|grounds)(\/|$)/,
  /^\/api\/v1\/events\/:id\/(people|messages|calls|alarms|cash|admissions|evacuation|attention|releases|entry-plan|sale)(\/|$)/,
  /^\/api\/v1\/devices(\/|$)/,
];

/** Who the supervisor is the hub knows best; without it a badge is known here, and a PIN is not. */
const DONE_HERE_ALONE = new Set(['POST /api/v1/devices/self/undo']);

export function passToHub(app: FastifyInstance, nodes: Nodes): void {
  const { hub } = nodes;
  if (hub === null) return;
  app.addHook('onRequest', async (request, reply) => {
    if (isDoneHere(request)) return;
    if (hub.isDown) {
      if (DONE_HERE_ALONE.has(`${request.method} ${request.routeOptions.url}`)) return;
      throw hubAway();
    }
    reply.hijack();
    await hub.carry(request.raw, reply.raw);
  });
}

export function isDoneHere({ method, routeOptions: { url } }: FastifyRequest): boolean {
  if (url === undefined || !url.startsWith('/api/') || url.startsWith('/api/v1/edge/')) return true;
  // A browser asks whether it may ask this very server, also when the hub is gone.
  if (method === 'OPTIONS') return true;
  if (method === 'GET' || method === 'HEAD') return !READ_THERE.some((there) => there.test(url));
  return DONE_HERE.has(`${method} ${url}`);
}

function hubAway(): HttpProblem {
  return new HttpProblem('unavailable', {
    detail: 'this is done at the hub, which this box does not reach just now',
    mend: 'try again when the link is back; scans, journals, holds and diversions work without it',
    retryAfterSeconds: 5,
  });
}
