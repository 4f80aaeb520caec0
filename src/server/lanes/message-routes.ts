// Messages from control to lanes, acknowledged by each lane and seen so by the control room.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseInstant } from '#domain/kernel/instant.ts';
import {
  acknowledgement,
  messageList,
  messageRequest,
  messageSent,
  ownMessages,
} from '#protocol/notices.ts';
import { id, words } from '#protocol/primitives.ts';
import { isFor } from '#server/notices/notices.ts';
import { actorOf } from '#server/platform/acts.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import type { EventRow } from '#server/venue/store.ts';
import {
  acknowledge,
  listMessages,
  openMessages,
  sendMessage,
  withdrawMessage,
} from './messages.ts';
import { activeDevices } from './statuses.ts';

const eventParams = z.object({ id });

export function addMessageRoutes(app: FastifyInstance, context: ServerContext): void {
  addSending(app, context);
  addReading(app, context);

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/devices/self/messages/:message/acknowledge',
    rule: { allow: 'device', act: 'stand' },
    summary: 'Somebody at this lane has read it',
    tag: 'lanes',
    params: z.object({ message: words(64) }),
    body: acknowledgement,
    handle: async ({ params, principal }) => {
      const device = principal as Device;
      const isKnown = await inTransaction(context.pool, (client) =>
        acknowledge(client, device, params.message, context.now()),
      );
      if (!isKnown) throw noSuchMessage(params.message);
      context.bus.emit('notices', device.eventNumber);
      return { id: params.message, acknowledged: true };
    },
  });
}

function addSending(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/messages',
    rule: { allow: 'messages.send' },
    summary: 'Tell lanes something; each acknowledges it',
    tag: 'lanes',
    params: eventParams,
    body: messageRequest,
    answer: messageSent,
    handle: async ({ params, body, principal }) => {
      const event = await eventOr404(context.pool, params.id);
      requireScope(event, body.to);
      const message = {
        event: event.number,
        scope: body.to,
        text: body.text,
        urgency: body.urgency ?? 'info',
        sentBy: actorOf(principal),
        until: body.until === undefined ? null : parseInstant(body.until),
      };
      const now = context.now();
      const sent = await context.acts.do(principal, async (client) => {
        const result = await sendMessage(client, message, now);
        const detail = { event: params.id, to: body.to, urgency: message.urgency };
        return { result, act: { act: 'message.sent', subject: result, detail } };
      });
      context.bus.emit('notices', event.number);
      const devices = await activeDevices(context.pool, event.number, now);
      return { id: sent, waiting: devices.filter((each) => isFor(body.to, each)).length };
    },
  });

  addRoute(app, {
    method: 'DELETE',
    url: '/api/v1/events/:id/messages/:message',
    rule: { allow: 'messages.send' },
    summary: 'Take a message back: lanes show it no more',
    tag: 'lanes',
    params: z.object({ id, message: words(64) }),
    handle: async ({ params, principal }) => {
      const event = await eventOr404(context.pool, params.id);
      await context.acts.do(principal, async (client) => {
        if (!(await withdrawMessage(client, event.number, params.message, context.now()))) {
          throw noSuchMessage(params.message);
        }
        const act = { act: 'message.withdrawn', subject: params.message, detail: {} };
        return { result: null, act };
      });
      context.bus.emit('notices', event.number);
      return { id: params.message, withdrawn: true };
    },
  });
}

function addReading(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/messages',
    rule: { allow: 'devices.read' },
    summary: 'Messages with who has acknowledged them, and for whom they wait',
    tag: 'lanes',
    params: eventParams,
    answer: messageList,
    handle: async ({ params }) => {
      const event = await eventOr404(context.pool, params.id);
      return { messages: await listMessages(context.pool, event.number, context.now()) };
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/devices/self/messages',
    rule: { allow: 'device', act: 'stand' },
    summary: 'Messages that this device has not acknowledged',
    tag: 'lanes',
    answer: ownMessages,
    handle: async ({ principal }) => ({
      messages: await openMessages(context, principal as Device),
    }),
  });
}

/** A gate or a lane that is not there would hear nothing, and nobody would notice. */
function requireScope({ file }: EventRow, scope: string): void {
  const [kind, gateId, laneId] = scope.split('/');
  if (kind !== 'gate' && kind !== 'lane') return;
  const gate = file.gates.find((each) => each.id === gateId);
  const isThere =
    gate !== undefined && (kind === 'gate' || gate.lanes.some((lane) => lane.id === laneId));
  if (isThere) return;
  throw malformedField(
    'to',
    `this event has no ${scope}`,
    'name a gate or a lane of the event file, or all',
  );
}

function noSuchMessage(message: string): HttpProblem {
  return new HttpProblem('not-found', {
    detail: `there is no message ${message} for you`,
    mend: 'it may have been withdrawn; ask for the messages again',
  });
}
