import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ControlsState } from '#protocol/controls.ts';
import type { Overview } from '#protocol/overview.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { LiveStream } from '../../testing/live-stream.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';

const EVENT = '/api/v1/events/derby';
let database: TestDatabase;
let node: HttpNode;
let codes: string[];
let lanes: Record<string, { deviceId: string; token: string }>;

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
  await node.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true }) });
  await node.ask(`${EVENT}/tickets/import`, { body: derbyTickets(60) });
  await node.ask(`${EVENT}/open`, { method: 'POST' });
  const rows = await node.ask<{ tickets: { code: string }[] } | { code: string }[]>(
    `${EVENT}/tickets/export?format=json`,
  );
  codes = (Array.isArray(rows) ? rows : rows.tickets).map(({ code }) => code);
  const enrol = (gate: string) =>
    node.ask<{ deviceId: string; token: string }>('/api/v1/devices', {
      body: { event: 'derby', gate, lane: `${gate}-1` },
    });
  lanes = { N1: await enrol('N1'), N3: await enrol('N3') };
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function scan(gate: string, code: string, direction = 'in'): Promise<string> {
  const body = {
    scanId: crypto.randomUUID(),
    code,
    direction,
    scannedAt: new Date().toISOString(),
  };
  const { verdict } = await node.ask<{ verdict: string }>('/api/v1/scans', {
    token: lanes[gate]?.token ?? '',
    body,
  });
  return verdict;
}

const look = () => node.ask<Overview>(`${EVENT}/overview`);

test('counts what lanes did, by gate, lane and reason', async () => {
  for (const code of codes.slice(0, 5)) assert.equal(await scan('N1', code), 'admitted');
  assert.equal(await scan('N3', codes[5] ?? ''), 'admitted');
  assert.equal(await scan('N3', codes[0] ?? ''), 'refused');
  const { gates, totals, inside } = await look();
  const n1 = gates.find(({ gate }) => gate === 'N1');
  const n3 = gates.find(({ gate }) => gate === 'N3');
  assert.deepEqual([n1?.admitted, n1?.perMinute, n1?.state], [5, 5, 'flowing']);
  assert.deepEqual(n3?.refused, { 'already-used': 1 });
  assert.equal(n1?.lanes[0]?.admitted, 5);
  assert.equal(n1?.stand, 'north');
  assert.deepEqual([totals.admitted, totals.refused, totals.sold], [6, 1, 60]);
  assert.deepEqual([inside.low, inside.high], [6, 6]);
  assert.equal(n1?.minutes.at(-1), 5);
  // Tickets of N104 may use either gate: each is taken to get half of them.
  assert.deepEqual([n1?.expected, n3?.expected], [30, 30]);
});

test('a gate is as fast as its slower half, and stopped it passes nobody', async () => {
  const before = (await look()).gates.find(({ gate }) => gate === 'N1');
  assert.equal(before?.capacityPerMinute, 11);
  await node.ask(`${EVENT}/gates/N1/search`, {
    method: 'PUT',
    body: { searchers: 1, secondsEach: 12 },
  });
  const hold = { scope: 'gate/N1', kind: 'stop', reason: 'test' };
  assert.equal((await look()).gates[0]?.capacityPerMinute, 5);
  const { id } = await node.ask<{ id: string }>(`${EVENT}/holds`, { body: hold });
  const held = (await look()).gates[0];
  assert.deepEqual([held?.state, held?.capacityPerMinute], ['held', 0]);
  await node.ask(`${EVENT}/holds/${id}`, { method: 'DELETE' });
});

test('what needs someone is on the list, and goes down it when somebody has taken it', async () => {
  await node.ask(`${EVENT}/limits`, {
    method: 'PUT',
    body: { scope: 'ground', limit: 6, reason: 'test' },
  });
  const { attention } = await look();
  assert.equal(attention[0]?.kind, 'limit-reached');
  const body = { key: attention[0]?.key, minutes: 5 };
  await node.ask(`${EVENT}/attention`, { body });
  const taken = (await look()).attention.find(({ kind }) => kind === 'limit-reached');
  assert.equal(taken?.taken?.by, 'first-admin');
});

test('tells the overview as it changes, once a second', async () => {
  using stream = await LiveStream.open(`${node.url}${EVENT}/overview/live`, node.adminToken);
  const first = (await stream.next('overview', 5_000)) as { data: Overview };
  assert.equal(first.data.totals.admitted, 6);
});

test('an evacuation lets nobody in, makes inside a range, and lets everybody back in once', async () => {
  const second = await node.ask<{ token: string }>('/api/v1/tokens', {
    body: { role: 'safety-officer', person: 'p-second' },
  });
  await node.ask(`${EVENT}/limits`, {
    method: 'PUT',
    body: { scope: 'ground', limit: null, reason: 'test', secondPerson: second.token },
  });
  const reason = 'smoke under the north stand';
  await node.ask(`${EVENT}/evacuation`, { body: { isDrill: false, reason } });
  await node.refuses(409, `${EVENT}/evacuation`, { body: { isDrill: false, reason } });
  assert.equal(await scan('N1', codes[10] ?? ''), 'refused');
  assert.equal(await scan('N1', codes[0] ?? '', 'out'), 'admitted');
  const during = await look();
  assert.deepEqual([during.inside.low, during.inside.high], [0, 5]);
  assert.equal(during.attention[0]?.kind, 'evacuation');
  await node.ask(`${EVENT}/evacuation/stands/north/cleared`, { method: 'POST' });
  assert.equal((await look()).inside.high, 0);
  const end = { readmit: true, reason: 'all clear' };
  await node.refuses(400, `${EVENT}/evacuation/end`, { body: end });
  await node.ask(`${EVENT}/evacuation/end`, { body: { ...end, secondPerson: second.token } });
  const afterwards = await look();
  assert.equal(afterwards.event.entryEpoch, 2);
  assert.equal(afterwards.inside.high, 0);
  assert.equal(await scan('N1', codes[1] ?? ''), 'admitted');
  assert.equal(await scan('N1', codes[1] ?? ''), 'refused');
  assert.equal(await scan('N1', codes[0] ?? ''), 'admitted');
});

test('whoever had left before an evacuation is not let in again by it', async () => {
  assert.equal(await scan('N1', codes[20] ?? ''), 'admitted');
  assert.equal(await scan('N1', codes[20] ?? '', 'out'), 'admitted');
  const { token } = await node.ask<{ token: string }>('/api/v1/tokens', {
    body: { role: 'control-room', person: 'p-third' },
  });
  await node.ask(`${EVENT}/evacuation`, { body: { isDrill: false, reason: 'test' } });
  const end = { readmit: true, reason: 'test', secondPerson: token };
  await node.ask(`${EVENT}/evacuation/end`, { body: end });
  assert.equal(await scan('N1', codes[20] ?? ''), 'refused');
});

test('of a family one of whom had gone home before an evacuation, the others are let back in', async () => {
  await node.ask(`${EVENT}/tickets/import?delta=true`, { body: derbyTickets(1, ['family'], 61) });
  const rows = await node.ask<{ ticket_ref: string; code: string }[]>(
    `${EVENT}/tickets/export?format=json`,
  );
  const code = rows.find(({ ticket_ref }) => ticket_ref === 'RV-000061')?.code ?? '';
  for (const _ of [1, 2, 3]) assert.equal(await scan('N1', code), 'admitted');
  assert.equal(await scan('N1', code, 'out'), 'admitted');
  const { token } = await node.ask<{ token: string }>('/api/v1/tokens', {
    body: { role: 'control-room', person: 'p-fourth' },
  });
  await node.ask(`${EVENT}/evacuation`, { body: { isDrill: false, reason: 'test' } });
  assert.equal(await scan('N1', code, 'out'), 'admitted');
  const end = { readmit: true, reason: 'test', secondPerson: token };
  await node.ask(`${EVENT}/evacuation/end`, { body: end });
  // Two who were inside, and the fourth, who had not come yet.
  for (const _ of [1, 2, 3]) assert.equal(await scan('N1', code), 'admitted');
  assert.equal(await scan('N1', code), 'refused');
});

test('a drill holds no gate and lets nobody back in', async () => {
  await node.ask(`${EVENT}/evacuation`, { body: { isDrill: true, reason: 'practice' } });
  assert.equal(await scan('N1', codes[30] ?? ''), 'admitted');
  const { evacuation, inside, attention } = await look();
  assert.equal(evacuation?.isDrill, true);
  assert.ok(attention.every(({ kind }) => kind !== 'evacuation'));
  assert.equal(inside.low, inside.high);
  const end = { readmit: true, reason: 'x', secondPerson: node.adminToken };
  await node.refuses(400, `${EVENT}/evacuation/end`, { body: end });
  await node.ask(`${EVENT}/evacuation/end`, { body: { readmit: false, reason: 'practised' } });
});

test('a delayed kick-off is one act: forecast, window and lanes move together, and back', async () => {
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const [startsAt, endsAt] = [at(60), at(240)];
  const move = (body: object) =>
    node.ask<ControlsState>(`${EVENT}/kick-off`, {
      method: 'PUT',
      body: { ...body, reason: 'fog' },
    });
  const before = await node.ask<ControlsState>(`${EVENT}/controls`);
  using lane = await LiveStream.open(`${node.url}${EVENT}/live`, lanes['N1']?.token ?? '');
  await lane.next('list', 5_000);
  const { window, fence } = await move({ startsAt, endsAt });
  assert.deepEqual(window, { startsAt, endsAt, doorsAt: null });
  assert.equal(fence, before.fence + 1, 'one change, not two');
  const isIt = (data: unknown) => (data as ControlsState).fence === fence;
  const { data } = await lane.next('controls', 5_000, { isIt });
  assert.deepEqual((data as ControlsState).window, window);
  const { event } = await look();
  assert.deepEqual([event.startsAt, event.endsAt, event.areTimesMoved], [startsAt, endsAt, true]);
  const { entries } = await node.ask<{ entries: { act: string }[] }>(
    '/api/v1/audit?order=newest&act=kick-off.moved',
  );
  assert.equal(entries.length, 1);
  const late = { method: 'PUT', body: { startsAt: at(300), reason: 'fog' } } as const;
  const { errors } = await node.refuses(400, `${EVENT}/kick-off`, late);
  assert.equal(errors?.[0]?.field, 'endsAt');
  // Doors alone are moved by the window: a moved kick-off stays.
  const doors = { doorsAt: at(-100), endsAt, reason: 'x' };
  await node.ask(`${EVENT}/window`, { method: 'PUT', body: doors });
  assert.equal((await look()).event.startsAt, startsAt);
  await move({ startsAt: null, doorsAt: null, endsAt: null });
  assert.equal((await look()).event.areTimesMoved, false);
});
