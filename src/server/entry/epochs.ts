// The epochs of a claim store. Each start and each reconciliation begins one and notes where the last one
// ended, so that an older copy is found out even after it has gone on deciding for a while.
import type { Pool, PoolClient } from 'pg';
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

export async function loadStore(
  pool: Pool | PoolClient,
): Promise<{ row: StoreRow; ends: EpochEnds }> {
  const past = await pool.query<{ epoch: string; ended_with: Revisions | null }>(
    'SELECT epoch, ended_with FROM store_epochs',
  );
  const { rows } = await pool.query<StoreRow>('SELECT epoch, state, why FROM store');
  if (rows[0] === undefined) throw new Error('the store has no state');
  return { row: rows[0], ends: new Map(past.rows.map((each) => [each.epoch, each.ended_with])) };
}

/** A store that is being rebuilt begins no epoch by starting: it is measured against its old ones. */
export async function beginEpoch(pool: Pool, how: 'starting' | 'rebuilt'): Promise<void> {
  const epoch = randomName('', 10);
  await inTransaction(pool, async (client) => {
    await client.query(
      `INSERT INTO store (id, epoch, state, why, since) VALUES (1, $1, 'serving', NULL, now())
       ON CONFLICT (id) DO NOTHING`,
      [epoch],
    );
    await client.query('SELECT 1 FROM store FOR UPDATE');
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
      `UPDATE store SET epoch = $1, state = 'serving', why = NULL, since = now()
       WHERE state = 'serving' OR $2`,
      [epoch, how === 'rebuilt'],
    );
    await client.query(
      `INSERT INTO store_epochs (epoch, started_at) SELECT epoch, now() FROM store
       ON CONFLICT (epoch) DO NOTHING`,
    );
  });
}

/** @param unknown - an epoch whose lanes will have been heard out once the rebuild is finished */
export async function stopServing(pool: Pool, why: string, unknown: string | null): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(
      `UPDATE store SET state = 'rebuilding', why = $1, since = now() WHERE state = 'serving'`,
      [why],
    );
    if (unknown === null) return;
    await client.query(
      `INSERT INTO store_epochs (epoch, started_at) VALUES ($1, now()) ON CONFLICT DO NOTHING`,
      [unknown],
    );
  });
}
