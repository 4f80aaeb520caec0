// After the match: everything the cell holds of an event is in PostgreSQL, proved by counting it there and here,
// and then goes from the cell.
import type { Pool } from 'pg';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Etcd } from './etcd.ts';
import { EventKeys } from './records.ts';
import { base64, endOf, removeAll } from './wire.ts';

export type Cleared = { readonly scans: number; readonly claims: number };

/** @throws HttpProblem `conflict` when this store lacks anything that the cell has */
export async function clearEvent(pool: Pool, etcd: Etcd, event: number): Promise<Cleared> {
  const keys = new EventKeys(etcd.config.prefix, event);
  const there = {
    scans: await countIn(etcd, `${keys.root}s/`),
    claims: await countIn(etcd, `${keys.root}c/`),
  };
  const { rows } = await pool.query<{ scans: string; claims: string }>(
    `SELECT (SELECT count(*) FROM scans WHERE event = $1) AS scans,
       (SELECT count(*) FROM claims WHERE event = $1) AS claims`,
    [event],
  );
  const here = { scans: Number(rows[0]?.scans), claims: Number(rows[0]?.claims) };
  if (here.scans < there.scans || here.claims < there.claims) {
    throw new HttpProblem('conflict', {
      detail: `the cell holds ${there.scans} verdicts and ${there.claims} claims, this store ${here.scans} and ${here.claims}: nothing was cleared`,
      mend: 'wait until it has taken them up, which happens by itself while the cell answers',
    });
  }
  await pool.query('DELETE FROM cell_feeds WHERE event = $1', [event]);
  await etcd.txn([], [removeAll(keys.root)], [], { withinMs: 10_000 });
  await pool.query('DELETE FROM cell_followed WHERE event = $1', [event]);
  return there;
}

async function countIn(etcd: Etcd, prefix: string): Promise<number> {
  const body = { key: base64(prefix), range_end: endOf(prefix), count_only: true };
  const answer = (await etcd.call('/v3/kv/range', body, { withinMs: 5_000 })) as { count?: string };
  return Number(answer.count ?? 0);
}
