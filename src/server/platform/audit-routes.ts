import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { auditPage, auditVerdict } from '#protocol/access.ts';
import { time, words } from '#protocol/primitives.ts';
import { verifyChains } from './audit-chain.ts';
import { AUDIT_CURSOR, listActs } from './audit-list.ts';
import { iso } from './clock.ts';
import { addRoute } from './http/route.ts';

const PAGE = 200;

const auditQuery = z.strictObject({
  order: z.enum(['oldest', 'newest']).default('oldest'),
  q: words(100).min(1).optional().describe('in what was done, by whom, on what, or its detail'),
  actor: words(200).optional(),
  act: words(100).optional().describe('such as ticket.blocked'),
  subject: words(300).optional().describe('an event takes what was done to its tickets with it'),
  from: time.optional(),
  until: time.optional().describe('before this moment'),
  node: words(300).optional(),
  after: words(333).regex(AUDIT_CURSOR, 'pass on “next” of the page before').optional(),
});

export function addAuditRoutes(app: FastifyInstance, pool: Pool): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/audit',
    rule: { allow: 'audit.read' },
    summary: 'What people did, a page at a time, and what matches alone',
    tag: 'audit',
    query: auditQuery,
    answer: auditPage,
    handle: async ({ query }) => {
      const { after = null, from, until, ...wanted } = query;
      const range = { from: instantOf(from), until: instantOf(until) };
      const page = await listActs(pool, { ...wanted, ...range }, after, PAGE);
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
    priority: 'bulk',
    summary: 'Walk every chain from its first entry; keep the heads, they prove it later',
    tag: 'audit',
    answer: auditVerdict,
    handle: () => verifyChains(pool),
  });
}

function instantOf(text: string | undefined): Instant | undefined {
  return text === undefined ? undefined : (parseInstant(text) ?? undefined);
}
