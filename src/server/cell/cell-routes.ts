// What operators ask of the cell: how it is, who leads it, room in it, and the events in it.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  type CellView,
  cellEventAnswer,
  cellEventRequest,
  cellLeadRequest,
  cellView,
} from '#protocol/cell.ts';
import { id } from '#protocol/primitives.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { noSuchEvent } from '#server/venue/find-event.ts';
import { type EventRow, findEvent } from '#server/venue/store.ts';
import { clearEvent } from './archive-event.ts';
import type { Cell } from './cell.ts';
import { makeRoom, moveLeader, statusOf } from './members.ts';

const TAG = 'cell';

export function addCellRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/cell',
    rule: { allow: 'edges.read' },
    summary: 'How the cell is that decides events: members, leader, room, events',
    tag: TAG,
    answer: cellView,
    handle: async () => await viewOf(context),
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/cell/leader',
    rule: { allow: 'authority.move' },
    summary: 'Have another member lead the cell',
    tag: TAG,
    body: cellLeadRequest,
    answer: cellView,
    handle: async ({ body, principal }) => {
      await moveLeader(cellOf(context).etcd, body.to);
      await noted(context, principal, 'cell.leader-moved', 'cell', { to: body.to });
      return await viewOf(context);
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/cell/room',
    rule: { allow: 'authority.move' },
    summary: 'Make room in a cell that is full: its past is forgotten, its files rewritten',
    tag: TAG,
    answer: cellView,
    handle: async ({ principal }) => {
      await makeRoom(cellOf(context).etcd);
      await noted(context, principal, 'cell.room-made', 'cell', {});
      return await viewOf(context);
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/cell',
    rule: { allow: 'authority.move' },
    summary: 'Keep an event ready in the cell, load it anew, or clear it away after the match',
    tag: TAG,
    params: z.object({ id }),
    body: cellEventRequest,
    answer: cellEventAnswer,
    handle: async ({ params, body: { act }, principal }) => {
      const cell = cellOf(context);
      const event = await findEvent(context.pool, params.id);
      if (event === null) throw noSuchEvent(params.id);
      const counted = await ACTS[act](context, cell, event);
      await noted(context, principal, `cell.event-${act}`, params.id, counted);
      return { event: params.id, act, ...counted };
    },
  });
}

type Counted = { readonly scans: number; readonly claims: number };
const NOTHING: Counted = { scans: 0, claims: 0 };

const ACTS = {
  async keep({ pool, now }: ServerContext, cell: Cell, { number }: EventRow): Promise<Counted> {
    await pool.query(
      'INSERT INTO cell_feeds (event, since) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [number, new Date(now())],
    );
    await cell.feedNow(number);
    return NOTHING;
  },

  async anew({ catalogue }: ServerContext, cell: Cell, { number }: EventRow): Promise<Counted> {
    await cell.drop(number);
    await cell.feedNow(number);
    await catalogue.reload(number);
    return NOTHING;
  },

  async clear({ pool }: ServerContext, cell: Cell, event: EventRow): Promise<Counted> {
    const { number, id: eventId, status } = event;
    const { rows } = await pool.query<{ authority: string }>(
      'SELECT authority FROM events WHERE number = $1',
      [number],
    );
    if (status === 'open' || (rows[0]?.authority === 'cell' && status !== 'archived')) {
      throw new HttpProblem('conflict', {
        detail: `${eventId} is still decided in the cell`,
        mend: 'close it, then hand it back: “kaimen edge authority --to hub”',
      });
    }
    return await clearEvent(pool, cell.etcd, number);
  },
} as const;

async function viewOf(context: ServerContext): Promise<CellView> {
  const cell = cellOf(context);
  const status = await statusOf(cell.etcd);
  const { rows } = await context.pool.query<{
    number: number;
    id: string;
    is_decided: boolean;
    scans: number;
  }>(
    `SELECT e.number, e.id, e.authority = 'cell' AS is_decided,
       (SELECT count(*)::integer FROM scans s WHERE s.event = e.number) AS scans
     FROM events e
     WHERE e.status <> 'archived'
       AND (e.authority = 'cell' OR EXISTS (SELECT 1 FROM cell_feeds WHERE event = e.number))
     ORDER BY e.number`,
  );
  const events = rows.map(({ number, id: eventId, is_decided, scans }) => ({
    id: eventId,
    isDecided: is_decided,
    behind: cell.isBehind(number),
    writtenDown: scans,
  }));
  return { ...status, members: [...status.members], events };
}

function cellOf({ cell }: ServerContext): Cell {
  if (cell !== null) return cell;
  throw new HttpProblem('conflict', {
    detail: 'this server was started without a cell',
    mend: 'start it with “--cell FILE”, which names the members of etcd',
  });
}

async function noted(
  { acts }: ServerContext,
  principal: Parameters<ServerContext['acts']['do']>[0],
  act: string,
  subject: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await acts.do(principal, async () => ({ result: null, act: { act, subject, detail } }));
}
