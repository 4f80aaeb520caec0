// Who decides an event: shown, and moved by people.

import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { type AuthorityView, authorityRequest, authorityView } from '#protocol/edge.ts';
import { id } from '#protocol/primitives.ts';
import { CELL } from '#server/entry/catalogue.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { secondPerson } from '#server/platform/second-person.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { replayLeftovers } from '#server/sync/replay.ts';
import { type EdgeRow, findEdge } from './edge-store.ts';
import { headOf } from './log.ts';
import { type AuthorityRow, lockAuthority, moveAuthority } from './move-authority.ts';

const params = z.object({ id });
const HEARD_WITHIN_MS = 30_000;
/** A box that is up says twice a second how it is; what it said before may be of a life that is over. */
const HEARD_AGAIN_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 100;

export function addAuthorityRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/authority',
    rule: { allow: 'events.read' },
    summary: 'Which node decides the claims of the event',
    tag: 'edges',
    params,
    answer: authorityView,
    handle: async ({ params: { id: eventId } }) => await viewOf(context, eventId),
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/authority',
    rule: { allow: 'authority.move' },
    summary: 'Have another node decide the event, from where the present one stops',
    tag: 'edges',
    params,
    body: authorityRequest,
    answer: authorityView,
    handle: async ({ params: { id: eventId }, body, principal }) => {
      const second =
        // A node that may still be deciding is given up by two.
        body.isLost === true
          ? await secondPerson(context.access, principal, body.secondPerson, 'authority.move')
          : null;
      await requireAble(context, body.to);
      const number = await context.acts.do(principal, async (client) => {
        const row = await lockAuthority(client, eventId);
        refuseHalfway(row, body.to, body.isLost === true);
        if (body.isLost !== true) await refuseUnready(context, client, row, body.to);
        const isFromCell = row.authority === CELL && body.to !== CELL;
        if (isFromCell && body.isLost !== true) await cellOf(context).release(row.number);
        const moved = await moveAuthority(client, row, body.to, body.isLost === true);
        if (moved === null) return { result: row.number, act: null };
        const { to, reason } = body;
        const detail = { from: row.authority, to, reason, epoch: row.authority_epoch, second };
        const act = `authority.${body.isLost === true ? 'given-up' : moved}`;
        return { result: row.number, act: { act, subject: eventId, detail } };
      });
      await context.catalogue.reload(number);
      context.bus.emit('controls', number);
      // What journals hold is known before the next scan is decided, as far as it is here.
      await replayLeftovers(context);
      return await viewOf(context, eventId);
    },
  });
}

async function viewOf(context: ServerContext, eventId: string): Promise<AuthorityView> {
  return inTransaction(context.pool, async (client) => {
    const row = await lockAuthority(client, eventId);
    const { revision } = await headOf(client, row.number);
    const { authority, authority_epoch: epoch, handover_to: handoverTo } = row;
    return { authority, epoch, handoverTo, revision };
  });
}

/** Whoever is named must be there, and able to decide: or nobody would. */
async function requireAble(context: ServerContext, name: string): Promise<void> {
  if (name === 'hub') return;
  if (name === CELL) {
    await cellOf(context).etcd.head();
    return;
  }
  const edge = await heardAgain(context, name);
  const silentMs = context.now() - (edge.seen_at?.getTime() ?? 0);
  if (silentMs > HEARD_WITHIN_MS) {
    throw new HttpProblem('conflict', {
      detail: `${name} was not heard of in the last ${HEARD_WITHIN_MS / 1_000} s: nobody would decide the event`,
      mend: 'start the box, look at “kaimen edge list”, then name it',
    });
  }
  if (edge.report?.isRebuilding !== true) return;
  throw new HttpProblem('conflict', {
    detail: `the store of ${name} is behind and is being rebuilt: nobody would decide the event`,
    mend: 'end that first with “kaimen reconcile” at the box, or name another node',
  });
}

/** The box as it is, once it has said so since it was asked for; else as it was heard of last. */
async function heardAgain({ pool, now }: ServerContext, name: string): Promise<EdgeRow> {
  const askedAt = now();
  for (;;) {
    const edge = await findEdge(pool, name);
    if (edge === null || edge.revoked_at !== null) {
      throw malformedField(
        'to',
        `there is no box ${name}; enrol it with “kaimen edge enrol”`,
        '“kaimen edge list” names those there are',
      );
    }
    const isHeard = (edge.seen_at?.getTime() ?? 0) >= askedAt;
    if (isHeard || now() - askedAt > HEARD_AGAIN_WITHIN_MS) return edge;
    await pause(LOOK_EVERY_MS);
  }
}

function cellOf({ cell }: ServerContext): NonNullable<ServerContext['cell']> {
  if (cell !== null) return cell;
  throw new HttpProblem('conflict', {
    detail: 'this hub was started without a cell',
    mend: 'start it with “--cell FILE”, which names the members of etcd',
  });
}

function refuseHalfway(row: AuthorityRow, to: string, isLost: boolean): void {
  const isOther = row.handover_to !== null && row.handover_to !== to && row.authority !== to;
  if (!isOther || isLost) return;
  throw new HttpProblem('conflict', {
    detail: `${row.authority} is handing over to ${row.handover_to}`,
    mend: `wait for it, call it back with --to ${row.authority}, or give ${row.authority} up with --lost`,
  });
}

/**
 * What a store under rebuilding has yet to hear by journals would be missing at the next; and whoever was named
 * last and has not begun has nothing to hand over.
 */
async function refuseUnready(
  { storeState, pool }: ServerContext,
  client: PoolClient,
  { number, authority, authority_epoch: epoch, handover_to }: AuthorityRow,
  to: string,
): Promise<void> {
  if (authority === 'cell' || (authority === to && handover_to === null)) return;
  const edge = authority === 'hub' ? null : await findEdge(pool, authority);
  const isRebuilding =
    storeState.current().state !== 'serving' || edge?.report?.isRebuilding === true;
  if (isRebuilding) {
    throw new HttpProblem('conflict', {
      detail: `the store of ${storeState.current().state === 'serving' ? authority : 'the hub'} is behind and is being rebuilt`,
      mend: 'end that first with “kaimen reconcile”, or give the authority up with --lost',
    });
  }
  const { epoch: decided } = await headOf(client, number);
  if (authority === 'hub' || decided === epoch) return;
  throw new HttpProblem('conflict', {
    detail: `${authority} was named and has not begun to decide`,
    mend: 'send the same request again in a moment; if it never begins, give it up with --lost',
    retryAfterSeconds: 1,
  });
}
