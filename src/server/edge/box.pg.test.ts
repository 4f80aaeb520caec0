// A box and its hub with a bad line between them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '#drill/network/free-port.ts';
import { derbyTickets } from '../../testing/derby.ts';
import { DERBY, Ground, type GroundLane } from '../../testing/ground.ts';
import type { HttpNode } from '../../testing/http-node.ts';
import { provisional } from '../../testing/lane-journal.ts';
import { LiveStream } from '../../testing/live-stream.ts';
import { until } from '../../testing/waiting.ts';

const SOON_MS = 15_000;
/** Design §2: what control sets reaches connected lanes in this time. */
const FEED_MS = 2_000;

let ground: Ground;
let box: HttpNode;
let lane: GroundLane;

before(async () => {
  ground = await Ground.open(60);
  lane = await ground.enrol();
  box = await ground.box('north', await freePort());
  await listAt(box);
});

after(() => ground[Symbol.asyncDispose]());

test('controls, changes of the list and revocations at the hub reach lanes at a box within two seconds', async (t) => {
  const other = await ground.enrol();
  await until(
    FEED_MS,
    () => statusOf('/api/v1/device', other),
    (status) => status === 200,
  );
  using stream = await LiveStream.open(`${box.url}${DERBY}/live`, other.token);
  await stream.next('list', FEED_MS);
  const measure = async (what: string, name: string, act: () => Promise<unknown>) => {
    const from = stream.events.length;
    await act();
    const doneAt = performance.now();
    const { atMs } = await stream.next(name, FEED_MS, { from });
    t.diagnostic(`${what}: ${Math.max(0, Math.round(atMs - doneAt))} ms`);
  };
  const hold = { scope: 'gate/S1', kind: 'stop', reason: 'test' };
  await measure('hold', 'controls', () => ground.hub.ask(`${DERBY}/holds`, { body: hold }));
  const csv = derbyTickets(1, ['adult'], 900);
  await measure('sale', 'list', () =>
    ground.hub.ask(`${DERBY}/tickets/import?delta=true`, { body: csv }),
  );
  const message = { to: 'all', text: 'Doors open in five minutes' };
  await measure('message', 'message', () => ground.hub.ask(`${DERBY}/messages`, { body: message }));
  await measure('scan', 'claims', () => ground.tryScan(ground.hub, lane, 50));
  await measure('revocation', 'revoked', () =>
    ground.hub.ask(`/api/v1/devices/${other.deviceId}/revoke`, { method: 'POST' }),
  );
});

test('a lane that was enrolled a moment ago is not sent away by a box that has not heard of it', async () => {
  ground.wire.mode = 'cut';
  const late = await ground.enrol();
  for (let round = 0; round < 3; round += 1) {
    assert.equal((await ground.tryScan(box, late, 4)).status, 503);
  }
  ground.wire.mode = 'good';
  const asked = () => ground.tryScan(box, late, 4);
  await until(SOON_MS, asked, ({ status }) => status === 200);
  const stranger = { deviceId: 'x', token: `kmd_${'a'.repeat(32)}` };
  await until(
    SOON_MS,
    () => statusOf('/api/v1/device', stranger),
    (status) => status === 401,
  );
});

test('a box is named only while it is heard, and not revoked while it decides', async () => {
  await ground.hub.ask('/api/v1/edges', { body: { name: 'silent' } });
  const named = { to: 'silent', reason: 'test' };
  const refused = await ground.hub.refuses(409, `${DERBY}/authority`, { body: named });
  assert.match(refused.detail ?? '', /was not heard of/);
  await ground.hub.ask('/api/v1/edges/silent/revoke', { method: 'POST' });
  await ground.hub.refuses(404, '/api/v1/edges/silent/revoke', { method: 'POST' });
});

test('journals wait at the box for the hub, in order, and one bad entry holds up no other', async () => {
  ground.wire.mode = 'cut';
  const journal = randomUUID();
  const code = (serial: number) => ground.codes[serial - 1] ?? '';
  const entries = [
    provisional(1, 'j-1', code(1), Date.now()),
    { seq: 2, kind: 'outcome', nonsense: true },
    provisional(3, 'j-3', code(2), Date.now()),
  ];
  const first = await ground.upload(box, lane, journal, entries);
  assert.deepEqual([first.acceptedThrough, first.durableThrough], [3, 0]);
  assert.deepEqual(
    first.quarantined.map(({ seq }) => seq),
    [2],
  );
  ground.wire.mode = 'good';
  const again = () => ground.upload(box, lane, journal, []);
  const { value } = await until(SOON_MS, again, ({ durableThrough }) => durableThrough === 3);
  assert.equal(value.acceptedThrough, 3);
  const refused = await ground.tryScan(ground.hub, await ground.enrol(), 2);
  assert.equal(refused.body.reason, 'already-used');
});

test('a scan passed on is answered or refused in time, whatever is wrong with the line', async () => {
  for (const mode of ['cut', 'portal', { slowMs: 5_000 }] as const) {
    ground.wire.mode = mode;
    for (const round of ['first', 'next']) {
      const startedAt = performance.now();
      const { status } = await ground.tryScan(box, lane, 5);
      const tookMs = performance.now() - startedAt;
      const why = `${JSON.stringify(mode)}, ${round}: ${status} after ${Math.round(tookMs)} ms`;
      assert.equal(status, 503, why);
      assert.ok(tookMs < (round === 'first' ? 800 : 200), why);
    }
    assert.equal(
      (await box.fetch('/readyz', { token: 'none' })).status,
      503,
      'lanes ask elsewhere meanwhile',
    );
    ground.wire.mode = 'good';
    const isBack = async () => (await box.fetch('/readyz', { token: 'none' })).status;
    await until(SOON_MS, isBack, (status) => status === 200);
    assert.equal((await ground.tryScan(box, lane, 1)).status, 200);
  }
});

test('a list whose download breaks off is not used, and goes on where it broke', async () => {
  await ground.hub.ask(`${DERBY}/tickets/import?delta=true`, {
    body: derbyTickets(5_000, ['adult'], 10_000),
  });
  ground.wire.mode = { breaks: /whole=true/, afterAnswers: 1 };
  const late = await ground.box('south');
  const device = await ground.enrol();
  await until(
    SOON_MS,
    () => statusOf('/api/v1/device', device, late),
    (status) => status === 200,
  );
  const halfway = await late.refuses(503, `${DERBY}/list`, { token: device.token });
  assert.match(halfway.detail ?? '', /still fetching the list/);
  ground.wire.mode = 'good';
  const page = await listAt(late, device);
  assert.equal(page.tickets.length, 5_061);
});

test('controls set at a box bind there at once, and at the hub when it is back', async () => {
  const token = await operator('control-room');
  const viewer = await operator('viewer');
  await move('north');
  await ground.hub.refuses(409, '/api/v1/edges/north/revoke', { method: 'POST' });
  ground.wire.mode = 'cut';
  const body = { scope: 'gate/N1', kind: 'stop', reason: 'crush at the gate' };
  const { id } = await box.ask<{ id: string }>(`${DERBY}/holds`, { token, body });
  assert.equal((await ground.tryScan(box, lane, 6)).body.reason, 'held');
  await box.refuses(403, `${DERBY}/holds`, { token: viewer, body });
  ground.wire.mode = 'good';
  const holds = async (node: HttpNode) =>
    (await node.ask<Controls>(`${DERBY}/controls`, { token })).holds.map((hold) => hold.id);
  await until(
    SOON_MS,
    () => holds(ground.hub),
    (all) => all.includes(id),
  );
  await ground.hub.ask(`${DERBY}/holds/${id}`, { method: 'DELETE' });
  await until(
    FEED_MS,
    () => holds(box),
    (all) => !all.includes(id),
  );
  assert.equal((await ground.tryScan(box, lane, 6)).body.verdict, 'admitted');
  const acts = await ground.hub.ask<{ entries: { act: string; detail: string }[] }>(
    '/api/v1/audit',
  );
  const carried = acts.entries.find(({ act }) => act === 'control.carried');
  assert.match(carried?.detail ?? '', /"edge":"north"/);
});

test('a journal that comes to the hub reaches the box that decides, and the conflict comes back', async () => {
  const there = await ground.enrol('N3');
  assert.equal((await ground.tryScan(box, lane, 7)).body.verdict, 'admitted');
  const entry = provisional(1, 'far-1', ground.codes[6] ?? '', Date.now());
  await ground.upload(ground.hub, there, randomUUID(), [entry]);
  const conflicts = async () =>
    (await ground.hub.ask<{ conflicts: unknown[] }>(`${DERBY}/conflicts`)).conflicts.length;
  await until(SOON_MS, conflicts, (count) => count === 1);
});

test('a box that comes back from an older copy of itself decides nothing more by it', async () => {
  await box.stop();
  const yesterday = await ground.copyOf('north');
  box = await ground.restartBox('north');
  const before = await revisionAtHub();
  assert.equal((await ground.tryScan(box, lane, 8)).body.verdict, 'admitted');
  await until(SOON_MS, revisionAtHub, (revision) => revision > before);
  await box.stop();
  rmSync(path.join(box.dataDir, 'high-water.json'));
  box = await ground.restartBox('north', yesterday);
  const asked = () => ground.tryScan(box, lane, 9);
  const { value } = await until(SOON_MS, asked, ({ status }) => status === 503);
  assert.equal((value.body as { code?: string }).code, 'store-behind');
  // Given up, it is a box like any other, and learns from the hub what it had forgotten.
  const second = await operator('control-room');
  const body = { to: 'hub', reason: 'restored', isLost: true, secondPerson: second };
  await ground.hub.ask(`${DERBY}/authority`, { body });
  const passed = () => ground.tryScan(box, lane, 8);
  const { value: back } = await until(SOON_MS, passed, ({ status }) => status === 200);
  assert.equal(back.body.reason, 'already-used');
  // Named while its store is behind, it would decide nothing, and nobody else either.
  const refused = await ground.hub.refuses(409, `${DERBY}/authority`, {
    body: { to: 'north', reason: 'it is back' },
  });
  assert.match(refused.detail ?? '', /the store of north is behind/);
  assert.equal((await ground.tryScan(ground.hub, lane, 10)).body.verdict, 'admitted');
});

test('what a box does not do itself is done at the hub; without the hub it says so', async () => {
  const made = await box.ask<{ deviceId: string }>('/api/v1/devices', {
    token: ground.adminToken,
    body: { event: 'derby', gate: 'N1' },
  });
  assert.match(made.deviceId, /^dev-/);
  ground.wire.mode = 'cut';
  const refused = await box.refuses(503, '/api/v1/devices', {
    token: ground.adminToken,
    body: { event: 'derby', gate: 'N1' },
  });
  assert.match(refused.mend ?? '', /link is back/);
  ground.wire.mode = 'good';
});

test('a browser that asks whether it may ask the box is answered by the box, also when the hub hangs', async () => {
  ground.wire.mode = { slowMs: SOON_MS };
  const answered = await fetch(`${box.url}/api/v1/scans`, {
    method: 'OPTIONS',
    headers: {
      origin: ground.hub.url,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
    signal: AbortSignal.timeout(5_000),
  });
  ground.wire.mode = 'good';
  assert.equal(answered.status, 204);
  assert.match(answered.headers.get('access-control-allow-headers') ?? '', /authorization/);
});

type Controls = { readonly holds: readonly { readonly id: string }[] };

async function listAt(node: HttpNode, device = lane): Promise<{ tickets: unknown[] }> {
  await until(
    SOON_MS,
    () => statusOf(`${DERBY}/list`, device, node),
    (status) => status === 200,
  );
  return await node.ask(`${DERBY}/list`, { token: device.token });
}

async function statusOf(address: string, device: GroundLane, node = box): Promise<number> {
  const response = await node.fetch(address, { token: device.token });
  await response.arrayBuffer();
  return response.status;
}

async function revisionAtHub(): Promise<number> {
  const view = await ground.hub.ask<{ revision: number }>(`${DERBY}/authority`);
  return view.revision;
}

async function operator(role: string): Promise<string> {
  const made = await ground.hub.ask<{ token: string }>('/api/v1/tokens', { body: { role } });
  const isKnown = async () =>
    (await box.fetch('/api/v1/events/derby', { token: made.token })).status;
  await until(SOON_MS, isKnown, (status) => status !== 401);
  return made.token;
}

async function move(to: string): Promise<void> {
  await ground.hub.ask(`${DERBY}/authority`, { body: { to, reason: 'test' } });
  const decides = async () =>
    (await box.ask<{ decides: string[] }>('/healthz', { token: 'none' })).decides;
  await until(SOON_MS, decides, (ids) => ids.includes('derby') === (to === 'north'));
}
