// How devices are, and which lanes are ready.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import {
  type DeviceStatus,
  deviceFaults,
  laneFaults,
  type StandingDevice,
} from '#domain/monitoring/readiness.ts';
import {
  type ReadinessView,
  readinessView,
  type StatusReport,
  statusAnswer,
  statusReport,
} from '#protocol/lane-status.ts';
import { id } from '#protocol/primitives.ts';
import { iso } from '#server/platform/clock.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import type { EventRow } from '#server/venue/store.ts';
import { type ActiveDevice, activeDevices, storeStatus } from './statuses.ts';

export function addStatusRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/devices/self/status',
    rule: { allow: 'device' },
    summary: 'How this device is; answered with whether its lane is ready',
    tag: 'lanes',
    body: statusReport,
    answer: statusAnswer,
    bodyBytesMax: 4 * 1024,
    handle: async ({ body, principal }) => {
      const device = principal as Device;
      const now = context.now();
      await storeStatus(context.pool, { id: device.id, event: device.eventNumber }, body, now);
      const reasons = deviceFaults(
        {
          role: device.role,
          hasOperator: device.operator !== null,
          heardAt: now,
          status: statusOf(body, now),
        },
        now,
      );
      return {
        serverTime: iso(now),
        list: await listCursor(context, device.eventNumber),
        isReady: reasons.length === 0,
        reasons,
      };
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/readiness',
    rule: { allow: 'devices.read' },
    summary: 'Which lanes are ready for doors, and what is to mend at the others',
    tag: 'lanes',
    params: z.object({ id }),
    answer: readinessView,
    handle: async ({ params }) => {
      const event = await eventOr404(context.pool, params.id);
      const now = context.now();
      return readinessOf(event, await activeDevices(context.pool, event.number, now), now);
    },
  });
}

async function listCursor({ pool }: ServerContext, event: number): Promise<string> {
  const { rows } = await pool.query<{ epoch: string; n: string }>(
    'SELECT epoch, n FROM lists WHERE event = $1',
    [event],
  );
  return `${rows[0]?.epoch}:${rows[0]?.n}`;
}

/** Every lane of the event file, and every point beside them where somebody stands. */
function readinessOf(
  { file }: EventRow,
  devices: readonly ActiveDevice[],
  now: Instant,
): ReadinessView {
  const lanes = file.gates.flatMap((gate) =>
    gate.lanes.map((lane) => laneView(gate.id, lane.id, devices, now)),
  );
  const known = new Set(lanes.map(({ gate, lane }) => `${gate}/${lane}`));
  const beside = devices.filter(({ gate, lane }) => lane === null || !known.has(`${gate}/${lane}`));
  const points = [...new Set(beside.map(({ gate }) => gate))].flatMap((gate) =>
    beside.filter((each) => each.gate === gate).map((each) => pointView(each, now)),
  );
  const all = [...lanes, ...points];
  const ready = all.filter(({ isReady }) => isReady).length;
  return { at: iso(now), ready, notReady: all.length - ready, lanes: all };
}

function laneView(gate: string, lane: string, devices: readonly ActiveDevice[], now: Instant) {
  const here = devices.filter((each) => each.gate === gate && each.lane === lane);
  const reasons = laneFaults(
    here.map((each) => standing(each, now)),
    now,
  );
  return { gate, lane, isReady: reasons.length === 0, reasons, devices: here.map(deviceView) };
}

function pointView(device: ActiveDevice, now: Instant) {
  const reasons = deviceFaults(standing(device, now), now);
  const { gate, lane } = device;
  return { gate, lane, isReady: reasons.length === 0, reasons, devices: [deviceView(device)] };
}

function standing(device: ActiveDevice, now: Instant): StandingDevice {
  return {
    role: device.role,
    hasOperator: device.operator !== null,
    heardAt: (device.heard_at?.getTime() ?? null) as Instant | null,
    status: device.status === null ? null : statusOf(device.status, now),
  };
}

/** A list cannot be newer than now, whatever the clock of the device says. */
function statusOf(report: StatusReport, now: Instant): DeviceStatus {
  const { battery, clockSkewMs, camera, storage, rung, unsynced, list } = report;
  const asOf = list.asOf === null ? null : parseInstant(list.asOf);
  return {
    battery,
    clockSkewMs,
    camera,
    storage,
    rung,
    unsynced,
    list: {
      isComplete: list.isComplete,
      asOf: asOf === null ? null : (Math.min(asOf, now) as Instant),
    },
  };
}

function deviceView(device: ActiveDevice) {
  return {
    deviceId: device.id,
    role: device.role,
    label: device.label,
    operator: device.operator,
    seenAt: device.heard_at === null ? null : iso(device.heard_at.getTime()),
    status: device.status,
  };
}
