// Events and their lifecycle.
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type EventStatus, groundOf } from '#domain/venue/match-event.ts';
import { type EventFile, eventFile, matchEventOf } from '#protocol/event-file.ts';
import { id } from '#protocol/primitives.ts';
import { keyContext } from '#server/entry/catalogue.ts';
import { randomName, seal } from '#server/platform/crypto.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404, noSuchEvent } from './find-event.ts';
import {
  type EventRow,
  insertEvent,
  listEvents,
  lockEvent,
  lockOrReserveEvent,
  setStatus,
  updateEventFile,
} from './store.ts';
import { TicketCounts } from './ticket-counts.ts';

const eventParams = z.object({ id });
const EVENT_FILE_BYTES_MAX = 8 * 1024 * 1024;

/** Which status follows from which, and the word for the step. */
const STEPS = {
  open: { from: ['draft', 'closed'], to: 'open' },
  close: { from: ['open'], to: 'closed' },
  archive: { from: ['closed', 'draft'], to: 'archived' },
} as const satisfies Record<string, { from: readonly EventStatus[]; to: EventStatus }>;

export function addEventRoutes(app: FastifyInstance, context: ServerContext): void {
  addReading(app, context);
  addImport(app, context);
  addLifecycle(app, context);
}

function addReading(app: FastifyInstance, context: ServerContext): void {
  const { pool } = context;
  const counts = new TicketCounts(pool);

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events',
    rule: { allow: 'events.read' },
    summary: 'Events, latest first',
    tag: 'events',
    handle: async () => {
      const tickets = await counts.byEvent();
      const rows = await listEvents(pool);
      return {
        events: rows.map((row) => ({ ...eventView(row), tickets: tickets.get(row.number) ?? 0 })),
      };
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id',
    rule: { allow: 'events.read', orDevice: true },
    summary: 'One event with its file',
    tag: 'events',
    params: eventParams,
    handle: async ({ params }) => {
      const row = await eventOr404(context.pool, params.id);
      return { ...eventView(row), file: row.file };
    },
  });
}

function addImport(app: FastifyInstance, context: ServerContext): void {
  const { acts } = context;
  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/events/:id',
    rule: { allow: 'events.import' },
    summary: 'Import an event file; again to correct it',
    tag: 'events',
    params: eventParams,
    body: eventFile,
    bodyBytesMax: EVENT_FILE_BYTES_MAX,
    handle: async ({ params, body, principal }) => {
      if (params.id !== body.id) {
        const message = `the file describes ${body.id}, the address names ${params.id}`;
        throw malformedField('id', message, 'send the file to the address of its own id');
      }
      const result = await acts.do(principal, async (client) => {
        const existing = await lockOrReserveEvent(client, body.id);
        if (existing !== null && existing.status === 'archived') {
          throw new HttpProblem('conflict', {
            detail: 'the event is archived',
            mend: 'import the match under a new id',
          });
        }
        if (existing !== null && existing.status === 'open') refuseWiderLimits(existing.file, body);
        const number =
          existing?.number ??
          (await insertEvent(client, {
            file: body,
            sealKey: () => seal(context.masterKey, keyContext(body.id), randomBytes(32)),
            listEpoch: randomName('', 5),
            at: context.now(),
          }));
        if (existing !== null) await updateEventFile(client, number, body);
        const status = existing?.status ?? 'draft';
        const created = existing === null;
        const detail = { number, gates: body.gates.length, sections: body.sections.length };
        const act = {
          act: created ? 'event.imported' : 'event.corrected',
          subject: body.id,
          detail,
        };
        return { result: { id: body.id, number, status, created }, act };
      });
      context.bus.emit('controls', result.number);
      return result;
    },
  });
}

/** While people go in, a limit is raised by two: not by one who corrects a file. */
function refuseWiderLimits(before: EventFile, after: EventFile): void {
  const limits = groundOf(matchEventOf(after)).limits;
  for (const [scope, limit] of groundOf(matchEventOf(before)).limits) {
    const next = limits.get(scope) ?? Number.POSITIVE_INFINITY;
    if (next <= limit) continue;
    throw new HttpProblem('conflict', {
      detail: `the file raises the limit of ${scope} from ${limit} while the event is open`,
      mend: 'keep the limit in the file, and raise it with “kaimen limit”, which takes two people',
    });
  }
}

function addLifecycle(app: FastifyInstance, context: ServerContext): void {
  const { acts } = context;
  for (const [step, { from, to }] of Object.entries(STEPS)) {
    addRoute(app, {
      method: 'POST',
      url: `/api/v1/events/:id/${step}`,
      rule: { allow: 'events.lifecycle' },
      summary: `Make the event ${to}`,
      tag: 'events',
      params: eventParams,
      handle: async ({ params, principal }) => {
        const number = await acts.do(principal, async (client) => {
          const row = await lockEvent(client, params.id);
          if (row === null) throw noSuchEvent(params.id);
          if (row.status === to) return { result: row.number, act: null };
          if (!(from as readonly EventStatus[]).includes(row.status)) {
            throw new HttpProblem('conflict', {
              detail: `the event is ${row.status}`,
              mend: `only an event that is ${from.join(' or ')} can become ${to}`,
            });
          }
          await setStatus(client, row.number, to);
          return {
            result: row.number,
            act: { act: `event.${to}`, subject: params.id, detail: { from: row.status } },
          };
        });
        context.bus.emit('controls', number);
        return { id: params.id, status: to };
      },
    });
  }
}

function eventView(row: EventRow) {
  const { name, doorsAt, startsAt, endsAt, venue } = row.file;
  const { timeZone } = venue;
  const { id, number, status } = row;
  return { id, number, status, name, timeZone, doorsAt, startsAt, endsAt };
}
