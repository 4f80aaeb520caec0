// What is known of payments, as one look tells it: enough to see that a fact is news.
import type { Pool } from 'pg';
import { arrayLiteral } from '#server/platform/array-literal.ts';

export type KnownFacts = {
  readonly event: number;
  readonly provider: string;
  /** Names of facts that have been judged for good: told again, nothing follows from them. */
  readonly decided: ReadonlySet<string>;
};

export async function loadKnown(
  pool: Pool,
  payments: readonly string[],
): Promise<ReadonlyMap<string, KnownFacts>> {
  if (payments.length === 0) return new Map();
  const { rows } = await pool.query<{
    id: string;
    event: number;
    provider: string;
    decided: string[];
  }>({
    name: 'payments-known',
    text: `SELECT id, event, provider, ARRAY(SELECT f.id FROM payment_facts f
             WHERE f.payment = p.id AND f.provider = p.provider
               AND f.decision NOT IN ('waiting', 'unmatched')) AS decided
           FROM payments p WHERE id = ANY($1::text[])`,
    values: [arrayLiteral(payments)],
  });
  return new Map(rows.map(({ id, decided, ...of }) => [id, { ...of, decided: new Set(decided) }]));
}
