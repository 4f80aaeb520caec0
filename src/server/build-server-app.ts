// Every address that the server answers, context by context.
import type { Server } from 'node:https';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { collectDefaultMetrics } from 'prom-client';
import { addAlarmRoutes } from './access/alarm-routes.ts';
import { watchForClones } from './access/clones.ts';
import { addEnrolmentRoutes } from './access/enrolment-routes.ts';
import { addOfferRoutes } from './access/offer-routes.ts';
import { addPeopleRoutes } from './access/people-routes.ts';
import { addDeviceRoutes, addTokenRoutes } from './access/routes.ts';
import { addShiftRoutes } from './access/shift-routes.ts';
import { addAccountRoutes } from './accounts/account-routes.ts';
import { addSessionRoutes } from './accounts/session-routes.ts';
import { addDelivery } from './add-delivery.ts';
import { authenticate, prove } from './authenticate.ts';
import { addBackupRoutes } from './backup/routes.ts';
import { addBoxOfficeRoutes } from './box-office/routes.ts';
import { addCellRoutes } from './cell/cell-routes.ts';
import { addDeskRoutes } from './desk/routes.ts';
import { addAddressRoutes } from './edge/address-routes.ts';
import { addAuthorityRoutes } from './edge/authority-routes.ts';
import { bindAtAuthority } from './edge/bind-at-authority.ts';
import { addEdgeRoutes } from './edge/enrol-routes.ts';
import { addNodeRoutes } from './edge/node-routes.ts';
import type { Nodes } from './edge/nodes.ts';
import { passToHub } from './edge/pass-to-hub.ts';
import type { NodeWatch } from './edge/run-nodes.ts';
import { countScans } from './entry/metrics.ts';
import { addScanRoutes } from './entry/routes.ts';
import { addScanReading } from './entry/scan-routes.ts';
import { addGroundRoutes } from './grounds/routes.ts';
import { addIdentityRoutes } from './identity/routes.ts';
import { addCallRoutes } from './lanes/call-routes.ts';
import { addFindRoutes } from './lanes/find-routes.ts';
import { addMessageRoutes } from './lanes/message-routes.ts';
import { addStatusRoutes } from './lanes/status-routes.ts';
import { addSupervisorRoutes } from './lanes/supervisor-routes.ts';
import { addUndoRoutes } from './lanes/undo-routes.ts';
import { addLiveRoutes } from './live/routes.ts';
import { addNodeReport } from './monitoring/node-report.ts';
import { addMonitoringRoutes } from './monitoring/routes.ts';
import { type Database, MIGRATIONS } from './open-database.ts';
import { addOutboxRoutes } from './outbox/routes.ts';
import { addAuditRoutes } from './platform/audit-routes.ts';
import { watchReplication } from './platform/cluster/replication.ts';
import type { ServeConfig } from './platform/config.ts';
import { problemOfFault } from './platform/database-fault.ts';
import { buildApp } from './platform/http/app.ts';
import { addHealthRoutes } from './platform/http/health-routes.ts';
import { followTls, readTls } from './platform/http/tls-files.ts';
import { acceptCsv } from './platform/http/upload.ts';
import { KeyedRequests } from './platform/idempotency/keyed-requests.ts';
import { Shedding } from './platform/shedding/shedding.ts';
import { addReleaseRoutes } from './release/release-routes.ts';
import type { RunningOutbox } from './run-outbox.ts';
import { runPayments } from './run-payments.ts';
import { addArrivalRoutes } from './sales/arrival-routes.ts';
import { addBooksRoutes } from './sales/books-routes.ts';
import { CartPace, paceAddresses } from './sales/buyer-pace.ts';
import { addBuyerRoutes } from './sales/buyer-routes.ts';
import { addGiveBackRoutes } from './sales/give-back-routes.ts';
import { addSaleOfferRoutes } from './sales/offer-routes.ts';
import { addSaleVoucherRoutes } from './sales/offer-voucher-routes.ts';
import { addOrderRoutes } from './sales/order-routes.ts';
import { Sales } from './sales/sales.ts';
import { addShopRoutes } from './sales/shop-routes.ts';
import type { ServerContext } from './server-context.ts';
import { addShadowRoutes } from './shadow/routes.ts';
import { addClaimsRoutes } from './sync/claims-routes.ts';
import { addConflictRoutes } from './sync/conflict-routes.ts';
import { addSyncRoutes } from './sync/routes.ts';
import { addStoreRoutes } from './sync/store-routes.ts';
import { addPaperRoutes } from './tickets/paper-routes.ts';
import { addTicketRoutes } from './tickets/routes.ts';
import { addControlRoutes } from './venue/control-routes.ts';
import { addKickOffRoutes } from './venue/kick-off-routes.ts';
import { addModeRoutes } from './venue/mode-routes.ts';
import { addEventRoutes } from './venue/routes.ts';
import { answerOtherOrigins } from './web/cross-origin.ts';
import { addWebRoutes } from './web/routes.ts';

export async function buildServerApp(
  config: ServeConfig,
  version: string,
  context: ServerContext,
  database: Database,
  among: {
    readonly nodes: Nodes;
    readonly watch: NodeWatch;
    readonly outbox: RunningOutbox;
  },
): Promise<FastifyInstance> {
  const app = await buildApp({
    authenticate: (token, isAttended) => authenticate(context, among.watch, token, isAttended),
    prove: (request, proof) => prove(context, among.watch, request, proof),
    log: context.log,
    version,
    translate: (error) => problemOfFault(error, database.isDiskFull()),
    tls: config.tls === null ? null : readTls(config.tls),
    shedding: sheddingOf(context, database),
    ...(config.proxies === undefined ? {} : { proxies: config.proxies }),
  });
  if (config.tls !== null) {
    followTls(app.server as unknown as Server, config.tls, context.log, context.stopping);
  }
  answerOtherOrigins(app);
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
    store: () => among.watch.hubName(),
    canDecide: () => among.watch.canDecide(),
    replication: replicationState(config, context),
    isStaging: config.isStaging === true,
  });
  passToHub(app, among.nodes);
  bindAtAuthority(app, context, among.nodes);
  keepKeyedRequests(app, context);
  acceptCsv(app);
  paceAddresses(app);
  addEventRoutes(app, context);
  addControlRoutes(app, context);
  addModeRoutes(app, context);
  addKickOffRoutes(app, context);
  addDeviceRoutes(app, context);
  addEnrolmentRoutes(app, context);
  addSessionRoutes(app, context);
  addScanRoutes(app, context);
  addSyncRoutes(app, context);
  addClaimsRoutes(app, context);
  addStatusRoutes(app, context);
  addMessageRoutes(app, context);
  addCallRoutes(app, context);
  addFindRoutes(app, context);
  addUndoRoutes(app, context);
  addSupervisorRoutes(app, context);
  addLiveRoutes(app, context);
  watchForClones(context);
  addNodeRoutes(app, context, among.nodes);
  addAddressRoutes(app, context, among.nodes);
  const { outbox } = among;
  const sales = addScreenRoutes(app, { config, version, context, database, outbox });
  if (config.role !== 'edge') {
    const console = onPool(context, database.consolePool);
    const payments = await runPayments(app, console, sales, config.dataDir);
    addBoxOfficeRoutes(app, { context: console, sales, payments });
  }
  addWebRoutes(app, config.tls !== null);
  return app;
}

/** What people at screens ask never takes a connection that a lane waits for. */
function addScreenRoutes(
  app: FastifyInstance,
  server: {
    readonly config: ServeConfig;
    readonly version: string;
    readonly context: ServerContext;
    readonly database: Database;
    readonly outbox: RunningOutbox;
  },
): Sales {
  const { config, version, context, database, outbox } = server;
  const console = onPool(context, database.consolePool);
  const bulk = onPool(context, database.bulkPool);
  addTicketRoutes(app, console, bulk);
  addPaperRoutes(app, bulk);
  addGroundRoutes(app, console, bulk);
  addSaleOfferRoutes(app, console);
  addSaleVoucherRoutes(app, console);
  const sales = new Sales(console);
  addArrivalRoutes(app, console, sales);
  addBooksRoutes(app, console, sales);
  addShopRoutes(app, console, sales);
  const pace = new CartPace();
  addBuyerRoutes(app, console, sales, pace);
  addOrderRoutes(app, console, sales, pace);
  addGiveBackRoutes(app, console, sales);
  addTokenRoutes(app, console);
  addOfferRoutes(app, console);
  addPeopleRoutes(app, console);
  addShiftRoutes(app, console);
  addAlarmRoutes(app, console);
  addAccountRoutes(app, console);
  addBackupRoutes(app, bulk, version);
  addScanReading(app, console);
  addShadowRoutes(app, bulk);
  addReleaseRoutes(app, context, bulk, version);
  addConflictRoutes(app, console);
  addStoreRoutes(app, console);
  addMonitoringRoutes(app, console);
  addDeskRoutes(app, console);
  addOutboxRoutes(app, console, outbox.channels);
  const { seller, publicUrl, wallet } = outbox;
  addDelivery(app, config, console, bulk, { sales, seller, publicUrl, wallet });
  addIdentityRoutes(app, console);
  addAuditRoutes(app, database.consolePool);
  addEdgeRoutes(app, console);
  addAuthorityRoutes(app, console);
  addCellRoutes(app, console);
  addNodeReport(app, console, {
    version,
    role: config.role,
    migrations: MIGRATIONS,
    isDiskFull: () => database.isDiskFull(),
  });
  return sales;
}

function sheddingOf(context: ServerContext, database: Database): Shedding {
  return new Shedding({
    peek: (credential) => context.access.peek(credential),
    lanePools: [database.pool, database.claimPool],
    registry: context.registry,
  });
}

/** The same server, by way of other connections to its database. */
function onPool(context: ServerContext, pool: Pool): ServerContext {
  return { ...context, pool, acts: context.acts.on(pool) };
}

function replicationState(
  config: ServeConfig,
  { pool, registry, log, stopping }: ServerContext,
): (() => string) | null {
  if (config.replication !== 'strict') return null;
  const watch = watchReplication(pool, registry, log);
  stopping.addEventListener('abort', () => watch.stop());
  return () => watch.state();
}

/** Every write may name itself by an Idempotency-Key. */
function keepKeyedRequests(
  app: FastifyInstance,
  { pool, masterKey, stopping }: ServerContext,
): void {
  const keyed = new KeyedRequests(pool, masterKey);
  app.decorate('keyedRequests', keyed);
  const forgetting = keyed.keepShort();
  stopping.addEventListener('abort', () => clearInterval(forgetting));
}
