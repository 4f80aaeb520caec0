// A hub and two boxes in the ground as processes of their own, each with its own PostgreSQL.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '#drill/network/free-port.ts';
import { type Answered, DrillClient, type Lane } from '../../src/drill/drill-client.ts';
import { healthOf, startAgain, startBox } from '../../src/drill/ground-edge.ts';
import { ServerProcess } from '../../src/drill/server-process.ts';
import { entryScan, refOf, type SmallMatch, setUpMatch } from '../../src/drill/small-match.ts';
import type { ScanAnswer } from '../../src/protocol/scans.ts';
import { until } from '../../src/testing/waiting.ts';

const SOON_MS = 20_000;
const SCAN_MS = 5_000;
/** More than two pages of a log. */
const DAY_SCANS = 1_200;
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
let decidedAlone = 0;

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
  for (const node of ['north', 'south'] as const) {
    const { token: device } = laneAt(0);
    const { tookMs } = await until(
      SOON_MS,
      () => clients[node].tryAsk({ method: 'GET', path: `${EVENT}/list`, token: device }),
      (answer) => answer?.status === 200,
    );
    t.diagnostic(`list at ${node} after ${Math.round(tookMs)} ms`);
  }
  const { store } = await healthOf(hub.url);
  const health = { status: 'ok', role: 'edge', node: 'north', store, decides: [] };
  // Whose tickets these are it hears with its next question to the hub.
  const isTold = (said: object) => 'store' in said;
  const { value } = await until(SOON_MS, () => healthOf(north.url), isTold);
  assert.deepEqual(value, health);
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

test('a named box takes over with all that was decided, and the others pass scans on to it', async (t) => {
  await move({ to: 'north', reason: 'match day' });
  const { tookMs } = await until(SOON_MS, () => healthOf(north.url), decidesIt);
  t.diagnostic(`decides ${Math.round(tookMs)} ms after it was named`);
  const here = await scanAt('north', 0, 2);
  assert.deepEqual([here.verdict, here.rung], ['admitted', 'edge']);
  for (const node of ['hub', 'south'] as const) {
    const there = await scanAt(node, 1, 2);
    assert.equal(there.reason, 'already-used', node);
    assert.equal(there.storeEpoch, here.storeEpoch, node);
  }
  assert.equal((await scanAt('south', 2, 1)).reason, 'already-used', 'what the hub had decided');
  assert.deepEqual((await healthOf(hub.url)).decides, []);
});

test('what a box decides is at the hub within two seconds, verdict for verdict', async () => {
  for (let serial = 3; serial < 23; serial += 1) await scanAt('north', serial % 3, serial);
  await until(2_000, insideAtHub, (count) => count === 22);
  const path = `${EVENT}/scans?ticket=${refOf(10)}`;
  const { scans } = await clients.hub.ask<{ scans: { rung: string; verdict: string }[] }>({
    method: 'GET',
    path,
  });
  assert.deepEqual(
    scans.map(({ rung, verdict }) => [rung, verdict]),
    [['edge', 'admitted']],
  );
});

test('without its hub, and through a crash of its own, a box decides on and forgets nothing', async () => {
  await hub.kill();
  assert.equal((await scanAt('north', 0, 23)).verdict, 'admitted');
  assert.equal((await scanAt('south', 1, 23)).reason, 'already-used');
  await north.kill();
  const startedAt = performance.now();
  const refused = await trySend('south', 1, 24);
  assert.equal(refused?.status, 503);
  assert.ok(performance.now() - startedAt < 800, 'fast enough for a lane');
  north = await startAgain(hub.url, dirs.north, ports.north);
  assert.equal((await scanAt('north', 0, 23)).reason, 'already-used');
  const back = await until(
    5_000,
    () => trySend('south', 1, 24),
    (answer) => answer?.status === 200,
  );
  assert.equal(verdictOf(back.value), 'admitted');
  // A day is more than what travels at once: refusals are decisions too.
  const scans = Array.from({ length: DAY_SCANS }, (_, index) => (index % 20) + 3);
  await Promise.all([0, 1, 2, 3].map((lane) => scanDay(scans.filter((_, i) => i % 4 === lane))));
  decidedAlone = await revisionAt('north');
  assert.ok(decidedAlone > DAY_SCANS);
});

test('what was sold, blocked and revoked while the hub was away arrives when it is back', async () => {
  hub = await ServerProcess.start(dirs.hub, ports.hub);
  const csv = 'ticket_ref,type,stand,section,code\nT-9000001,adult,north,N101,OLD-9000001';
  await clients.hub.ask({
    path: `${EVENT}/tickets/import?delta=true`,
    body: csv,
    headers: { 'content-type': 'text/csv' },
  });
  const reason = { reason: 'test' };
  await clients.hub.ask({ path: `${EVENT}/tickets/${refOf(30)}/block`, body: reason });
  const lane = laneAt(2).deviceId;
  await clients.hub.ask({ method: 'POST', path: `/api/v1/devices/${lane}/revoke` });
  const scanned = () => clients.north.trySend(laneAt(0), entryScan(nextId(), 'OLD-9000001'));
  await until(SOON_MS, scanned, (answer) => verdictOf(answer) === 'admitted');
  assert.equal((await scanAt('north', 0, 30)).reason, 'blocked');
  // A ticket that is used: whatever this lane is still told, nobody is counted in by it.
  const revoked = () => trySend('north', 2, 23);
  await until(2_000, revoked, (answer) => answer?.status === 401);
  await until(
    SOON_MS,
    () => revisionAt('hub'),
    (revision) => revision >= decidedAlone,
  );
  await until(3_000, insideAtHub, (count) => count === 25);
  const path = `${EVENT}/scans?ticket=${refOf(3)}`;
  const { scans } = await clients.hub.ask<{ scans: { verdict: string }[] }>({
    method: 'GET',
    path,
  });
  const admitted = scans.filter(({ verdict }) => verdict === 'admitted');
  assert.deepEqual([admitted.length, scans.length > DAY_SCANS / 20], [1, true]);
});

test('a box hands over what it decides, and says where it stopped', async (t) => {
  await move({ to: 'hub', reason: 'test' });
  await until(5_000, () => healthOf(hub.url), decidesIt);
  const isDecided = () => trySend('north', 0, 2);
  const { tookMs } = await until(2_000, isDecided, (answer) => answer?.status === 200);
  t.diagnostic(`lanes at the box are answered again ${Math.round(tookMs)} ms later`);
  const answer = await scanAt('north', 0, 32);
  assert.deepEqual([answer.verdict, answer.rung], ['admitted', 'hub']);
  assert.equal((await scanAt('north', 0, 2)).reason, 'already-used');
});

test('a box that two people gave up for lost is heeded no more, and what it decided is not lost', async () => {
  await move({ to: 'north', reason: 'test' });
  await until(SOON_MS, () => healthOf(north.url), decidesIt);
  assert.equal((await scanAt('north', 0, 40)).verdict, 'admitted');
  await until(2_000, insideAtHub, (count) => count === 27);
  // Cut off from its hub: its lanes go on there, while the control room gives it up.
  await hub.stop();
  assert.equal((await scanAt('north', 0, 41)).verdict, 'admitted');
  await north.kill();
  hub = await ServerProcess.start(dirs.hub, ports.hub);
  const alone = await clients.hub.tryAsk({
    path: `${EVENT}/authority`,
    token,
    body: { to: 'hub', reason: 'burnt', isLost: true },
  });
  assert.equal(alone?.status, 400, 'one person is not enough');
  const body = { role: 'control-room', person: 'p-second' };
  const second = await clients.hub.ask<{ token: string }>({ path: '/api/v1/tokens', body });
  await move({ to: 'hub', reason: 'burnt', isLost: true, secondPerson: second.token });
  await until(5_000, () => healthOf(hub.url), decidesIt);
  assert.equal((await scanAt('hub', 1, 40)).reason, 'already-used');
  assert.equal((await scanAt('hub', 1, 41)).verdict, 'admitted', 'the hub cannot know');
  north = await startAgain(hub.url, dirs.north, ports.north);
  const conflicts = () =>
    clients.hub.ask<{ conflicts: { ticketRef: string }[] }>({
      method: 'GET',
      path: `${EVENT}/conflicts`,
    });
  const { value } = await until(SOON_MS, conflicts, (answer) => answer.conflicts.length > 0);
  assert.deepEqual(
    value.conflicts.map(({ ticketRef }) => ticketRef),
    [refOf(41)],
  );
  const passed = () => trySend('north', 0, 42);
  const { value: there } = await until(SOON_MS, passed, (answer) => answer?.status === 200);
  assert.equal((there?.body as ScanAnswer | undefined)?.rung, 'hub');
});

async function insideAtHub(): Promise<number | undefined> {
  const path = `${EVENT}/counts`;
  const counts = await clients.hub.ask<{ inside: Record<string, number> }>({ method: 'GET', path });
  return counts.inside['ground'];
}

async function revisionAt(node: keyof typeof clients): Promise<number> {
  const asked = { method: 'GET', path: `${EVENT}/authority`, token } as const;
  return (await clients[node].ask<{ revision: number }>(asked)).revision;
}

async function scanDay(serials: readonly number[]): Promise<void> {
  for (const serial of serials) {
    assert.equal((await scanAt('north', 0, serial)).reason, 'already-used');
  }
}

function verdictOf(answer: Answered | null): unknown {
  return (answer?.body as Partial<ScanAnswer> | undefined)?.verdict;
}

function decidesIt({ decides }: { readonly decides: readonly string[] }): boolean {
  return decides.includes('drill');
}

function move(body: Record<string, unknown>): Promise<unknown> {
  return clients.hub.ask({ path: `${EVENT}/authority`, body });
}

function laneAt(index: number): Lane {
  const lane = match.lanes[index];
  assert.ok(lane);
  return lane;
}

/** As a lane asks: the same scan again while nobody answers it, on a machine that has other things to do. */
async function scanAt(
  node: keyof typeof clients,
  lane: number,
  serial: number,
): Promise<ScanAnswer> {
  const scan = entryScan(nextId(), match.codes[serial - 1] ?? '');
  const { value } = await until(
    SCAN_MS,
    () => clients[node].trySend(laneAt(lane), scan),
    (answer) => answer !== null && answer.status !== 503,
  );
  assert.equal(value?.status, 200, `${node}: ${JSON.stringify(value?.body)}`);
  return value?.body as ScanAnswer;
}

function trySend(node: keyof typeof clients, lane: number, serial: number) {
  const scan = entryScan(nextId(), match.codes[serial - 1] ?? '');
  return clients[node].trySend(laneAt(lane), scan);
}

function nextId(): string {
  next += 1;
  return `s-${next}`;
}
