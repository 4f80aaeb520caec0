// Who goes first, asked of the running server: every address has its class, and a crowd at one of them keeps
// neither a lane nor anybody else out.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { problem as problemShape } from '#protocol/problem.ts';
import { derbyFile, derbyTickets } from '../../../testing/derby.ts';
import { HttpNode } from '../../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../../testing/postgres.ts';
import { PRIORITIES } from '../http/priority.ts';

const EVENT = '/api/v1/events/derby';
const CROWD = 300;

let database: TestDatabase;
let node: HttpNode;
let device: { token: string };
let codes: readonly string[];

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
  await node.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true }) });
  await node.ask(`${EVENT}/tickets/import`, { body: derbyTickets(60) });
  await node.ask(`${EVENT}/open`, { method: 'POST' });
  const rows = await node.ask<{ code: string }[]>(`${EVENT}/tickets/export?format=json`);
  codes = rows.map(({ code }) => code);
  device = await node.ask('/api/v1/devices', { body: { event: 'derby', gate: 'N1' } });
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

type Operations = Readonly<Record<string, { readonly 'x-kaimen-priority'?: string }>>;

async function routesOf(priority: string): Promise<string[]> {
  const { paths } = await node.ask<{ paths: Readonly<Record<string, Operations>> }>(
    '/openapi.json',
  );
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path.replace('/api/v1/', '')}`,
      priority: operation['x-kaimen-priority'] ?? 'none',
    })),
  );
  assert.ok(routes.length > 90, `${routes.length} routes`);
  assert.deepEqual(
    routes.filter((route) => !(PRIORITIES as readonly string[]).includes(route.priority)),
    [],
  );
  return routes.filter((route) => route.priority === priority).map(({ name }) => name);
}

test('every address has its class, and what lanes live by is theirs', async () => {
  const [ofLanes, health, control, bulk] = await Promise.all(
    ['lane', 'health', 'control', 'bulk'].map(routesOf),
  );
  const wanted = [
    ['lane', ofLanes, ['POST scans', 'POST scans/{scanId}/annul', 'POST journal']],
    ['lane', ofLanes, ['GET events/{id}/list', 'GET events/{id}/claims', 'GET events/{id}/live']],
    ['lane', ofLanes, ['GET events/{id}/controls', 'POST devices/self/status', 'POST edge/scans']],
    ['health', health, ['GET /healthz', 'GET /readyz', 'GET /metrics']],
    ['control', control, ['POST session', 'POST enrolment', 'POST events/{id}/holds']],
    ['control', control, ['POST events/{id}/evacuation', 'POST events/{id}/diversions']],
    ['bulk', bulk, ['POST events/{id}/tickets/import', 'GET backup', 'GET audit/verify']],
  ] as const;
  for (const [name, routes, some] of wanted) {
    for (const each of some) assert.ok(routes?.includes(each), `${each} should be of ${name}`);
  }
  // Whatever is added to lanes is never refused for want of room: somebody has to have meant it.
  const foreign = ofLanes?.filter(
    (name) => !/ (scans|journal|device|devices\/self|edge|events\/\{id\})(\/|$)/.test(name),
  );
  assert.deepEqual(foreign, []);
  assert.equal(health?.length, 3);
});

test('a crowd is turned away with a time to come back, and lanes do not wait for it', async () => {
  const crowd = Promise.all(
    Array.from({ length: CROWD }, () =>
      send(`${EVENT}/tickets/export?format=csv`, node.adminToken),
    ),
  );
  const scans = await Promise.all(codes.slice(0, 30).map(scanned));
  const { token } = await node.ask<{ token: string }>('/api/v1/tokens', {
    body: { role: 'viewer' },
  });
  const other = await send(EVENT, token);
  const health = await send('/healthz', null);
  const answers = await crowd;
  assert.deepEqual(new Set(scans), new Set(['admitted']));
  assert.equal(other.status, 200);
  assert.equal(health.status, 200);
  const served = answers.filter(({ status }) => status === 200);
  const shed = answers.filter(({ status }) => status === 503);
  assert.equal(served.length + shed.length, CROWD);
  assert.ok(served.length > 0 && shed.length > 0, `${served.length} served, ${shed.length} shed`);
  for (const { headers, text } of shed) {
    const seconds = Number(headers.get('retry-after'));
    assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 30, `${seconds}`);
    assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(problemShape.parse(JSON.parse(text)).code, 'overloaded');
  }
  const metrics = await (await fetch(`${node.url}/metrics`)).text();
  assert.match(metrics, /http_requests_shed_total\{line="bulk"\} [1-9]/);
});

test('whoever is turned away in a crowd is not read for a moment, unless others share the connection', async () => {
  const path = `${EVENT}/tickets/export?format=csv`;
  const crowd = Promise.all(Array.from({ length: CROWD }, () => send(path, node.adminToken)));
  const answered: string[] = [];
  const asked = (['alone', 'shared'] as const).map(async (name) => {
    using connection = new Connection(name === 'shared' ? { 'x-forwarded-for': '10.1.2.3' } : {});
    // Whoever comes before the line is full waits; whoever was served is none of this test's.
    let status = 0;
    for (let tries = 0; status !== 503 && tries < 50; tries++) status = await connection.ask(path);
    assert.equal(status, 503, name);
    assert.equal(await connection.ask('/healthz'), 200);
    answered.push(name);
  });
  await Promise.all(asked);
  await crowd;
  assert.deepEqual(answered, ['shared', 'alone']);
});

test('strangers in a crowd keep out neither who is known nor each other for good', async () => {
  const stranger = `kmo_${'k'.repeat(32)}`;
  const crowd = Promise.all(Array.from({ length: CROWD }, () => send(EVENT, stranger)));
  const known = await send(`${EVENT}/controls`, node.adminToken);
  assert.equal(known.status, 200);
  const statuses = new Set((await crowd).map(({ status }) => status));
  assert.deepEqual([...statuses].sort(), [401, 503]);
  assert.equal((await send(EVENT, stranger)).status, 401);
});

/** One connection, kept. */
class Connection implements Disposable {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  readonly #headers: Readonly<Record<string, string>>;

  constructor(headers: Readonly<Record<string, string>>) {
    this.#headers = { ...headers, authorization: `Bearer ${node.adminToken}` };
  }

  async ask(path: string): Promise<number> {
    const request = http.get(`${node.url}${path}`, { agent: this.#agent, headers: this.#headers });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    await response.resume().toArray();
    return response.statusCode ?? 0;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

async function send(path: string, token: string | null) {
  const headers: Record<string, string> =
    token === null ? {} : { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(20_000);
  const response = await fetch(`${node.url}${path}`, { headers, signal });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function scanned(code: string): Promise<string> {
  const body = {
    scanId: crypto.randomUUID(),
    code,
    direction: 'in',
    scannedAt: new Date().toISOString(),
  };
  const answer = await node.ask<{ verdict: string }>('/api/v1/scans', {
    token: device.token,
    body,
  });
  return answer.verdict;
}
