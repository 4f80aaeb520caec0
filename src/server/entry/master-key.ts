import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Pool } from 'pg';
import { hmacSha256, unseal } from '#server/platform/crypto.ts';
import { loadMasterKey, MASTER_KEY } from '#server/platform/secret-file.ts';
import { keyContext } from './catalogue.ts';

/** The database was sealed with a key that is not here. The message names the mend. */
export class MasterKeyError extends Error {
  override name = 'MasterKeyError';
  readonly code = 'master-key-wrong';
}

/**
 * The master key of this data directory, made for a database that has no use for another: without the key
 * that its events were sealed with no code could be told from a forgery.
 *
 * @throws MasterKeyError
 */
export async function openMasterKey(pool: Pool, dataDir: string): Promise<Uint8Array> {
  const { rows } = await pool.query<{ id: string; sealed_key: Buffer }>(
    'SELECT id, sealed_key FROM events ORDER BY number LIMIT 1',
  );
  const event = rows[0];
  const file = path.join(dataDir, MASTER_KEY);
  if (event !== undefined && !existsSync(file)) {
    throw new MasterKeyError(
      `${file} is missing: put back the copy of the key that this database was used with`,
    );
  }
  const masterKey = loadMasterKey(dataDir);
  await refuseAnotherKey(pool, masterKey, file);
  if (event === undefined) return masterKey;
  try {
    unseal(masterKey, keyContext(event.id), event.sealed_key);
    return masterKey;
  } catch (error) {
    throw new MasterKeyError(
      `${file} is not the key that this database was used with: put back the copy of that one`,
      { cause: error },
    );
  }
}

/** Nodes of one hub share one key: whoever comes with another is told before anything is sealed with it. */
async function refuseAnotherKey(pool: Pool, masterKey: Uint8Array, file: string): Promise<void> {
  const mark = Buffer.from(hmacSha256(masterKey, Buffer.from('kaimen key mark 1'))).toString('hex');
  await pool.query(
    `INSERT INTO replica_state (what, value) VALUES ('master-key-mark', $1) ON CONFLICT DO NOTHING`,
    [mark],
  );
  const { rows } = await pool.query<{ value: string }>(
    `SELECT value FROM replica_state WHERE what = 'master-key-mark'`,
  );
  if (rows[0]?.value === mark) return;
  throw new MasterKeyError(
    `${file} is another key than that of the node which was here first: copy its master-key to every node before its first start`,
  );
}
