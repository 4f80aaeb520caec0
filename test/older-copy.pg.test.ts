// A database that has gone back in time: found out by what the machine wrote down, or by a lane that saw more.
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { ScanAnswer } from '#protocol/scans.ts';
import { DrillClient } from '../src/drill/drill-client.ts';
import { ServerProcess } from '../src/drill/server-process.ts';
import { entryScan, type SmallMatch, setUpMatch } from '../src/drill/small-match.ts';
import { openTemporaryDirectory } from '../src/testing/postgres-process.ts';

const scratch = openTemporaryDirectory();
const dataDir = path.join(scratch.path, 'data');
const older = path.join(scratch.path, 'older');
let match: SmallMatch;
let last: ScanAnswer;

before(async () => {
  {
    await using server = await ServerProcess.start(dataDir);
    using client = await DrillClient.open(server.url, 4, server.adminToken);
    match = await setUpMatch(client, server.adminToken, { tickets: 20, lanes: 2 });
    await admit(client, 0);
  }
  cpSync(dataDir, older, { recursive: true });
  await using server = await ServerProcess.start(dataDir);
  using client = await DrillClient.open(server.url, 1);
  last = await admit(client, 1);
});

after(() => scratch[Symbol.dispose]());

function laneOf(index: number) {
  const lane = match.lanes[index];
  assert.ok(lane);
  return lane;
}

async function admit(client: DrillClient, index: number): Promise<ScanAnswer> {
  const code = match.codes[index] ?? '';
  const answer = await client.scan(laneOf(0), entryScan(`scan-${index}`, code));
  assert.equal(answer.verdict, 'admitted');
  return answer;
}

async function refusesAsBehind(server: ServerProcess, why: RegExp): Promise<void> {
  using client = await DrillClient.open(server.url, 1);
  const ready = await client.tryAsk({ path: '/readyz' });
  assert.equal(ready?.status, 503);
  // Admitted after the copy was taken: the copy knows nothing of it.
  const answered = await client.trySend(laneOf(1), entryScan('once-more', match.codes[1] ?? ''));
  assert.equal(answered?.status, 503);
  const { code, detail } = (answered?.body ?? {}) as { code: string; detail: string };
  assert.equal(code, 'store-behind');
  assert.match(detail, why);
}

test('a database folder put back from an older copy is found out at the start, and stays so until reconciled', async () => {
  const dir = path.join(scratch.path, 'folder-of-before');
  cpSync(dataDir, dir, { recursive: true });
  rmSync(path.join(dir, 'postgres'), { recursive: true });
  cpSync(path.join(older, 'postgres'), path.join(dir, 'postgres'), { recursive: true });
  const why = /this machine has seen epoch \w+, which this store never had/;
  {
    await using server = await ServerProcess.start(dir);
    await refusesAsBehind(server, why);
  }
  await using server = await ServerProcess.start(dir);
  await refusesAsBehind(server, why);
});

test('a whole data directory of before is found out by a lane that has seen more, however far it has gone on', async () => {
  await using server = await ServerProcess.start(older);
  using client = await DrillClient.open(server.url, 1, server.adminToken);
  for (const index of [4, 5, 6, 7]) await admit(client, index);
  const { storeEpoch, revision, mark } = last;
  const present = (scanId: string, seen: string) =>
    client.tryAsk({
      path: '/api/v1/scans',
      token: laneOf(0).token,
      body: entryScan(scanId, match.codes[8] ?? ''),
      headers: { 'kaimen-seen': seen },
    });
  const invented = await present('invented', `${storeEpoch}:${revision + 1}:${mark}`);
  assert.equal(invented?.status, 200, 'a lane cannot stop the gates by inventing what it saw');
  const honest = await present('honest', `${storeEpoch}:${revision}:${mark}`);
  assert.equal(honest?.status, 503);
  await refusesAsBehind(server, /a lane has seen epoch \w+, which this store never had/);
  await client.ask({
    path: '/api/v1/store/reconcile',
    body: { withoutDevices: match.lanes.map((lane) => lane.deviceId), reason: 'no journals' },
  });
  const afterwards = await present('afterwards', `${storeEpoch}:${revision}:${mark}`);
  assert.equal(afterwards?.status, 200, 'what a lane saw before the reconciliation is settled');
});

test('a store that only goes on is not behind', async () => {
  await using server = await ServerProcess.start(dataDir);
  using client = await DrillClient.open(server.url, 1);
  assert.equal((await client.tryAsk({ path: '/readyz' }))?.status, 200);
  await admit(client, 3);
});
