import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';
import { auditPage, auditVerdict } from '#protocol/access.ts';
import { words } from '#protocol/primitives.ts';
import { AUDIT_CURSOR, listActs, verifyChains } from './audit-chain.ts';
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
      after: words(316).regex(AUDIT_CURSOR, 'pass on “next” of the page before').optional(),
    }),
    answer: auditPage,
    handle: async ({ query }) => {
      const page = await listActs(pool, query.node ?? null, query.after ?? null, PAGE);
      return {
        entries: page.entries.map((row) => ({
          node: row.node,
          seq: Number(row.seq),
          at: iso(row.at.getTime()),
          actor: row.actor,
          act: row.act,
          subject: row.subject,
          detail: row.detail,
          hash: row.hash.toString('hex'),
        })),
        next: page.next,
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
