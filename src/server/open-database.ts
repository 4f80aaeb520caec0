// The database that a configuration names: embedded and supervised, or another's.
import { existsSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import type { ServeConfig } from './platform/config.ts';
import type { Log } from './platform/log.ts';
import { RESTORE_MARKER } from './platform/postgres/data-directory.ts';
import { startEmbeddedPostgres } from './platform/postgres/embedded.ts';
import { PostgresStartError } from './platform/postgres/start-error.ts';

export const MIGRATIONS = new URL('../../db/migrations/', import.meta.url);
const POOL_MAX = 12;
const CLAIM_POOL_MAX = 6;
/** A claim reads a few dozen rows by key, whatever the planner believes of tables it has not counted. */
const CLAIM_OPTIONS =
  '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off';

export type Database = {
  readonly pool: pg.Pool;
  readonly claimPool: pg.Pool;
  /** It is down for want of room on its disk, and comes back by itself when there is some. */
  isDiskFull(): boolean;
  close(): Promise<void>;
};

export async function openDatabase(config: ServeConfig, log: Log): Promise<Database> {
  refuseUnfinishedRestore(config.dataDir);
  const embedded =
    config.databaseUrl === null
      ? await startEmbeddedPostgres({
          dataDir: config.dataDir,
          log,
          onDown: (how) => log.error({ how }, 'PostgreSQL died and is being started again'),
          onUp: () => log.warn({}, 'PostgreSQL is back'),
          onGivenUp: (error) => {
            log.error({ err: error }, 'PostgreSQL does not stay up: giving up');
            process.exit(1);
          },
        })
      : null;
  const connection = embedded?.connection ?? { connectionString: config.databaseUrl ?? '' };
  const pool = new pg.Pool({ ...connection, max: POOL_MAX, connectionTimeoutMillis: 5_000 });
  const claimPool = new pg.Pool({
    ...connection,
    max: CLAIM_POOL_MAX,
    options: CLAIM_OPTIONS,
    connectionTimeoutMillis: 1_000,
    statement_timeout: 10_000,
  });
  // An idle connection that breaks is replaced at its next use; the request that needs it will say so.
  for (const each of [pool, claimPool]) each.on('error', () => {});
  return {
    pool,
    claimPool,
    isDiskFull: () => embedded?.isDiskFull() ?? false,
    async close() {
      await Promise.all([pool.end(), claimPool.end()]);
      await embedded?.stop();
    },
  };
}

function refuseUnfinishedRestore(dataDir: string): void {
  if (!existsSync(path.join(dataDir, RESTORE_MARKER))) return;
  throw new PostgresStartError(
    'restore-unfinished',
    `a restore into ${dataDir} was cut short: remove the directory and restore again`,
  );
}
