// The outbox as staff see it: what was told, what could not be delivered, and the way to try again.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  bounceReport,
  outboxPage as outboxPageShape,
  outboxQuery,
  resendRequest,
} from '#protocol/delivery.ts';
import { id } from '#protocol/primitives.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { noteBounce, outboxPage, resend } from './outbox-page.ts';

type Channels = { readonly mail: boolean; readonly text: boolean };

export function addOutboxRoutes(
  app: FastifyInstance,
  context: ServerContext,
  channels: Channels,
): void {
  const { pool, acts, masterKey, now } = context;
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/outbox',
    rule: { allow: 'outbox.read' },
    summary: 'Messages to buyers, latest first, addresses masked',
    tag: 'outbox',
    query: outboxQuery,
    answer: outboxPageShape,
    handle: async ({ query }) => ({ ...(await outboxPage(pool, query)), channels }),
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/outbox/:message/resend',
    rule: { allow: 'outbox.manage' },
    summary:
      'Try a message again that was sent, given up or came back, also to a corrected address',
    tag: 'outbox',
    params: z.object({ message: id }),
    body: resendRequest,
    answer: z.object({}),
    handle: async ({ params, body, principal }) => {
      await acts.do(principal, async (client) => {
        await resend(client, { masterKey, at: now() }, params.message, body.to ?? null);
        const detail = { isCorrected: body.to !== undefined };
        return { result: null, act: { act: 'message.resent', subject: params.message, detail } };
      });
      return {};
    },
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/outbox/bounces',
    rule: { allow: 'outbox.manage' },
    summary: 'Says that a letter came back; for mail systems, with a token of their own',
    tag: 'outbox',
    body: bounceReport,
    answer: z.object({ isNoted: z.boolean() }),
    handle: async ({ body, principal }) =>
      await acts.do(principal, async (client) => {
        const deps = { masterKey, at: now() };
        const noted = await noteBounce(client, deps, body.messageId, body.why);
        const act = noted === null ? null : { act: 'message.bounced', subject: noted, detail: {} };
        return { result: { isNoted: noted !== null }, act };
      }),
  });
}
