import pg from 'pg';
import type { PostgresConnection } from '#server/platform/postgres/supervisor.ts';
import {
  asAdmin,
  type ServerSettings,
  startTestServer,
  TEST_SERVER_VARIABLE,
  type TestServer,
} from './test-server.ts';

export type TestDatabase = AsyncDisposable & { pool: pg.Pool; connection: PostgresConnection };

let server: Promise<TestServer> | null = null;
let made = 0;

/**
 * A new database with all migrations applied and no rows, dropped at the end of the scope:
 *
 *     await using database = await testDatabase();
 *
 * @param copied - begins with its rows; nobody may be connected to it
 *
 * Without the global setup (a file that is run alone) the first call starts a PostgreSQL for this process.
 */
export async function testDatabase(copied?: TestDatabase): Promise<TestDatabase> {
  server ??= findServer();
  return await databaseOn(await server, copied);
}

/** The same on a server with the product's own settings, for what is measured and not only shown. */
export async function measuredDatabase(): Promise<TestDatabase> {
  server ??= startOwn({});
  return await databaseOn(await server);
}

async function databaseOn(
  { connection, template: empty }: TestServer,
  copied?: TestDatabase,
): Promise<TestDatabase> {
  const template = copied?.connection.database ?? empty;
  made += 1;
  const database = `test_${process.pid}_${made}`;
  await asAdmin(connection, async (admin) => {
    await admin.query(`CREATE DATABASE ${database} TEMPLATE ${template}`);
  });
  const own = { ...connection, database };
  const pool = new pg.Pool(own);
  // A test that kills connections on purpose must not die of it.
  pool.on('error', () => {});
  return {
    pool,
    connection: own,
    async [Symbol.asyncDispose]() {
      if (!pool.ended) await pool.end();
      await asAdmin(connection, async (admin) => {
        await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
      });
    },
  };
}

async function findServer(): Promise<TestServer> {
  const shared = process.env[TEST_SERVER_VARIABLE];
  return shared === undefined ? await startOwn() : JSON.parse(shared);
}

async function startOwn(settings?: ServerSettings): Promise<TestServer> {
  const own = await startTestServer(settings);
  process.once('beforeExit', () => void own.stop());
  return own;
}
