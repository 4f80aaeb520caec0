import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';
import { auditPage, auditVerdict } from '#protocol/access.ts';
import { words } from '#protocol/primitives.ts';
import { type StoredEntry, verifyChains } from './audit-chain.ts';
import { iso } from './clock.ts';
import { addRoute } from './http/route.ts';

const PAGE = 200;

export function addAuditRoutes(app: FastifyInstance, pool: Pool): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/audit',
    rule: { allow: 'audit.read' },
    summary: 'What people did, oldest first',
    tag: 'audit',
    query: z.strictObject({
      node: words(300).optional(),
      after: z.coerce.number().int().min(0).optional(),
    }),
    answer: auditPage,
    handle: async ({ query }) => {
      const { rows } = await pool.query<StoredEntry>(
        `SELECT * FROM audit WHERE seq > $1 AND ($2::text IS NULL OR node = $2)
         ORDER BY seq, node LIMIT $3`,
        [query.after ?? 0, query.node ?? null, PAGE + 1],
      );
      const shown = rows.slice(0, PAGE);
      return {
        entries: shown.map((row) => ({
          node: row.node,
          seq: Number(row.seq),
          at: iso(row.at.getTime()),
          actor: row.actor,
          act: row.act,
          subject: row.subject,
          detail: row.detail,
          hash: row.hash.toString('hex'),
        })),
        next: rows.length > PAGE ? String(shown.at(-1)?.seq ?? 0) : null,
      };
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/audit/verify',
    rule: { allow: 'audit.read' },
    summary: 'Walk every chain from its first entry; keep the heads, they prove it later',
    tag: 'audit',
    answer: auditVerdict,
    handle: () => verifyChains(pool),
  });
}
