// What control tells lanes, on its way to lanes that listen at a box: the hub's log of notices, followed and
// written into the box's own, from which its feed tells them.
import type { FastifyInstance } from 'fastify';
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { type NoticesAnswer, noticesAnswer, noticesRequest } from '#protocol/edge.ts';
import { keepMessage } from '#server/lanes/messages.ts';
import { lastNotice, type NumberedNotice, noticesAfter, publish } from '#server/notices/notices.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { remember } from './apply-sync.ts';
import type { Link } from './link.ts';

const PATH = '/api/v1/edge/notices';
const WITHIN_MS = 5_000;
const REMEMBERED_AS = 'notices';
/** What concerns consoles alone stays at the hub, where they listen. */
const FOR_LANES = new Set(['message', 'message-withdrawn', 'acknowledged', 'call']);

export function addNoticesRoute(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: PATH,
    rule: { allow: 'edge.serve' },
    summary: 'What control has told lanes since a box last asked',
    tag: 'edge',
    body: noticesRequest,
    answer: noticesAnswer,
    handle: async ({ body }) => {
      const store = context.storeState.current().epoch;
      const { rows } = await context.pool.query<{ number: number }>(
        `SELECT number FROM events WHERE status <> 'archived'
         AND EXISTS (SELECT 1 FROM notice_heads h WHERE h.event = number) ORDER BY number`,
      );
      const events: NoticesAnswer['events'] = [];
      for (const { number } of rows) {
        const after = await startOf(context.pool, number, store, body.has[number]);
        const notices = await noticesAfter(context.pool, number, after);
        const through = notices.at(-1)?.n ?? after;
        const forLanes = notices.filter(({ kind }) => FOR_LANES.has(kind));
        events.push({ number, cursor: `${store}:${through}`, notices: forLanes });
      }
      return { events };
    },
  });
}

/** From the beginning for whoever is new; what a store has that was restored is heard again. */
async function startOf(
  pool: Pool,
  event: number,
  store: string,
  cursor: string | undefined,
): Promise<number> {
  const [epoch, n] = cursor?.split(':') ?? [];
  const after = Number(n ?? 0);
  const isOurs = epoch === store && after <= (await lastNotice(pool, event));
  return isOurs ? after : 0;
}

export async function followNotices(context: ServerContext, hub: Link): Promise<void> {
  const { pool, bus } = context;
  const { rows } = await pool.query<{ value: string }>(
    'SELECT value FROM replica_state WHERE what = $1',
    [REMEMBERED_AS],
  );
  const has: Record<string, string> = JSON.parse(rows[0]?.value ?? '{}');
  const asking = { path: PATH, body: { has }, timeoutMs: WITHIN_MS };
  const { events } = await hub.ask(noticesAnswer, asking);
  const changed = events.filter(({ number, cursor }) => has[number] !== cursor);
  if (changed.length === 0) return;
  await inTransaction(pool, async (client) => {
    for (const { number, notices } of changed) {
      for (const notice of notices) await takeNotice(context, client, number, notice);
    }
    const known = { ...has };
    for (const { number, cursor } of changed) known[number] = cursor;
    await remember(client, REMEMBERED_AS, JSON.stringify(known));
  });
  for (const { number } of changed) bus.emit('notices', number);
}

/** Under a number of the box's own log: it tells its lanes things of its own too. */
async function takeNotice(
  context: ServerContext,
  client: PoolClient,
  event: number,
  notice: NoticesAnswer['events'][number]['notices'][number],
): Promise<void> {
  const at: Instant = context.now();
  const told = notice as NumberedNotice;
  if (await keepMessage(client, event, told, at)) await publish(client, event, told, at);
}
