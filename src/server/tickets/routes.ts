// Tickets as a resource: import, look up, block, re-issue.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { SERIAL_MAX } from '#domain/credentials/ticket-code.ts';
import { id, words } from '#protocol/primitives.ts';
import {
  actRequest,
  blockAnswer,
  holderView,
  importQuery,
  importReport,
  reissueAnswer,
  ticketPage,
  ticketView,
} from '#protocol/tickets.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { uploadedCsv } from '#server/platform/http/upload.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { importTickets } from './import.ts';
import { reissueTicket, setBlocked } from './ticket-acts.ts';
import { findHolder, findTicket, listTickets, noSuchTicket } from './ticket-view.ts';

const eventParams = z.object({ id });
export const ticketParams = z.object({ id, ref: id });
const FILE_BYTES_MAX = 512 * 1024 * 1024;

export function addTicketRoutes(
  app: FastifyInstance,
  context: ServerContext,
  bulk: ServerContext,
): void {
  addImport(app, bulk);
  addLookUps(app, context);
  addBlocking(app, context);

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/tickets/:ref/reissue',
    rule: { allow: 'tickets.reissue' },
    summary: 'Give the ticket a new code; earlier ones are revoked',
    tag: 'tickets',
    params: ticketParams,
    body: actRequest,
    answer: reissueAnswer,
    handle: async ({ params, body, principal }) =>
      await reissueTicket(context, principal, params, body.reason),
  });
}

function addImport(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/tickets/import',
    rule: { allow: 'tickets.import' },
    priority: 'bulk',
    summary: 'Import a ticket file: all of it or nothing',
    tag: 'tickets',
    params: eventParams,
    query: importQuery,
    streamed: 'text/csv',
    answer: importReport,
    bodyBytesMax: FILE_BYTES_MAX,
    handle: async ({ params, query, principal, request }) => {
      const row = await eventOr404(context.pool, params.id);
      const { keyring } = await context.catalogue.get(row.number);
      const report = await importTickets(
        context,
        principal,
        { key: keyring.own, file: row.file },
        uploadedCsv(request, FILE_BYTES_MAX),
        { isDelta: query.delta ?? false, skipBad: query.skipBad ?? false },
      );
      context.bus.emit('list', row.number);
      return report;
    },
  });
}

function addLookUps(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/tickets',
    rule: { allow: 'tickets.read' },
    summary: 'Tickets by reference, seat, order; personal data masked',
    tag: 'tickets',
    params: eventParams,
    query: z.strictObject({
      q: words(100).min(1).optional(),
      after: z.coerce.number().int().min(0).max(SERIAL_MAX).optional(),
      limit: z.coerce.number().int().min(1).max(500).optional(),
    }),
    answer: ticketPage,
    handle: async ({ params, query }) => {
      const row = await eventOr404(context.pool, params.id);
      const event = await context.catalogue.get(row.number);
      return listTickets(context.pool, event, {
        search: query.q ?? null,
        after: query.after ?? 0,
        limit: query.limit ?? 100,
      });
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/tickets/:ref',
    rule: { allow: 'tickets.read' },
    summary: 'One ticket with its crossings; personal data masked',
    tag: 'tickets',
    params: ticketParams,
    answer: ticketView,
    handle: async ({ params }) => {
      const row = await eventOr404(context.pool, params.id);
      const event = await context.catalogue.get(row.number);
      const ticket = await findTicket(context.pool, event, params.ref);
      if (ticket === null) throw noSuchTicket(params.ref);
      return ticket;
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/tickets/:ref/holder',
    rule: { allow: 'holders.read' },
    summary: 'Name and phone of a ticket’s holder; that you looked is recorded, with your reason',
    tag: 'tickets',
    params: ticketParams,
    body: actRequest,
    answer: holderView,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      return await context.acts.do(principal, async (client) => {
        const holder = await findHolder(client, row.number, params.ref);
        if (holder === null) throw noSuchTicket(params.ref);
        const subject = `${params.id}/${params.ref}`;
        const act = { act: 'holder.shown', subject, detail: { reason: body.reason } };
        return { result: holder, act };
      });
    },
  });
}

function addBlocking(app: FastifyInstance, context: ServerContext): void {
  for (const [word, isBlocked] of [
    ['block', true],
    ['unblock', false],
  ] as const) {
    addRoute(app, {
      method: 'POST',
      url: `/api/v1/events/:id/tickets/:ref/${word}`,
      rule: { allow: 'tickets.block' },
      summary: isBlocked ? 'Refuse this ticket until it is unblocked' : 'Let this ticket in again',
      tag: 'tickets',
      params: ticketParams,
      body: actRequest,
      answer: blockAnswer,
      handle: async ({ params, body, principal }) =>
        await setBlocked(context, principal, params, isBlocked, body.reason),
    });
  }
}
