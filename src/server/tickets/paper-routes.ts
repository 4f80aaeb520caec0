// Papers of one ticket, of a gate, and the board for a closed gate.

import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Crossing, foldCrossings, insideOf } from '#domain/entry/crossings.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import { id } from '#protocol/primitives.ts';
import { exportQuery } from '#protocol/tickets.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { ticketOf } from '#server/entry/ticket-row.ts';
import type { FallbackTicket } from '#server/paper/fallback-list-pdf.ts';
import { symbolPng, symbolSvg } from '#server/paper/symbol.ts';
import type { Paper, TicketFace } from '#server/paper/ticket-face.ts';
import { malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { EXPORT_TYPES, exportTickets } from './export.ts';
import { eventFaceOf, printedGates, readFaceRows, ticketFaceOf } from './faces.ts';
import { noSuchTicket } from './ticket-view.ts';

const eventParams = z.object({ id });
const MODULE_PX = 8;

const PAPER_TYPES = {
  pdf: 'application/pdf',
  'slip-pdf': 'application/pdf',
  escpos: 'application/octet-stream',
  svg: 'image/svg+xml',
  png: 'image/png',
} as const;

export function addPaperRoutes(app: FastifyInstance, context: ServerContext): void {
  addExport(app, context);
  addTicketPaper(app, context);
  addFallbackList(app, context);
  addBoard(app, context);
}

function addExport(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/tickets/export',
    rule: { allow: 'tickets.export' },
    priority: 'bulk',
    summary: 'Tickets with their codes, as rows, pictures or pages',
    tag: 'tickets',
    params: eventParams,
    query: exportQuery,
    answerType: 'text/csv',
    handle: async ({ params, query, principal, reply }) => {
      const event = await openEvent(context, params.id);
      if (query.gate !== undefined) gateName(event, query.gate, 'gate');
      await context.acts.do(principal, async () => {
        const detail = { format: query.format, gate: query.gate ?? null };
        return { result: null, act: { act: 'tickets.exported', subject: params.id, detail } };
      });
      const wanted = {
        format: query.format,
        gate: query.gate ?? null,
        signed: query.signed ?? false,
      };
      const parts = exportTickets(context.pool, event, wanted, context.now());
      return reply
        .type(EXPORT_TYPES[query.format])
        .send(Readable.from(parts, { objectMode: false, highWaterMark: 256 * 1024 }));
    },
  });
}

function addTicketPaper(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/tickets/:ref/paper',
    rule: { allow: 'papers.print' },
    summary: 'One ticket to print or show: A4, 80 mm slip, printer bytes, or its code alone',
    tag: 'papers',
    params: z.object({ id, ref: id }),
    query: z.strictObject({
      as: z.enum(['pdf', 'slip-pdf', 'escpos', 'svg', 'png']),
      duplicate: z.stringbool().optional(),
    }),
    answerType: 'application/pdf',
    handle: async ({ params, query, principal, reply }) => {
      const event = await openEvent(context, params.id);
      const face = await findFace(context, event, params.ref);
      if (face === null) throw noSuchTicket(params.ref);
      await context.acts.do(principal, async () => {
        const subject = `${params.id}/${params.ref}`;
        return { result: null, act: { act: 'ticket.printed', subject, detail: { as: query.as } } };
      });
      const options = { printedAt: context.now(), duplicate: query.duplicate ?? false };
      return sendPaper(reply, PAPER_TYPES[query.as], await paperOf(face, query.as, options));
    },
  });
}

/** Fonts and their tools are loaded when something is printed: a server that starts again has no time. */
async function paperOf(
  face: TicketFace,
  as: keyof typeof PAPER_TYPES,
  options: { printedAt: number; duplicate: boolean },
): Promise<Paper> {
  switch (as) {
    case 'pdf':
      return (await import('#server/paper/ticket-pdf.ts')).ticketPdf([face], options);
    case 'slip-pdf':
      return (await import('#server/paper/slip-pdf.ts')).slipPdf(face, options);
    case 'escpos':
      return (await import('#server/paper/slip-escpos.ts')).slipEscpos(face, options);
    case 'svg':
      return { bytes: Buffer.from(symbolSvg(face.code, { sizeMm: 35 })), missing: [] };
    case 'png':
      return { bytes: symbolPng(face.code, { modulePx: MODULE_PX }), missing: [] };
  }
}

function addFallbackList(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/gates/:gate/fallback-list',
    rule: { allow: 'papers.print' },
    priority: 'bulk',
    summary: 'The paper list of a gate, for when nothing else answers',
    tag: 'papers',
    params: z.object({ id, gate: id }),
    query: z.strictObject({ order: z.enum(['seat', 'ref']).optional() }),
    answerType: 'application/pdf',
    handle: async ({ params, query, reply }) => {
      const event = await openEvent(context, params.id);
      const gate = gateName(event, params.gate, 'gate');
      const { fallbackListPdf } = await import('#server/paper/fallback-list-pdf.ts');
      const paper = await fallbackListPdf({
        event: eventFaceOf(event),
        gate,
        asOf: context.now(),
        order: query.order ?? 'seat',
        withNames: false,
        tickets: await fallbackTickets(context, event, params.gate),
      });
      return sendPaper(reply, 'application/pdf', paper);
    },
  });
}

function addBoard(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/board',
    rule: { allow: 'papers.print' },
    summary: 'A board to hang at a closed gate: use that one',
    tag: 'papers',
    params: eventParams,
    query: z.strictObject({
      closed: id,
      use: id,
      direction: z.enum(['left', 'right', 'none']).optional(),
      page: z.enum(['A3', 'A4']).optional(),
    }),
    answerType: 'application/pdf',
    handle: async ({ params, query, reply }) => {
      const event = await openEvent(context, params.id);
      const { boardPdf } = await import('#server/paper/board-pdf.ts');
      const paper = await boardPdf({
        closed: gateName(event, query.closed, 'closed'),
        use: gateName(event, query.use, 'use'),
        arrow: query.direction ?? 'none',
        page: query.page ?? 'A4',
        issuedAt: context.now(),
        timeZone: event.ground.event.venue.timeZone,
      });
      return sendPaper(reply, 'application/pdf', paper);
    },
  });
}

async function openEvent(context: ServerContext, eventId: string): Promise<OpenEvent> {
  const row = await eventOr404(context.pool, eventId);
  return await context.catalogue.get(row.number);
}

async function findFace(
  context: ServerContext,
  event: OpenEvent,
  ref: string,
): Promise<TicketFace | null> {
  for await (const [row] of readFaceRows(context.pool, event, { refs: [ref] })) {
    if (row !== undefined) return ticketFaceOf(event, row, eventFaceOf(event));
  }
  return null;
}

async function fallbackTickets(
  context: ServerContext,
  event: OpenEvent,
  gate: string,
): Promise<FallbackTicket[]> {
  const { rows } = await context.pool.query<{ serial: number; crossings: Crossing[] }>(
    'SELECT serial, crossings FROM claims WHERE event = $1 AND entry_epoch = $2 AND checkpoint = $3',
    [event.number, event.entryEpoch, event.ground.gates.get(gate)?.checkpoint],
  );
  const crossings = new Map(rows.map((row) => [row.serial, row.crossings]));
  const tickets: FallbackTicket[] = [];
  for await (const page of readFaceRows(context.pool, event)) {
    for (const row of page) {
      if (row.status !== 'valid' || row.is_blocked) continue;
      if (!printedGates(event, row).includes(gate)) continue;
      const rules = rulesFor(event.ground, ticketOf(row));
      const crossed = foldCrossings(crossings.get(row.serial) ?? [], rules);
      const unknown = { 'zh-CN': row.type, en: row.type };
      const type = event.ground.types.get(row.type)?.name ?? unknown;
      const { ref, stand, section, row: seatRow, seat } = row;
      const isInside = insideOf(crossed) > 0;
      const place = { stand, section, row: seatRow, seat };
      tickets.push({ ...place, ref, type, holderName: null, admits: rules.admits, isInside });
    }
  }
  return tickets;
}

function gateName(event: OpenEvent, gate: string, field: string) {
  const name = event.ground.gates.get(gate)?.name;
  if (name !== undefined) return name;
  throw malformedField(
    field,
    `there is no gate “${gate}”; the event has ${[...event.ground.gates.keys()].join(', ')}`,
    'name a gate of the event file',
  );
}

/** Characters no font has are printed as 〓 and named in a header, so that a pen can add them. */
function sendPaper(reply: FastifyReply, type: string, paper: Paper): FastifyReply {
  if (paper.missing.length > 0) {
    void reply.header('kaimen-missing-characters', encodeURIComponent(paper.missing.join('')));
  }
  return reply.type(type).send(paper.bytes);
}
