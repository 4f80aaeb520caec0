// A match that is moved, postponed or cancelled: what would happen is shown first, then people decide, two where
// money goes back, and nodes work it through.

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type EventChange, type Foreseen, fateOf } from '#domain/delivery/event-change.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import {
  type ChangeRequest,
  changeList,
  changePreview,
  changeRequest,
  changeView,
  type EventChangeRequest,
  previewRequest,
} from '#protocol/event-change.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import { id } from '#protocol/primitives.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Principal } from '#server/platform/principal.ts';
import { secondPerson } from '#server/platform/second-person.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404, noSuchEvent } from '#server/venue/find-event.ts';
import { setFate } from '#server/venue/match-fate.ts';
import { type EventRow, lockEvent, setStatus, updateEventFile } from '#server/venue/store.ts';
import {
  type EventChangeRow,
  foresee,
  foreseeIn,
  hasOpenChange,
  insertChange,
  listChanges,
} from './event-changes.ts';
import { matchOf } from './match-of.ts';

const eventParams = z.object({ id });

export function addEventChangeRoutes(app: FastifyInstance, context: ServerContext): void {
  const { pool, now } = context;
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/changes/preview',
    rule: { allow: 'events.change' },
    summary: 'What moving, postponing or cancelling the match would do; does nothing',
    tag: 'changes',
    params: eventParams,
    body: previewRequest,
    answer: changePreview,
    handle: async ({ params, body }) => {
      const row = await eventOr404(pool, params.id);
      const kickOffAt = matchEventOf(row.file).startsAt;
      const change = changeOf(body.change);
      return { foreseen: await foresee(pool, row.number, change, kickOffAt, now()) };
    },
  });
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/changes',
    rule: { allow: 'events.change' },
    summary: 'Changes of the match and how far each has come, latest first',
    tag: 'changes',
    params: eventParams,
    answer: changeList,
    handle: async ({ params }) => {
      const row = await eventOr404(pool, params.id);
      return { changes: (await listChanges(pool, row.number)).map(viewOf) };
    },
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/changes',
    rule: { allow: 'events.change' },
    summary: 'Move, postpone or cancel the match; two people where money goes back',
    tag: 'changes',
    params: eventParams,
    body: changeRequest,
    answer: changeView,
    handle: ({ params, body, principal }) => begin(context, principal, params.id, body),
  });
}

async function begin(
  context: ServerContext,
  principal: Principal | null,
  eventId: string,
  request: ChangeRequest,
): Promise<z.infer<typeof changeView>> {
  const { acts, now } = context;
  const change = changeOf(request.change);
  const approvedBy =
    change.kind === 'cancelled'
      ? await secondPerson(context.access, principal, request.secondPerson, 'events.change')
      : null;
  const row = await acts.do(
    principal,
    async (client) => {
      const event = await lockEvent(client, eventId);
      if (event === null) throw noSuchEvent(eventId);
      await refuseUnfit(event, await hasOpenChange(client, event.number));
      const at = now();
      const planned = matchEventOf(event.file);
      const foreseen = await foreseeIn(client, event.number, change, planned.startsAt, at);
      refuseUnforeseen(foreseen, request);
      const begun = {
        id: randomName('ec-', 8),
        event: event.number,
        change,
        before: matchOf(event.file),
        foreseen,
        reason: request.reason,
      };
      await insertChange(client, { ...begun, askedBy: actorOf(principal), approvedBy, at });
      await setFate(client, event.number, notPlanned(change, at), at);
      if (change.kind === 'moved') {
        await updateEventFile(client, event.number, { ...event.file, ...timesOf(request.change) });
        // Whoever enters tonight would enter the match that is not played tonight.
      } else if (event.status === 'open') await setStatus(client, event.number, 'closed');
      const { orders, refundMinor } = foreseen;
      const detail = {
        change: change.kind,
        reason: request.reason,
        orders,
        refundMinor,
        approvedBy,
      };
      return { result: begun, act: { act: 'event.changed', subject: eventId, detail } };
    },
    `change of ${eventId}`,
  );
  context.bus.emit('controls', row.event);
  const [view] = await listChanges(context.pool, row.event);
  if (view === undefined) throw new Error('the change has just been written');
  return viewOf(view);
}

async function refuseUnfit(event: EventRow, isUnderWay: boolean): Promise<void> {
  if (event.status === 'archived') {
    throw new HttpProblem('conflict', {
      detail: 'the event is archived',
      mend: 'a match that is over is not changed any more',
    });
  }
  if (!isUnderWay) return;
  throw new HttpProblem('conflict', {
    detail: 'another change of this match is being worked through',
    mend: 'wait until it is finished; see GET …/changes',
    retryAfterSeconds: 5,
  });
}

/** Whoever decides has seen what they decide on. */
function refuseUnforeseen(foreseen: Foreseen, { orders, refundMinor }: ChangeRequest): void {
  if (foreseen.orders === orders && foreseen.refundMinor === refundMinor) return;
  throw new HttpProblem('conflict', {
    detail: `it is about ${foreseen.orders} orders and ${foreseen.refundMinor} in minor units now`,
    mend: 'stop the sale if it is still going on, look at the preview again, and decide on that',
  });
}

function changeOf(request: EventChangeRequest): EventChange {
  if (request.kind !== 'moved') return { kind: request.kind };
  const at = (text: string) => parseInstant(text) as Instant;
  const { doorsAt, startsAt, endsAt } = request;
  return { kind: 'moved', doorsAt: at(doorsAt), startsAt: at(startsAt), endsAt: at(endsAt) };
}

function timesOf(request: EventChangeRequest) {
  if (request.kind !== 'moved') return {};
  const { doorsAt, startsAt, endsAt } = request;
  return { doorsAt, startsAt, endsAt };
}

function notPlanned(change: EventChange, at: Instant) {
  const fate = fateOf(change, at);
  if (fate.kind === 'as-planned') throw new Error('a change leaves nothing as planned');
  return fate;
}

function viewOf(row: EventChangeRow): z.infer<typeof changeView> {
  const { change, begunAt, finishedAt } = row;
  const moved = change.kind === 'moved';
  return {
    id: row.id,
    change: moved
      ? {
          kind: 'moved',
          doorsAt: iso(change.doorsAt),
          startsAt: iso(change.startsAt),
          endsAt: iso(change.endsAt),
        }
      : { kind: change.kind },
    reason: row.reason,
    begunAt: iso(begunAt),
    finishedAt: finishedAt === null ? null : iso(finishedAt),
    foreseen: row.foreseen,
    done: row.done,
  };
}
