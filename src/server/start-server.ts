// Wiring: which part gets which. Nothing is decided here.
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { Registry } from 'prom-client';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { endExpiredShifts } from './access/shifts.ts';
import { ACCESS_POLL_MS, AccessStore, SEEN_EVERY_MS } from './access/store.ts';
import { buildServerApp } from './build-server-app.ts';
import { type Bus, createBus } from './bus.ts';
import { Cell, type CellDeps } from './cell/cell.ts';
import { readCellConfig } from './cell/cell-config.ts';
import { followedTeller } from './cell/tell-followed.ts';
import { createForwarder } from './edge/forward.ts';
import { readIdentity } from './edge/identity.ts';
import { type NodeWatch, nodesOf, runNodes } from './edge/run-nodes.ts';
import { type Authority, createAuthority } from './entry/authority.ts';
import { createCatalogue } from './entry/catalogue.ts';
import { createClaimStore } from './entry/claim-store.ts';
import { createCounters } from './entry/event-counter.ts';
import { checkHighWater, keepHighWater } from './entry/high-water.ts';
import { openMasterKey } from './entry/master-key.ts';
import { openStoreState } from './entry/store-state.ts';
import { deleteDueDocuments } from './identity/delete-due.ts';
import { type Database, MIGRATIONS } from './open-database.ts';
import { createActs } from './platform/acts.ts';
import { systemClock } from './platform/clock.ts';
import { requireStrict } from './platform/cluster/replication.ts';
import type { ServeConfig } from './platform/config.ts';
import { createCorrectedClock } from './platform/corrected-clock.ts';
import type { Log } from './platform/log.ts';
import { applyMigrations, readMigrations } from './platform/migrate.ts';
import { writeOnce } from './platform/secret-file.ts';
import { inTransaction } from './platform/transaction.ts';
import { guardStart, recordStart } from './release/release-guard.ts';
import { type RunningOutbox, runOutbox } from './run-outbox.ts';
import type { ServerContext } from './server-context.ts';
import { replayLeftovers } from './sync/replay.ts';
import { clearDeadImports } from './tickets/staged-tickets.ts';

const LEFTOVERS_EVERY_MS = 5_000;
const SHIFTS_EVERY_MS = 30_000;
/** Another node may have found the store behind, or have ended its rebuild. */
const STORE_POLL_MS = 1_000;
const DOCUMENTS_EVERY_MS = 3_600_000;
/** Whoever has not sent the whole request, or not taken the whole answer, by then is cut off. */
const ANSWER_WITHIN_MS = 3_000;

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
    if (config.replication === 'strict') await requireStrict(pool);
    const migrations = await readMigrations(MIGRATIONS);
    const node = `${hostname()}/${path.resolve(config.dataDir)}`;
    const certFile = config.tls?.certFile ?? null;
    const starting = { release: version, migrations, dataDir: config.dataDir, certFile, node };
    const changes = await guardStart(pool, starting, systemClock());
    await applyMigrations(pool, migrations);
    const masterKey = await openMasterKey(pool, config.dataDir);
    const identity = config.role === 'edge' ? readIdentity(config.dataDir, process.env) : null;
    const clock = createCorrectedClock(await lastKnownTime(pool));
    const now = identity === null ? systemClock : clock.now;
    const ca = config.caFile === null ? null : readFileSync(config.caFile, 'utf8');
    const nodes = nodesOf(pool, masterKey, { identity, hubAddress: config.hubAddress, ca });
    await nodes.refresh();
    const bus = createBus();
    const stopping = new AbortController();
    const cell = cellOf(config.cellFile, { pool, log, now, self: nodes.self, bus });
    const catalogue = createCatalogue(pool, masterKey, nodes.self, cell);
    const storeState = await openStoreState(pool, masterKey, log);
    await checkHighWater(storeState, config.dataDir, log);
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
      self: nodes.self,
      now,
      log,
      bus,
      acts: createActs(pool, node, now, () => cell?.settle() ?? Promise.resolve()),
      access,
      catalogue,
      storeState,
      authority,
      elsewhere: createForwarder(pool, nodes),
      cell,
      counterOf: createCounters(pool),
      registry: new Registry(),
      stopping: stopping.signal,
    };
    await recordStart(pool, context.acts, starting, changes, systemClock());
    // A box knows the tokens of its hub, and no other.
    if (identity === null) await writeAdminToken(context, config.dataDir);
    cell?.start(async (event) => {
      await catalogue.reload(event);
    });
    const watch = runNodes(context, nodes, clock);
    // Orders are the hub's, and so is what is told of them.
    const outbox = await runOutbox(context, identity === null ? (config.outboxFile ?? null) : null);
    const among = { nodes, watch, outbox };
    const app = await buildServerApp(config, version, context, database, among);
    const address = await app.listen({ host: config.host, port: config.port });
    const polls = startPolls(context);
    // Nobody waits for it: no import of this run sees them.
    clearDeadImports(pool, node).catch(() => {});
    const highWater = keepHighWater(pool, config.dataDir, log);
    return {
      url: address,
      stop: () =>
        stopServer({ app, authority, stopping, watch, cell, outbox, polls, highWater, database }),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What is looked at again and again, whatever comes in between. */
function startPolls(context: ServerContext): NodeJS.Timeout[] {
  const { pool, access, storeState, now } = context;
  return [
    setInterval(() => access.poll().catch(() => {}), ACCESS_POLL_MS),
    setInterval(() => access.noteSeen().catch(() => {}), SEEN_EVERY_MS),
    setInterval(() => storeState.refresh().catch(() => {}), STORE_POLL_MS),
    setInterval(() => replayLeftovers(context).catch(() => {}), LEFTOVERS_EVERY_MS),
    setInterval(() => endExpiredShifts(pool, now()).catch(() => {}), SHIFTS_EVERY_MS),
    setInterval(() => deleteDueDocuments(context).catch(() => {}), DOCUMENTS_EVERY_MS),
  ];
}

function cellOf(
  file: string | null,
  { bus, ...deps }: Omit<CellDeps, 'config' | 'onWritten'> & { readonly bus: Bus },
): Cell | null {
  if (file === null) return null;
  return new Cell({
    ...deps,
    config: readCellConfig(file),
    onWritten: followedTeller(bus, deps.now),
  });
}

/** The latest time that a box has heard from its hub. */
async function lastKnownTime(pool: Pool): Promise<Instant> {
  const { rows } = await pool.query<{ value: string }>(
    `SELECT value FROM replica_state WHERE what = 'hub-time'`,
  );
  return parseInstant(rows[0]?.value ?? '') ?? (0 as Instant);
}

/** At the first start only: afterwards the file is the operator's to move or delete. */
async function writeAdminToken(context: ServerContext, dataDir: string): Promise<void> {
  await inTransaction(context.pool, async (client) => {
    await client.query('LOCK TABLE tokens IN SHARE ROW EXCLUSIVE MODE');
    const { rowCount } = await client.query('SELECT 1 FROM tokens LIMIT 1');
    if (rowCount !== 0) return;
    const file = path.join(dataDir, 'admin-token');
    // Written by a first start that did not get further.
    const secret = existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
    const created = await context.access.createToken(client, {
      secret,
      role: 'admin',
      person: 'first-admin',
      createdBy: 'kaimen',
      expiresAt: null,
    });
    if (created.token !== secret && !writeOnce(file, created.token)) {
      throw new Error(`${file} is there but holds no token: move the file away`);
    }
  });
}

/** New requests are refused, those under way are answered, then the database is shut down. */
async function stopServer(parts: {
  app: FastifyInstance;
  authority: Authority;
  stopping: AbortController;
  watch: NodeWatch;
  cell: Cell | null;
  outbox: RunningOutbox;
  polls: NodeJS.Timeout[];
  highWater: { stop(): Promise<void> };
  database: Database;
}): Promise<void> {
  for (const poll of parts.polls) clearInterval(poll);
  parts.stopping.abort();
  const cutOff = setTimeout(() => parts.app.server.closeAllConnections(), ANSWER_WITHIN_MS);
  await parts.app.close();
  clearTimeout(cutOff);
  await parts.watch.stopped();
  await parts.outbox.stop();
  await parts.authority.drain();
  await parts.cell?.stop();
  await parts.highWater.stop();
  await parts.database.close();
}
