// The database that a configuration names: embedded and supervised, or another's.
import { existsSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { ClusterPool } from './platform/cluster/cluster-pool.ts';
import {
  type DatabaseTarget,
  namesSeveralHosts,
  readDatabaseUrl,
} from './platform/cluster/database-url.ts';
import { PrimaryFinder } from './platform/cluster/primary-finder.ts';
import type { ServeConfig } from './platform/config.ts';
import type { Log } from './platform/log.ts';
import { RESTORE_MARKER } from './platform/postgres/data-directory.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './platform/postgres/embedded.ts';
import { PostgresStartError } from './platform/postgres/start-error.ts';

export const MIGRATIONS = new URL('../../db/migrations/', import.meta.url);
/** Whoever wants a connection waits so long for it; in a cluster, for a primary as well. */
const WAIT_MS = 5_000;
/** Lanes ask the next node, or go on alone, when this one takes longer. */
const CLAIM_WAIT_MS = 1_000;
const FIRST_PRIMARY_MS = 10_000;
/** A firewall that has forgotten a connection says nothing: it is noticed here, not at the next scan. */
const KEPT_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 5_000 } as const;
/**
 * A claim reads a few dozen rows by key, whatever the planner believes of tables it has not counted. So one plan will do
 * for all: left to choose, it makes another for each batch, and spends a third of a small one on that.
 */
export const CLAIM_OPTIONS =
  '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c plan_cache_mode=force_generic_plan';

/** Lanes and the work of the node itself: journals, lists, feeds, who is who. */
const POOL = { max: 8, connectionTimeoutMillis: WAIT_MS } as const;
const CLAIM_POOL = {
  max: 6,
  connectionTimeoutMillis: CLAIM_WAIT_MS,
  options: CLAIM_OPTIONS,
  statement_timeout: 10_000,
  // Also of a server that says nothing at all.
  query_timeout: 12_000,
} as const;
/** People at screens: whatever they ask, lanes have connections of their own. */
const CONSOLE_POOL = {
  max: 6,
  connectionTimeoutMillis: WAIT_MS,
  statement_timeout: 20_000,
  query_timeout: 22_000,
} as const;
/** Imports, exports, backups: they take as long as they take, and are few. */
const BULK_POOL = { max: 4, connectionTimeoutMillis: WAIT_MS } as const;

export type Database = {
  readonly pool: pg.Pool;
  readonly claimPool: pg.Pool;
  readonly consolePool: pg.Pool;
  readonly bulkPool: pg.Pool;
  /** It is down for want of room on its disk, and comes back by itself when there is some. */
  isDiskFull(): boolean;
  close(): Promise<void>;
};

export async function openDatabase(config: ServeConfig, log: Log): Promise<Database> {
  refuseUnfinishedRestore(config.dataDir);
  if (config.databaseUrl !== null && namesSeveralHosts(config.databaseUrl)) {
    return await openCluster(readDatabaseUrl(config.databaseUrl, process.env), log);
  }
  const embedded = config.databaseUrl === null ? await openEmbedded(config.dataDir, log) : null;
  const connection = embedded?.connection ?? {
    connectionString: config.databaseUrl ?? '',
    ...KEPT_ALIVE,
  };
  const pools = fourPools((options) => new pg.Pool({ ...connection, ...options }));
  return {
    ...pools,
    isDiskFull: () => embedded?.isDiskFull() ?? false,
    async close() {
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
      await embedded?.stop();
    },
  };
}

type Pools = Pick<Database, 'pool' | 'claimPool' | 'consolePool' | 'bulkPool'>;

function fourPools(open: (options: pg.PoolConfig) => pg.Pool): Pools {
  const pools = {
    pool: open(POOL),
    claimPool: open(CLAIM_POOL),
    consolePool: open(CONSOLE_POOL),
    bulkPool: open(BULK_POOL),
  };
  // An idle connection that breaks is replaced at its next use; the request that needs it will say so.
  for (const pool of Object.values(pools)) {
    pool.on('error', () => {});
    // One that somebody holds may break between two of their statements: the next one will say so.
    pool.on('connect', (client) => client.on('error', () => {}));
  }
  return pools;
}

function openEmbedded(dataDir: string, log: Log): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir,
    log,
    onDown: (how) => log.error({ how }, 'PostgreSQL died and is being started again'),
    onUp: () => log.warn({}, 'PostgreSQL is back'),
    onGivenUp: (error) => {
      log.error({ err: error }, 'PostgreSQL does not stay up: giving up');
      process.exit(1);
    },
  });
}

/** Several servers, of which one may write: now this one, later that one. */
async function openCluster(target: DatabaseTarget, log: Log): Promise<Database> {
  const { database, user, password, tls, applicationName } = target;
  const connection = {
    database,
    user,
    ...(password === null ? {} : { password }),
    ...(tls === null ? {} : { ssl: tls }),
    application_name: applicationName,
    ...KEPT_ALIVE,
  };
  const finder = new PrimaryFinder(target.hosts, connection, log);
  await untilPrimary(finder, log);
  finder.watch();
  const pools = fourPools((options) => {
    const waitMs = options.connectionTimeoutMillis ?? WAIT_MS;
    return new ClusterPool({ ...connection, ...options, finder, waitMs });
  });
  return {
    ...pools,
    isDiskFull: () => false,
    async close() {
      finder.stop();
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
    },
  };
}

/** A node of a region that stands by waits here until the region is promoted. */
async function untilPrimary(finder: PrimaryFinder, log: Log): Promise<void> {
  for (;;) {
    try {
      await finder.find(FIRST_PRIMARY_MS);
      return;
    } catch (error) {
      log.warn({ why: (error as Error).message }, 'waiting for a PostgreSQL that may write');
    }
  }
}

function refuseUnfinishedRestore(dataDir: string): void {
  if (!existsSync(path.join(dataDir, RESTORE_MARKER))) return;
  throw new PostgresStartError(
    'restore-unfinished',
    `a restore into ${dataDir} was cut short: remove the directory and restore again`,
  );
}
