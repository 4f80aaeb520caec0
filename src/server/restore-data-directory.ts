// `restore FILE --data DIR`: a backup becomes the data directory of a server that has yet to start.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { AccessStore } from './access/store.ts';
import { checkBackup, type Restored, restoreBackup } from './backup/restore-backup.ts';
import { RestoreError } from './backup/restore-error.ts';
import { MIGRATIONS } from './open-database.ts';
import { createActs } from './platform/acts.ts';
import { systemClock } from './platform/clock.ts';
import { type ServeConfig, UsageError } from './platform/config.ts';
import type { Log } from './platform/log.ts';
import { readMigrations } from './platform/migrate.ts';
import { RESTORE_MARKER } from './platform/postgres/data-directory.ts';
import { startEmbeddedPostgres } from './platform/postgres/embedded.ts';
import { MASTER_KEY, readMasterKey, writeOnce } from './platform/secret-file.ts';

/**
 * All of the backup or none of it: what is left of an attempt that failed is removed. Should the attempt
 * be killed, its marker keeps a server from starting on half a database.
 *
 * @throws RestoreError, PostgresStartError, MigrationError, UsageError
 */
export async function restoreDataDirectory(
  config: ServeConfig,
  log: Log,
  signal: AbortSignal,
): Promise<Restored> {
  const { backupFile: file, dataDir, databaseUrl, masterKeyFile } = config;
  if (file === null) throw new UsageError('restore FILE --data DIR: name the backup to restore');
  if (databaseUrl !== null) {
    throw new UsageError('restore fills a data directory of its own: unset DATABASE_URL');
  }
  const masterKey = masterKeyFile === null ? null : readMasterKey(masterKeyFile);
  const source = { file, masterKey, migrations: await readMigrations(MIGRATIONS) };
  const isMade = refuseNonEmpty(dataDir);
  await checkBackup(source);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(dataDir, RESTORE_MARKER), `${file}\n`);
  try {
    const restored = await fill(dataDir, (pool) => restoreBackup(pool, source, signal), log);
    if (masterKey !== null) {
      writeOnce(path.join(dataDir, MASTER_KEY), Buffer.from(masterKey).toString('hex'));
    }
    signal.throwIfAborted();
    rmSync(path.join(dataDir, RESTORE_MARKER));
    return restored;
  } catch (error) {
    empty(dataDir, isMade);
    throw error;
  }
}

async function fill(
  dataDir: string,
  restore: (pool: pg.Pool) => Promise<Restored>,
  log: Log,
): Promise<Restored> {
  await using postgres = await startEmbeddedPostgres({ dataDir, log });
  const pool = new pg.Pool({ ...postgres.connection, max: 2 });
  pool.on('error', () => {});
  try {
    const restored = await restore(pool);
    await recordRestore(pool, dataDir, restored);
    return restored;
  } finally {
    await pool.end();
  }
}

/** Tokens of before go on to work; whoever may restore gets one more, as at a first start. */
async function recordRestore(pool: pg.Pool, dataDir: string, restored: Restored): Promise<void> {
  const access = new AccessStore(pool, systemClock);
  const node = `${hostname()}/${path.resolve(dataDir)}`;
  const { id, takenAt } = restored.manifest;
  const created = await createActs(pool, node, systemClock).do(null, async (client) => {
    // Whoever signed out since the backup was taken stays signed out: everybody signs in again.
    await client.query('UPDATE sessions SET ended_at = now() WHERE ended_at IS NULL');
    const result = await access.createToken(client, {
      role: 'admin',
      person: 'restoring-admin',
      createdBy: 'kaimen',
      expiresAt: null,
    });
    return { result, act: { act: 'store.restored', subject: id, detail: { takenAt } } };
  });
  writeOnce(path.join(dataDir, 'admin-token'), created.token);
}

/** @returns whether the directory has to be made */
function refuseNonEmpty(dataDir: string): boolean {
  if (!existsSync(dataDir)) return true;
  const entries = readdirSync(dataDir).filter((name) => name !== 'lost+found');
  if (entries.length === 0) return false;
  const isOurs = entries.includes(RESTORE_MARKER);
  throw new RestoreError(
    'data-dir-not-empty',
    isOurs
      ? `a restore into ${dataDir} was cut short: remove the directory and restore again`
      : `${dataDir} is not empty (it holds ${entries.slice(0, 3).join(', ')}): restore into a new directory, and keep this one until the restored server runs`,
  );
}

function empty(dataDir: string, isMade: boolean): void {
  if (isMade) rmSync(dataDir, { recursive: true, force: true });
  for (const name of isMade ? [] : readdirSync(dataDir)) {
    if (name !== 'lost+found') rmSync(path.join(dataDir, name), { recursive: true, force: true });
  }
}
