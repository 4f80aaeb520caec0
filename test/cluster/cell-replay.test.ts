// A match that the hub began, a cell went on with and the hub ended, decided once more by what the hub wrote down.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Replay, replay } from '#domain/release/replay.ts';
import { freePort } from '#drill/network/free-port.ts';
import { readRecording } from '#protocol/read-recording.ts';
import { CelledGround, patiently } from '../../src/testing/cluster/celled-ground.ts';
import { missingEtcd } from '../../src/testing/cluster/etcd-cluster.ts';
import { DERBY, type Ground, type GroundLane } from '../../src/testing/ground.ts';
import type { HttpNode } from '../../src/testing/http-node.ts';
import { provisional } from '../../src/testing/lane-journal.ts';
import { until } from '../../src/testing/waiting.ts';

const skip = missingEtcd() ?? false;
const SOON_MS = 15_000;

let celled: CelledGround;
let ground: Ground;
let north: HttpNode;
let lane: GroundLane;
let other: GroundLane;
let recorded: string;

before(async () => {
  if (skip !== false) return;
  celled = await CelledGround.open(60);
  ({ ground } = celled);
  north = await ground.box('north', await freePort());
  lane = await ground.enrol();
  other = await ground.enrol('N3');
  await play();
  recorded = await (await ground.hub.fetch(`${DERBY}/recording`)).text();
});

after(async () => {
  await celled?.[Symbol.asyncDispose]();
});

const at = (node: HttpNode, serial: number, by = lane) => celled.word(node, by, serial);

async function play(): Promise<void> {
  assert.equal(await at(ground.hub, 1), 'admitted');
  await celled.decideInCell();
  await until(
    SOON_MS,
    () => ground.tryScan(north, lane, 1),
    ({ body }) => body.rung === 'edge' && body.reason === 'already-used',
  );
  for (let serial = 2; serial <= 12; serial++) {
    const node = serial % 2 === 0 ? north : ground.hub;
    assert.equal(await at(node, serial), 'admitted');
    assert.equal(await at(ground.hub, serial, other), 'already-used');
  }
  await annulled(20);
  await provisionalOf(21);
  await blocked(22);
  await stopped(23);
  await celled.decideAt('hub');
  assert.equal(await at(ground.hub, 12), 'already-used');
  assert.equal(await at(ground.hub, 24), 'admitted');
  await patiently(() => ground.hub.ask(`${DERBY}/close`, { method: 'POST' }));
}

/** Nobody turned; the holder comes again. */
async function annulled(serial: number): Promise<void> {
  const { body } = await ground.tryScan(north, lane, serial, 'not-turned');
  assert.equal(body.verdict, 'admitted');
  const cause = { cause: 'not-turned' };
  await north.ask('/api/v1/scans/not-turned/annul', { token: lane.token, body: cause });
  assert.equal(await at(ground.hub, serial), 'admitted');
}

/** A lane that was alone let the holder in; then somebody comes with a copy. */
async function provisionalOf(serial: number): Promise<void> {
  const code = ground.codes[serial - 1] ?? '';
  await ground.upload(north, other, randomUUID(), [provisional(1, 'alone', code, Date.now())]);
  assert.equal(await at(north, serial), 'already-used');
}

async function blocked(serial: number): Promise<void> {
  const tickets = await patiently(() =>
    ground.hub.ask<{ ticket_ref: string }[]>(`${DERBY}/tickets/export?format=json`),
  );
  const block = `${DERBY}/tickets/${tickets[serial - 1]?.ticket_ref}/block`;
  await patiently(() => ground.hub.ask(block, { body: { reason: 'stolen' } }));
  assert.equal(await at(north, serial), 'blocked');
}

async function stopped(serial: number): Promise<void> {
  const hold = { scope: 'gate/N1', kind: 'stop', reason: 'crush' };
  const { id } = await patiently(() =>
    ground.hub.ask<{ id: string }>(`${DERBY}/holds`, { body: hold }),
  );
  assert.equal(await at(north, serial), 'held');
  await patiently(() => ground.hub.ask(`${DERBY}/holds/${id}`, { method: 'DELETE' }));
  assert.equal(await at(north, serial), 'admitted');
}

async function decidedAgain(text: string): Promise<Replay> {
  const lines = async function* () {
    yield* text.trimEnd().split('\n');
  };
  return replay((await readRecording(lines())).recording);
}

test('the version that decided it says the same of every scan, whoever decided', {
  skip,
}, async () => {
  const { differences, judged, judgedInCell, judgedAlone, scans } = await decidedAgain(recorded);
  assert.deepEqual(differences, []);
  assert.ok(judgedInCell >= 29, `${judgedInCell} of the cell`);
  assert.ok(judged >= 3, `${judged} of the hub`);
  assert.equal(judgedAlone, 1);
  assert.equal(judged + judgedInCell + judgedAlone, scans);
});

test('an answer that the cell never gave is found', { skip }, async () => {
  const inCell = (line: string) => line.includes('"found":') && line.includes('"readAt":null');
  for (const [given, forged] of [
    ['"reason":"blocked"', '"reason":"revoked"'],
    ['"reason":"already-used"', '"reason":"wrong-gate"'],
    ['"verdict":"admitted","reason":null', '"verdict":"refused","reason":"already-used"'],
  ] as const) {
    const line = recorded.split('\n').find((each) => inCell(each) && each.includes(given)) ?? '';
    assert.notEqual(line, '', given);
    const { differences } = await decidedAgain(recorded.replace(line, line.replace(given, forged)));
    assert.equal(differences[0]?.by, 'cell');
  }
});
