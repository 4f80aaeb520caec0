import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DrillClient } from '../../src/drill/drill-client.ts';
import { runServerProgram, ServerProcess } from '../../src/drill/server-process.ts';
import { openTemporaryDirectory } from '../../src/testing/postgres-process.ts';

const PROGRAM = path.join(import.meta.dirname, '..', '..', 'src', 'server', 'main.ts');

async function adminMay(server: ServerProcess): Promise<boolean> {
  using client = await DrillClient.open(server.url, 1, server.adminToken);
  return (await client.tryAsk({ path: '/api/v1/tokens' }))?.status === 200;
}

test('a first start that is killed at any moment is simply started again', async () => {
  using scratch = openTemporaryDirectory();
  const dataDir = path.join(scratch.path, 'data');
  const reached = ['postgres.new', 'postgres', 'run/.s.PGSQL.5432', 'master-key', 'admin-token'];
  for (const milestone of reached) {
    const child = spawn(process.execPath, [PROGRAM, '--data', dataDir, '--port', '0'], {
      stdio: 'ignore',
    });
    const exited = once(child, 'exit');
    while (!existsSync(path.join(dataDir, milestone)) && child.exitCode === null) await delay(1);
    child.kill('SIGKILL');
    await exited;
    assert.equal(child.exitCode, null, `ended by itself before ${milestone}`);
  }
  await using server = await ServerProcess.start(dataDir);
  assert.ok(await adminMay(server));
});

test('the admin token of a first start that got no further is the admin token', async () => {
  using scratch = openTemporaryDirectory();
  const token = `kmo_${'a2'.repeat(16)}`;
  const dataDir = path.join(scratch.path, 'data');
  mkdirSync(dataDir);
  writeFileSync(path.join(dataDir, 'admin-token'), `${token}\n`);
  await using server = await ServerProcess.start(dataDir);
  assert.equal(readFileSync(path.join(dataDir, 'admin-token'), 'utf8').trim(), token);
  assert.ok(await adminMay(server));
});

test('a file in its place that holds no token is not overwritten', async () => {
  using scratch = openTemporaryDirectory();
  mkdirSync(path.join(scratch.path, 'data'));
  writeFileSync(path.join(scratch.path, 'data', 'admin-token'), 'mine\n');
  await assert.rejects(
    ServerProcess.start(path.join(scratch.path, 'data')),
    /admin-token is there but holds no token: move the file away/,
  );
});

test('whoever has the machine makes a new admin token, beside a running server and without one', async () => {
  using scratch = openTemporaryDirectory();
  const dataDir = path.join(scratch.path, 'data');
  const rescue = async () => (await runServerProgram(['rescue', '--data', dataDir])).out.trim();
  const worksAt = async (server: ServerProcess, token: string) => {
    using client = await DrillClient.open(server.url, 1, token);
    return (await client.tryAsk({ path: '/api/v1/tokens' }))?.status === 200;
  };
  {
    await using server = await ServerProcess.start(dataDir);
    assert.ok(await worksAt(server, await rescue()));
  }
  const token = await rescue();
  await using server = await ServerProcess.start(dataDir);
  assert.ok(await worksAt(server, token));
});
