// Wiring: which part gets which. Nothing is decided here.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { addDeviceRoutes, addTokenRoutes } from './access/routes.ts';
import { ACCESS_POLL_MS, AccessStore } from './access/store.ts';
import { createBus } from './bus.ts';
import { type Authority, createAuthority } from './entry/authority.ts';
import { createCatalogue } from './entry/catalogue.ts';
import { createClaimStore } from './entry/claim-store.ts';
import { countScans } from './entry/metrics.ts';
import { addScanRoutes } from './entry/routes.ts';
import { openStoreState } from './entry/store-state.ts';
import { createActs } from './platform/acts.ts';
import { systemClock } from './platform/clock.ts';
import type { ServeConfig } from './platform/config.ts';
import { problemOfFault } from './platform/database-fault.ts';
import { buildApp } from './platform/http/app.ts';
import { addHealthRoutes } from './platform/http/health-routes.ts';
import type { Log } from './platform/log.ts';
import { migrate } from './platform/migrate.ts';
import { startEmbeddedPostgres } from './platform/postgres/embedded.ts';
import { loadMasterKey, writeOnce } from './platform/secret-file.ts';
import { inTransaction } from './platform/transaction.ts';
import type { ServerContext } from './server-context.ts';
import { addTicketRoutes } from './tickets/routes.ts';
import { addControlRoutes } from './venue/control-routes.ts';
import { addEventRoutes } from './venue/routes.ts';

export type RunningServer = {
  readonly url: string;
  stop(): Promise<void>;
};

const MIGRATIONS = new URL('../../db/migrations/', import.meta.url);
const POOL_MAX = 12;
const CLAIM_POOL_MAX = 6;
/** A claim reads a few dozen rows by key, whatever the planner believes of tables it has not counted. */
const CLAIM_OPTIONS =
  '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off';

export async function startServer(
  config: ServeConfig,
  version: string,
  log: Log,
): Promise<RunningServer> {
  const database = await openDatabase(config, log);
  try {
    const { pool, claimPool } = database;
    await migrate(pool, MIGRATIONS);
    const masterKey = loadMasterKey(config.dataDir);
    const now = systemClock;
    const node = `${hostname()}/${path.resolve(config.dataDir)}`;
    const bus = createBus();
    const stopping = new AbortController();
    const catalogue = createCatalogue(pool, masterKey);
    const storeState = await openStoreState(pool, masterKey, log);
    const authority = createAuthority({
      catalogue,
      store: createClaimStore(claimPool),
      state: storeState,
      now,
      onDecided: (decided) => bus.emit('decided', decided),
    });
    const access = new AccessStore(pool, now);
    const context: ServerContext = {
      pool,
      masterKey,
      node,
      now,
      log,
      bus,
      acts: createActs(pool, node, now),
      access,
      catalogue,
      storeState,
      authority,
      stopping: stopping.signal,
    };
    await writeAdminToken(context, config.dataDir);
    const app = await buildServerApp(config, version, context);
    const poll = setInterval(() => {
      access.poll().catch(() => {});
    }, ACCESS_POLL_MS);
    const address = await app.listen({ host: config.host, port: config.port });
    return {
      url: address,
      stop: () => stopServer({ app, authority, stopping, poll, database }),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function buildServerApp(
  config: ServeConfig,
  version: string,
  context: ServerContext,
): Promise<FastifyInstance> {
  const app = await buildApp({
    authenticate: (token) => context.access.authenticate(token),
    log: context.log,
    version,
    translate: problemOfFault,
    tls:
      config.tls === null
        ? null
        : { cert: readFileSync(config.tls.certFile), key: readFileSync(config.tls.keyFile) },
  });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  countScans(context.bus, registry);
  addHealthRoutes(app, {
    pool: context.pool,
    registry,
    stopping: context.stopping,
    storeState: () => context.storeState.current().state,
  });
  addEventRoutes(app, context);
  addControlRoutes(app, context);
  addTicketRoutes(app, context);
  addTokenRoutes(app, context);
  addDeviceRoutes(app, context);
  addScanRoutes(app, context);
  return app;
}

type Database = { pool: pg.Pool; claimPool: pg.Pool; close(): Promise<void> };

async function openDatabase(config: ServeConfig, log: Log): Promise<Database> {
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
    async close() {
      await Promise.all([pool.end(), claimPool.end()]);
      await embedded?.stop();
    },
  };
}

/** At the first start only: afterwards the file is the operator's to move or delete. */
async function writeAdminToken(context: ServerContext, dataDir: string): Promise<void> {
  await inTransaction(context.pool, async (client) => {
    await client.query('LOCK TABLE tokens IN SHARE ROW EXCLUSIVE MODE');
    const { rowCount } = await client.query('SELECT 1 FROM tokens LIMIT 1');
    if (rowCount !== 0) return;
    const created = await context.access.createToken(client, {
      role: 'admin',
      person: 'first-admin',
      createdBy: 'kaimen',
      expiresAt: null,
    });
    const file = path.join(dataDir, 'admin-token');
    if (!writeOnce(file, created.token)) {
      throw new Error(`${file} is there but the database knows no token: move the file away`);
    }
  });
}

/** New requests are refused, those under way are answered, then the database is shut down. */
async function stopServer(parts: {
  app: FastifyInstance;
  authority: Authority;
  stopping: AbortController;
  poll: NodeJS.Timeout;
  database: Database;
}): Promise<void> {
  clearInterval(parts.poll);
  parts.stopping.abort();
  await parts.app.close();
  await parts.authority.drain();
  await parts.database.close();
}
