// Is this the claim store that lanes have seen, or an older one come back? Every answer carries
// (epoch, revision); whoever has seen more than we have proves that we are behind, and then we decide
// nothing until journals have filled the gap (design §2, "Claim store").
import type { Pool } from 'pg';
import { hmacSha256, randomName } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Log } from '#server/platform/log.ts';

export type Seen = { readonly epoch: string; readonly revision: number; readonly mark: string };

export type StoreState = {
  /** @throws HttpProblem `store-behind` while the store is being rebuilt */
  servingEpoch(): string;
  current(): {
    readonly state: 'serving' | 'rebuilding';
    readonly epoch: string;
    readonly why: string | null;
  };
  refresh(): Promise<void>;
  /** Only a store that holds the master key can have said so: a lane cannot invent what it saw. */
  markOf(eventNumber: number, epoch: string, revision: number): string;
  /** What a caller says it has seen. Stops serving if we should know it and do not. */
  observe(eventNumber: number, seen: Seen): Promise<void>;
  beginRebuild(why: string): Promise<void>;
  finishRebuild(): Promise<void>;
};

type Row = { epoch: string; state: 'serving' | 'rebuilding'; why: string | null };

export async function openStoreState(
  pool: Pool,
  masterKey: Uint8Array,
  log: Log,
): Promise<StoreState> {
  const markKey = hmacSha256(masterKey, Buffer.from('kaimen mark 1'));
  const epochs = new Set<string>();
  /** Highest revision this process knows to be committed, by event: spares a query per scan. */
  const known = new Map<number, number>();
  let row = await load();

  async function load(): Promise<Row> {
    await pool.query(
      `INSERT INTO store (id, epoch, state, why, since) VALUES (1, $1, 'serving', NULL, now())
       ON CONFLICT (id) DO NOTHING`,
      [randomName('', 10)],
    );
    await pool.query(
      `INSERT INTO store_epochs (epoch, started_at) SELECT epoch, since FROM store
       ON CONFLICT (epoch) DO NOTHING`,
    );
    const past = await pool.query<{ epoch: string }>('SELECT epoch FROM store_epochs');
    for (const { epoch } of past.rows) epochs.add(epoch);
    const { rows } = await pool.query<Row>('SELECT epoch, state, why FROM store');
    if (rows[0] === undefined) throw new Error('the store has no state');
    return rows[0];
  }

  async function beginRebuild(why: string): Promise<void> {
    log.error({ why }, 'the claim store is behind: deciding nothing until it is rebuilt');
    await pool.query(
      `UPDATE store SET state = 'rebuilding', why = $1, since = now() WHERE state = 'serving'`,
      [why],
    );
    row = await load();
  }

  function markOf(eventNumber: number, epoch: string, revision: number): string {
    const message = Buffer.from(`${eventNumber}:${epoch}:${revision}`);
    return Buffer.from(hmacSha256(markKey, message).subarray(0, MARK_BYTES)).toString('base64url');
  }

  return {
    markOf,
    servingEpoch() {
      if (row.state === 'serving') return row.epoch;
      throw storeBehind(row.why);
    },
    current: () => row,
    async refresh() {
      row = await load();
    },
    async observe(eventNumber, seen) {
      const isOurs = seen.epoch === row.epoch;
      if (isOurs && seen.revision <= (known.get(eventNumber) ?? 0)) return;
      if (seen.mark !== markOf(eventNumber, seen.epoch, seen.revision)) return;
      if (seen.epoch !== row.epoch) {
        if (!epochs.has(seen.epoch)) row = await load();
        if (epochs.has(seen.epoch)) return;
        return beginRebuild(`a lane has seen epoch ${seen.epoch}, which this store never had`);
      }
      const { rows } = await pool.query<{ revision: string }>(
        'SELECT revision FROM claim_heads WHERE event = $1',
        [eventNumber],
      );
      const revision = Number(rows[0]?.revision ?? 0);
      known.set(eventNumber, revision);
      if (seen.revision <= revision) return;
      await beginRebuild(`a lane has seen revision ${seen.revision}, this store has ${revision}`);
    },
    beginRebuild,
    async finishRebuild() {
      await pool.query(
        `UPDATE store SET state = 'serving', epoch = $1, why = NULL, since = now()`,
        [randomName('', 10)],
      );
      row = await load();
    },
  };
}

const MARK_BYTES = 8;

function storeBehind(why: string | null): HttpProblem {
  return new HttpProblem('store-behind', {
    detail: why ?? 'this database is older than what lanes have seen',
    mend: 'lanes go on alone and upload their journals; then run “kaimen reconcile”',
    retryAfterSeconds: 5,
  });
}
