// Calls from lanes to the control room.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseInstant } from '#domain/kernel/instant.ts';
import { callList, callRequest, callState, closeRequest } from '#protocol/notices.ts';
import { id, words } from '#protocol/primitives.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device, Principal } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import {
  answerCall,
  type CallKey,
  type CallRow,
  listCalls,
  makeCall,
  stateOfCall,
} from './calls.ts';

export function addCallRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/devices/self/calls',
    rule: { allow: 'device', act: 'stand' },
    summary: 'Call the control room; a repeat is the same call',
    tag: 'lanes',
    body: callRequest,
    answer: callState,
    handle: async ({ body, principal }) => {
      const device = principal as Device;
      const now = context.now();
      const calledAt = parseInstant(body.at) ?? now;
      const { callId, kind, note = null } = body;
      const row = await inTransaction(context.pool, (client) =>
        makeCall(client, device, { callId, kind, note, calledAt }, now),
      );
      context.bus.emit('notices', device.eventNumber);
      return callStateOf(row);
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/calls',
    rule: { allow: 'devices.read' },
    summary: 'Calls from lanes, those that wait first',
    tag: 'lanes',
    params: z.object({ id }),
    query: z.strictObject({ open: z.stringbool().optional() }),
    answer: callList,
    handle: async ({ params, query }) => {
      const event = await eventOr404(context.pool, params.id);
      const rows = await listCalls(context.pool, event.number, query.open ?? false);
      return { calls: rows.map(callView) };
    },
  });

  const params = z.object({ id, call: words(160) });
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/calls/:call/acknowledge',
    rule: { allow: 'calls.answer' },
    summary: 'Somebody is on it; the lane is told',
    tag: 'lanes',
    params,
    answer: callState,
    handle: async (call) => await answered(context, call.principal, call.params, null),
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/calls/:call/close',
    rule: { allow: 'calls.answer' },
    summary: 'It is over, and how it went',
    tag: 'lanes',
    params,
    body: closeRequest,
    answer: callState,
    handle: async (call) => await answered(context, call.principal, call.params, call.body.outcome),
  });
}

async function answered(
  context: ServerContext,
  principal: Principal | null,
  params: { readonly id: string; readonly call: string },
  outcome: string | null,
) {
  const event = await eventOr404(context.pool, params.id);
  const key = keyOf(event.number, params.call);
  const row = await context.acts.do(principal, async (client) => {
    const result =
      key === null
        ? null
        : await answerCall(client, key, { by: actorOf(principal), outcome }, context.now());
    if (result === null) {
      throw new HttpProblem('not-found', {
        detail: `there is no call ${params.call}`,
        mend: 'the list of calls names those there are',
      });
    }
    const act = outcome === null ? 'call.acknowledged' : 'call.closed';
    const detail = { kind: result.kind, gate: result.gate };
    return { result, act: { act, subject: params.call, detail } };
  });
  context.bus.emit('notices', event.number);
  return callStateOf(row);
}

/** Devices' names hold no full stop, what a device calls its calls may. */
function keyOf(event: number, text: string): CallKey | null {
  const at = text.indexOf('.');
  return at < 1 ? null : { event, device: text.slice(0, at), callId: text.slice(at + 1) };
}

function callStateOf(row: CallRow) {
  return { callId: row.call_id, deviceId: row.device, kind: row.kind, state: stateOfCall(row) };
}

function callView(row: CallRow) {
  const timeOf = (at: Date | null) => (at === null ? null : iso(at.getTime()));
  return {
    ...callStateOf(row),
    id: `${row.device}.${row.call_id}`,
    gate: row.gate,
    lane: row.lane,
    operator: row.operator,
    note: row.note,
    calledAt: iso(row.called_at.getTime()),
    receivedAt: iso(row.received_at.getTime()),
    acknowledgedAt: timeOf(row.acknowledged_at),
    acknowledgedBy: row.acknowledged_by,
    closedAt: timeOf(row.closed_at),
    closedBy: row.closed_by,
    outcome: row.outcome,
  };
}
