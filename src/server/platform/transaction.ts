import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

/** Serialization failure and deadlock: nothing happened, and the same again may succeed. */
const RETRIED = new Set(['40001', '40P01']);
const ATTEMPTS_MAX = 10;
/** Those who lock the same in another order would meet again: each steps back for a time of its own. */
const STEP_BACK_MS = 8;

/** Runs `work` in one transaction; `work` must be safe to run again from its start. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      const { code } = error as { code?: string };
      if (attempt >= ATTEMPTS_MAX || code === undefined || !RETRIED.has(code)) throw error;
    } finally {
      client.release(broken);
    }
    await pause(Math.random() * STEP_BACK_MS * attempt);
  }
}

/** Runs `work` on one moment of the database, whatever is committed meanwhile. */
export async function onSnapshot<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return work(client);
  });
}
