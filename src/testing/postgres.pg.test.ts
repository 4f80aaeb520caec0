import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from './postgres.ts';

test('gives every caller a database of its own, with our tables and no rows', async () => {
  await using one = await testDatabase();
  await using two = await testDatabase();
  assert.notEqual(one.connection.database, two.connection.database);
  await one.pool.query('CREATE TABLE only_here (id int)');
  const found = await two.pool.query(`SELECT to_regclass('only_here') AS id`);
  assert.equal(found.rows[0].id, null);
  const tables = await two.pool.query(`SELECT count(*)::int AS n FROM schema_migrations`);
  assert.ok(tables.rows[0].n > 1);
});

test('drops the database at the end of the scope', async () => {
  let name = '';
  {
    await using gone = await testDatabase();
    name = gone.connection.database;
  }
  await using other = await testDatabase();
  const { rows } = await other.pool.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  assert.deepEqual(rows, []);
});

test('keeps what is durable as it is in production', async () => {
  await using database = await testDatabase();
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    const { rows } = await database.pool.query('SELECT current_setting($1) AS value', [setting]);
    assert.equal(rows[0].value, 'on', setting);
  }
});
