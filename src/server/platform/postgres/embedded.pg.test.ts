// PostgreSQL as a child: what it outlives, and what it says when it cannot start. How long it takes to be ready again is
// judged by `npm run drill -- kill`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import {
  NOBODY,
  openTemporaryDirectory,
  spawnPostgresProcess,
  whyNotAsNobody,
} from '../../../testing/postgres-process.ts';
import { silentLog } from '../log.ts';
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded.ts';
import { findProcesses, isAlive, waitUntilNone } from './processes.ts';
import { nameFor } from './socket-directory.ts';

/** Closed to other users, as `mktemp -d` makes it: PostgreSQL's user cannot get to what is in it. */
const scratch = openTemporaryDirectory();
const dataDir = path.join(scratch.path, 'closed', 'data');

function start(options: Partial<EmbeddedPostgresOptions> = {}) {
  return startEmbeddedPostgres({ dataDir, log: silentLog, ...options });
}

async function ask(connection: object, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(connection);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function running(dir = dataDir): number[] {
  return findProcesses((line) => line.includes(nameFor(dir)));
}

before(async () => {
  await using server = await start();
  await ask(server.connection, 'CREATE TABLE scans (id int)');
});

after(() => scratch[Symbol.dispose]());

test('keeps rows across a restart', async (t) => {
  {
    await using server = await start();
    await ask(server.connection, 'INSERT INTO scans VALUES (1)');
  }
  assert.deepEqual(running(), []);
  const began = performance.now();
  await using server = await start();
  t.diagnostic(`started again in ${Math.round(performance.now() - began)} ms`);
  assert.deepEqual(await ask(server.connection, 'SELECT id FROM scans'), [{ id: 1 }]);
  await ask(server.connection, 'TRUNCATE scans');
});

test('leaves no door open: one socket in a private directory, private files, nothing on the network', async () => {
  await using server = await start();
  const { host } = server.connection;
  assert.equal(statSync(host).mode & 0o777, 0o700);
  assert.equal(statSync(path.join(dataDir, 'postgres')).mode & 0o777, 0o700);
  assert.equal(statSync(dataDir).mode & 0o007, 0);
  assert.equal(statSync(path.join(dataDir, 'postgres.log')).mode & 0o777, 0o600);
  const [row] = await ask(
    server.connection,
    `SELECT current_setting('listen_addresses') AS addresses, current_setting('fsync') AS fsync,
       current_setting('data_checksums') AS checksums, current_setting('TimeZone') AS zone`,
  );
  assert.deepEqual(row, { addresses: '', fsync: 'on', checksums: 'on', zone: 'UTC' });
});

test('restarts PostgreSQL by itself when its postmaster is killed, and says so', async (t) => {
  const said: string[] = [];
  const up = Promise.withResolvers<void>();
  await using server = await start({
    onDown: (how) => said.push(how),
    onUp: () => {
      said.push('up');
      up.resolve();
    },
  });
  const busy = ask(server.connection, 'SELECT pg_sleep(60)');
  const cut = assert.rejects(busy);
  await ask(server.connection, 'INSERT INTO scans VALUES (2)');
  const killed = server.pid();
  const began = performance.now();
  process.kill(killed, 'SIGKILL');
  await up.promise;
  t.diagnostic(`up again in ${Math.round(performance.now() - began)} ms`);
  await cut;
  assert.deepEqual(said, ['SIGKILL', 'up']);
  assert.notEqual(server.pid(), killed);
  assert.deepEqual(await ask(server.connection, 'SELECT id FROM scans'), [{ id: 2 }]);
  await ask(server.connection, 'TRUNCATE scans');
});

test('outlives a backend that does not notice that its postmaster was killed', async () => {
  const up = Promise.withResolvers<void>();
  await using server = await start({ onUp: up.resolve });
  const [row] = await ask(server.connection, 'SELECT pg_backend_pid() AS pid');
  assert.ok(row);
  const client = new pg.Client(server.connection);
  client.on('error', () => {});
  await client.connect();
  const pid = (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
  process.kill(pid, 'SIGSTOP');
  process.kill(server.pid(), 'SIGKILL');
  await up.promise;
  assert.equal(isAlive(pid), false);
  await client.end().catch(() => {});
});

test('stops at any moment of a restart, and leaves nothing behind', async () => {
  for (const waitMs of [0, 30, 120, 240]) {
    const down = Promise.withResolvers<void>();
    const server = await start({ onDown: () => down.resolve() });
    process.kill(server.pid(), 'SIGKILL');
    await down.promise;
    await delay(waitMs);
    await Promise.all([server.stop(), server.stop()]);
    assert.deepEqual(running(), [], `after ${waitMs} ms`);
    assert.equal(existsSync(server.connection.host), false);
    assert.equal(existsSync(path.join(dataDir, 'kaimen.lock')), false);
  }
});

test('shuts PostgreSQL down when the process that started it is killed', async () => {
  const { child, report } = await spawnPostgresProcess(dataDir, null);
  assert.ok('up' in report, JSON.stringify(report));
  child.kill('SIGKILL');
  assert.equal(await waitUntilNone(running, 5_000), true);
});

test('clears away a PostgreSQL that a killed process left running, and starts', async (t) => {
  const { child, report } = await spawnPostgresProcess(dataDir, null);
  assert.ok('up' in report, JSON.stringify(report));
  const { pid } = report.up;
  const [watcher] = findProcesses((line) => line.endsWith(`kaimen-watch ${pid}`));
  assert.ok(watcher);
  process.kill(watcher, 'SIGKILL');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await delay(50);
  assert.equal(isAlive(pid), true);
  const began = performance.now();
  await using server = await start();
  t.diagnostic(`started in ${Math.round(performance.now() - began)} ms`);
  assert.equal(isAlive(pid), false);
  assert.notEqual(server.pid(), pid);
});

test('refuses a data directory that another process serves, and names that process', async () => {
  await using server = await start();
  const second = await spawnPostgresProcess(dataDir, null);
  await second.end();
  assert.ok('failed' in second.report);
  const { code, message } = second.report.failed;
  assert.equal(code, 'data-dir-taken');
  assert.match(
    message,
    new RegExp(`already served by process ${process.pid} \\(.+\\): stop it, or`),
  );
  assert.deepEqual(await ask(server.connection, 'SELECT 1 AS one'), [{ one: 1 }]);
  await assert.rejects(start(), { code: 'data-dir-taken' });
});

test('ignores a postmaster.pid whose pid now belongs to another program', async () => {
  writeFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), `${process.ppid}\n${dataDir}\n`);
  await using server = await start();
  assert.notEqual(server.pid(), 0);
  assert.equal(isAlive(process.ppid), true);
});

test('starts beside a lock of its socket whose pid still stands in the table of processes', async () => {
  const { uid, gid } = statSync(path.join(dataDir, 'postgres'));
  const dead = spawn('sleep', ['60'], { uid, gid });
  const first = await start();
  const socketDir = first.connection.host;
  await first.stop();
  mkdirSync(socketDir);
  writeFileSync(path.join(socketDir, '.s.PGSQL.5432.lock'), `${dead.pid}\n`);
  try {
    await using server = await start();
    assert.notEqual(server.pid(), 0);
  } finally {
    dead.kill();
  }
});

test('says what PostgreSQL said when it does not start, and leaves nothing running', async () => {
  await assert.rejects(start({ settings: { shared_buffers: 'many' } }), {
    code: 'postgres-exited',
    message: /invalid value for parameter "shared_buffers": "many"/,
  });
  assert.deepEqual(running(), []);
  await (await start()).stop();
});

test('serves as the ordinary user who starts it, after a first start that was cut short', async (t) => {
  const why = whyNotAsNobody();
  if (why) return t.skip(why);
  using fresh = openTemporaryDirectory();
  const dir = path.join(fresh.path, 'data');
  mkdirSync(path.join(dir, 'postgres.new', 'base'), { recursive: true });
  for (const at of ['', 'postgres.new', 'postgres.new/base']) {
    chownSync(path.join(dir, at), NOBODY.uid, NOBODY.gid);
  }
  const served = await spawnPostgresProcess(dir, NOBODY);
  assert.ok('up' in served.report, JSON.stringify(served.report));
  const status = readFileSync(`/proc/${served.report.up.pid}/status`, 'utf8');
  assert.match(status, new RegExp(`^Uid:\\s+${NOBODY.uid}\\s`, 'm'));
  assert.equal(served.report.up.connection.host, path.join(dir, 'run'));
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  await served.end();
  assert.deepEqual(running(dir), []);
  return undefined;
});
