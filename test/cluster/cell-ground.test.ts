// A ground with two boxes and its hub, each a server with a PostgreSQL of its own, and a cell that all of them decide in.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { freePort } from '#drill/network/free-port.ts';
import type { CellView } from '#protocol/cell.ts';
import { CelledGround, patiently } from '../../src/testing/cluster/celled-ground.ts';
import { type EtcdCluster, missingEtcd, PATIENCE } from '../../src/testing/cluster/etcd-cluster.ts';
import { DERBY, type Ground, type GroundLane } from '../../src/testing/ground.ts';
import type { HttpNode } from '../../src/testing/http-node.ts';
import { provisional } from '../../src/testing/lane-journal.ts';
import { until } from '../../src/testing/waiting.ts';

const skip = missingEtcd() ?? false;
const SOON_MS = 15_000;
const TICKETS = 60;

let celled: CelledGround;
let cluster: EtcdCluster;
let ground: Ground;
let north: HttpNode;
let south: HttpNode;
let lane: GroundLane;

before(async () => {
  if (skip !== false) return;
  celled = await CelledGround.open(TICKETS);
  ({ cluster, ground } = celled);
  north = await ground.box('north', await freePort());
  south = await ground.box('south', await freePort());
  lane = await ground.enrol();
});

after(async () => {
  await celled?.[Symbol.asyncDispose]();
});

const wordAt = (node: HttpNode, serial: number, by = lane) => celled.word(node, by, serial);

test('is handed an event that was decided at the hub, and every node decides it from there', {
  skip,
}, async () => {
  assert.equal(await wordAt(ground.hub, 1), 'admitted');
  assert.equal((await celled.decideInCell()).authority, 'cell');
  for (const [node, rung] of [
    [ground.hub, 'hub'],
    [north, 'edge'],
    [south, 'edge'],
  ] as const) {
    // Until it has heard of it, a box passes on.
    const { value } = await until(
      SOON_MS,
      () => ground.tryScan(node, lane, 1),
      ({ body }) => body.rung === rung,
    );
    assert.equal(value.body.reason, 'already-used');
  }
  const answers = await Promise.all(
    [north, south, ground.hub].map((node) => ground.tryScan(node, lane, 2)),
  );
  const words = answers.map(({ body }) => String(body.reason ?? body.verdict)).sort();
  assert.deepEqual(words, ['admitted', 'already-used', 'already-used']);
  const rungs = answers.map(({ body }) => body.rung);
  assert.deepEqual(rungs, ['edge', 'edge', 'hub']);
});

test('the same scan at another box gets the same answer to the byte', { skip }, async () => {
  const first = await ground.tryScan(north, lane, 3, 'same-1');
  const again = await ground.tryScan(south, lane, 3, 'same-1');
  assert.deepEqual(again.body, first.body);
  assert.equal(first.body.verdict, 'admitted');
});

test('what a box decided is written down at hub and boxes, and counted there', {
  skip,
}, async () => {
  const counts = async (node: HttpNode) => {
    const found = await node.ask<{ inside: Record<string, number> }>(`${DERBY}/counts`, {
      token: ground.adminToken,
    });
    return found.inside['ground'];
  };
  for (const node of [ground.hub, north, south]) {
    await until(
      SOON_MS,
      () => counts(node),
      (inside) => inside === 3,
    );
  }
});

test('a block is acknowledged only when it binds every node', { skip }, async () => {
  const tickets = await patiently(() =>
    ground.hub.ask<{ ticket_ref: string }[]>(`${DERBY}/tickets/export?format=json`),
  );
  const ref = tickets[9]?.ticket_ref;
  await patiently(() =>
    ground.hub.ask(`${DERBY}/tickets/${ref}/block`, { body: { reason: 'stolen' } }),
  );
  for (const node of [north, south, ground.hub]) assert.equal(await wordAt(node, 10), 'blocked');
});

test('a gate that is stopped at a box while the line to the hub is cut is stopped at the other box', {
  skip,
}, async () => {
  ground.wire.mode = 'cut';
  const hold = { scope: 'gate/N1', kind: 'stop', reason: 'crush' };
  const { id } = await north.ask<{ id: string }>(`${DERBY}/holds`, {
    body: hold,
    token: ground.adminToken,
  });
  assert.equal(await wordAt(south, 11), 'held');
  ground.wire.mode = 'good';
  await until(
    SOON_MS,
    () => ground.hub.ask<{ holds: { id: string }[] }>(`${DERBY}/controls`),
    ({ holds }) => holds.some((each) => each.id === id),
  );
  assert.equal(await wordAt(south, 12), 'held');
  await patiently(() => ground.hub.ask(`${DERBY}/holds/${id}`, { method: 'DELETE' }));
  assert.equal(await wordAt(south, 12), 'admitted');
});

test('a lane that went on alone uploads at any box: a second holder is a conflict everywhere', {
  skip,
}, async () => {
  const code = ground.codes[19] ?? '';
  assert.equal(await wordAt(north, 20), 'admitted');
  const journal = randomUUID();
  const other = await ground.enrol();
  await until(
    SOON_MS,
    () => wordAt(south, 21, other),
    (word) => word !== '401' && word !== '503',
  );
  await ground.upload(south, other, journal, [provisional(1, 'alone-1', code, Date.now())]);
  for (const node of [ground.hub, north, south]) {
    await until(
      SOON_MS,
      () => node.ask<{ conflicts: unknown[] }>(`${DERBY}/conflicts`, { token: ground.adminToken }),
      ({ conflicts }) => conflicts.length === 1,
    );
  }
});

test('without a majority it says unavailable within the lane’s patience, and comes back', {
  skip,
}, async () => {
  await cluster.member('a').kill();
  await cluster.member('c').kill();
  const from = performance.now();
  assert.equal(await wordAt(north, 30), '503');
  assert.ok(performance.now() - from < 800 * PATIENCE, 'said in time');
  const tickets = await patiently(() =>
    ground.hub.ask<{ ticket_ref: string }[]>(`${DERBY}/tickets/export?format=json`),
  );
  const ref = tickets[30]?.ticket_ref;
  const refused = await patiently(() =>
    ground.hub.refuses(503, `${DERBY}/tickets/${ref}/block`, {
      body: { reason: 'stolen' },
    }),
  );
  assert.match(refused.detail ?? '', /nobody is bound by it yet/);
  cluster.member('a').start();
  cluster.member('c').start();
  await until(
    SOON_MS,
    () => wordAt(north, 30),
    (word) => word === 'admitted' || word === 'already-used',
  );
  await until(
    SOON_MS,
    () => wordAt(south, 31),
    (word) => word === 'blocked',
  );
});

test('is led from the ground while the event is open, or by whom it is told', {
  skip,
}, async () => {
  await until(
    SOON_MS,
    async () => (await cluster.leader()).name,
    (name) => name === 'b',
  );
  const view = await patiently(() => ground.hub.ask<CellView>('/api/v1/cell'));
  assert.equal(view.members.find(({ isLeader }) => isLeader)?.name, 'b');
  assert.deepEqual(
    view.events.map(({ id, isDecided }) => [id, isDecided]),
    [['derby', true]],
  );
  await patiently(() => ground.hub.refuses(409, '/api/v1/cell/leader', { body: { to: 'nobody' } }));
});

test('what was compacted away is read again as a whole', { skip }, async () => {
  await south.stop();
  assert.equal(await wordAt(north, 40), 'admitted');
  assert.equal(
    (await patiently(() => ground.hub.ask<CellView>('/api/v1/cell/room', { method: 'POST' })))
      .isFull,
    false,
  );
  south = await ground.restartBox('south');
  await until(
    SOON_MS,
    () => wordAt(south, 40),
    (word) => word === 'already-used',
  );
  const scans = async (node: HttpNode) => {
    const page = await node.ask<{ scans: unknown[] }>(`${DERBY}/scans`, {
      token: ground.adminToken,
    });
    return page.scans.length;
  };
  const there = await scans(ground.hub);
  await until(
    SOON_MS,
    () => scans(south),
    (count) => count >= there,
  );
});

test('is handed back with everything it decided, and cleared after the match', {
  skip,
}, async () => {
  await patiently(() => ground.hub.refuses(409, `${DERBY}/cell`, { body: { act: 'clear' } }));
  assert.equal((await celled.decideAt('hub')).authority, 'hub');
  assert.equal(await wordAt(ground.hub, 40), 'already-used');
  assert.equal(await wordAt(ground.hub, 41), 'admitted');
  await until(
    SOON_MS,
    () => wordAt(north, 42),
    (word) => word === 'admitted' || word === 'already-used',
  );
  await patiently(() => ground.hub.ask(`${DERBY}/close`, { method: 'POST' }));
  const cleared = await patiently(() =>
    ground.hub.ask<{ scans: number }>(`${DERBY}/cell`, {
      body: { act: 'clear' },
    }),
  );
  assert.ok(cleared.scans > 10);
  const view = await patiently(() => ground.hub.ask<CellView>('/api/v1/cell'));
  assert.deepEqual(view.events, []);
});
