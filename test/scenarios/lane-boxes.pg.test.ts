// A lane with two boxes in the ground and the hub above it, all of them processes: each is taken away in
// turn, then all, and every scan gets its verdict in time.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '#drill/network/free-port.ts';
import { LaneUnderTest } from '../../src/cli/lane/lane-under-test.ts';
import { DrillClient } from '../../src/drill/drill-client.ts';
import { healthOf, startAgain, startBox } from '../../src/drill/ground-edge.ts';
import { ServerProcess } from '../../src/drill/server-process.ts';
import { type SmallMatch, setUpMatch } from '../../src/drill/small-match.ts';
import { until } from '../../src/testing/waiting.ts';

const SOON_MS = 20_000;
const EVENT = '/api/v1/events/drill';

const scratch = mkdtempSync(path.join(os.tmpdir(), 'kaimen-lane-boxes-'));
const dirs = { hub: `${scratch}/hub`, north: `${scratch}/north`, south: `${scratch}/south` };
let ports: { hub: number; north: number; south: number };
let hub: ServerProcess;
let north: ServerProcess;
let south: ServerProcess;
let client: DrillClient;
let match: SmallMatch;
let lane: LaneUnderTest;
let nextCode = 0;

before(async () => {
  ports = { hub: await freePort(), north: await freePort(), south: await freePort() };
  hub = await ServerProcess.start(dirs.hub, ports.hub);
  const token = hub.adminToken;
  client = await DrillClient.open(hub.url, 4, token);
  match = await setUpMatch(client, token, { tickets: 60, lanes: 2 });
  const at = { url: hub.url, client, token };
  [north, south] = await Promise.all([
    startBox(at, { name: 'north', dataDir: dirs.north, port: ports.north }),
    startBox(at, { name: 'south', dataDir: dirs.south, port: ports.south }),
  ]);
  // A box that has just been started is not heard of yet, and nobody names one that is not heard of.
  const body = { to: 'north', reason: 'match day' };
  await until(
    SOON_MS,
    () => client.tryAsk({ path: `${EVENT}/authority`, body }),
    (answer) => answer?.status === 200,
  );
  const decidesIt = ({ decides }: { readonly decides: readonly string[] }) =>
    decides.includes('drill');
  await until(SOON_MS, () => healthOf(north.url), decidesIt);
  const { token: laneToken = '' } = match.lanes[0] ?? {};
  await until(
    SOON_MS,
    () => listAt(south.url, laneToken),
    (status) => status === 200,
  );
  lane = new LaneUnderTest([south.url, north.url, hub.url], `${scratch}/lane.sqlite`, {
    token: laneToken,
  });
});

after(async () => {
  await lane?.stop();
  client?.[Symbol.dispose]();
  await Promise.all([hub, north, south].map((each) => each?.[Symbol.asyncDispose]()));
  rmSync(scratch, { recursive: true, force: true });
});

test('the boxes decide; without the hub and without one box they still do', async (t) => {
  assert.deepEqual(word(await scan()), ['admitted', null, 'edge']);
  await hub.kill();
  assert.deepEqual(word(await scan()), ['admitted', null, 'edge']);
  await south.kill();
  const first = await scan();
  assert.deepEqual(word(first), ['admitted', null, 'edge']);
  assert.ok(first.ms <= 1_200, `${first.ms} ms`);
  const next = await scan();
  assert.ok(next.verdict === 'admitted' && next.ms <= 300, `${next.ms} ms`);
  t.diagnostic(`first verdict without the box: ${first.ms} ms, the next: ${next.ms} ms`);
});

test('with nobody left the lane decides at once, and says so once', async (t) => {
  await north.kill();
  const first = await scan();
  assert.equal(first.rung, 'provisional');
  assert.ok(first.ms <= 1_200, `${first.ms} ms`);
  const next = [await scan(), await scan(), await scan()];
  for (const { rung, ms } of next) assert.ok(rung === 'provisional' && ms <= 300, `${ms} ms`);
  t.diagnostic(`first verdict alone: ${first.ms} ms, the next: ${next.map(({ ms }) => ms)} ms`);
  assert.equal(lane.told.filter((words) => words.includes('does not answer')).length, 1);
});

test('when they are back the lane comes back, and nothing is missing and nobody counted twice', async (t) => {
  const startedAt = performance.now();
  hub = await ServerProcess.start(dirs.hub, ports.hub);
  north = await startAgain(hub.url, dirs.north, ports.north);
  south = await startAgain(hub.url, dirs.south, ports.south);
  const upAt = performance.now();
  await lane.until(() => lane.told.some((words) => words.startsWith('Live again')), SOON_MS);
  t.diagnostic(`back ${Math.round(performance.now() - upAt)} ms after the last was up`);
  t.diagnostic(`all three started in ${Math.round(upAt - startedAt)} ms`);
  const back = await scan();
  assert.ok(back.verdict === 'admitted' && back.rung === 'edge', `${back.rung}`);
  const inside = async () => {
    const counts = await client.ask<{ inside: Record<string, number> }>({
      method: 'GET',
      path: `${EVENT}/counts`,
    });
    return counts.inside['ground'];
  };
  await until(SOON_MS, inside, (people) => people === nextCode);
  const { conflicts } = await client.ask<{ conflicts: unknown[] }>({
    method: 'GET',
    path: `${EVENT}/conflicts`,
  });
  assert.deepEqual(conflicts, []);
});

async function listAt(url: string, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(5_000);
  const response = await fetch(`${url}${EVENT}/list`, { headers, signal });
  await response.arrayBuffer();
  return response.status;
}

async function scan() {
  nextCode += 1;
  return await lane.scan(match.codes[nextCode - 1] ?? '');
}

function word({ verdict, reason, rung }: { verdict: string; reason: string | null; rung: string }) {
  return [verdict, reason, rung];
}
