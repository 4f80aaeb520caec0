// The service desk and the control room at work on single tickets, and the report of the night.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  admissionAnswer,
  admissionRequest,
  cashEntry,
  cashList,
  cashRequest,
  deskConflicts,
  ticketHistory as historyShape,
  reportQuery,
  nightReport as reportShape,
  searchTicketsRequest,
  settleRequest,
  ticketsFound,
  unheardList,
  writeOffRequest,
} from '#protocol/desk.ts';
import { forwardedAdmission } from '#protocol/edge.ts';
import { id, words } from '#protocol/primitives.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { noSuchTicket } from '#server/tickets/ticket-view.ts';
import { eventByNumber, eventOr404 } from '#server/venue/find-event.ts';
import { ADMISSIONS_PATH, admitByHand, admitHere } from './admission.ts';
import { listCash, takeCash } from './cash.ts';
import { listConflicts, settleConflict } from './conflicts.ts';
import { unheardDevices, writeOffDevice } from './heard-out.ts';
import { nightReport } from './night-report.ts';
import { reportCsv } from './report-csv.ts';
import { reportPage } from './report-words.ts';
import { searchTickets } from './search-tickets.ts';
import { ticketHistory } from './ticket-history.ts';

const eventParams = z.object({ id });

export function addDeskRoutes(app: FastifyInstance, context: ServerContext): void {
  addTicketLookUps(app, context);
  addConflicts(app, context);
  addMoneyAndHands(app, context);
  addReport(app, context);
}

function addTicketLookUps(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/tickets/search',
    rule: { allow: 'tickets.read' },
    summary: 'Tickets by reference, code, seat, order or the last four digits of a phone; masked',
    tag: 'desk',
    params: eventParams,
    body: searchTicketsRequest,
    answer: ticketsFound,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      const event = await context.catalogue.get(row.number);
      const found = await searchTickets(context, event, body.q);
      // What was looked for may be a phone number or a code: only its kind is written down.
      await context.acts.do(principal, async () => {
        const detail = { by: found.by, found: found.tickets.map(({ ref }) => ref) };
        return { result: null, act: { act: 'tickets.searched', subject: row.id, detail } };
      });
      return found;
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/tickets/:ref/history',
    rule: { allow: 'tickets.read' },
    summary: 'A ticket with all that happened to it, and in one sentence what that comes to',
    tag: 'desk',
    params: z.object({ id, ref: id }),
    answer: historyShape,
    handle: async ({ params }) => {
      const row = await eventOr404(context.pool, params.id);
      const event = await context.catalogue.reload(row.number);
      const history = await ticketHistory(context, event, params.ref);
      if (history === null) throw noSuchTicket(params.ref);
      return history;
    },
  });
}

function addConflicts(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/desk/conflicts',
    rule: { allow: 'conflicts.read' },
    summary: 'Conflicts with both gates, times and seat, open ones first',
    tag: 'desk',
    params: eventParams,
    answer: deskConflicts,
    handle: async ({ params }) => {
      const row = await eventOr404(context.pool, params.id);
      return { conflicts: await listConflicts(context, row.number) };
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/desk/conflicts/:conflict/settle',
    rule: { allow: 'conflicts.settle' },
    summary: 'Say what was found on the spot',
    tag: 'desk',
    params: z.object({ id, conflict: words(160) }),
    body: settleRequest,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      const settled = { as: body.as, note: body.note ?? null };
      await settleConflict(context, principal, row, params.conflict, settled);
      return { conflict: params.conflict, settled: true };
    },
  });
}

function addMoneyAndHands(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/admissions',
    rule: { allow: 'desk.admit' },
    summary: 'Let somebody in or out by hand, with a reason; limits count them',
    tag: 'desk',
    params: eventParams,
    body: admissionRequest,
    answer: admissionAnswer,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      return await admitByHand(context, principal, row, body);
    },
  });

  addRoute(app, {
    method: 'POST',
    url: ADMISSIONS_PATH,
    rule: { allow: 'edge.serve' },
    summary: 'The same, asked of another node, which vouches for who asked',
    tag: 'between nodes',
    body: forwardedAdmission,
    answer: admissionAnswer,
    handle: async ({ body }) => {
      const { event, request, by, second } = body;
      const row = await eventByNumber(context.pool, event);
      const person = { kind: 'operator', id: by, role: 'viewer', person: by } as const;
      return await admitHere(context, person, row, request, second);
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/cash',
    rule: { allow: 'desk.sell' },
    summary: 'Write down cash that was taken or handed out',
    tag: 'desk',
    params: eventParams,
    body: cashRequest,
    answer: cashEntry,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      return await takeCash(context, principal, row, body);
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/cash',
    rule: { allow: 'desk.sell' },
    summary: 'Cash of the event, latest first, with totals by person',
    tag: 'desk',
    params: eventParams,
    answer: cashList,
    handle: async ({ params }) => {
      const row = await eventOr404(context.pool, params.id);
      return await listCash(context, row.number);
    },
  });
}

function addReport(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/report',
    rule: { allow: 'reports.read' },
    summary: 'The night: sold, admitted, refused by reason, peaks, conflicts, cash',
    tag: 'desk',
    params: eventParams,
    query: reportQuery,
    answer: reportShape,
    handle: async ({ params, query, reply }) => {
      const row = await eventOr404(context.pool, params.id);
      const report = await nightReport(context, await context.catalogue.reload(row.number));
      if (query.format === 'json') return report;
      const name = `attachment; filename="report-${row.id}.${query.format}"`;
      void reply.header('content-disposition', name);
      if (query.format === 'csv')
        return reply.type('text/csv; charset=utf-8').send(reportCsv(report));
      const { reportPdf } = await import('#server/paper/report-pdf.ts');
      const paper = await reportPdf(reportPage(report));
      return reply.type('application/pdf').send(paper.bytes);
    },
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/report/written-off',
    rule: { allow: 'devices.revoke' },
    summary: 'Say of a device that nothing more will come: lost, broken, wiped',
    tag: 'desk',
    params: eventParams,
    body: writeOffRequest,
    answer: unheardList,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      await writeOffDevice(context, principal, row, body);
      const isOver = row.status === 'closed' || row.status === 'archived';
      const event = { number: row.number, id: row.id, isOver };
      return { unheard: await unheardDevices(context.pool, event, context.now()) };
    },
  });
}
