// `rescue --data DIR`: a new administrator's token when the last one is lost. Whoever may read the data
// directory may do so: being able to reach its PostgreSQL is the right to. It works beside a running server,
// which notices within a second, and is written into the audit.
import { existsSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { AccessStore } from './access/store.ts';
import { createActs } from './platform/acts.ts';
import { systemClock } from './platform/clock.ts';
import type { ServeConfig } from './platform/config.ts';
import type { Log } from './platform/log.ts';
import { DATABASE, USER } from './platform/postgres/cluster.ts';
import { startEmbeddedPostgres } from './platform/postgres/embedded.ts';
import { nameFor, SOCKET_PORT } from './platform/postgres/socket-directory.ts';
import { PostgresStartError } from './platform/postgres/start-error.ts';
import type { PostgresConnection } from './platform/postgres/supervisor.ts';

export async function rescueAdmin(config: ServeConfig, log: Log): Promise<string> {
  return await onDataDirectory(config, log, (pool) => makeToken(config, pool));
}

/** Runs `work` on the database of a data directory, whether a server runs on it or not. */
export async function onDataDirectory<T>(
  config: ServeConfig,
  log: Log,
  work: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  if (config.databaseUrl !== null) {
    return await withPool({ connectionString: config.databaseUrl }, work);
  }
  try {
    await using postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
    return await withPool(postgres.connection, work);
  } catch (error) {
    const isServed = error instanceof PostgresStartError && error.code === 'data-dir-taken';
    const running = isServed ? connectionOf(config.dataDir) : null;
    if (running === null) throw error;
    return await withPool(running, work);
  }
}

async function withPool<T>(
  connection: pg.PoolConfig,
  work: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const pool = new pg.Pool({ ...connection, max: 2, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => {});
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** The PostgreSQL of the server that runs on this directory; null when its socket is not found. */
function connectionOf(dataDir: string): PostgresConnection | null {
  const dir = path.resolve(dataDir);
  const places = [path.join(dir, 'run'), path.join(tmpdir(), nameFor(dir)), `/tmp/${nameFor(dir)}`];
  const host = places.find((place) => existsSync(path.join(place, `.s.PGSQL.${SOCKET_PORT}`)));
  return host === undefined ? null : { host, port: SOCKET_PORT, user: USER, database: DATABASE };
}

async function makeToken(config: ServeConfig, pool: pg.Pool): Promise<string> {
  const access = new AccessStore(pool, systemClock);
  const node = `${hostname()}/${path.resolve(config.dataDir)} (rescue)`;
  const created = await createActs(pool, node, systemClock).do(null, async (client) => {
    const token = await access.createToken(client, {
      role: 'admin',
      person: null,
      createdBy: 'kaimen',
      expiresAt: null,
    });
    const detail = { person: token.person };
    return { result: token, act: { act: 'token.rescued', subject: token.id, detail } };
  });
  return created.token;
}
