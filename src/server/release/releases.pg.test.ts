import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { GateReleases } from '#protocol/releases.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { until } from '../../testing/waiting.ts';

const EVENT = '/api/v1/events/derby';
let database: TestDatabase;
let node: HttpNode;
const tokens = new Map<string, string>();

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
  await node.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true }) });
  await node.ask(`${EVENT}/tickets/import`, { body: derbyTickets(200) });
  await node.ask(`${EVENT}/open`, { method: 'POST' });
  for (const gate of ['N1', 'N3']) {
    const { token } = await node.ask<{ token: string }>('/api/v1/devices', {
      body: { event: 'derby', gate },
    });
    tokens.set(gate, token);
  }
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const says = (gate: string, running: string | null, more: object = {}) =>
  node.ask<{ release: string | null }>('/api/v1/devices/self/release', {
    token: tokens.get(gate) ?? '',
    body: { running, protocol: 2, ...more },
  });
const order = (gate: string, release: string, isCanary = false) =>
  node.ask(`${EVENT}/gates/${gate}/release`, {
    method: 'PUT',
    body: { release, isCanary, reason: 'a test' },
  });
const gateOf = async (gate: string) =>
  (await node.ask<GateReleases>(`${EVENT}/releases`)).gates.find((each) => each.gate === gate);

test('a gate’s lanes are told of their release on the feed, and by the answer to what they run', async () => {
  assert.equal((await says('N1', '1.0')).release, null);
  await using feed = await node.listen('derby');
  await order('N1', '2.0');
  assert.equal((await says('N1', '1.0')).release, '2.0');
  assert.equal((await says('N3', '1.0')).release, null, 'not another gate’s');
  const shown = await gateOf('N1');
  assert.deepEqual([shown?.release, shown?.previous], ['2.0', '1.0']);
  assert.ok(feed);
});

test('moves a gate back, and forward again', async () => {
  const back = () =>
    node.ask<{ release: string }>(`${EVENT}/gates/N1/release/back`, { body: { reason: 'slow' } });
  assert.equal((await back()).release, '1.0');
  assert.equal((await says('N1', '2.0')).release, '1.0');
  assert.equal((await back()).release, '2.0');
  const { detail } = await node.refuses(409, `${EVENT}/gates/S1/release/back`, {
    body: { reason: 'never ran another' },
  });
  assert.match(detail ?? '', /nobody has said what gate S1 ran before/);
});

test('refuses a lane that speaks a protocol two releases away, and says what to do', async () => {
  const { detail, mend } = await node.refuses(409, '/api/v1/devices/self/release', {
    token: tokens.get('N1') ?? '',
    body: { running: '9.0', protocol: 9, oldest: 8 },
  });
  assert.match(detail ?? '', /protocols 8 to 9, this server 1 to 2/);
  assert.match(mend ?? '', /one release at a time/);
  assert.equal((await says('N1', '3.0', { protocol: 3, oldest: 2, isNewer: true })).release, '2.0');
});

test('takes a release on trial back when its lanes refuse whom the server would let in', async () => {
  await says('N1', '1.0');
  await says('N3', '1.0');
  await order('N1', '1.0');
  await order('N1', '2.0', true);
  await says('N1', '2.0');
  const rows = await node.ask<{ code: string }[]>(`${EVENT}/tickets/export?format=json`);
  const entries = rows.slice(0, 120).map(({ code }, index) => {
    const isWrong = index % 40 === 39;
    return {
      seq: index + 1,
      kind: 'outcome',
      scanId: crypto.randomUUID(),
      code,
      direction: 'in',
      scannedAt: new Date().toISOString(),
      verdict: isWrong ? 'refused' : 'provisional',
      reason: isWrong ? 'wrong-gate' : null,
      rung: isWrong ? 'local' : 'provisional',
      revision: null,
    };
  });
  const body = { journalId: crypto.randomUUID(), entries, isComplete: true };
  await node.ask('/api/v1/journal', { token: tokens.get('N1') ?? '', body });
  await until(
    8_000,
    () => gateOf('N1'),
    (gate) => gate?.release === '1.0',
  );
  assert.match((await gateOf('N1'))?.reason ?? '', /wrong-refusals/);
  assert.equal((await says('N1', '2.0')).release, '1.0');
  const { alarms } = await node.ask<{ alarms: { kind: string }[] }>(`${EVENT}/alarms`);
  assert.deepEqual(
    alarms.map(({ kind }) => kind),
    ['canary-rolled-back'],
  );
});
