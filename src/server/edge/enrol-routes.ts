// Boxes in the ground, enrolled and revoked at the hub.
import type { FastifyInstance } from 'fastify';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { edgeEnrolled, edgeList, edgeName, edgeRequest, type edgeView } from '#protocol/edge.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { findEdge, listEdges, saveEdge } from './edge-store.ts';
import { hubSecret } from './hub-secret.ts';

export function addEdgeRoutes(app: FastifyInstance, context: ServerContext): void {
  const { acts, access, pool } = context;

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/edges',
    rule: { allow: 'edges.read' },
    summary: 'Boxes in the ground: when each was heard, and what it decides',
    tag: 'edges',
    answer: edgeList,
    handle: async () => ({ edges: (await listEdges(pool)).map(viewOf) }),
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/edges',
    rule: { allow: 'edges.enrol' },
    summary: 'Enrol a box in the ground; again after it was revoked or set up anew',
    tag: 'edges',
    body: edgeRequest,
    answer: edgeEnrolled,
    handle: async ({ body, principal }) => {
      const { name } = body;
      const token = await acts.do(principal, async (client) => {
        const existing = await findEdge(client, name);
        if (existing !== null && existing.revoked_at === null) {
          throw new HttpProblem('conflict', {
            detail: `${name} is enrolled already`,
            mend: 'revoke it first, or give the new box another name',
          });
        }
        await ensureHubToken(context, client);
        const created = await access.createToken(client, {
          role: 'edge',
          person: name,
          createdBy: actorOf(principal),
          expiresAt: null,
        });
        const at = new Date(context.now());
        await saveEdge(client, { name, address: body.address ?? null, token: created.id, at });
        const detail = { address: body.address ?? null };
        return { result: created.token, act: { act: 'edge.enrolled', subject: name, detail } };
      });
      access.committed();
      return { name, token: `${name}:${token}` };
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/edges/:name/revoke',
    rule: { allow: 'edges.enrol' },
    summary: 'Revoke a box: the hub and the other boxes answer it no longer',
    tag: 'edges',
    params: z.object({ name: edgeName }),
    handle: async ({ params: { name }, principal }) => {
      await acts.do(principal, async (client) => {
        const edge = await findEdge(client, name);
        if (edge === null || edge.revoked_at !== null) {
          throw new HttpProblem('not-found', {
            detail: `there is no box ${name} that could be revoked`,
            mend: '“kaimen edge list” names those there are',
          });
        }
        await refuseWhileDeciding(client, name);
        await client.query('UPDATE edges SET revoked_at = $2 WHERE name = $1', [
          name,
          new Date(context.now()),
        ]);
        await access.revoke(client, 'tokens', edge.token);
        return { result: null, act: { act: 'edge.revoked', subject: name, detail: {} } };
      });
      access.committed();
      return { name, revoked: true };
    },
  });
}

/** Nobody would decide these events, and nobody would say so. */
async function refuseWhileDeciding(client: PoolClient, name: string): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM events WHERE $1 IN (authority, handover_to) AND status <> 'archived' LIMIT 10`,
    [name],
  );
  if (rows.length === 0) return;
  throw new HttpProblem('conflict', {
    detail: `${name} decides ${rows.map(({ id }) => id).join(', ')}`,
    mend: 'have another node decide first: “kaimen edge authority --to hub”, with --lost if it cannot be asked',
  });
}

/** By which boxes know their hub when it passes scans on to them; all nodes of a hub have it. */
async function ensureHubToken(context: ServerContext, client: PoolClient): Promise<void> {
  await client.query('LOCK TABLE edges IN SHARE ROW EXCLUSIVE MODE');
  const { rowCount } = await client.query(
    `SELECT 1 FROM tokens WHERE role = 'edge' AND person = 'hub' AND revoked_at IS NULL`,
  );
  if (rowCount !== 0) return;
  await context.access.createToken(client, {
    secret: hubSecret(context.masterKey),
    role: 'edge',
    person: 'hub',
    createdBy: 'kaimen',
    expiresAt: null,
  });
}

function viewOf(row: Awaited<ReturnType<typeof listEdges>>[number]): z.infer<typeof edgeView> {
  return {
    name: row.name,
    address: row.address,
    enrolledAt: iso(row.enrolled_at.getTime()),
    seenAt: row.seen_at === null ? null : iso(row.seen_at.getTime()),
    revokedAt: row.revoked_at === null ? null : iso(row.revoked_at.getTime()),
    clockSkewMs: row.report?.clockSkewMs ?? null,
    decides: row.decides,
  };
}
