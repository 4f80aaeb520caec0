// Holds, meters, limits, diversions and the window. Each change raises the fence, so it binds the very
// next claim, and is pushed to lanes and consoles as it commits.

import type { FastifyInstance } from 'fastify';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { parseInstant } from '#domain/kernel/instant.ts';
import { applyControlChange, type ControlChange } from '#domain/venue/control-change.ts';
import { limitOf } from '#domain/venue/controls.ts';
import { groundOf } from '#domain/venue/match-event.ts';
import {
  controlsState as controlsShape,
  createdId,
  diversionRequest,
  holdRequest,
  limitRequest,
  windowRequest,
} from '#protocol/controls.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import { id } from '#protocol/primitives.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Principal } from '#server/platform/principal.ts';
import { secondPersonIfNamed } from '#server/platform/second-person.ts';
import type { ServerContext } from '#server/server-context.ts';
import { controlsNow } from './controls-state.ts';
import { eventOr404 } from './find-event.ts';
import { changeControls, type EventRow, type StoredControls } from './store.ts';

const eventParams = z.object({ id });
const itemParams = z.object({ id, item: z.string().max(64) });
const ITEMS_MAX = 200;

export function addControlRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/controls',
    rule: { allow: 'controls.read', orDevice: true },
    summary: 'Holds, meters, limits, diversions and window in force',
    tag: 'controls',
    params: eventParams,
    answer: controlsShape,
    handle: async ({ params }) => {
      const row = await eventOr404(context.pool, params.id);
      return await controlsNow(context, row.number);
    },
  });
  addHolds(app, context);
  addDiversions(app, context);
  addLimits(app, context);
  addWindow(app, context);
}

function addHolds(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/holds',
    rule: { allow: 'controls.set' },
    summary: 'Stop or meter a gate, a section, a stand or the ground',
    tag: 'controls',
    params: eventParams,
    body: holdRequest,
    answer: createdId,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      requireScope(row, body.scope);
      const hold = { id: randomName('hold-', 5), ...body, perMinute: body.perMinute ?? null };
      const act = { act: 'hold.set', detail: hold };
      await change(context, principal, row, act, () => ({ kind: 'hold-set', hold }));
      return { id: hold.id };
    },
  });

  addRemoval(app, context, 'holds', 'hold.lifted');
}

function addDiversions(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/diversions',
    rule: { allow: 'controls.set' },
    summary: 'Let sections use other gates until a time',
    tag: 'controls',
    params: eventParams,
    body: diversionRequest,
    answer: createdId,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      for (const section of body.sections) requireScope(row, `section/${section}`, 'sections');
      for (const gate of body.gates) requireScope(row, `gate/${gate}`, 'gates');
      const until = instantOf(body.until);
      const now = context.now();
      if (until <= now) throw malformedField('until', `is over already: it is ${iso(now)}`);
      const diversion = { id: randomName('div-', 5), ...body, until };
      const act = { act: 'diversion.set', detail: diversion };
      const set = { kind: 'diversion-set', diversion, at: now } as const;
      await change(context, principal, row, act, () => set);
      return { id: diversion.id };
    },
  });

  addRemoval(app, context, 'diversions', 'diversion.lifted');
}

function addLimits(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/events/:id/limits',
    rule: { allow: 'controls.limit' },
    summary: 'Set how many people a section, a stand or the ground may hold',
    tag: 'controls',
    params: eventParams,
    body: limitRequest,
    answer: controlsShape,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      requireScope(row, body.scope);
      if (body.scope.startsWith('gate/')) {
        throw malformedField(
          'scope',
          'a gate has no inside: meter it, or limit the section or stand',
        );
      }
      const second = await secondPersonIfNamed(
        context.access,
        principal,
        body.secondPerson,
        'controls.limit',
      );
      const { scope, limit, reason } = body;
      const act = { act: 'limit.set', detail: { scope, limit, reason, second } };
      await change(context, principal, row, act, (controls) => {
        const ground = groundOf(matchEventOf(row.file));
        const now = limitOf(ground, { ...controls, status: row.status }, scope);
        // Closer is safe and one person's call; wider is not.
        if (now !== null && (limit === null || limit > now) && second === null) {
          throw new HttpProblem('forbidden', {
            detail: `raising the limit of ${scope} from ${now} takes two people`,
            mend: 'add secondPerson: the token of another person who may set limits',
          });
        }
        return { kind: 'limit-set', scope, limit };
      });
      return await controlsNow(context, row.number);
    },
  });
}

function addWindow(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/events/:id/window',
    rule: { allow: 'controls.set' },
    summary: 'Move doors or the end of entry: a delayed kick-off, an abandoned match',
    tag: 'controls',
    params: eventParams,
    body: windowRequest,
    answer: controlsShape,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      const window = {
        doorsAt: body.doorsAt === null ? null : instantOf(body.doorsAt),
        endsAt: body.endsAt === null ? null : instantOf(body.endsAt),
      };
      if (window.doorsAt !== null && window.endsAt !== null && window.endsAt <= window.doorsAt) {
        throw malformedField('endsAt', 'must be after doorsAt');
      }
      const detail = { ...window, reason: body.reason };
      const act = { act: 'window.moved', detail };
      await change(context, principal, row, act, ({ window: { startsAt = null } }) => ({
        kind: 'window-moved',
        window: { ...window, startsAt },
      }));
      return await controlsNow(context, row.number);
    },
  });
}

function addRemoval(
  app: FastifyInstance,
  context: ServerContext,
  list: 'holds' | 'diversions',
  act: string,
): void {
  addRoute(app, {
    method: 'DELETE',
    url: `/api/v1/events/:id/${list}/:item`,
    rule: { allow: 'controls.set' },
    summary: `Lift one of the ${list}`,
    tag: 'controls',
    params: itemParams,
    handle: async ({ params, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      await change(context, principal, row, { act, detail: { id: params.item } }, (controls) => {
        const items: readonly { readonly id: string }[] = controls[list];
        if (!items.some((item) => item.id === params.item)) {
          throw new HttpProblem('not-found', {
            detail: `there is no such one among the ${list}: ${params.item}`,
            mend: 'see GET …/controls for what is in force',
          });
        }
        const kind = list === 'holds' ? 'hold-lifted' : 'diversion-lifted';
        return { kind, id: params.item };
      });
      return { id: params.item, lifted: true };
    },
  });
}

/** One act of control, in force for the very next claim, recorded with who made it. */
export async function change(
  context: ServerContext,
  principal: Principal | null,
  row: EventRow,
  act: { readonly act: string; readonly detail: Readonly<Record<string, unknown>> },
  next: (controls: StoredControls) => ControlChange,
): Promise<void> {
  await context.acts.do(
    principal,
    async (client: PoolClient) => {
      let made: ControlChange | null = null;
      await changeControls(client, row.number, (controls) => {
        made = next(controls);
        const changed = applyControlChange(controls, made);
        if (changed.holds.length <= ITEMS_MAX && changed.diversions.length <= ITEMS_MAX)
          return changed;
        throw new HttpProblem('conflict', {
          detail: `there are ${ITEMS_MAX} in force already`,
          mend: 'lift some that are over',
        });
      });
      if (made !== null) await noteChange(client, context, principal, row.number, made);
      return { result: null, act: { ...act, subject: row.id } };
    },
    `controls of ${row.id}`,
  );
  context.bus.emit('controls', row.number);
}

/** At a box in the ground: kept in order, to be carried up to the hub. */
async function noteChange(
  client: PoolClient,
  { self, now }: ServerContext,
  principal: Principal | null,
  event: number,
  made: ControlChange,
): Promise<void> {
  if (self === 'hub' || principal?.kind !== 'operator') return;
  // Numbered by the clock: a box that was restored never uses a number again.
  await client.query(
    `INSERT INTO control_changes (edge, seq, event, at, token, person, change)
     SELECT $1, greatest($2::bigint, coalesce(max(seq), 0) + 1), $3, $4, $5, $6, $7
     FROM control_changes WHERE edge = $1`,
    [self, now(), event, new Date(now()), principal.id, principal.person, JSON.stringify(made)],
  );
}

export function requireScope(row: EventRow, scope: string, field = 'scope'): void {
  const { scopes } = groundOf(matchEventOf(row.file));
  if (!scopes.includes(scope)) throw malformedField(field, `this event has no ${scope}`);
}

function instantOf(text: string) {
  const at = parseInstant(text);
  if (at === null) throw new Error('the schema has checked this time');
  return at;
}
