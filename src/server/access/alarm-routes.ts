import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { alarmList, settleRequest } from '#protocol/people.ts';
import { id, words } from '#protocol/primitives.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { type AlarmRow, listAlarms, settleAlarm } from './alarms.ts';

export function addAlarmRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/alarms',
    rule: { allow: 'devices.read' },
    summary: 'What is wrong with devices’ identities; open ones first',
    tag: 'access',
    params: z.object({ id }),
    answer: alarmList,
    handle: async ({ params }) => {
      const event = await eventOr404(context.pool, params.id);
      return { alarms: (await listAlarms(context.pool, event.number)).map(alarmView) };
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/alarms/:alarm/settle',
    rule: { allow: 'alarms.settle' },
    summary: 'Say what was found; the same may be raised again',
    tag: 'access',
    params: z.object({ id, alarm: words(64) }),
    body: settleRequest,
    handle: async ({ params, body, principal }) => {
      const event = await eventOr404(context.pool, params.id);
      await context.acts.do(principal, async (client) => {
        const alarm = { id: params.alarm, by: actorOf(principal), note: body.note };
        if (await settleAlarm(client, event.number, alarm, context.now())) {
          const act = { act: 'alarm.settled', subject: params.alarm, detail: {} };
          return { result: null, act };
        }
        throw new HttpProblem('not-found', {
          detail: `there is no open alarm ${params.alarm}`,
          mend: 'the list of alarms names those there are',
        });
      });
      context.bus.emit('notices', event.number);
      return { id: params.alarm, settled: true };
    },
  });
}

function alarmView(row: AlarmRow) {
  const { id: alarm, kind, device, gate, lane, detail, note } = row;
  return {
    id: alarm,
    kind,
    deviceId: device,
    gate,
    lane,
    detail,
    raisedAt: iso(row.raised_at.getTime()),
    settledAt: row.settled_at === null ? null : iso(row.settled_at.getTime()),
    settledBy: row.settled_by,
    note,
  };
}
