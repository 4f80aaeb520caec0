// Ways to the gates of a ground, as the club describes them once for all its matches.
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Approach } from '#domain/delivery/route-advice.ts';
import { approaches } from '#protocol/order-papers.ts';
import { id } from '#protocol/primitives.ts';
import { actorOf } from '#server/platform/acts.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';

const venueParams = z.object({ venue: id });

export async function readApproaches(pool: Pool, venue: string): Promise<readonly Approach[]> {
  const { rows } = await pool.query<{ ways: Approach[] }>(
    'SELECT ways FROM approaches WHERE venue = $1',
    [venue],
  );
  return rows[0]?.ways ?? [];
}

export function addApproachRoutes(app: FastifyInstance, { pool, acts, now }: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/venues/:venue/approaches',
    rule: { allow: 'events.read' },
    summary: 'Ways to the gates of a ground',
    tag: 'venues',
    params: venueParams,
    answer: approaches,
    handle: async ({ params }) => ({ approaches: [...(await readApproaches(pool, params.venue))] }),
  });
  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/venues/:venue/approaches',
    rule: { allow: 'events.import' },
    summary: 'Describe the ways to the gates of a ground, all of them',
    tag: 'venues',
    params: venueParams,
    body: approaches,
    answer: approaches,
    handle: async ({ params, body, principal }) => {
      await acts.do(principal, async (client) => {
        await client.query(
          `INSERT INTO approaches (venue, ways, set_by, set_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (venue) DO UPDATE SET ways = excluded.ways, set_by = excluded.set_by,
             set_at = excluded.set_at`,
          [params.venue, JSON.stringify(body.approaches), actorOf(principal), new Date(now())],
        );
        const detail = { ways: body.approaches.length };
        return { result: null, act: { act: 'approaches.set', subject: params.venue, detail } };
      });
      return body;
    },
  });
}
