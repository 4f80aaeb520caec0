// The state of the claim store, and the end of its rebuilding.
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { z } from 'zod';
import { reconcileRequest, storeView } from '#protocol/access.ts';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';

export function addStoreRoutes(app: FastifyInstance, context: ServerContext): void {
  const { pool, storeState, acts } = context;

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/store',
    rule: { allow: 'store.reconcile' },
    summary: 'Whether the claim store serves, and which journals a rebuild waits for',
    tag: 'operation',
    answer: storeView,
    handle: async () => {
      await storeState.refresh();
      return await viewOf(context);
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/store/reconcile',
    rule: { allow: 'store.reconcile' },
    summary: 'End a rebuild: every lane has been heard out, or is named as lost',
    tag: 'operation',
    body: reconcileRequest,
    answer: storeView,
    handle: async ({ body, principal }) => {
      await storeState.refresh();
      if (storeState.current().state === 'serving') return await viewOf(context);
      const lost = new Set(body.withoutDevices ?? []);
      const missing = (await unheard(pool)).filter((device) => !lost.has(device));
      if (missing.length > 0) {
        throw new HttpProblem('conflict', {
          detail: `journals are still to come from ${missing.slice(0, 10).join(', ')}`,
          mend: 'let these lanes and boxes reconnect, or name the ones that are lost in withoutDevices',
        });
      }
      await acts.do(principal, async (client) => {
        // Lists of the copy counted on differently: lanes drop theirs and fetch anew.
        await client.query('UPDATE lists SET epoch = $1', [randomName('', 5)]);
        const detail = { reason: body.reason, withoutDevices: [...lost] };
        const act = { act: 'store.reconciled', subject: storeState.current().epoch, detail };
        return { result: null, act };
      });
      await storeState.finishRebuild();
      return await viewOf(context);
    },
  });
}

async function viewOf({ storeState, pool }: ServerContext): Promise<z.infer<typeof storeView>> {
  const { state, epoch, why } = storeState.current();
  return { state, epoch, why, waitingFor: state === 'serving' ? [] : await unheard(pool) };
}

/**
 * Lanes of open events that have journals or scans, and have not been heard out since the rebuild began; and
 * boxes that have not been heard since, which know who has been named to decide.
 */
async function unheard(pool: Pool): Promise<string[]> {
  const boxes = await pool.query<{ name: string }>(
    `SELECT x.name FROM edges x, store s
     WHERE x.revoked_at IS NULL AND x.seen_at < s.since AND x.enrolled_at < s.since ORDER BY x.name`,
  );
  const lanes = await unheardLanes(pool);
  return [...boxes.rows.map(({ name }) => name), ...lanes];
}

async function unheardLanes(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT d.id FROM devices d JOIN events e ON e.number = d.event
     WHERE e.status = 'open' AND d.revoked_at IS NULL
       AND NOT EXISTS (
         SELECT 1 FROM journals j, store s
         WHERE j.device = d.id AND j.completed_at >= s.since)
     ORDER BY d.id LIMIT 10000`,
  );
  return rows.map((row) => row.id);
}
