// A hub and two boxes in the ground as processes of their own, each with its own PostgreSQL.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { DrillClient, type Lane } from '../src/drill/drill-client.ts';
import { healthOf, startBox, until } from '../src/drill/ground-edge.ts';
import { ServerProcess } from '../src/drill/server-process.ts';
import { entryScan, refOf, type SmallMatch, setUpMatch } from '../src/drill/small-match.ts';
import type { ScanAnswer } from '../src/protocol/scans.ts';

const SOON_MS = 20_000;
const EVENT = '/api/v1/events/drill';

const scratch = mkdtempSync(path.join(os.tmpdir(), 'kaimen-edge-'));
const dirs = { hub: `${scratch}/hub`, north: `${scratch}/north`, south: `${scratch}/south` };
let ports: { hub: number; north: number; south: number };
let hub: ServerProcess;
let north: ServerProcess;
let south: ServerProcess;
let match: SmallMatch;
let token: string;
let clients: { hub: DrillClient; north: DrillClient; south: DrillClient };
let next = 0;

before(async () => {
  ports = { hub: await freePort(), north: await freePort(), south: await freePort() };
  hub = await ServerProcess.start(dirs.hub, ports.hub);
  token = hub.adminToken;
  const client = await DrillClient.open(hub.url, 4, token);
  match = await setUpMatch(client, token, { tickets: 60, lanes: 3 });
  const at = { url: hub.url, client, token };
  [north, south] = await Promise.all([
    startBox(at, { name: 'north', dataDir: dirs.north, port: ports.north }),
    startBox(at, { name: 'south', dataDir: dirs.south, port: ports.south }),
  ]);
  clients = {
    hub: client,
    north: await DrillClient.open(north.url, 4, token),
    south: await DrillClient.open(south.url, 4, token),
  };
});

after(async () => {
  for (const client of Object.values(clients ?? {})) client[Symbol.dispose]();
  await Promise.all([hub, north, south].map((each) => each?.[Symbol.asyncDispose]()));
  rmSync(scratch, { recursive: true, force: true });
});

test('a box says who it is, and has the event with its list soon after its first start', async (t) => {
  const lane = laneAt(0);
  const { tookMs } = await until(
    SOON_MS,
    () => clients.north.tryAsk({ method: 'GET', path: `${EVENT}/list`, token: lane.token }),
    (answer) => answer?.status === 200,
  );
  t.diagnostic(`list after ${Math.round(tookMs)} ms`);
  assert.deepEqual(await healthOf(north.url), {
    status: 'ok',
    role: 'edge',
    node: 'north',
    decides: [],
  });
  assert.deepEqual((await healthOf(hub.url)).decides, ['drill']);
});

test('a box that is not the authority passes a scan on and the answer back, and stores no claim', async () => {
  const answer = await scanAt('north', 0, 1);
  assert.equal(answer.verdict, 'admitted');
  assert.equal(answer.rung, 'hub');
  const again = await clients.hub.scan(laneAt(0), entryScan(answer.scanId, match.codes[0] ?? ''));
  assert.deepEqual(again, answer);
  const other = await scanAt('south', 1, 1);
  assert.equal(other.reason, 'already-used');
});

function laneAt(index: number): Lane {
  const lane = match.lanes[index];
  assert.ok(lane);
  return lane;
}

function scanAt(node: keyof typeof clients, lane: number, serial: number): Promise<ScanAnswer> {
  next += 1;
  return clients[node].scan(
    laneAt(lane),
    entryScan(`s-${next}`, match.codes[serial - 1] ?? refOf(serial)),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}
