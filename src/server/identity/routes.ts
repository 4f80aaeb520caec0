// Who may ask whose ticket goes with a document: at the hub, and every question is written down.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readDocument } from '#domain/identity/document.ts';
import { documentFound, findDocumentRequest } from '#protocol/identity.ts';
import { id } from '#protocol/primitives.ts';
import { malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { findByDocument } from './documents.ts';

export function addIdentityRoutes(app: FastifyInstance, context: ServerContext): void {
  const { acts, catalogue, pool } = context;
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/documents/find',
    rule: { allow: 'documents.find' },
    summary: 'The ticket that goes with a document; every question is recorded',
    tag: 'documents',
    params: z.object({ id }),
    body: findDocumentRequest,
    answer: documentFound,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(pool, params.id);
      const read = readDocument(body.kind, body.number);
      if (read.kind === 'refused') {
        throw malformedField(
          'number',
          read.why === 'shape'
            ? `no ${body.kind} is written like this`
            : 'the check digit does not fit: look at each character again',
        );
      }
      const event = await catalogue.get(row.number);
      // Recorded with the answer, in one transaction: nobody looks without it.
      return await acts.do(principal, async (client) => {
        const found = await findByDocument(client, event.keyring.own, read.document);
        const subject = found === null ? params.id : `${params.id}/${found.ref}`;
        const detail = { kind: body.kind, reason: body.reason, isFound: found !== null };
        return {
          result: { ticket: found === null ? null : ticketOf(found) },
          act: { act: 'document.looked-up', subject, detail },
        };
      });
    },
  });
}

function ticketOf(found: NonNullable<Awaited<ReturnType<typeof findByDocument>>>) {
  const { ref, section, row, seat, kind, masked } = found;
  return { ref, section, row, seat, document: { kind, masked } };
}
