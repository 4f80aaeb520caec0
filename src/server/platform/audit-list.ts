// Reading the record of what people did: a page at a time, from either end, and what matches alone.
import type { Pool } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { StoredEntry } from './audit-chain.ts';

/** `at.seq:node` of the last entry shown: of two nodes each has an entry of the same number. */
export const AUDIT_CURSOR = /^(\d{1,15})\.(\d{1,15}):(.{1,300})$/s;

export type Wanted = {
  readonly order: 'oldest' | 'newest';
  readonly node?: string | undefined;
  /** In what was done, by whom, on what, or its detail; case does not matter. */
  readonly q?: string | undefined;
  readonly actor?: string | undefined;
  readonly act?: string | undefined;
  readonly subject?: string | undefined;
  /** From this moment on, and until before that one. */
  readonly from?: Instant | undefined;
  readonly until?: Instant | undefined;
};

const BEGIN = { oldest: '-infinity', newest: 'infinity' } as const;

/** @param after - the cursor of the page before; null: from that end of the record */
export async function listActs(
  pool: Pool,
  wanted: Wanted,
  after: string | null,
  limit: number,
): Promise<{ entries: StoredEntry[]; next: string | null }> {
  const { order, from = null, until = null } = wanted;
  const cursor = AUDIT_CURSOR.exec(after ?? '');
  const [, at, seq = '0', last = ''] = cursor ?? [];
  const [beyond, direction] = order === 'oldest' ? ['>', 'ASC'] : ['<', 'DESC'];
  const { rows } = await pool.query<StoredEntry>(
    `SELECT * FROM audit
     WHERE seq > 0 AND (at, node COLLATE "C", seq) ${beyond} ($1::timestamptz, $2, $3::bigint)
       AND ($4::text IS NULL OR node = $4) AND ($5::text IS NULL OR actor = $5)
       AND ($6::text IS NULL OR act = $6)
       AND ($7::text IS NULL OR subject = $7 OR starts_with(subject, $7 || '/'))
       AND ($8::timestamptz IS NULL OR at >= $8) AND ($9::timestamptz IS NULL OR at < $9)
       AND ($10::text IS NULL OR position(lower($10) IN lower(concat_ws(E'\\n', act, actor, subject, detail))) > 0)
     ORDER BY at ${direction}, node COLLATE "C" ${direction}, seq ${direction} LIMIT $11`,
    [
      at === undefined ? BEGIN[order] : new Date(Number(at)),
      last,
      seq,
      wanted.node ?? null,
      wanted.actor ?? null,
      wanted.act ?? null,
      wanted.subject ?? null,
      from === null ? null : new Date(from),
      until === null ? null : new Date(until),
      wanted.q ?? null,
      limit + 1,
    ],
  );
  const entries = rows.slice(0, limit);
  const end = entries.at(-1);
  const hasMore = rows.length > limit && end !== undefined;
  return { entries, next: hasMore ? `${end.at.getTime()}.${end.seq}:${end.node}` : null };
}
