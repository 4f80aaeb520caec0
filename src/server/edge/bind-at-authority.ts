// What is acknowledged binds every later claim (design §2), also where a box decides the claims: before the hub
// answers an act that could change a verdict, the box has heard of it, if it can be reached.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { heardAnswer, hearRequest } from '#protocol/hearing.ts';
import { NoAnswerError } from '#server/platform/http/caller.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import type { Nodes } from './nodes.ts';

const PATH = '/api/v1/edge/hear';
/** Whoever waits at the desk is told then; what was done is done, and the box hears of it by itself. */
const HEARD_WITHIN_MS = 1_500;

/** What changes tickets, controls or an event itself. */
const OF_EVENT =
  /^\/api\/v1\/events\/:id(\/(tickets|holds|diversions|limits|window|modes|kick-off|evacuation|open|close|people)\b|$)/;
const OF_DEVICES = /^\/api\/v1\/(devices|tokens)\b/;

/** Says in the header `kaimen-binds` whether it does so `now`, or `later`: the box was not reached. */
export function bindAtAuthority(app: FastifyInstance, context: ServerContext, nodes: Nodes): void {
  addHearing(app, nodes);
  if (nodes.hub !== null) return;
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode < 300 && couldChangeVerdicts(request)) {
      const isHeard = await tellAuthorities(context, nodes, eventOf(request));
      if (isHeard !== null) void reply.header('kaimen-binds', isHeard ? 'now' : 'later');
    }
    return payload;
  });
}

function couldChangeVerdicts({ method, routeOptions: { url } }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false;
  return url !== undefined && (OF_EVENT.test(url) || OF_DEVICES.test(url));
}

function eventOf({ params, routeOptions: { url } }: FastifyRequest): string | null {
  return url !== undefined && OF_EVENT.test(url) ? (params as { id: string }).id : null;
}

/** @returns whether all have heard who decide it, or anything open; null when the hub decides it itself */
async function tellAuthorities(
  { pool, self }: ServerContext,
  nodes: Nodes,
  eventId: string | null,
): Promise<boolean | null> {
  const { rows } = await pool.query<{ number: number; authority: string }>(
    `SELECT DISTINCT ON (authority) number, authority FROM events
     WHERE authority NOT IN ($1, 'cell') AND status = 'open' AND ($2::text IS NULL OR id = $2)`,
    [self, eventId],
  );
  const links = rows.flatMap(({ number, authority }) => {
    const link = nodes.find(authority);
    return link === null ? [] : [{ link, event: eventId === null ? null : number }];
  });
  if (rows.length === 0) return null;
  const asked = links.map(async ({ link, event }) => {
    if (link.isDown) return false;
    const body = { event };
    const asking = { path: PATH, body, timeoutMs: HEARD_WITHIN_MS };
    const answer = await link.ask(heardAnswer, asking).catch(() => null);
    return answer?.isHeard === true;
  });
  const heard = await Promise.all(asked);
  return links.length === rows.length && heard.every((isHeard) => isHeard);
}

/** At a box. */
function addHearing(app: FastifyInstance, nodes: Nodes): void {
  addRoute(app, {
    method: 'POST',
    url: PATH,
    rule: { allow: 'edge.serve' },
    summary: 'The hub has something new: ask it now rather than with the next round',
    tag: 'between nodes',
    body: hearRequest,
    answer: heardAnswer,
    handle: async ({ body }) => {
      const heard = nodes.box?.hear(body.event).then(() => true);
      return { isHeard: (await heard?.catch(unheard)) ?? false };
    },
  });
}

/** The hub can reach this box, and this box not the hub. */
function unheard(error: unknown): false {
  if (error instanceof NoAnswerError) return false;
  throw error;
}
