// The epochs of a claim store. Each start and each reconciliation begins one and notes where the last one
// ended, so that an older copy is found out even after it has gone on deciding for a while.
import type { Pool, PoolClient } from 'pg';
import type { Behind } from '#domain/sync/witness.ts';
import { randomName } from '#server/platform/crypto.ts';
import { inTransaction } from '#server/platform/transaction.ts';

export type StoreRow = {
  readonly epoch: string;
  readonly state: 'serving' | 'rebuilding';
  readonly why: string | null;
};

/** By event number. */
export type Revisions = Readonly<Record<string, number>>;

/** Of every epoch this store has lived through, where it ended; null: whatever was seen of it is known. */
export type EpochEnds = ReadonlyMap<string, Revisions | null>;

/**
 * The cluster that answers. A PostgreSQL of our own names itself after its directory, which may be moved:
 * it is no cluster. Others have what they are configured with; Patroni sets the name of its scope.
 */
export const THIS_CLUSTER =
  "regexp_replace(current_setting('cluster_name'), '^kaimen-[0-9a-f]{16}$', '')";

/** A copy in another cluster lacks what came after it was last fed, and nobody knows how much that is. */
const IS_ELSEWHERE = `state = 'serving' AND cluster IS NOT NULL AND cluster <> ${THIS_CLUSTER}`;
const WHY_ELSEWHERE = `'promoted in the cluster “' || ${THIS_CLUSTER} || '” from a copy of “' || cluster || '”'`;

export async function loadStore(
  pool: Pool | PoolClient,
): Promise<{ row: StoreRow; ends: EpochEnds }> {
  const past = await pool.query<{ epoch: string; ended_with: Revisions | null }>(
    'SELECT epoch, ended_with FROM store_epochs',
  );
  const { rows } = await pool.query<StoreRow>(
    `SELECT epoch, CASE WHEN ${IS_ELSEWHERE} THEN 'rebuilding' ELSE state END AS state,
            CASE WHEN ${IS_ELSEWHERE} THEN ${WHY_ELSEWHERE} ELSE why END AS why
     FROM store`,
  );
  if (rows[0] === undefined) throw new Error('the store has no state');
  return { row: rows[0], ends: new Map(past.rows.map((each) => [each.epoch, each.ended_with])) };
}

/** A store that is being rebuilt begins no epoch by starting: it is measured against its old ones. */
export async function beginEpoch(pool: Pool, how: 'starting' | 'rebuilt'): Promise<void> {
  const epoch = randomName('', 10);
  const begin = async (client: PoolClient) => {
    await client.query(
      `INSERT INTO store (id, epoch, state, why, since) VALUES (1, $1, 'serving', NULL, now())
       ON CONFLICT (id) DO NOTHING`,
      [epoch],
    );
    await client.query('SELECT 1 FROM store FOR UPDATE');
    await stopElsewhere(client);
    // With its fence moved, a claim that another node has decided under the old epoch is decided again.
    await client.query('UPDATE claim_heads SET fence = fence + 1');
    await client.query(
      `UPDATE store_epochs SET ended_with = CASE WHEN $1 THEN NULL ELSE COALESCE(
         (SELECT jsonb_object_agg(event, revision) FROM claim_heads), '{}') END
       FROM store
       WHERE $1 OR (store_epochs.epoch = store.epoch AND store.state = 'serving')`,
      [how === 'rebuilt'],
    );
    await client.query(
      `UPDATE store SET epoch = $1, state = 'serving', why = NULL, since = now(),
         cluster = ${THIS_CLUSTER}
       WHERE state = 'serving' OR $2`,
      [epoch, how === 'rebuilt'],
    );
    await client.query(
      `INSERT INTO store_epochs (epoch, started_at) SELECT epoch, now() FROM store
       ON CONFLICT (epoch) DO NOTHING`,
    );
  };
  await inTransaction(pool, begin, { isRepeatable: true });
}

/** Once for all nodes: from here on the row itself says it, and since when. */
export async function stopElsewhere(client: Pool | PoolClient): Promise<void> {
  await client.query(
    `UPDATE store SET state = 'rebuilding', why = ${WHY_ELSEWHERE}, since = now()
     WHERE ${IS_ELSEWHERE}`,
  );
}

/** What is to be held against the store, by whoever writes to it. */
export type Judge = (past: {
  readonly row: StoreRow;
  readonly ends: EpochEnds;
  readonly revisionOf: (event: number) => Promise<number>;
}) => Promise<Behind | null>;

/**
 * Stops the store if what was found against it holds in the transaction that says so. What was found may
 * have been read from a server that is no primary any more; this is committed by the one that is.
 */
export async function stopServing(pool: Pool, judge: Judge): Promise<Behind | null> {
  const stop = async (client: PoolClient) => {
    await client.query('SELECT 1 FROM store FOR UPDATE');
    const { row, ends } = await loadStore(client);
    const found = await judge({ row, ends, revisionOf: (event) => revisionOf(client, event) });
    if (found === null) return null;
    await client.query(
      `UPDATE store SET state = 'rebuilding', why = $1, since = now() WHERE state = 'serving'`,
      [found.why],
    );
    if (found.unknownEpoch !== null) {
      await client.query(
        `INSERT INTO store_epochs (epoch, started_at) VALUES ($1, now()) ON CONFLICT DO NOTHING`,
        [found.unknownEpoch],
      );
    }
    return found;
  };
  return await inTransaction(pool, stop, { isRepeatable: true });
}

export async function revisionOf(client: Pool | PoolClient, event: number): Promise<number> {
  const { rows } = await client.query<{ revision: string }>(
    'SELECT revision FROM claim_heads WHERE event = $1',
    [event],
  );
  return Number(rows[0]?.revision ?? 0);
}
