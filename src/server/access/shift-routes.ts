// Who stands at a lane: signing on and off at the phone, and who stood where and when.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { identification, shiftList, shiftQuery, signedOn } from '#protocol/people.ts';
import { id } from '#protocol/primitives.ts';
import { iso } from '#server/platform/clock.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { identify } from './identify.ts';
import { beginShift, endExpiredShifts, endShift, listShifts } from './shifts.ts';

export function addShiftRoutes(app: FastifyInstance, context: ServerContext): void {
  addSigningOn(app, context);

  addRoute(app, {
    method: 'DELETE',
    url: '/api/v1/devices/self/operator',
    rule: { allow: 'device', act: 'stand' },
    summary: 'Nobody stands at this device any more',
    tag: 'people',
    handle: async ({ principal }) => {
      const { id: deviceId } = principal as Device;
      const person = await context.acts.do(principal, async (client) => {
        const result = await endShift(client, deviceId, 'signed-off', context.now());
        await context.access.raise(client);
        const act = { act: 'shift.ended', subject: deviceId, detail: { person: result } };
        return { result, act: result === null ? null : act };
      });
      context.access.committed();
      return { person };
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/shifts',
    rule: { allow: 'devices.read' },
    summary: 'Who stands where, and who stood there before',
    tag: 'people',
    params: z.object({ id }),
    query: shiftQuery,
    answer: shiftList,
    handle: async ({ params, query }) => {
      const event = await eventOr404(context.pool, params.id);
      const { now = false, device = null, person = null } = query;
      await endExpiredShifts(context.pool, context.now());
      return { shifts: await listShifts(context.pool, event.number, { now, device, person }) };
    },
  });
}

function addSigningOn(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/devices/self/operator',
    rule: { allow: 'device', act: 'stand' },
    summary: 'Sign on at this device, by badge or by name and PIN; whoever stood there is relieved',
    tag: 'people',
    body: identification,
    answer: signedOn,
    handle: async ({ body, principal }) => {
      const device = principal as Device;
      const { person, name, role } = await identify(context, device, body);
      const at = context.now();
      await context.acts.do(principal, async (client) => {
        const { id: deviceId, eventNumber: event, gate, lane } = device;
        await beginShift(client, { id: deviceId, event, gate, lane }, person, at);
        await context.access.raise(client);
        const act = { act: 'shift.begun', subject: deviceId, detail: { person, gate, lane } };
        return { result: null, act };
      });
      context.access.committed();
      context.bus.emit('notices', device.eventNumber);
      return { person, name, role, since: iso(at) };
    },
  });
}
