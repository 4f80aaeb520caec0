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
import { id, words } from '#protocol/primitives.ts';
import { checkpointOf } from '#server/entry/catalogue.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { type DeviceRow, listDevices } from './device-store.ts';
import { findOperator } from './people.ts';
import { requirePlace } from './places.ts';
import { endShift } from './shifts.ts';

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
      requirePlace(row, body.gate, body.lane ?? null);
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
    query: z.strictObject({ event: id.optional() }),
    answer: deviceList,
    handle: async ({ query }) => {
      const rows = await listDevices(context.pool, query.event ?? null);
      return { devices: rows.map(deviceView) };
    },
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
        role: principal.role,
        isPractice: principal.isPractice,
        operator:
          principal.operator === null
            ? null
            : await findOperator(context.pool, principal.eventNumber, principal.operator),
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
  { acts, access, now }: ServerContext,
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
        if (table === 'devices') await endShift(client, params.id, 'device-ended', now());
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
    role: row.role,
    isPractice: row.is_practice,
    label: row.label,
    operator: row.operator,
    replaces: row.replaces,
    enrolledBy: row.enrolled_by,
    enrolledAt: iso(row.enrolled_at.getTime()),
    expiresAt: row.expires_at === null ? null : iso(row.expires_at.getTime()),
    seenAt: row.seen_at === null ? null : iso(row.seen_at.getTime()),
    revokedAt: row.revoked_at === null ? null : iso(row.revoked_at.getTime()),
    revokedWhy: row.revoked_at === null ? null : (row.revoked_why ?? 'revoked'),
  };
}
