import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { testDatabase } from '../../testing/postgres.ts';
import { openTemporaryDirectory } from '../../testing/postgres-process.ts';
import { migrate } from './migrate.ts';

/** A folder with these files, and a database in which nothing has been applied yet. */
async function given(files: Record<string, string>) {
  const scratch = openTemporaryDirectory();
  const database = await testDatabase();
  const write = (name: string, sql: string) => writeFileSync(path.join(scratch.path, name), sql);
  for (const [name, sql] of Object.entries(files)) write(name, sql);
  await database.pool.query('DROP SCHEMA public CASCADE');
  await database.pool.query('CREATE SCHEMA public');
  return {
    ...database,
    write,
    dir: pathToFileURL(scratch.path),
    remove: (name: string) => rmSync(path.join(scratch.path, name)),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      scratch[Symbol.dispose]();
    },
  };
}

test('applies migrations by number, each once', async () => {
  await using it = await given({
    '0002_seats.sql': 'ALTER TABLE gates ADD COLUMN seat text;',
    '0001_gates.sql': 'CREATE TABLE gates (id text); CREATE INDEX gates_by_id ON gates (id);',
    'README.md': 'not a migration',
  });
  assert.deepEqual(await migrate(it.pool, it.dir), { applied: ['0001_gates', '0002_seats'] });
  assert.deepEqual(await migrate(it.pool, it.dir), { applied: [] });
  it.write('0003_lanes.sql', 'CREATE TABLE lanes (id text);');
  assert.deepEqual(await migrate(it.pool, it.dir), { applied: ['0003_lanes'] });
  await it.pool.query('SELECT id, seat FROM gates');
});

test('lets several nodes start at once: every migration is applied by exactly one', async () => {
  const sql = (n: number) => `SELECT pg_sleep(0.05); CREATE TABLE t${n} (id int);`;
  await using it = await given({
    '0001_a.sql': sql(1),
    '0002_b.sql': sql(2),
    '0003_c.sql': sql(3),
  });
  const nodes = Array.from({ length: 4 }, () => new pg.Pool({ ...it.connection, max: 1 }));
  try {
    const results = await Promise.all(nodes.map((pool) => migrate(pool, it.dir)));
    const applied = results.flatMap((result) => result.applied).sort();
    assert.deepEqual(applied, ['0001_a', '0002_b', '0003_c']);
  } finally {
    await Promise.all(nodes.map((pool) => pool.end()));
  }
});

test('rolls a failing migration back whole, keeps those before it, and names the line', async () => {
  await using it = await given({
    '0001_good.sql': 'CREATE TABLE good (id int);',
    '0002_bad.sql': 'CREATE TABLE half (id int);\nCREATE TABLE good (id int);\nSELEC 1;\n',
  });
  await assert.rejects(migrate(it.pool, it.dir), {
    code: 'migration-failed',
    message: /^migration 0002_bad \(line 3\) failed and was rolled back: syntax error/,
  });
  const { rows } = await it.pool.query(
    `SELECT to_regclass('good')::text AS good, to_regclass('half')::text AS half`,
  );
  assert.deepEqual(rows, [{ good: 'good', half: null }]);
  it.write('0002_bad.sql', 'CREATE TABLE mended (id int);');
  assert.deepEqual(await migrate(it.pool, it.dir), { applied: ['0002_bad'] });
});

test('refuses a migration that was edited after it had been applied', async () => {
  await using it = await given({ '0001_gates.sql': 'CREATE TABLE gates (id text);' });
  await migrate(it.pool, it.dir);
  it.write('0001_gates.sql', 'CREATE TABLE gates (id text, name text);');
  it.write('0002_more.sql', 'CREATE TABLE more (id text);');
  await assert.rejects(migrate(it.pool, it.dir), {
    code: 'migration-edited',
    message: /0001_gates was edited .+ put the file back and write a new migration instead/,
  });
  const { rows } = await it.pool.query(`SELECT to_regclass('more')::text AS more`);
  assert.deepEqual(rows, [{ more: null }]);
});

test('refuses a database that a newer program has migrated', async () => {
  await using it = await given({
    '0001_gates.sql': 'CREATE TABLE gates (id text);',
    '0002_future.sql': '-- contract: gates.name\nCREATE TABLE future (id text);',
  });
  await migrate(it.pool, it.dir);
  it.remove('0002_future.sql');
  await assert.rejects(migrate(it.pool, it.dir), {
    code: 'database-newer',
    message: /migration 0002_future, which this program does not know: start the newer Kaimen/,
  });
});

test('goes on beside a newer program that has only added to the database', async () => {
  await using it = await given({
    '0001_gates.sql': 'CREATE TABLE gates (id text);',
    '0002_future.sql': 'CREATE TABLE future (id text);',
  });
  await migrate(it.pool, it.dir);
  it.remove('0002_future.sql');
  assert.deepEqual(await migrate(it.pool, it.dir), { applied: [] });
});

test('refuses two migrations with one number, and names that are no migration', async () => {
  await using it = await given({ '0001_a.sql': 'SELECT 1', '0001_b.sql': 'SELECT 1' });
  await assert.rejects(migrate(it.pool, it.dir), { code: 'migration-misnamed' });
  it.remove('0001_b.sql');
  it.write('gates.sql', 'SELECT 1');
  await assert.rejects(migrate(it.pool, it.dir), { code: 'migration-misnamed', message: /^gates/ });
});
