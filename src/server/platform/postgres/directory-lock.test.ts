import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openTemporaryDirectory } from '../../../testing/postgres-process.ts';
import { acquireDirectoryLock } from './directory-lock.ts';
import { processStart } from './processes.ts';

test('is held once, and free again after release', () => {
  using scratch = openTemporaryDirectory();
  const lockPath = path.join(scratch.path, 'kaimen.lock');
  const lock = acquireDirectoryLock(lockPath, scratch.path);
  assert.throws(() => acquireDirectoryLock(lockPath, scratch.path), { code: 'data-dir-taken' });
  lock.release();
  assert.deepEqual(readdirSync(scratch.path), []);
  acquireDirectoryLock(lockPath, scratch.path).release();
});

test('is taken over from a process that is gone', async () => {
  using scratch = openTemporaryDirectory();
  const lockPath = path.join(scratch.path, 'kaimen.lock');
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  writeFileSync(lockPath, JSON.stringify({ pid: child.pid, processStart: '1' }));
  await once(child, 'exit');
  const lock = acquireDirectoryLock(lockPath, scratch.path);
  assert.equal(JSON.parse(readFileSync(lockPath, 'utf8')).pid, process.pid);
  assert.deepEqual(readdirSync(scratch.path), ['kaimen.lock']);
  lock.release();
});

test('is taken over when its pid now belongs to a process that started at another time', () => {
  using scratch = openTemporaryDirectory();
  const lockPath = path.join(scratch.path, 'kaimen.lock');
  writeFileSync(lockPath, JSON.stringify({ pid: process.ppid, processStart: '1' }));
  acquireDirectoryLock(lockPath, scratch.path).release();
});

test('is respected while its process runs, whose program it names', () => {
  using scratch = openTemporaryDirectory();
  const lockPath = path.join(scratch.path, 'kaimen.lock');
  const holder = { pid: process.ppid, processStart: processStart(process.ppid) };
  writeFileSync(lockPath, JSON.stringify(holder));
  const names = new RegExp(
    `already served by process ${process.ppid} \\(.+\\): stop it, or choose`,
  );
  assert.throws(() => acquireDirectoryLock(lockPath, scratch.path), { message: names });
  assert.equal(JSON.parse(readFileSync(lockPath, 'utf8')).pid, process.ppid);
});

test('is taken over when a power cut left it empty', () => {
  using scratch = openTemporaryDirectory();
  const lockPath = path.join(scratch.path, 'kaimen.lock');
  writeFileSync(lockPath, '');
  acquireDirectoryLock(lockPath, scratch.path).release();
});
