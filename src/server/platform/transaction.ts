import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { isConnectionLost } from './database-fault.ts';
import { OutcomeUnknownError } from './outcome-unknown.ts';

/** Serialization failure and deadlock: nothing happened, and the same again may succeed. */
const RETRIED = new Set(['40001', '40P01']);
const ATTEMPTS_MAX = 10;
/** Those who lock the same in another order would meet again: each steps back for a time of its own. */
const STEP_BACK_MS = 8;
/** So long a transaction is begun again that its server died under; whoever asked is still there then. */
const FAILOVER_MS = 5_000;
const FAILOVER_STEP_MS = 100;

type TransactionOptions = {
  /** To run all of it again harms nothing even if it was committed: it finds what it did. */
  readonly isRepeatable?: boolean;
  /** What `work` reads cannot be read again: its first run is its only one. */
  readonly isOnce?: boolean;
};

/**
 * Runs `work` in one transaction; `work` must be safe to run again from its start. It is run again when it
 * lost a race, and when its server was lost before the commit: nothing of it is there then.
 *
 * @throws OutcomeUnknownError when the server was lost during the commit
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  { isRepeatable = false, isOnce = false }: TransactionOptions = {},
): Promise<T> {
  const until = performance.now() + FAILOVER_MS;
  for (let attempt = 1; ; attempt++) {
    const outcome = await runOnce(pool, work);
    if (outcome.isDone) return outcome.result;
    const { error, wasCommitting } = outcome;
    const code = (error as { code?: string }).code ?? '';
    const lostRace = RETRIED.has(code) && attempt < ATTEMPTS_MAX;
    const isLost = !lostRace && isConnectionLost(error);
    if (isLost && wasCommitting && !isRepeatable) {
      throw new OutcomeUnknownError('the database was lost during a commit', { cause: error });
    }
    const isAgain = lostRace || (isLost && performance.now() < until);
    if (isOnce || !isAgain) throw error;
    await pause(lostRace ? Math.random() * STEP_BACK_MS * attempt : FAILOVER_STEP_MS);
  }
}

type Run<T> =
  | { readonly isDone: true; readonly result: T }
  | { readonly isDone: false; readonly error: unknown; readonly wasCommitting: boolean };

async function runOnce<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<Run<T>> {
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    return { isDone: false, error, wasCommitting: false };
  }
  let wasCommitting = false;
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    wasCommitting = true;
    await client.query('COMMIT');
    return { isDone: true, result };
  } catch (error) {
    // Who does not answer would not take back either: what a lost connection had begun is undone with it.
    if (isConnectionLost(error)) broken = error as Error;
    else {
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
    }
    return { isDone: false, error, wasCommitting };
  } finally {
    client.release(broken);
  }
}

/** Runs `work` on one moment of the database, whatever is committed meanwhile. */
export async function onSnapshot<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const reading = async (client: PoolClient) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return work(client);
  };
  return inTransaction(pool, reading, { isRepeatable: true });
}
