// `kaimen drill` as a club types it: a short storm on this machine, then against a staging system and its lock.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DrillClient } from '../../src/drill/drill-client.ts';
import { ServerProcess } from '../../src/drill/server-process.ts';
import { setUpMatch } from '../../src/drill/small-match.ts';

const KAIMEN = fileURLToPath(new URL('../../bin/kaimen.js', import.meta.url));
const QUICK = ['--seconds', '20', '--lanes', '4', '--network', 'wires'];

const scratch = mkdtempSync(path.join(os.tmpdir(), 'kaimen-rehearsals-'));
const reports = path.join(scratch, 'drills');
after(() => rmSync(scratch, { recursive: true, force: true }));

function start(args: readonly string[], token = '') {
  const child = spawn(process.execPath, [KAIMEN, 'drill', ...args], {
    env: { ...process.env, KAIMEN_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const isReady = new Promise<void>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('the ground is ready')) resolve();
    });
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return {
    child,
    isReady,
    ended: ended.then(([out, err, [code]]) => ({ code: code as number, out, err })),
  };
}

const drill = (args: readonly string[], token?: string) => start(args, token).ended;

test('a short storm is a go, leaves a report, and is signed', async () => {
  const { code, out } = await drill(['--storm', '--seed', '3', ...QUICK, '--out', reports]);
  assert.equal(code, 0, out);
  const [name = ''] = readdirSync(reports);
  const folder = path.join(reports, name);
  const outcome = JSON.parse(readFileSync(path.join(folder, 'drill.json'), 'utf8'));
  assert.deepEqual([outcome.verdict, outcome.figures.lost], ['go', 0]);
  assert.ok(outcome.figures.scans > 40, `${outcome.figures.scans} scans`);
  const signed = await drill(['sign', folder, '--name', '林红', '--role', 'safety officer']);
  assert.equal(signed.code, 0, signed.err);
  assert.ok(existsSync(path.join(folder, 'signatures.json')));
});

test('a signal ends it in order: nothing runs on, nothing is left behind', async () => {
  const before = readdirSync(os.tmpdir()).filter((name) => name.startsWith('kaimen-rehearsal-'));
  const { child, ended, isReady } = start(['--seed', '3', ...QUICK, '--out', reports]);
  await isReady;
  child.kill('SIGINT');
  assert.equal((await ended).code, 2);
  const left = readdirSync(os.tmpdir()).filter((name) => name.startsWith('kaimen-rehearsal-'));
  assert.deepEqual(left, before);
});

test('a system is rehearsed only if it says that it is staging, and while it has no event open', async () => {
  const dataDir = path.join(scratch, 'hub');
  let port = 0;
  {
    await using live = await ServerProcess.start(dataDir);
    port = live.port;
    const { code, err } = await drill(['--url', live.url, ...QUICK], live.adminToken);
    assert.deepEqual([code, /does not say that it is a staging system/.test(err)], [2, true], err);
  }
  await using staging = await ServerProcess.start(dataDir, port, ['--staging']);
  const token = staging.adminToken;
  using client = await DrillClient.open(staging.url, 1, token);
  await setUpMatch(client, token, { tickets: 1, lanes: 1, eventId: 'derby' });
  const refused = await drill(['--url', staging.url, ...QUICK], token);
  assert.deepEqual([refused.code, /has an event open: derby/.test(refused.err)], [2, true]);
  await client.ask({ method: 'POST', path: '/api/v1/events/derby/close' });

  const args = ['--url', staging.url, '--seed', '1', ...QUICK, '--out', reports];
  const { code, out, err } = await drill(args, token);
  assert.equal(code, 0, out + err);
  const statuses = async () => {
    const ask = { method: 'GET', path: '/api/v1/events' } as const;
    const { events } = await client.ask<{ events: { status: string }[] }>(ask);
    return events.map(({ status }) => status);
  };
  assert.deepEqual(await statuses(), ['closed', 'closed']);

  const { ended, isReady } = start(args, token);
  await isReady;
  await delay(1_000);
  await client.ask({ method: 'POST', path: '/api/v1/events/derby/open' });
  assert.equal((await ended).code, 2, 'somebody may enter: the drill stops');
  assert.deepEqual((await statuses()).filter((status) => status === 'open').length, 1);
});
