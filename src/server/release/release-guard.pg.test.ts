// The guard at a server's start, on one database: another release, another migration, a match that is near.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { readMigrations } from '#server/platform/migrate.ts';
import { derbyFile } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { guardStart, type Starting } from './release-guard.ts';

const MIGRATIONS = new URL('../../../db/migrations/', import.meta.url);
let database: TestDatabase;
let node: HttpNode;
let same: Starting;

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
  await node.ask('/api/v1/events/derby', { method: 'PUT', body: derbyFile({ isNow: true }) });
  same = {
    release: '0.0.0',
    migrations: await readMigrations(MIGRATIONS),
    dataDir: node.dataDir,
    certFile: null,
    node: 'another node',
  };
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

beforeEach(() => database.pool.query('DELETE FROM freeze_overrides'));

const now = () => Date.now() as Instant;
const start = (changes: Partial<Starting>) =>
  guardStart(database.pool, { ...same, ...changes }, now());
const token = async (role: string, person: string): Promise<string> =>
  (await node.ask<{ token: string }>('/api/v1/tokens', { body: { role, person } })).token;

test('a restart of the same release is never hindered', async () => {
  assert.deepEqual(await start({}), []);
});

test('near a match no other release starts, and the message says which match and what to do', async () => {
  await assert.rejects(start({ release: '0.1.0' }), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'frozen');
    assert.match(error.message, /derby is near, and release 0\.1\.0 is new, it ran 0\.0\.0/);
    assert.match(error.message, /until it is closed or .+ “kaimen freeze override/);
    return true;
  });
});

test('near a match nothing is migrated, and nothing was', async () => {
  const next = { name: '9999_more', sql: 'CREATE TABLE more (id text)', sha256: 'x' };
  await assert.rejects(
    start({ migrations: [...same.migrations, next] }),
    /derby is near, and it would be migrated \(9999_more\)/,
  );
  const { rows } = await database.pool.query(`SELECT to_regclass('more') AS more`);
  assert.deepEqual(rows, [{ more: null }]);
});

test('near a match no other master key is taken', async () => {
  await database.pool.query(
    `INSERT INTO server_keys VALUES ('another node', 'master key', 'of another', now())
     ON CONFLICT DO NOTHING`,
  );
  await assert.rejects(start({}), /derby is near, and its master key is another/);
  await database.pool.query(`DELETE FROM server_keys WHERE node = 'another node'`);
});

test('two people let it start, one person does not, and the audit names both', async () => {
  const chen = await token('control-room', 'chen');
  const again = await token('control-room', 'chen');
  const li = await token('safety-officer', 'li');
  const steward = await token('steward', 'wang');
  const ask = (secondPerson: string) => ({
    token: chen,
    body: { reason: 'the fix for the north gates', secondPerson },
  });
  for (const not of [again, steward, 'nobody’s']) {
    const { errors } = await node.refuses(400, '/api/v1/freeze/override', ask(not));
    assert.equal(errors?.[0]?.field, 'secondPerson');
  }
  await assert.rejects(start({ release: '0.1.0' }), { code: 'frozen' });
  const view = await node.ask<{ override: { by: string[] } }>('/api/v1/freeze/override', ask(li));
  assert.deepEqual(view.override.by, ['chen', 'li']);
  assert.deepEqual(
    (await start({ release: '0.1.0' })).map(({ what }) => what),
    ['release'],
  );
  const { rows } = await database.pool.query(
    `SELECT actor, detail::json->>'second' AS second FROM audit WHERE act = 'freeze.overridden'`,
  );
  assert.deepEqual(rows, [{ actor: 'chen', second: 'li' }]);
});

test('whoever is alone cannot shorten a freeze to get out of it', async () => {
  const body = { hoursBefore: 0, reason: 'in a hurry' };
  await node.refuses(400, '/api/v1/freeze', { method: 'PUT', body });
});

test('once the match is closed, or long before it, everything may change', async () => {
  const far = (Date.now() - 400 * 3_600_000) as Instant;
  const early = await guardStart(database.pool, { ...same, release: '0.1.0' }, far);
  assert.equal(early.length, 1);
  await node.ask('/api/v1/events/derby/open', { method: 'POST' });
  await assert.rejects(start({ release: '0.1.0' }), /since it was opened/);
  await node.ask('/api/v1/events/derby/close', { method: 'POST' });
  assert.equal((await start({ release: '0.1.0' })).length, 1);
});
