// The live feed over HTTP, from two nodes of one hub.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { derbyFile, derbyRef, derbyTickets } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { LiveStream } from '../../testing/live-stream.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';

const EVENT = '/api/v1/events/derby';
/** Design §2: what control sets reaches connected lanes in this time. */
const WITHIN_MS = 2_000;
const HOLD = { scope: 'gate/S1', kind: 'stop', reason: 'test' };

type Enrolled = { readonly deviceId: string; readonly token: string };

let database: TestDatabase;
let here: HttpNode;
let there: HttpNode;
let codes: readonly string[];
let next = 0;

before(async () => {
  database = await testDatabase();
  here = await HttpNode.start(database);
  there = await HttpNode.start(database, { beside: here });
  await here.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true }) });
  const names = derbyTickets(40)
    .replace('seat\n', 'seat,holder_name\n')
    .replace(/,(\d+)\n/g, ',$1,Wang Xiaoming\n');
  await here.ask(`${EVENT}/tickets/import`, { body: names });
  await here.ask(`${EVENT}/open`, { method: 'POST' });
  const rows = await here.ask<{ code: string }[]>(`${EVENT}/tickets/export?format=json`);
  codes = rows.map(({ code }) => code);
});

after(async () => {
  await here[Symbol.asyncDispose]();
  await there[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('controls, list and crossings reach connected lanes of both nodes within two seconds', async (t) => {
  const lane = await enrol();
  using near = await LiveStream.open(`${here.url}${EVENT}/live`, lane.token);
  using far = await LiveStream.open(`${there.url}${EVENT}/live`, lane.token);
  const both = [near, far];
  for (const stream of both) await stream.next('list', WITHIN_MS);
  const measure = async (
    what: string,
    name: string,
    act: () => Promise<unknown>,
    streams = both,
  ) => {
    const from = streams.map((stream) => stream.events.length);
    await act();
    const acknowledgedMs = performance.now();
    for (const [index, stream] of streams.entries()) {
      const options = { from: from[index] ?? 0 };
      const { atMs } = await stream.next(name, WITHIN_MS, options);
      const node = stream === near ? 'same node' : 'other node';
      t.diagnostic(`${what}, ${node}: ${Math.max(0, Math.round(atMs - acknowledgedMs))} ms`);
    }
  };
  let hold = '';
  await measure('hold', 'controls', async () => {
    hold = (await here.ask<{ id: string }>(`${EVENT}/holds`, { body: HOLD })).id;
  });
  await measure(
    'release',
    'controls',
    () => here.ask(`${EVENT}/holds/${hold}`, { method: 'DELETE' }),
    [near],
  );
  await measure('diversion', 'controls', () =>
    here.ask(`${EVENT}/diversions`, {
      body: {
        sections: ['N103'],
        gates: ['N3'],
        until: new Date(Date.now() + 60_000).toISOString(),
        reason: 'test',
      },
    }),
  );
  const limit = { scope: 'stand/south', limit: 5, reason: 'test' };
  await measure(
    'limit',
    'controls',
    () => here.ask(`${EVENT}/limits`, { method: 'PUT', body: limit }),
    [near],
  );
  await measure('block', 'list', () =>
    here.ask(`${EVENT}/tickets/${derbyRef(40)}/block`, { body: { reason: 'test' } }),
  );
  await measure(
    'import',
    'list',
    () => here.ask(`${EVENT}/tickets/import?delta=true`, { body: derbyTickets(1, ['adult'], 900) }),
    [near],
  );
  await measure('crossing', 'claims', () => scan(here, lane));
});

test('whoever comes first hears of a change that is made while its stream is set up', async () => {
  for (let round = 0; round < 4; round += 1) {
    const lane = await enrol();
    const open = LiveStream.open(`${here.url}${EVENT}/live`, lane.token);
    // While the first look of a feed without listeners is under way, or just after it.
    await new Promise((resolve) => setTimeout(resolve, round * 5));
    const { id } = await here.ask<{ id: string }>(`${EVENT}/holds`, { body: HOLD });
    using stream = await open;
    const hasIt = (data: unknown) =>
      (data as { holds: { id: string }[] }).holds.some((hold) => hold.id === id);
    await stream.next('controls', WITHIN_MS, { isIt: hasIt });
    await here.ask(`${EVENT}/holds/${id}`, { method: 'DELETE' });
    const from = stream.events.length;
    await stream.next('controls', WITHIN_MS, {
      from: Math.max(0, from - 1),
      isIt: (data) => !hasIt(data),
    });
  }
});

test('every stream begins with the controls and the cursor of the list; consoles also get counts', async () => {
  using lane = await LiveStream.open(`${here.url}${EVENT}/live`, (await enrol()).token);
  using console = await LiveStream.open(`${here.url}${EVENT}/live`, here.adminToken);
  for (const stream of [lane, console]) {
    const controls = await stream.next('controls', WITHIN_MS);
    assert.equal((controls.data as { status: string }).status, 'open');
    const list = await stream.next('list', WITHIN_MS);
    assert.match((list.data as { cursor: string }).cursor, /^[a-z2-7]+:\d+$/);
  }
  await console.next('counts', WITHIN_MS);
  assert.ok(lane.events.every(({ name }) => name !== 'counts'));
});

test('consoles see each verdict without name, reference or code; lanes hear of crossings alone', async () => {
  const device = await enrol();
  using console = await LiveStream.open(`${here.url}${EVENT}/live`, here.adminToken);
  using lane = await LiveStream.open(`${here.url}${EVENT}/live`, device.token);
  for (const stream of [console, lane]) await stream.next('list', WITHIN_MS);
  const { code } = await scan(here, device);
  await scan(here, device, code);
  const isRefused = (data: unknown) => (data as { reason: string }).reason === 'already-used';
  await console.next('scan', WITHIN_MS, { isIt: isRefused });
  await lane.next('claims', WITHIN_MS);
  const names = console.events.filter(({ name }) => name === 'scan');
  assert.equal(names.length, 2);
  const fields = ['revision', 'gate', 'lane', 'direction', 'verdict', 'reason', 'rung', 'at'];
  assert.deepEqual(Object.keys(names[0]?.data as object), fields);
  assert.ok(lane.events.every(({ name }) => name !== 'scan'));
  for (const { text } of [console, lane]) {
    assert.ok(!text.includes('Wang') && !text.includes(code) && !text.includes('RV-0'), text);
  }
});

test('a console hears once what either node decided, and misses nothing when it goes from one to the other', async () => {
  const device = await enrol();
  const admin = { authorization: `Bearer ${here.adminToken}` };
  const revisions = (stream: LiveStream) =>
    stream.events
      .filter(({ name }) => name === 'scan')
      .map(({ data }) => (data as { revision: number }).revision);
  let lastId = '';
  let heard: number[] = [];
  {
    using console = await LiveStream.openWith(`${here.url}${EVENT}/live`, admin);
    await console.next('counts', WITHIN_MS);
    await scan(there, device);
    await scan(here, device);
    await console.next('scan', WITHIN_MS, { isIt: () => revisions(console).length === 2 });
    // One look later it is not told again, and the position has moved on.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const { id } = await here.ask<{ id: string }>(`${EVENT}/holds`, { body: HOLD });
    await here.ask(`${EVENT}/holds/${id}`, { method: 'DELETE' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    heard = revisions(console);
    assert.equal(heard.length, 2);
    lastId = /^id:\s*(\S+)$/gm.exec(console.text.slice(console.text.lastIndexOf('id:')))?.[1] ?? '';
  }
  assert.match(lastId, /^hub\.\d+\.\d+$/);
  await scan(here, device);
  await scan(there, device);
  using again = await LiveStream.openWith(`${there.url}${EVENT}/live`, {
    ...admin,
    'last-event-id': lastId,
  });
  await again.next('counts', WITHIN_MS);
  const [first = 0] = heard;
  assert.deepEqual(new Set([...heard, ...revisions(again)]).size, 4);
  assert.ok(revisions(again).every((revision) => revision > first));
});

test('a revoked token’s stream is told so and closed within two seconds, on both nodes', async (t) => {
  const lane = await enrol();
  const streams = await Promise.all(
    [here, there].map((node) => LiveStream.open(`${node.url}${EVENT}/live`, lane.token)),
  );
  for (const stream of streams) await stream.next('list', WITHIN_MS);
  await here.ask(`/api/v1/devices/${lane.deviceId}/revoke`, { method: 'POST' });
  const revokedMs = performance.now();
  for (const stream of streams) {
    const closedMs = await stream.closed(WITHIN_MS);
    t.diagnostic(`closed after ${Math.round(closedMs - revokedMs)} ms`);
    assert.equal(stream.events.at(-1)?.name, 'revoked');
  }
  await here.refuses(401, `${EVENT}/live`, { token: lane.token });
});

test('a token that runs out ends its stream too', async () => {
  const expiresAt = new Date(Date.now() + 1_000).toISOString();
  const { token } = await here.ask<{ token: string }>('/api/v1/tokens', {
    body: { role: 'viewer', expiresAt },
  });
  using stream = await LiveStream.open(`${here.url}${EVENT}/live`, token);
  await stream.next('controls', WITHIN_MS);
  await stream.closed(1_000 + WITHIN_MS);
});

test('a lane hears nothing of another event, and a role without the permission nothing at all', async () => {
  const cup = derbyFile({ id: 'cup', isNow: true });
  await here.ask('/api/v1/events/cup', { method: 'PUT', body: cup });
  const lane = await enrol();
  await here.refuses(403, '/api/v1/events/cup/live', { token: lane.token });
  const { token } = await here.ask<{ token: string }>('/api/v1/tokens', {
    body: { role: 'volunteer' },
  });
  await here.refuses(403, `${EVENT}/live`, { token });
  await here.refuses(404, '/api/v1/events/none/live');
  await here.ask('/api/v1/events/cup/archive', { method: 'POST' });
});

test('streams end when their server stops, at once', async () => {
  await using node = await HttpNode.start(database, { beside: here });
  using stream = await LiveStream.open(`${node.url}${EVENT}/live`, here.adminToken);
  await stream.next('list', WITHIN_MS);
  const late = LiveStream.open(`${node.url}${EVENT}/live`, here.adminToken).catch(() => null);
  const startedMs = performance.now();
  await node.stop();
  assert.ok(performance.now() - startedMs < WITHIN_MS);
  await stream.closed(100);
  await (await late)?.closed(100);
});

async function enrol(): Promise<Enrolled> {
  return here.ask<Enrolled>('/api/v1/devices', { body: { event: 'derby', gate: 'N1' } });
}

async function scan(
  node: HttpNode,
  { token }: Enrolled,
  again?: string,
): Promise<{ code: string }> {
  const code = again ?? codes[next++ % codes.length] ?? '';
  const scannedAt = new Date().toISOString();
  const body = { scanId: crypto.randomUUID(), code, direction: 'in', scannedAt };
  await node.ask('/api/v1/scans', { token, body });
  return { code };
}
