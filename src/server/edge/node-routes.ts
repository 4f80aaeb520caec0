// What nodes ask of each other. Each call is of an enrolled box, or of the hub by its own token.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  type CarriedChange,
  carriedAnswer,
  carriedChanges,
  forwardedAnnul,
  forwardedScan,
  lateReceipt,
  lateScans,
  logAnswer,
  logPage,
  logReceipt,
  relayedJournal,
  syncAnswer,
  syncRequest,
  ticketPage,
} from '#protocol/edge.ts';
import { journalReceipt } from '#protocol/journal.ts';
import { annulAnswer, scanAnswer } from '#protocol/scans.ts';
import { findDevice } from '#server/access/device-store.ts';
import { NotAuthorityError } from '#server/entry/elsewhere.ts';
import { annulHere, decideHere } from '#server/entry/routes.ts';
import { iso } from '#server/platform/clock.ts';
import { sendCompressed } from '#server/platform/http/compression.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device, Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { takeJournal } from '#server/sync/routes.ts';
import { takeUpChange } from './control-changes.ts';
import { noteCall } from './edge-store.ts';
import { addNoticesRoute } from './follow-notices.ts';
import { passAnnul, passScan } from './forward.ts';
import { tellBox } from './hub-sync.ts';
import { takeUpLateScans } from './late-scans.ts';
import { hasDiverged, headOf, logPageOf } from './log.ts';
import { hearOfAuthorities } from './newer-authority.ts';
import type { Nodes } from './nodes.ts';
import { takeUpLog } from './push-log.ts';
import { ticketPageOf } from './ticket-pages.ts';

const RULE = { allow: 'edge.serve' } as const;
const TAG = 'between nodes';
const byNumber = z.object({ number: z.coerce.number().int().min(1).max(8191) });
const PASS_WITHIN_MS = 8_000;
const BODY_BYTES_MAX = 16 * 1024 * 1024;

export function addNodeRoutes(app: FastifyInstance, context: ServerContext, nodes: Nodes): void {
  addSync(app, context);
  addLog(app, context);
  addForwarded(app, context, nodes);
  addLateScans(app, context, nodes);
  addNoticesRoute(app, context);

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/edge/journals',
    rule: RULE,
    summary: 'A lane’s journal that another node has taken in',
    tag: TAG,
    body: relayedJournal,
    answer: journalReceipt,
    bodyBytesMax: BODY_BYTES_MAX,
    handle: async ({ body }) => {
      const device = await deviceOf(context, body.device);
      return await takeJournal(context, device, body, body.appliedThrough);
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/edge/control-changes',
    rule: RULE,
    summary: 'Controls that were set at a box, in its order',
    tag: TAG,
    body: carriedChanges,
    answer: carriedAnswer,
    handle: async ({ body, principal }) => {
      for (const change of body.changes) {
        await takeUpChange(context, nameOf(principal), change as CarriedChange);
      }
      return { through: body.changes.at(-1)?.seq ?? 0 };
    },
  });
}

function addSync(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/edge/sync',
    rule: RULE,
    summary: 'What a box has not yet of what its hub has',
    tag: TAG,
    body: syncRequest,
    answer: syncAnswer,
    handle: async ({ body, principal, request, reply }) => {
      const name = nameOf(principal);
      const publicKey = Buffer.from(body.publicKey, 'base64url');
      const at = new Date(context.now());
      const { clockSkewMs, isRebuilding = false } = body;
      const report = { clockSkewMs, isRebuilding };
      if (!(await noteCall(context.pool, name, { publicKey, at, report }))) {
        throw new HttpProblem('conflict', {
          detail: `${name} has shown another key before, or is revoked`,
          mend: 'a box that was set up anew is revoked and enrolled again',
        });
      }
      await hearOfAuthorities(context, name, body);
      const told = await tellBox(context, name, publicKey, body);
      const answer = { at: iso(context.now()), ...told };
      return await sendCompressed(request, reply, JSON.stringify(answer));
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/edge/events/:number/tickets',
    rule: RULE,
    summary: 'Tickets that changed after a cursor, as a box keeps them',
    tag: TAG,
    params: byNumber,
    query: z.strictObject({
      since: z.string().max(80).optional(),
      whole: z.enum(['true', 'false']).optional(),
    }),
    answer: ticketPage,
    handle: async ({ params, query, request, reply }) => {
      const isWhole = query.whole === 'true';
      const page = await ticketPageOf(context.pool, params.number, query.since ?? null, isWhole);
      return await sendCompressed(request, reply, JSON.stringify(page));
    },
  });
}

function addLog(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/edge/events/:number/log',
    rule: RULE,
    summary: 'Decisions after a revision',
    tag: TAG,
    params: byNumber,
    query: z.strictObject({
      after: z.coerce.number().int().min(0),
      epoch: z.coerce.number().int().min(1),
      store: z.string().max(80).optional(),
    }),
    answer: logAnswer,
    handle: async ({ params: { number }, query, request, reply }) => {
      const { after } = query;
      const reset = await isOfAnotherPast(context, number, query);
      const store = context.storeState.current().epoch;
      const page = reset ? null : await logPageOf(context.pool, number, after, store);
      return await sendCompressed(request, reply, JSON.stringify({ reset, page }));
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/edge/events/:number/log',
    rule: RULE,
    summary: 'Decisions of a box that is the authority, for the hub to keep',
    tag: TAG,
    params: byNumber,
    body: logPage,
    answer: logReceipt,
    bodyBytesMax: BODY_BYTES_MAX,
    handle: async ({ params, body, principal }) =>
      await takeUpLog(context, nameOf(principal), params.number, body),
  });
}

/** Decisions that were given up with their authority, or that this store made once and has forgotten. */
async function isOfAnotherPast(
  { pool, storeState }: ServerContext,
  event: number,
  has: { readonly after: number; readonly epoch: number; readonly store?: string | undefined },
): Promise<boolean> {
  const { after: revision, epoch, store } = has;
  if (await hasDiverged(pool, event, { epoch, revision })) return true;
  const { decidingEpoch } = await headOf(pool, event);
  if (decidingEpoch !== epoch || store === undefined || revision === 0) return false;
  return !storeState.hasKept(event, { epoch: store, revision });
}

function addLateScans(app: FastifyInstance, context: ServerContext, nodes: Nodes): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/edge/events/:number/late-scans',
    rule: RULE,
    summary: 'What a box decided after it was given up for lost, for whoever decides now',
    tag: TAG,
    params: byNumber,
    body: lateScans,
    answer: lateReceipt,
    bodyBytesMax: BODY_BYTES_MAX,
    handle: async ({ params: { number }, body, request }) => {
      const event = await context.catalogue.get(number);
      if (event.isHere) return { taken: await takeUpLateScans(context, number, body.scans) };
      const authority = event.authority === null ? null : nodes.find(event.authority);
      if (authority === null || authority === nodes.hub) throw new NotAuthorityError(event);
      return await authority.ask(lateReceipt, {
        path: request.url,
        body,
        timeoutMs: PASS_WITHIN_MS,
      });
    },
  });
}

function addForwarded(app: FastifyInstance, context: ServerContext, nodes: Nodes): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/edge/scans',
    rule: RULE,
    summary: 'A scan that a lane sent to another node, which vouches for the lane',
    tag: TAG,
    body: forwardedScan,
    answer: scanAnswer,
    handle: async ({ body, reply }) => {
      const device = await deviceOf(context, body.device);
      if (device.ended !== null) throw new HttpProblem('forbidden', { detail: 'it was revoked' });
      const event = await context.catalogue.get(device.eventNumber);
      if (!event.isHere && body.isSecondHand) throw new NotAuthorityError(event);
      const answer = event.isHere
        ? await decideHere(context, device, body.scan, body.seen)
        : await passScan(nodes, event, device, body.scan, body.seen, true);
      return reply.code(answer.status).type(answer.type).send(answer.text);
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/edge/annulments',
    rule: RULE,
    summary: 'An annulment that was asked of another node, which vouches for who asked',
    tag: TAG,
    body: forwardedAnnul,
    answer: annulAnswer,
    handle: async ({ body }) => {
      const device = await deviceOf(context, body.device);
      const event = await context.catalogue.get(device.eventNumber);
      const scan = { device: device.id, scanId: body.scanId };
      if (!event.isHere) {
        if (body.isSecondHand) throw new NotAuthorityError(event);
        return await passAnnul(nodes, event, body.by, scan, body.cause, true);
      }
      const by = body.by.kind === 'device' ? device : await operatorOf(context, body.by);
      return await annulHere(context, by, scan, body.cause);
    },
  });
}

function nameOf(principal: Principal | null): string {
  if (principal?.kind !== 'operator') throw new Error('the rule lets only nodes in');
  return principal.person;
}

/** @throws HttpProblem `unavailable`: enrolled a moment ago, perhaps, and not yet heard of here */
async function deviceOf({ pool, now }: ServerContext, id: string): Promise<Device> {
  const found = await findDevice(pool, { id }, now());
  if (found !== null) return found.device;
  throw new HttpProblem('unavailable', {
    detail: `this node has not heard of ${id} yet`,
    mend: 'send the same request again in a moment',
    retryAfterSeconds: 1,
  });
}

/** Whoever passes it on has asked who they are and what they may: only their name is wanted here. */
async function operatorOf(
  { pool }: ServerContext,
  { id, person }: { readonly id: string; readonly person?: string | undefined },
): Promise<Principal> {
  if (person !== undefined) return { kind: 'operator', id, role: 'viewer', person };
  const { rows } = await pool.query<{ role: 'viewer'; person: string }>(
    'SELECT role, person FROM tokens WHERE id = $1 AND revoked_at IS NULL',
    [id],
  );
  if (rows[0] !== undefined) return { kind: 'operator', id, ...rows[0] };
  throw new HttpProblem('unavailable', { detail: `this node has not heard of ${id} yet` });
}
