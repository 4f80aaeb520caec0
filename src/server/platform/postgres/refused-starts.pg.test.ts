import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  NOBODY,
  openTemporaryDirectory,
  spawnPostgresProcess,
  whyNotAsNobody,
} from '../../../testing/postgres-process.ts';
import { mountDisk } from '../../../testing/small-disk.ts';
import { silentLog } from '../log.ts';
import { startEmbeddedPostgres } from './embedded.ts';

function start(dataDir: string) {
  return startEmbeddedPostgres({ dataDir, log: silentLog });
}

test('refuses a directory that holds something else, and touches nothing in it', async () => {
  using scratch = openTemporaryDirectory();
  writeFileSync(path.join(scratch.path, 'thesis.odt'), 'mine');
  await assert.rejects(start(scratch.path), {
    code: 'not-a-data-dir',
    message: /holds thesis\.odt\): choose an empty directory as --data/,
  });
  assert.deepEqual(readdirSync(scratch.path), ['thesis.odt']);
});

test('refuses a path that is a file', async () => {
  using scratch = openTemporaryDirectory();
  const file = path.join(scratch.path, 'file');
  writeFileSync(file, '');
  await assert.rejects(start(file), { code: 'not-a-data-dir', message: /is not a directory/ });
  const below = path.join(file, 'data');
  await assert.rejects(start(below), { code: 'not-a-data-dir', message: /is not a directory/ });
});

test('refuses database files of another version, and says what to do', async () => {
  using scratch = openTemporaryDirectory();
  mkdirSync(path.join(scratch.path, 'postgres'));
  writeFileSync(path.join(scratch.path, 'postgres', 'PG_VERSION'), '15\n');
  await assert.rejects(start(scratch.path), {
    code: 'wrong-version',
    message: /written by PostgreSQL 15, and this Kaimen brings PostgreSQL 18: start it with/,
  });
});

test('refuses database files that are damaged', async () => {
  using scratch = openTemporaryDirectory();
  mkdirSync(path.join(scratch.path, 'postgres'));
  await assert.rejects(start(scratch.path), {
    code: 'not-a-data-dir',
    message: /no readable PG_VERSION\): put the directory back from a backup/,
  });
});

test('refuses a data directory of another user, and names both', async (t) => {
  const why = whyNotAsNobody();
  if (why) return t.skip(why);
  using scratch = openTemporaryDirectory();
  const { report, end } = await spawnPostgresProcess(scratch.path, NOBODY);
  await end();
  assert.ok('failed' in report);
  assert.equal(report.failed.code, 'data-dir-wrong-owner');
  assert.match(
    report.failed.message,
    /belongs to root, but Kaimen runs as nobody: start it as root/,
  );
  return undefined;
});

test('refuses a place where it may not create a data directory', async (t) => {
  const why = whyNotAsNobody();
  if (why) return t.skip(why);
  using scratch = openTemporaryDirectory();
  const { report, end } = await spawnPostgresProcess(path.join(scratch.path, 'data'), NOBODY);
  await end();
  assert.ok('failed' in report);
  assert.equal(report.failed.code, 'data-dir-not-writable');
  return undefined;
});

test('says that the disk is full when the first start does not fit, and leaves no half database', async (t) => {
  using disk = mountDisk(t, 24);
  if (disk === null) return;
  const dataDir = path.join(disk.path, 'data');
  await assert.rejects(start(dataDir), { code: 'disk-full', message: /is full: free some space/ });
  assert.deepEqual(readdirSync(dataDir), []);
});

test('says that the disk is full on a later start, and starts once there is room', async (t) => {
  using disk = mountDisk(t, 160);
  if (disk === null) return;
  const dataDir = path.join(disk.path, 'data');
  await (await start(dataDir)).stop();
  disk.fill(8 * 1024);
  await assert.rejects(start(dataDir), { code: 'disk-full' });
  disk.free();
  await (await start(dataDir)).stop();
  assert.equal(existsSync(path.join(dataDir, 'kaimen.lock')), false);
});
