// Wiring: which part gets which. Nothing is decided here.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { addDeviceRoutes, addTokenRoutes } from './access/routes.ts';
import { ACCESS_POLL_MS, AccessStore } from './access/store.ts';
import { addBackupRoutes } from './backup/routes.ts';
import { createBus } from './bus.ts';
import { type Authority, createAuthority } from './entry/authority.ts';
import { createCatalogue } from './entry/catalogue.ts';
import { createClaimStore } from './entry/claim-store.ts';
import { createCounters } from './entry/event-counter.ts';
import { checkHighWater, keepHighWater } from './entry/high-water.ts';
import { openMasterKey } from './entry/master-key.ts';
import { countScans } from './entry/metrics.ts';
import { addScanRoutes } from './entry/routes.ts';
import { addScanReading } from './entry/scan-routes.ts';
import { openStoreState } from './entry/store-state.ts';
import { addLiveRoutes } from './live/routes.ts';
import { type Database, MIGRATIONS } from './open-database.ts';
import { createActs } from './platform/acts.ts';
import { addAuditRoutes } from './platform/audit-routes.ts';
import { systemClock } from './platform/clock.ts';
import type { ServeConfig } from './platform/config.ts';
import { problemOfFault } from './platform/database-fault.ts';
import { buildApp } from './platform/http/app.ts';
import { addHealthRoutes } from './platform/http/health-routes.ts';
import type { Log } from './platform/log.ts';
import { migrate } from './platform/migrate.ts';
import { writeOnce } from './platform/secret-file.ts';
import { inTransaction } from './platform/transaction.ts';
import type { ServerContext } from './server-context.ts';
import { addConflictRoutes } from './sync/conflict-routes.ts';
import { replayLeftovers } from './sync/replay.ts';
import { addSyncRoutes } from './sync/routes.ts';
import { addStoreRoutes } from './sync/store-routes.ts';
import { addPaperRoutes } from './tickets/paper-routes.ts';
import { addTicketRoutes } from './tickets/routes.ts';
import { addControlRoutes } from './venue/control-routes.ts';
import { addEventRoutes } from './venue/routes.ts';

const LEFTOVERS_EVERY_MS = 5_000;

export type RunningServer = {
  readonly url: string;
  stop(): Promise<void>;
};

/** Takes the database over: it is closed with the server, or when the server does not start. */
export async function startServer(
  config: ServeConfig,
  version: string,
  log: Log,
  database: Database,
): Promise<RunningServer> {
  try {
    const { pool, claimPool } = database;
    await migrate(pool, MIGRATIONS);
    const masterKey = await openMasterKey(pool, config.dataDir);
    const now = systemClock;
    const node = `${hostname()}/${path.resolve(config.dataDir)}`;
    const bus = createBus();
    const stopping = new AbortController();
    const catalogue = createCatalogue(pool, masterKey);
    const storeState = await openStoreState(pool, masterKey, log);
    await checkHighWater(pool, storeState, config.dataDir, log);
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
      counterOf: createCounters(pool),
      stopping: stopping.signal,
    };
    await writeAdminToken(context, config.dataDir);
    const app = await buildServerApp(config, version, context);
    const address = await app.listen({ host: config.host, port: config.port });
    const polls = [
      setInterval(() => access.poll().catch(() => {}), ACCESS_POLL_MS),
      setInterval(() => replayLeftovers(context).catch(() => {}), LEFTOVERS_EVERY_MS),
    ];
    const highWater = keepHighWater(pool, config.dataDir, log);
    return {
      url: address,
      stop: () => stopServer({ app, authority, stopping, polls, highWater, database }),
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
  addPaperRoutes(app, context);
  addTokenRoutes(app, context);
  addDeviceRoutes(app, context);
  addScanRoutes(app, context);
  addBackupRoutes(app, context, version);
  addScanReading(app, context);
  addSyncRoutes(app, context);
  addConflictRoutes(app, context);
  addStoreRoutes(app, context);
  addLiveRoutes(app, context);
  addAuditRoutes(app, context.pool);
  return app;
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
  polls: NodeJS.Timeout[];
  highWater: { stop(): Promise<void> };
  database: Database;
}): Promise<void> {
  for (const poll of parts.polls) clearInterval(poll);
  parts.stopping.abort();
  await parts.app.close();
  await parts.authority.drain();
  await parts.highWater.stop();
  await parts.database.close();
}
