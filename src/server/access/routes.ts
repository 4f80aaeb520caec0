// Tokens of people and enrolment of devices.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseInstant } from '#domain/kernel/instant.ts';
import {
  deviceEnrolled,
  deviceList,
  deviceRequest,
  deviceSelf,
  tokenCreated,
  tokenRequest,
} from '#protocol/access.ts';
import { words } from '#protocol/primitives.ts';
import { checkpointOf } from '#server/entry/catalogue.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import type { DeviceRow } from './store.ts';

const byId = z.object({ id: words(64) });

export function addTokenRoutes(app: FastifyInstance, context: ServerContext): void {
  const { acts, access } = context;

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/tokens',
    rule: { allow: 'tokens.create' },
    summary: 'Create a token for a person in a role',
    tag: 'access',
    body: tokenRequest,
    answer: tokenCreated,
    handle: async ({ body, principal }) => {
      const expiresAt = body.expiresAt === undefined ? null : parseInstant(body.expiresAt);
      const created = await acts.do(principal, async (client) => {
        const { role } = body;
        const createdBy = actorOf(principal);
        const person = body.person ?? null;
        const token = await access.createToken(client, { role, person, createdBy, expiresAt });
        const detail = { role, person: token.person, expiresAt: body.expiresAt ?? null };
        return { result: token, act: { act: 'token.created', subject: token.id, detail } };
      });
      access.committed();
      return { id: created.id, token: created.token, role: body.role, person: created.person };
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/tokens',
    rule: { allow: 'tokens.create' },
    summary: 'Tokens, without their secrets',
    tag: 'access',
    handle: async () => ({ tokens: await access.listTokens() }),
  });

  addRevocation(app, context, 'tokens', 'tokens.create');
}

export function addDeviceRoutes(app: FastifyInstance, context: ServerContext): void {
  const { acts, access, catalogue, storeState } = context;

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/devices',
    rule: { allow: 'devices.enrol' },
    summary: 'Enrol a lane at a gate',
    tag: 'access',
    body: deviceRequest,
    answer: deviceEnrolled,
    handle: async ({ body, principal }) => {
      const row = await eventOr404(context.pool, body.event);
      const gate = row.file.gates.find((each) => each.id === body.gate);
      if (gate === undefined) {
        throw badPlace(
          'gate',
          body.gate,
          row.file.gates.map((each) => each.id),
        );
      }
      const lanes = gate.lanes.map((lane) => lane.id as string);
      if (body.lane !== undefined && !lanes.includes(body.lane)) {
        throw badPlace('lane', body.lane, lanes);
      }
      const enrolled = await acts.do(principal, async (client) => {
        const device = await access.enrolDevice(client, {
          event: row.number,
          gate: body.gate,
          lane: body.lane ?? null,
          enrolledBy: actorOf(principal),
        });
        const detail = { event: body.event, gate: body.gate, lane: body.lane ?? null };
        return {
          result: device,
          act: { act: 'device.enrolled', subject: device.deviceId, detail },
        };
      });
      access.committed();
      return enrolled;
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/devices',
    rule: { allow: 'devices.read' },
    summary: 'Enrolled devices',
    tag: 'access',
    answer: deviceList,
    handle: async () => ({ devices: (await access.listDevices()).map(deviceView) }),
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/device',
    rule: { allow: 'device' },
    summary: 'What this device is',
    tag: 'access',
    answer: deviceSelf,
    handle: async ({ principal }) => {
      if (principal?.kind !== 'device') throw new Error('the rule lets only devices in');
      const event = await catalogue.get(principal.eventNumber);
      return {
        deviceId: principal.id,
        event: principal.eventId,
        gate: principal.gate,
        lane: principal.lane,
        checkpoint: checkpointOf(event, principal.gate),
        serverTime: iso(context.now()),
        storeEpoch: storeState.current().epoch,
      };
    },
  });

  addRevocation(app, context, 'devices', 'devices.revoke');
}

function addRevocation(
  app: FastifyInstance,
  { acts, access }: ServerContext,
  table: 'tokens' | 'devices',
  permission: 'tokens.create' | 'devices.revoke',
): void {
  const kind = table === 'tokens' ? 'token' : 'device';
  addRoute(app, {
    method: 'POST',
    url: `/api/v1/${table}/:id/revoke`,
    rule: { allow: permission },
    summary: `Revoke a ${kind}: it is refused from now on, its open streams are closed`,
    tag: 'access',
    params: byId,
    handle: async ({ params, principal }) => {
      await acts.do(principal, async (client) => {
        if (!(await access.revoke(client, table, params.id))) {
          throw new HttpProblem('not-found', {
            detail: `there is no ${kind} ${params.id} that could be revoked`,
            mend: `the list of ${table} names those there are`,
          });
        }
        return { result: null, act: { act: `${kind}.revoked`, subject: params.id, detail: {} } };
      });
      access.committed();
      return { id: params.id, revoked: true };
    },
  });
}

function deviceView(row: DeviceRow) {
  return {
    deviceId: row.id,
    event: row.event,
    gate: row.gate,
    lane: row.lane,
    enrolledBy: row.enrolled_by,
    enrolledAt: iso(row.enrolled_at.getTime()),
    seenAt: row.seen_at === null ? null : iso(row.seen_at.getTime()),
    revokedAt: row.revoked_at === null ? null : iso(row.revoked_at.getTime()),
  };
}

function badPlace(field: string, given: string, known: readonly string[]): HttpProblem {
  const message = `there is no ${field} “${given}”; there are ${known.slice(0, 20).join(', ')}`;
  return new HttpProblem('malformed-request', {
    detail: `${field}: ${message}`,
    mend: `name a ${field} of the event file`,
    errors: [{ field, message }],
  });
}
