// People who may stand at lanes: added by a supervisor with a badge and a PIN of their own.
import { randomBytes, randomInt } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { encodeBase32 } from '#domain/credentials/base32.ts';
import { personAdded, personList, personRequest } from '#protocol/people.ts';
import { id, words } from '#protocol/primitives.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { insertPerson, listPeople, type PersonRow, pinHash } from './people.ts';
import { endShift } from './shifts.ts';

const PIN_DIGITS = 6;

export function addPeopleRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/people',
    rule: { allow: 'people.manage' },
    summary: 'Add somebody who may stand at a lane; badge and PIN are shown once',
    tag: 'people',
    params: z.object({ id }),
    body: personRequest,
    answer: personAdded,
    handle: async ({ params, body, principal }) => {
      const event = await eventOr404(context.pool, params.id);
      const { name, role, pin = madeUpPin() } = body;
      const person = randomName('p-', 5);
      const badge = `KMP-${encodeBase32(randomBytes(16))}`;
      await context.acts.do(principal, async (client) => {
        const hash = pinHash(context.masterKey, person, pin);
        const added = { person, name, role, badge, pinHash: hash, by: actorOf(principal) };
        await insertPerson(client, event.number, added, context.now());
        const detail = { event: params.id, role };
        return { result: null, act: { act: 'person.added', subject: person, detail } };
      });
      return { person, name, role, badge, pin };
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/people',
    rule: { allow: 'people.manage' },
    summary: 'Who may stand at the lanes of this event, and where they stand now',
    tag: 'people',
    params: z.object({ id }),
    answer: personList,
    handle: async ({ params }) => {
      const event = await eventOr404(context.pool, params.id);
      return { people: (await listPeople(context.pool, event.number)).map(personView) };
    },
  });

  addRevocation(app, context);
}

function addRevocation(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/people/:person/revoke',
    rule: { allow: 'people.manage' },
    summary: 'Make a badge and a PIN worthless, and end the shift that began with them',
    tag: 'people',
    params: z.object({ id, person: words(64) }),
    handle: async ({ params, principal }) => {
      const event = await eventOr404(context.pool, params.id);
      const { person } = params;
      await context.acts.do(principal, async (client) => {
        const at = context.now();
        const { rowCount } = await client.query(
          `UPDATE lane_people SET revoked_at = $3
           WHERE event = $1 AND person = $2 AND revoked_at IS NULL`,
          [event.number, person, new Date(at)],
        );
        if (rowCount !== 1) throw noSuchPerson(person);
        const { rows } = await client.query<{ device: string }>(
          'SELECT device FROM shifts WHERE event = $1 AND person = $2 AND ended_at IS NULL',
          [event.number, person],
        );
        for (const { device } of rows) await endShift(client, device, 'signed-off', at);
        await context.access.raise(client);
        return { result: null, act: { act: 'person.revoked', subject: person, detail: {} } };
      });
      context.access.committed();
      return { person, revoked: true };
    },
  });
}

function madeUpPin(): string {
  return String(randomInt(10 ** PIN_DIGITS)).padStart(PIN_DIGITS, '0');
}

function noSuchPerson(person: string): HttpProblem {
  return new HttpProblem('not-found', {
    detail: `there is no ${person} at this event who could be revoked`,
    mend: 'the list of people names those there are',
  });
}

function personView(row: PersonRow) {
  const { device, gate, lane } = row;
  return {
    person: row.person,
    name: row.name,
    role: row.role,
    addedAt: iso(row.added_at.getTime()),
    revokedAt: row.revoked_at === null ? null : iso(row.revoked_at.getTime()),
    standsAt: device === null || gate === null ? null : { deviceId: device, gate, lane },
  };
}
