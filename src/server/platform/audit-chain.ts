// Acts of people, each chained to the one before by SHA-256, per node: a row changed, removed or put in
// later is found by whoever holds a later head.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { iso } from './clock.ts';
import { sha256 } from './crypto.ts';

export type Act = {
  /** Pseudonymous id of the person or device. */
  readonly actor: string;
  /** What was done, past tense: `event.opened`, `ticket.blocked`, `holder.shown`. */
  readonly act: string;
  readonly subject: string;
  /** No names, no codes, no tokens. */
  readonly detail: Readonly<Record<string, unknown>>;
};

type Entry = Act & { readonly node: string; readonly seq: number; readonly at: Instant };

export type StoredEntry = {
  node: string;
  seq: string;
  at: Date;
  actor: string;
  act: string;
  subject: string;
  detail: string;
  prev: Buffer;
  hash: Buffer;
};

const GENESIS = Buffer.alloc(32);

/**
 * Appends inside the caller's transaction, so that an act and its record happen together or not at
 * all. The node's last row is locked: entries of one node are in a line.
 */
export async function appendAct(
  client: PoolClient,
  node: string,
  at: Instant,
  act: Act,
): Promise<void> {
  // The lock is a row of its own, since the first act has no row before it.
  await client.query(
    `INSERT INTO audit (node, seq, at, actor, act, subject, detail, prev, hash)
     VALUES ($1, 0, $2, 'kaimen', 'chain.begun', $1, '{}', $3, $3) ON CONFLICT DO NOTHING`,
    [node, new Date(at), GENESIS],
  );
  await client.query('SELECT 1 FROM audit WHERE node = $1 AND seq = 0 FOR UPDATE', [node]);
  const { rows } = await client.query<{ seq: string; hash: Buffer }>(
    'SELECT seq, hash FROM audit WHERE node = $1 ORDER BY seq DESC LIMIT 1',
    [node],
  );
  const last = rows[0];
  if (last === undefined) throw new Error('the chain has a first entry');
  const seq = Number(last.seq) + 1;
  const detail = JSON.stringify(act.detail);
  const hash = hashOf({ ...act, node, seq, at }, detail, last.hash);
  await client.query(
    `INSERT INTO audit (node, seq, at, actor, act, subject, detail, prev, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [node, seq, new Date(at), act.actor, act.act, act.subject, detail, last.hash, hash],
  );
}

export type ChainVerdict = {
  readonly isWhole: boolean;
  readonly entries: number;
  readonly heads: readonly { readonly node: string; readonly seq: number; readonly hash: string }[];
  readonly broken: { readonly node: string; readonly seq: number; readonly why: string } | null;
};

const PAGE = 2_000;

/** Walks every chain from its first entry; memory is bounded by the page. */
export async function verifyChains(pool: Pool): Promise<ChainVerdict> {
  const nodes = await pool.query<{ node: string }>('SELECT DISTINCT node FROM audit ORDER BY node');
  const heads: { node: string; seq: number; hash: string }[] = [];
  let entries = 0;
  for (const { node } of nodes.rows) {
    let prev: Buffer = GENESIS;
    let seq = 0;
    for (;;) {
      const { rows } = await pool.query<StoredEntry>(
        'SELECT * FROM audit WHERE node = $1 AND seq > $2 ORDER BY seq LIMIT $3',
        [node, seq, PAGE],
      );
      for (const row of rows) {
        const why = faultOf(row, seq + 1, prev);
        if (why !== null) {
          const broken = { node, seq: Number(row.seq), why };
          return { isWhole: false, entries, heads, broken };
        }
        seq += 1;
        entries += 1;
        prev = row.hash;
      }
      if (rows.length < PAGE) break;
    }
    heads.push({ node, seq, hash: prev.toString('hex') });
  }
  return { isWhole: true, entries, heads, broken: null };
}

function faultOf(row: StoredEntry, seq: number, prev: Buffer): string | null {
  if (Number(row.seq) !== seq) return `entry ${seq} is missing`;
  if (!row.prev.equals(prev)) return 'does not follow from the entry before';
  const { node, actor, act, subject } = row;
  const at = row.at.getTime() as Instant;
  const expected = hashOf({ node, seq, at, actor, act, subject, detail: {} }, row.detail, prev);
  return row.hash.equals(expected) ? null : 'its content was changed';
}

function hashOf(entry: Entry, detail: string, prev: Buffer): Buffer {
  const { node, seq, at, actor, act, subject } = entry;
  const content = JSON.stringify([node, seq, iso(at), actor, act, subject, detail]);
  return Buffer.from(sha256(Buffer.concat([prev, Buffer.from(content)])));
}
