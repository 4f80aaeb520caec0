// Scans as the control room reads them, and what they add up to.
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Direction, Reason, Rung, Verdict } from '#domain/entry/verdict.ts';
import { eventCounts } from '#protocol/live.ts';
import { id } from '#protocol/primitives.ts';
import { scanPage } from '#protocol/scans.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';

const PAGE_MAX = 1_000;
/** What a screen shows. A thousand take the program's one thread for twenty milliseconds, in which no lane is served. */
const PAGE = 100;

export function addScanReading(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/scans',
    rule: { allow: 'scans.read' },
    summary: 'Every verdict in the order of its revision',
    tag: 'scans',
    params: z.object({ id }),
    query: z.strictObject({
      after: z.coerce.number().int().min(0).optional().describe('revision to start after'),
      limit: z.coerce.number().int().min(1).max(PAGE_MAX).optional(),
      ticket: id.optional(),
    }),
    answer: scanPage,
    handle: async ({ params, query }) => {
      const event = await eventNumber(context.pool, params.id);
      const limit = query.limit ?? PAGE;
      const { rows } = await context.pool.query<ScanRow>(
        query.ticket === undefined ? PAGE_OF_ALL : PAGE_OF_TICKET,
        [event, query.after ?? 0, limit + 1, ...(query.ticket === undefined ? [] : [query.ticket])],
      );
      const shown = rows.slice(0, limit);
      const hasMore = rows.length > limit;
      return {
        scans: shown.map(scanRecordOf),
        next: hasMore ? String(shown.at(-1)?.revision ?? 0) : null,
      };
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/counts',
    rule: { allow: 'live.read' },
    summary: 'People inside by scope; admitted and refused by gate',
    tag: 'scans',
    params: z.object({ id }),
    answer: eventCounts,
    handle: async ({ params }) =>
      await context.counterOf(await eventNumber(context.pool, params.id)).counts(context.now()),
  });
}

/** The page is taken before anything is looked up for it: joined first, all scans of a night would be sorted for one page. */
const pageSql = (andOf: string) =>
  `WITH page AS MATERIALIZED (
     SELECT * FROM scans WHERE event = $1 AND revision > $2 ${andOf} ORDER BY revision LIMIT $3)
   SELECT s.scan_id, s.device, s.gate, s.lane, s.operator, s.direction, s.verdict, s.reason,
          s.rung, t.ref, m.scan_id IS NOT NULL AS is_manual, s.scanned_at, s.decided_at, s.revision, s.annulled_at
   FROM page s LEFT JOIN tickets t ON t.event = s.event AND t.serial = s.serial
   LEFT JOIN manual_scans m ON m.device = s.device AND m.scan_id = s.scan_id
   ORDER BY s.revision`;
const PAGE_OF_ALL = pageSql('');
const PAGE_OF_TICKET = pageSql(
  'AND serial = (SELECT serial FROM tickets WHERE event = $1 AND ref = $4)',
);

type ScanRow = {
  scan_id: string;
  device: string;
  gate: string;
  lane: string | null;
  operator: string | null;
  direction: Direction;
  verdict: Verdict;
  reason: Reason | null;
  rung: Rung;
  ref: string | null;
  is_manual: boolean;
  scanned_at: Date;
  decided_at: Date;
  revision: string;
  annulled_at: Date | null;
};

function scanRecordOf(row: ScanRow) {
  return {
    scanId: row.scan_id,
    deviceId: row.device,
    gate: row.gate,
    lane: row.lane,
    operator: row.operator,
    isManual: row.is_manual,
    direction: row.direction,
    verdict: row.verdict,
    reason: row.reason,
    rung: row.rung,
    ticketRef: row.ref,
    scannedAt: iso(row.scanned_at.getTime()),
    decidedAt: iso(row.decided_at.getTime()),
    revision: Number(row.revision),
    annulledAt: row.annulled_at === null ? null : iso(row.annulled_at.getTime()),
  };
}

async function eventNumber(pool: Pool, eventId: string): Promise<number> {
  const { rows } = await pool.query<{ number: number }>('SELECT number FROM events WHERE id = $1', [
    eventId,
  ]);
  if (rows[0] !== undefined) return rows[0].number;
  throw new HttpProblem('not-found', {
    detail: `there is no event ${eventId}`,
    mend: 'see “kaimen event list”',
  });
}
