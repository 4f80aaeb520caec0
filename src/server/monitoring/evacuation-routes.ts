import type { FastifyInstance } from 'fastify';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import type { Instant } from '#domain/kernel/instant.ts';
import { readmission, readmitted } from '#protocol/edge.ts';
import {
  evacuationEnd,
  evacuationRequest,
  evacuationView as evacuationShape,
} from '#protocol/overview.ts';
import { id } from '#protocol/primitives.ts';
import { lockEventHead } from '#server/entry/change-crossings.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { secondPerson } from '#server/platform/second-person.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { changeControls, lockControls, raiseFence } from '#server/venue/store.ts';
import {
  type EvacuationRow,
  evacuationView,
  openEntryEpoch,
  readEvacuation,
} from './evacuation.ts';

const eventParams = z.object({ id });
const standParams = z.object({ id, stand: id });

export function addEvacuationRoutes(app: FastifyInstance, context: ServerContext): void {
  addStart(app, context);
  addCleared(app, context);
  addEnd(app, context);
  addReadmission(app, context);
}

function addStart(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/evacuation',
    rule: { allow: 'evacuation.lead' },
    summary:
      'Evacuate, or practise it: nobody is let in, exits are never refused, inside is a range',
    tag: 'monitoring',
    params: eventParams,
    body: evacuationRequest,
    answer: evacuationShape,
    handle: async ({ params, body, principal }) => {
      const event = await eventOr404(context.pool, params.id);
      await context.acts.do(principal, async (client) => {
        await lockControls(client, event.number);
        await refuseSecond(client, event.number);
        const evacuation = randomName('evac-', 5);
        const { rows } = await client.query<{ scopes: string[]; inside: number[] }>(
          'SELECT scopes, inside FROM claim_heads WHERE event = $1 FOR UPDATE',
          [event.number],
        );
        const { scopes = [], inside = [] } = rows[0] ?? {};
        const counted = scopes.flatMap((scope, at) =>
          scope === 'ground' || scope.startsWith('stand/') ? [[scope, inside[at] ?? 0]] : [],
        );
        await client.query(
          `INSERT INTO evacuations (event, id, is_drill, reason, started_by, started_at, inside)
           VALUES ($1, $2, $3, $4, $5, $6, $7)`,
          [
            event.number,
            evacuation,
            body.isDrill,
            body.reason,
            actorOf(principal),
            new Date(context.now()),
            JSON.stringify(Object.fromEntries(counted)),
          ],
        );
        // A drill holds no gate: the match goes on around those who practise.
        if (!body.isDrill) await hold(client, event.number, evacuation, body.reason);
        const act = body.isDrill ? 'evacuation.drill-begun' : 'evacuation.begun';
        const detail = { evacuation, reason: body.reason };
        return { result: null, act: { act, subject: event.id, detail } };
      });
      context.bus.emit('controls', event.number);
      return evacuationView(await currentOr404(context, event.number));
    },
  });
}

function addCleared(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/evacuation/stands/:stand/cleared',
    rule: { allow: 'evacuation.lead' },
    summary: 'Report a stand empty: nobody of it is counted as inside any more',
    tag: 'monitoring',
    params: standParams,
    answer: evacuationShape,
    handle: async ({ params, principal }) => {
      const event = await eventOr404(context.pool, params.id);
      if (event.file.stands?.some((stand) => stand.id === params.stand) !== true) {
        throw new HttpProblem('not-found', { detail: `this event has no stand ${params.stand}` });
      }
      const { id: evacuation } = await currentOr404(context, event.number);
      await context.acts.do(principal, async (client) => {
        const at = { [params.stand]: iso(context.now()) };
        await client.query(
          'UPDATE evacuations SET cleared = $3::jsonb || cleared WHERE event = $1 AND id = $2',
          [event.number, evacuation, JSON.stringify(at)],
        );
        const detail = { evacuation, stand: params.stand };
        return {
          result: null,
          act: { act: 'evacuation.stand-cleared', subject: event.id, detail },
        };
      });
      return evacuationView(await currentOr404(context, event.number));
    },
  });
}

function addEnd(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/evacuation/end',
    rule: { allow: 'evacuation.lead' },
    summary:
      'End it. With `readmit`, whoever was inside may enter once more: that takes two people',
    tag: 'monitoring',
    params: eventParams,
    body: evacuationEnd,
    answer: evacuationShape,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      const current = await currentOr404(context, row.number);
      const second = body.readmit
        ? await secondPerson(context.access, principal, body.secondPerson, 'evacuation.lead')
        : null;
      if (body.readmit && current.is_drill) {
        throw new HttpProblem('conflict', {
          detail: 'this is a drill: nobody was sent out, nobody needs to be let back in',
          mend: 'end it without readmit',
        });
      }
      const opened = body.readmit ? await openedElsewhere(context, row.number, current) : null;
      await context.acts.do(principal, async (client) => {
        await lockControls(client, row.number);
        const isOurs = body.readmit && opened === null;
        const epoch = isOurs ? await openHere(context, client, row.number, current) : opened;
        const now = context.now();
        const { rowCount } = await client.query(
          `UPDATE evacuations SET ended_at = $3, ended_by = $4, readmitted_as = $5
           WHERE event = $1 AND id = $2 AND ended_at IS NULL`,
          [row.number, current.id, new Date(now), actorOf(principal), epoch],
        );
        if (rowCount !== 1) throw alreadyEnded();
        await changeControls(client, row.number, (controls) => ({
          ...controls,
          holds: controls.holds.filter(({ id: hold }) => hold !== holdOf(current.id)),
          isEvacuating: false,
        }));
        const detail = { evacuation: current.id, epoch, second, reason: body.reason };
        return { result: null, act: { act: 'evacuation.ended', subject: row.id, detail } };
      });
      context.bus.emit('controls', row.number);
      const ended = await readEvacuation(context.pool, row.number);
      if (ended === null) throw new Error('it has just been ended');
      return evacuationView(ended);
    },
  });
}

type Evacuated = Pick<EvacuationRow, 'id' | 'started_at'>;

/** Under the locks of controls and head. @throws NotAuthorityError */
async function openHere(
  context: ServerContext,
  client: PoolClient,
  number: number,
  { id: evacuation, started_at }: Evacuated,
): Promise<number> {
  const event = await lockEventHead(client, context.catalogue, number);
  const evacuated = { id: evacuation, startedAt: started_at.getTime() as Instant };
  return await openEntryEpoch(client, event, evacuated, context.now());
}

/** @returns null where this store decides the event itself */
async function openedElsewhere(
  context: ServerContext,
  number: number,
  { id: evacuation, started_at }: Evacuated,
): Promise<number | null> {
  const event = await context.catalogue.reload(number);
  if (event.isHere) return null;
  const body = { evacuation, evacuatedAt: iso(started_at.getTime()) };
  const answer = await context.elsewhere.act(event, readmissionPath(number), body);
  return readmitted.parse(answer).epoch;
}

/** Asked of the authority by the hub, where the evacuation was led. */
function addReadmission(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: readmissionPath(':number'),
    rule: { allow: 'edge.serve' },
    summary: 'Let everybody in once more who was evacuated; asked again it is the same',
    tag: 'between nodes',
    params: z.object({ number: z.coerce.number().int().min(1).max(8191) }),
    body: readmission,
    answer: readmitted,
    handle: async ({ params: { number }, body, principal }) => {
      context.storeState.servingEpoch();
      const epoch = await context.acts.do(principal, async (client) => {
        await lockControls(client, number);
        const evacuated = { id: body.evacuation, started_at: new Date(body.evacuatedAt) };
        const opened = await openHere(context, client, number, evacuated);
        await raiseFence(client, number);
        const detail = { evacuation: body.evacuation, epoch: opened };
        const act = { act: 'evacuation.readmission', subject: String(number), detail };
        return { result: opened, act };
      });
      context.bus.emit('controls', number);
      return { epoch };
    },
  });
}

function readmissionPath(number: number | ':number'): string {
  return `/api/v1/edge/events/${number}/readmission`;
}

function holdOf(evacuation: string): string {
  return `hold-${evacuation}`;
}

async function hold(client: PoolClient, event: number, evacuation: string, reason: string) {
  const id = holdOf(evacuation);
  await changeControls(client, event, (controls) => ({
    ...controls,
    holds: [...controls.holds, { id, scope: 'ground', kind: 'stop', perMinute: null, reason }],
    isEvacuating: true,
  }));
}

async function refuseSecond(client: PoolClient, event: number): Promise<void> {
  const current = await readEvacuation(client, event);
  if (current === null || current.ended_at !== null) return;
  throw new HttpProblem('conflict', {
    detail: `${current.is_drill ? 'a drill' : 'an evacuation'} is under way already`,
    mend: 'end it first',
  });
}

async function currentOr404(context: ServerContext, event: number): Promise<EvacuationRow> {
  const current = await readEvacuation(context.pool, event);
  if (current !== null && current.ended_at === null) return current;
  throw new HttpProblem('not-found', {
    detail: 'no evacuation is under way',
    mend: 'POST …/evacuation begins one',
  });
}

/** By somebody else, a moment ago. */
function alreadyEnded(): HttpProblem {
  return new HttpProblem('conflict', {
    detail: 'this evacuation has been ended already',
    mend: 'look at how it was ended',
  });
}
