// Connections that break while nobody looks at them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { testDatabase } from '#testing/postgres.ts';
import { openDatabase } from './open-database.ts';
import { readConfig } from './platform/config.ts';
import { silentLog } from './platform/log.ts';

test('a connection that breaks in somebody’s hand, between two statements, fails the next one and nothing else', async () => {
  await using own = await testDatabase();
  const { host, port, user, password, database: name } = own.connection as Record<string, unknown>;
  const who = `${encodeURIComponent(String(user))}:${encodeURIComponent(String(password ?? ''))}`;
  const where = `host=${encodeURIComponent(String(host))}&port=${port}`;
  const DATABASE_URL = `postgres://${who}@/${name}?${where}`;
  const database = await openDatabase(readConfig(['serve'], { DATABASE_URL }), silentLog);
  try {
    const client = await database.pool.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await own.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    // Its end arrives while nobody waits for anything: without a listener that ends the process.
    await delay(100);
    await assert.rejects(client.query('SELECT 1'));
    client.release(true);
    assert.equal((await database.pool.query('SELECT 1')).rowCount, 1);
  } finally {
    await database.close();
  }
});
