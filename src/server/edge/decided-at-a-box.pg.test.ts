// What people do at the hub while a box decides the event: it binds there, and is known at both.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '#drill/network/free-port.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { derbyTickets } from '../../testing/derby.ts';
import { DERBY, Ground, type GroundLane } from '../../testing/ground.ts';
import type { HttpNode } from '../../testing/http-node.ts';
import { provisional } from '../../testing/lane-journal.ts';
import { until } from '../../testing/waiting.ts';

const SOON_MS = 15_000;

let ground: Ground;
let north: HttpNode;
let south: HttpNode;
let lane: GroundLane;

before(async () => {
  ground = await Ground.open(60);
  lane = await ground.enrol();
  [north, south] = await Promise.all([
    ground.box('north', await freePort()),
    ground.box('south', await freePort()),
  ]);
  for (const box of [north, south]) {
    const hasList = async () => (await box.fetch(`${DERBY}/list`, { token: lane.token })).status;
    await until(SOON_MS, hasList, (status) => status === 200);
  }
  await ground.hub.ask(`${DERBY}/authority`, { body: { to: 'north', reason: 'test' } });
  await until(SOON_MS, () => health(north), decidesIt);
});

after(() => ground[Symbol.asyncDispose]());

test('a ticket blocked, unblocked or re-issued at the hub is so at the box when the hub says done', async () => {
  for (const serial of [1, 2, 3]) {
    const ref = refOf(serial);
    const body = { reason: 'test' };
    await ground.hub.ask(`${DERBY}/tickets/${ref}/block`, { body });
    assert.equal((await ground.tryScan(north, lane, serial)).body.reason, 'blocked');
    const unblocked = await ground.hub.fetch(`${DERBY}/tickets/${ref}/unblock`, { body });
    assert.equal(unblocked.headers.get('kaimen-binds'), 'now');
    await unblocked.arrayBuffer();
    assert.equal((await ground.tryScan(north, lane, serial)).body.verdict, 'admitted');
  }
  const path = `${DERBY}/tickets/${refOf(4)}/reissue`;
  const { code } = await ground.hub.ask<{ code: string }>(path, { body: { reason: 'test' } });
  assert.equal((await ground.tryScan(south, lane, 4)).body.reason, 'revoked');
  assert.equal((await scanCode(south, code)).verdict, 'admitted');
});

test('a stop, and the end of a device, bind at the box when the hub says done', async () => {
  const hold = { scope: 'gate/N1', kind: 'stop', reason: 'test' };
  const { id } = await ground.hub.ask<{ id: string }>(`${DERBY}/holds`, { body: hold });
  assert.equal((await ground.tryScan(north, lane, 5)).body.reason, 'held');
  await ground.hub.ask(`${DERBY}/holds/${id}`, { method: 'DELETE' });
  assert.equal((await ground.tryScan(north, lane, 5)).body.verdict, 'admitted');
  const other = await ground.enrol();
  assert.equal((await ground.tryScan(north, other, 5)).body.reason, 'already-used');
  await ground.hub.ask(`/api/v1/devices/${other.deviceId}/revoke`, { method: 'POST' });
  assert.equal((await ground.tryScan(north, other, 6)).status, 401);
});

test('what was sold while the box heard nothing is asked for at the hub before anybody is turned away', async () => {
  const rows = () =>
    ground.hub.ask<{ ticket_ref: string; code: string }[]>(`${DERBY}/tickets/export?format=json`);
  ground.wire.mode = 'cut';
  const csv = derbyTickets(2, ['adult'], 900);
  await ground.hub.ask(`${DERBY}/tickets/import?delta=true`, { body: csv });
  const codes = (await rows()).slice(-2).map(({ code }) => code);
  ground.wire.mode = 'good';
  assert.equal((await scanCode(north, codes[0] ?? '')).verdict, 'admitted');
  assert.equal((await scanCode(north, codes[1] ?? '', 'out')).verdict, 'admitted');
});

test('somebody let in by hand at the hub is in at the box, once, and a used ticket is a conflict', async () => {
  const request = { requestId: 'hand-1', gate: 'N3', ref: refOf(10), reason: 'phone flat' };
  const admit = (body: object) =>
    ground.hub.ask<{ isConflict: boolean }>(`${DERBY}/admissions`, { body });
  const first = await admit(request);
  assert.deepEqual(await admit(request), first);
  assert.equal((await ground.tryScan(north, lane, 10)).body.reason, 'already-used');
  assert.equal((await ground.tryScan(north, lane, 11)).body.verdict, 'admitted');
  const again = await admit({ ...request, requestId: 'hand-2', ref: refOf(11) });
  assert.equal(again.isConflict, true);
  const bad = { ...request, requestId: 'hand-3', gate: 'X9' };
  const refused = await ground.hub.refuses(400, `${DERBY}/admissions`, { body: bad });
  assert.deepEqual(
    refused.errors?.map(({ field }) => field),
    ['gate'],
  );
  const conflicts = async () =>
    (await ground.hub.ask<{ conflicts: unknown[] }>(`${DERBY}/conflicts`)).conflicts.length;
  await until(SOON_MS, conflicts, (count) => count === 1);
});

test('a supervisor takes an admission back wherever the phone asks, with hub and without', async () => {
  const body = { name: 'Chen Jing', role: 'gate-supervisor' };
  const who = await ground.hub.ask<{ badge: string; pin: string }>(`${DERBY}/people`, { body });
  const undo = async (box: HttpNode, scanId: string, supervisor: object) => {
    const response = await box.fetch('/api/v1/devices/self/undo', {
      token: lane.token,
      body: { scanId, supervisor, reason: 'not turned' },
    });
    const text = await response.text();
    return { status: response.status, text };
  };
  const pin = { name: 'Chen Jing', pin: who.pin };
  for (const [box, serial] of [[south, 12] as const, [north, 13] as const]) {
    assert.equal((await ground.tryScan(box, lane, serial, `u-${serial}`)).body.verdict, 'admitted');
    const undone = await undo(box, `u-${serial}`, pin);
    assert.equal(undone.status, 200, undone.text);
    assert.equal((await ground.tryScan(north, lane, serial)).body.verdict, 'admitted');
  }
  const operator = { method: 'POST', body: { cause: 'supervisor' } } as const;
  assert.equal((await ground.tryScan(south, lane, 14, 'u-14')).body.verdict, 'admitted');
  const path = `/api/v1/scans/u-14/annul?device=${lane.deviceId}`;
  await south.ask(path, { ...operator, token: ground.adminToken });
  assert.equal((await ground.tryScan(north, lane, 14)).body.verdict, 'admitted');
  ground.wire.mode = 'cut';
  assert.equal((await ground.tryScan(north, lane, 15, 'u-15')).body.verdict, 'admitted');
  const badge = { badge: who.badge };
  const done = async () => await undo(north, 'u-15', badge);
  const { value } = await until(SOON_MS, done, ({ status }) => status !== 503);
  assert.equal(value.status, 200, value.text);
  assert.equal((await ground.tryScan(north, lane, 15)).body.verdict, 'admitted');
  ground.wire.mode = 'good';
});

test('an evacuation led at the hub holds at the box, and its end lets everybody in once more, everywhere', async () => {
  const { token: second } = await ground.hub.ask<{ token: string }>('/api/v1/tokens', {
    body: { role: 'safety-officer', person: 'p-second' },
  });
  assert.equal((await ground.tryScan(north, lane, 20)).body.verdict, 'admitted');
  // Came in before it began, and told of it only afterwards.
  const late = await ground.enrol();
  const earlier = provisional(1, 'late-1', ground.codes[20] ?? '', Date.now());
  assert.equal((await ground.tryScan(north, lane, 22, 'left')).body.verdict, 'admitted');
  assert.equal((await scanCode(north, ground.codes[21] ?? '', 'out')).verdict, 'admitted');
  // Clocks of hub and box are a little apart.
  await pause(200);
  await ground.hub.ask(`${DERBY}/evacuation`, { body: { isDrill: false, reason: 'smoke' } });
  assert.equal((await ground.tryScan(north, lane, 23)).body.reason, 'held');
  assert.equal((await scanCode(south, ground.codes[19] ?? '', 'out')).verdict, 'admitted');
  const end = { readmit: true, reason: 'all clear', secondPerson: second };
  await ground.hub.ask(`${DERBY}/evacuation/end`, { body: end });
  for (const [serial, verdict] of [
    [20, 'admitted'],
    [20, 'refused'],
    [22, 'refused'],
  ] as const) {
    assert.equal((await ground.tryScan(north, lane, serial)).body.verdict, verdict, `${serial}`);
  }
  await ground.upload(north, late, randomUUID(), [earlier]);
  assert.equal((await ground.tryScan(north, lane, 21)).body.verdict, 'admitted', 'was in before');
  const epochAt = async (node: HttpNode) =>
    (await node.ask<{ event: { entryEpoch: number } }>(`${DERBY}/overview`)).event.entryEpoch;
  await until(
    SOON_MS,
    () => epochAt(ground.hub),
    (epoch) => epoch === 2,
  );
  // Whoever decides next knows of it too, and who had gone home.
  await ground.hub.ask(`${DERBY}/authority`, { body: { to: 'south', reason: 'test' } });
  await until(SOON_MS, () => health(south), decidesIt);
  const passed = () => ground.tryScan(north, lane, 22);
  const { value } = await until(SOON_MS, passed, ({ status }) => status === 200);
  assert.equal(value.body.verdict, 'refused');
  assert.equal((await ground.tryScan(south, lane, 20)).body.reason, 'already-used');
});

test('an event is not moved on before whoever was named last has begun to decide', async () => {
  await until(
    SOON_MS,
    () => tryMove('north'),
    (status) => status === 200,
  );
  // Named a moment ago: it has yet to hear of it.
  assert.equal(await tryMove('hub'), 409);
  await until(SOON_MS, () => health(north), decidesIt);
  await until(
    SOON_MS,
    () => tryMove('hub'),
    (status) => status === 200,
  );
  await until(SOON_MS, () => health(ground.hub), decidesIt);
});

async function tryMove(to: string): Promise<number> {
  const response = await ground.hub.fetch(`${DERBY}/authority`, { body: { to, reason: 'test' } });
  await response.arrayBuffer();
  return response.status;
}

function health(node: HttpNode): Promise<{ decides: readonly string[] }> {
  return node.ask('/healthz', { token: 'none' });
}

function decidesIt({ decides }: { readonly decides: readonly string[] }): boolean {
  return decides.includes('derby');
}

function refOf(serial: number): string {
  return `RV-${`${serial}`.padStart(6, '0')}`;
}

async function scanCode(node: HttpNode, code: string, direction = 'in'): Promise<ScanAnswer> {
  const scannedAt = new Date().toISOString();
  const body = { scanId: randomUUID(), code, direction, scannedAt };
  return await node.ask<ScanAnswer>('/api/v1/scans', { token: lane.token, body });
}
