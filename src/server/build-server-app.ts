// Every address that the server answers, context by context.
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics } from 'prom-client';
import { addDeviceRoutes, addTokenRoutes } from './access/routes.ts';
import { DEVICE_PREFIX } from './access/store.ts';
import { addBackupRoutes } from './backup/routes.ts';
import { addAuthorityRoutes } from './edge/authority-routes.ts';
import { addEdgeRoutes } from './edge/enrol-routes.ts';
import { addNodeRoutes } from './edge/node-routes.ts';
import type { Nodes } from './edge/nodes.ts';
import type { NodeWatch } from './edge/run-nodes.ts';
import { countScans } from './entry/metrics.ts';
import { addScanRoutes } from './entry/routes.ts';
import { addScanReading } from './entry/scan-routes.ts';
import { addLiveRoutes } from './live/routes.ts';
import type { Database } from './open-database.ts';
import { addAuditRoutes } from './platform/audit-routes.ts';
import type { ServeConfig } from './platform/config.ts';
import { problemOfFault } from './platform/database-fault.ts';
import { buildApp } from './platform/http/app.ts';
import { addHealthRoutes } from './platform/http/health-routes.ts';
import { acceptCsv } from './platform/http/upload.ts';
import type { Principal } from './platform/principal.ts';
import type { ServerContext } from './server-context.ts';
import { addShadowRoutes } from './shadow/routes.ts';
import { addConflictRoutes } from './sync/conflict-routes.ts';
import { addSyncRoutes } from './sync/routes.ts';
import { addStoreRoutes } from './sync/store-routes.ts';
import { addPaperRoutes } from './tickets/paper-routes.ts';
import { addTicketRoutes } from './tickets/routes.ts';
import { addControlRoutes } from './venue/control-routes.ts';
import { addEventRoutes } from './venue/routes.ts';
import { addWebRoutes } from './web/routes.ts';

export async function buildServerApp(
  config: ServeConfig,
  version: string,
  context: ServerContext,
  database: Database,
  among: { readonly nodes: Nodes; readonly watch: NodeWatch },
): Promise<FastifyInstance> {
  const app = await buildApp({
    authenticate: (token) => authenticate(context, token),
    log: context.log,
    version,
    translate: (error) => problemOfFault(error, database.isDiskFull()),
    tls:
      config.tls === null
        ? null
        : { cert: readFileSync(config.tls.certFile), key: readFileSync(config.tls.keyFile) },
  });
  const { registry } = context;
  collectDefaultMetrics({ register: registry });
  countScans(context.bus, registry);
  addHealthRoutes(app, {
    pool: database.claimPool,
    registry,
    stopping: context.stopping,
    storeState: () => context.storeState.current().state,
    role: config.role,
    node: context.self,
    decides: () => among.watch.decides(),
  });
  acceptCsv(app);
  addEventRoutes(app, context);
  addControlRoutes(app, context);
  addTicketRoutes(app, context);
  addPaperRoutes(app, context);
  addTokenRoutes(app, context);
  addDeviceRoutes(app, context);
  addScanRoutes(app, context);
  addBackupRoutes(app, context, version);
  addScanReading(app, context);
  addShadowRoutes(app, context);
  addSyncRoutes(app, context);
  addConflictRoutes(app, context);
  addStoreRoutes(app, context);
  addLiveRoutes(app, context);
  addAuditRoutes(app, context.pool);
  addEdgeRoutes(app, context);
  addAuthorityRoutes(app, context);
  addNodeRoutes(app, context, among.nodes);
  addWebRoutes(app, config.tls !== null);
  return app;
}

/**
 * A store that is older than what lanes have seen may have lost their enrolment too: it does not tell
 * them that they are revoked, or they would stop for good.
 *
 * @throws HttpProblem `store-behind` for an unknown device's token while the store is being rebuilt
 */
async function authenticate(context: ServerContext, token: string): Promise<Principal | null> {
  const principal = await context.access.authenticate(token);
  if (principal === null && token.startsWith(DEVICE_PREFIX)) context.storeState.servingEpoch();
  return principal;
}
