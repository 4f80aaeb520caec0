// A supervisor takes an admission back at the steward's phone, by their own badge or PIN.
import type { FastifyInstance } from 'fastify';
import { undoRequest } from '#protocol/find.ts';
import { annulAnswer } from '#protocol/scans.ts';
import { annulHere } from '#server/entry/routes.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device, Operator } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { identifySupervisor } from './supervisor-routes.ts';

export function addUndoRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/devices/self/undo',
    rule: { allow: 'device', act: 'stand' },
    summary: 'Take an admission of this device back, proven by a supervisor',
    tag: 'lanes',
    body: undoRequest,
    answer: annulAnswer,
    handle: async ({ body, principal }) => {
      const device = principal as Device;
      const { person, role } = await identifySupervisor(context, device, body);
      const supervisor: Operator = { kind: 'operator', id: person, role, person };
      const scan = { device: device.id, scanId: body.scanId };
      const event = await context.catalogue.get(device.eventNumber);
      return event.isHere
        ? await annulHere(context, supervisor, scan, 'supervisor')
        : await context.elsewhere.annul(event, supervisor, scan, 'supervisor');
    },
  });
}
