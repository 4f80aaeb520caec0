import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { silentLog } from '#server/platform/log.ts';
import { migrate, readMigrations } from '#server/platform/migrate.ts';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '#server/platform/postgres/embedded.ts';
import { PostgresStartError } from '#server/platform/postgres/start-error.ts';
import type { PostgresConnection } from '#server/platform/postgres/supervisor.ts';

const CHECKOUT = new URL('../../', import.meta.url);
const MIGRATIONS = new URL('db/migrations/', CHECKOUT);

export type ServerSettings = Readonly<Record<string, string>>;

/** Small, since many test files share two cores; everything that decides what is durable stays as it is. */
const SETTINGS: ServerSettings = {
  shared_buffers: '32MB',
  max_connections: '200',
  max_wal_size: '256MB',
  min_wal_size: '128MB',
  // Cloning writes a whole database to the log, and packing it takes longer than that.
  wal_compression: 'off',
};

/** Set by `global-setup.ts` for every test process of the run: a {@link TestServer} as JSON. */
export const TEST_SERVER_VARIABLE = 'KAIMEN_TEST_PG';

/** Where a test finds PostgreSQL, and the database with our tables from which it clones its own. */
export type TestServer = { connection: PostgresConnection; template: string };

/**
 * Starts the PostgreSQL of a test run. Its files are kept for the next run of this checkout, which then
 * starts in a tenth of the time; a second run at the same time gets files of its own.
 *
 * @param settings - in place of the small ones, besides those of the product
 */
export async function startTestServer(
  settings = SETTINGS,
): Promise<TestServer & { stop(): Promise<void> }> {
  const { server, remove } = await startKept(settings);
  try {
    await dropForgotten(server.connection);
    const template = await makeTemplate(server.connection);
    return { connection: server.connection, template, stop: () => server.stop().then(remove) };
  } catch (error) {
    await server.stop();
    remove();
    throw error;
  }
}

async function startKept(
  settings: ServerSettings,
): Promise<{ server: EmbeddedPostgres; remove: () => void }> {
  const checkout = createHash('sha256').update(CHECKOUT.pathname).digest('hex').slice(0, 12);
  const kept = path.join(os.tmpdir(), `kaimen-test-${process.getuid?.() ?? 0}-${checkout}`);
  try {
    return { server: await start(kept, settings), remove: () => {} };
  } catch (error) {
    if (!(error instanceof PostgresStartError && error.code === 'data-dir-taken')) throw error;
  }
  const own = mkdtempSync(`${kept}-`);
  const remove = () => rmSync(own, { recursive: true, force: true });
  try {
    return { server: await start(own, settings), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function start(dataDir: string, settings: ServerSettings): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir,
    log: silentLog,
    settings,
    holdsProcess: false,
  });
}

/** Databases of an earlier run that was killed. */
async function dropForgotten(connection: PostgresConnection): Promise<void> {
  await asAdmin(connection, async (admin) => {
    const { rows } = await admin.query(
      `SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'`,
    );
    for (const { datname } of rows) await admin.query(`DROP DATABASE "${datname}" WITH (FORCE)`);
  });
}

/** A database with all migrations applied, made anew whenever one of them has changed. */
async function makeTemplate(connection: PostgresConnection): Promise<string> {
  const sums = (await readMigrations(MIGRATIONS)).map(({ name, sha256 }) => `${name} ${sha256}`);
  const digest = createHash('sha256').update(sums.join('\n')).digest('hex');
  const template = `template_${digest.slice(0, 16)}`;
  await asAdmin(connection, async (admin) => {
    const { rows } = await admin.query(
      `SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%'`,
    );
    if (rows.some((row) => row.datname === template)) return;
    for (const { datname } of rows) await admin.query(`DROP DATABASE "${datname}" WITH (FORCE)`);
    await admin.query('CREATE DATABASE template_unfinished');
    const pool = new pg.Pool({ ...connection, database: 'template_unfinished', max: 1 });
    await migrate(pool, MIGRATIONS).finally(() => pool.end());
    // Renamed when complete: a template that exists can be relied on.
    await admin.query(`ALTER DATABASE template_unfinished RENAME TO ${template}`);
  });
  return template;
}

/** Runs statements that concern databases as a whole. */
export async function asAdmin(
  connection: PostgresConnection,
  work: (admin: pg.Client) => Promise<void>,
): Promise<void> {
  const admin = new pg.Client(connection);
  await admin.connect();
  await work(admin).finally(() => admin.end());
}
