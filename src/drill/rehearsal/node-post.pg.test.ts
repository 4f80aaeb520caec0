import assert from 'node:assert/strict';
import { cpSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openTemporaryDirectory } from '../../testing/postgres-process.ts';
import { NodePost } from './node-post.ts';

/** PostgreSQL's processes stand in its data directory, whatever they call themselves. */
function processesIn(dir: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === dir;
    } catch {
      return false;
    }
  });
}

test('a machine that is lost leaves no process that would still change its files', {
  skip: process.platform === 'linux' ? false : 'processes are read from /proc',
}, async () => {
  using scratch = openTemporaryDirectory();
  const dataDir = path.join(scratch.path, 'box');
  const setting = { name: 'box-b', dataDir, port: 0, options: [], runAs: {} } as const;
  await using node = new NodePost(setting);
  await node.start();
  const database = path.join(dataDir, 'postgres');
  assert.ok(processesIn(database).length > 3);
  for (let time = 0; time < 2; time++) {
    await node.loseMachine();
    assert.deepEqual(processesIn(database), []);
    const copy = path.join(scratch.path, 'copy');
    cpSync(database, copy, { recursive: true, preserveTimestamps: true });
    rmSync(copy, { recursive: true });
    await node.start();
  }
  assert.deepEqual(node.failedStarts, []);
});
