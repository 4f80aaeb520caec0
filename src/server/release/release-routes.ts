// Which release a gate's lanes run: named by people, asked for by lanes.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { gateScope } from '#domain/venue/match-event.ts';
import { id } from '#protocol/primitives.ts';
import {
  backRequest,
  type GateReleases,
  gateParams,
  gateReleases,
  PROTOCOL,
  PROTOCOL_OLDEST,
  releaseNotice,
  releaseOrder,
  releaseReport,
  setRelease,
} from '#protocol/releases.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import type { EventRow } from '#server/venue/store.ts';
import { judgementOf, watchCanaries } from './canary-watch.ts';
import { addFreezeRoutes } from './freeze-routes.ts';
import {
  findGateReleases,
  lockGateRelease,
  noteRunning,
  orderRelease,
  type ReleaseOrder,
  releaseFor,
  runningLanes,
} from './gate-releases.ts';
import { addRecordingRoutes } from './recording-routes.ts';
import { addToTally } from './tally.ts';

/** @param bulk - the same on connections that no lane waits for */
export function addReleaseRoutes(
  app: FastifyInstance,
  context: ServerContext,
  bulk: ServerContext,
  release: string,
): void {
  addRecordingRoutes(app, bulk, release);
  addFreezeRoutes(app, context);
  const stop = watchCanaries(context);
  context.stopping.addEventListener('abort', stop);
  addLaneRoute(app, context);
  addReading(app, context);
  addOrders(app, context);
}

function addLaneRoute(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/devices/self/release',
    rule: { allow: 'device' },
    summary: 'What this lane runs; answered with what it is to run',
    tag: 'releases',
    body: releaseReport,
    answer: releaseOrder,
    bodyBytesMax: 4 * 1024,
    handle: async ({ body, principal }) => {
      if (principal?.kind !== 'device') throw new Error('the rule lets only devices in');
      const { running, protocol, oldest = protocol, timed = 0, slow = 0 } = body;
      if (protocol < PROTOCOL_OLDEST || oldest > PROTOCOL) throw strangers(protocol, oldest);
      const { id: device, eventNumber, gate } = principal;
      await noteRunning(context.pool, device, running, protocol);
      if (timed > 0) {
        const counts = { timed, slow: Math.min(slow, timed) };
        await addToTally(context.pool, eventNumber, { device, gate }, counts, context.now());
      }
      return { release: await releaseFor(context.pool, eventNumber, gate), protocol: PROTOCOL };
    },
  });
}

/** Two releases apart, or more. */
function strangers(protocol: number, oldest: number): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `this lane speaks protocols ${oldest} to ${protocol}, this server ${PROTOCOL_OLDEST} to ${PROTOCOL}`,
    mend: 'upgrade by one release at a time: first the servers, then the lanes',
  });
}

function addReading(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/releases',
    rule: { allow: 'devices.read' },
    summary: 'What each gate is to run, what its lanes say that they run, and how a canary does',
    tag: 'releases',
    params: z.object({ id }),
    answer: gateReleases,
    handle: async ({ params }) => releasesOf(context, await eventOr404(context.pool, params.id)),
  });
}

async function releasesOf(context: ServerContext, event: EventRow): Promise<GateReleases> {
  const orders = await findGateReleases(context.pool, event.number);
  const lanes = await runningLanes(context.pool, event.number);
  const onTrial = orders.find(({ is_canary }) => is_canary);
  const judged =
    onTrial === undefined ? null : await judgementOf(context.pool, event.number, onTrial.release);
  return {
    gates: event.file.gates.map(({ id: gate }) => {
      const order = orders.find((each) => each.gate === gate);
      return {
        gate,
        release: order?.release ?? null,
        previous: order?.previous ?? null,
        isCanary: order?.is_canary ?? false,
        setBy: order?.set_by ?? null,
        setAt: order === undefined ? null : iso(order.set_at.getTime()),
        reason: order?.reason ?? null,
        lanes: lanes
          .filter((lane) => lane.gate === gate)
          .map((lane) => ({ deviceId: lane.id, running: lane.release })),
      };
    }),
    canary: judged,
  };
}

function addOrders(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/events/:id/gates/:gate/release',
    rule: { allow: 'releases.set' },
    summary: 'Name the release that this gate’s lanes run; they hear of it at once',
    tag: 'releases',
    params: gateParams,
    body: setRelease,
    answer: releaseNotice,
    handle: async ({ params: { id: event, gate }, body, principal }) =>
      await order(context, principal, event, { gate, ...body }),
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/gates/:gate/release/back',
    rule: { allow: 'releases.set' },
    summary: 'Move this gate back to the release before',
    tag: 'releases',
    params: gateParams,
    body: backRequest,
    answer: releaseNotice,
    handle: async ({ params: { id: event, gate }, body, principal }) =>
      await order(context, principal, event, { gate, ...body, release: null, isCanary: false }),
  });
}

type Asked = Omit<ReleaseOrder, 'by' | 'release'> & { readonly release: string | null };

/** @param asked - without a release: the one before */
async function order(
  context: ServerContext,
  principal: Principal | null,
  eventId: string,
  asked: Asked,
): Promise<z.infer<typeof releaseNotice>> {
  const event = await eventOr404(context.pool, eventId);
  const { ground } = await context.catalogue.get(event.number);
  const { gate, isCanary, reason } = asked;
  if (!ground.scopes.includes(gateScope(gate))) {
    throw new HttpProblem('not-found', {
      detail: `this event has no gate ${gate}`,
      mend: 'GET the event names its gates',
    });
  }
  const release = await context.acts.do<string>(principal, async (client) => {
    const before = await lockGateRelease(client, event.number, gate);
    const wanted = asked.release ?? before?.previous ?? null;
    if (wanted === null) throw noWayBack(gate);
    const by = actorOf(principal);
    const next = { gate, release: wanted, isCanary, by, reason };
    const previous = await orderRelease(client, event.number, next, context.now());
    if (isCanary && previous === null) throw noWayBack(gate);
    const act = asked.release === null ? 'release.moved-back' : 'release.ordered';
    const detail = { gate, release: wanted, previous, isCanary, reason };
    return { result: wanted, act: { act, subject: event.id, detail } };
  });
  context.bus.emit('notices', event.number);
  return { gate, release };
}

function noWayBack(gate: string): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `nobody has said what gate ${gate} ran before`,
    mend: 'name the present release first: PUT …/release without isCanary',
  });
}
