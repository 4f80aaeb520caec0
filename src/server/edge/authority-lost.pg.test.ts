// A hub that is put back from an older copy, and a box that is given up: nobody decides by what is out of date,
// and nothing that is written down anywhere is forgotten.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '#drill/network/free-port.ts';
import { DERBY, Ground, type GroundLane } from '../../testing/ground.ts';
import type { HttpNode } from '../../testing/http-node.ts';
import { provisional } from '../../testing/lane-journal.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { until } from '../../testing/waiting.ts';

const SOON_MS = 30_000;

let ground: Ground;
let north: HttpNode;
let lane: GroundLane;
let copies: TestDatabase[];

before(async () => {
  ground = await Ground.open(40);
  lane = await ground.enrol();
  north = await ground.box('north', await freePort());
  const hasList = async () => (await north.fetch(`${DERBY}/list`, { token: lane.token })).status;
  await until(SOON_MS, hasList, (status) => status === 200);
  await ground.hub.stop();
  copies = await ground.copiesOfHub(2);
  await ground.restartHub();
});

after(() => ground[Symbol.asyncDispose]());

test('a hub put back to before a box was named hears of it from the box, and asks the box', async () => {
  await move('north');
  await until(SOON_MS, () => decides(north), Boolean);
  assert.equal((await ground.tryScan(north, lane, 1)).body.verdict, 'admitted');
  await putBack(copies[0]);
  await until(SOON_MS, authority, (name) => name === 'north');
  await until(
    SOON_MS,
    () => decides(ground.hub),
    (is) => !is,
  );
  assert.equal((await store()).state, 'rebuilding');
  const { value } = await until(
    SOON_MS,
    () => ground.tryScan(ground.hub, lane, 1),
    ({ status }) => status === 200,
  );
  assert.equal(value.body.reason, 'already-used');
  await until(SOON_MS, revision, (count) => count >= 1);
  // Nor is it moved from or to where journals have yet to be heard.
  const body = { to: 'hub', reason: 'test' };
  const refused = await ground.hub.refuses(409, `${DERBY}/authority`, { body });
  assert.match(refused.detail ?? '', /being rebuilt/);
  await reconcile();
});

test('a hub put back to before it was named again decides nothing until it is rebuilt', async () => {
  await until(
    SOON_MS,
    () => tryMove('hub'),
    (status) => status === 200,
  );
  await until(SOON_MS, () => decides(ground.hub), Boolean);
  assert.equal((await ground.tryScan(ground.hub, lane, 2)).body.verdict, 'admitted');
  const known = () =>
    north.ask<{ epoch: number }>(`${DERBY}/authority`, { token: ground.adminToken });
  await until(SOON_MS, known, ({ epoch }) => epoch === 3);
  await putBack(copies[1]);
  const asked = () => ground.tryScan(ground.hub, lane, 2, 'once-more');
  const { value } = await until(SOON_MS, asked, ({ status }) => status !== 200);
  assert.equal((value.body as { code?: string }).code, 'store-behind');
  assert.ok(value.status === 503);
  await reconcile();
});

test('the end of a rebuild waits for boxes that may know who was named since', async () => {
  await north.stop();
  const [, database] = copies;
  await database?.pool.query(`UPDATE store SET state = 'rebuilding', why = 'test', since = now()`);
  const { waitingFor } = await store();
  assert.ok(waitingFor.includes('north'), waitingFor.join());
  const devices = waitingFor.filter((name) => name !== 'north');
  const body = { reason: 'test', withoutDevices: devices };
  const refused = await ground.hub.refuses(409, '/api/v1/store/reconcile', { body });
  assert.match(refused.detail ?? '', /north/);
  north = await ground.restartBox('north');
  await until(
    SOON_MS,
    async () => (await store()).waitingFor.includes('north'),
    (is) => !is,
  );
  await reconcile();
});

test('what a box had made true of journals, and took with it, is made true again by who decides next', async () => {
  await until(
    SOON_MS,
    () => tryMove('north'),
    (status) => status === 200,
  );
  await until(SOON_MS, () => decides(north), Boolean);
  const [, token = ''] =
    /:(\S+)/.exec(readFileSync(path.join(north.dataDir, 'edge-token'), 'utf8')) ?? [];
  await north.stop();
  const other = await ground.enrol('N3');
  const counted = await inside();
  const entry = provisional(1, 'gone-1', ground.codes[29] ?? '', Date.now());
  const journal = { device: other.deviceId, journalId: randomUUID(), entries: [entry] };
  const body = { ...journal, isComplete: true, appliedThrough: 1 };
  await ground.hub.ask('/api/v1/edge/journals', { token, body });
  const second = await ground.hub.ask<{ token: string }>('/api/v1/tokens', {
    body: { role: 'control-room', person: 'p-second' },
  });
  const given = { to: 'hub', reason: 'burnt', isLost: true, secondPerson: second.token };
  await ground.hub.ask(`${DERBY}/authority`, { body: given });
  assert.equal(await inside(), counted + 1);
  assert.equal((await ground.tryScan(ground.hub, lane, 30)).body.reason, 'already-used');
});

async function putBack(copy: TestDatabase | undefined): Promise<void> {
  assert.ok(copy);
  await ground.hub.stop();
  rmSync(path.join(ground.hub.dataDir, 'high-water.json'), { force: true });
  await ground.restartHub(copy);
}

async function reconcile(): Promise<void> {
  const { waitingFor } = await store();
  const body = { reason: 'test', withoutDevices: waitingFor };
  await ground.hub.ask('/api/v1/store/reconcile', { body });
}

function store(): Promise<{ state: string; waitingFor: string[] }> {
  return ground.hub.ask('/api/v1/store');
}

async function decides(node: HttpNode): Promise<boolean> {
  const { decides: ids } = await node.ask<{ decides: string[] }>('/healthz', { token: 'none' });
  return ids.includes('derby');
}

async function authority(): Promise<string> {
  return (await ground.hub.ask<{ authority: string }>(`${DERBY}/authority`)).authority;
}

async function revision(): Promise<number> {
  return (await ground.hub.ask<{ revision: number }>(`${DERBY}/authority`)).revision;
}

async function inside(): Promise<number> {
  const { inside: by } = await ground.hub.ask<{ inside: Record<string, number> }>(
    `${DERBY}/counts`,
  );
  return by['ground'] ?? 0;
}

async function tryMove(to: string): Promise<number> {
  const response = await ground.hub.fetch(`${DERBY}/authority`, { body: { to, reason: 'test' } });
  await response.arrayBuffer();
  return response.status;
}

async function move(to: string): Promise<void> {
  assert.equal(await tryMove(to), 200);
}
