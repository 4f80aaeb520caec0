// Events, their lifecycle and the controls of the night over HTTP: each acknowledged change binds the very
// next scan, at whichever node it is sent to.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlsState } from '#protocol/controls.ts';
import type { EventCounts } from '#protocol/live.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';

const EVENT = '/api/v1/events/derby';
const TICKETS = 80;

let database: TestDatabase;
let here: HttpNode;
let there: HttpNode;
let codes: readonly string[];
let next = 0;
const lanes = new Map<string, string>();

before(async () => {
  database = await testDatabase();
  here = await HttpNode.start(database);
  there = await HttpNode.start(database, { beside: here });
  await here.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true }) });
  await here.ask(`${EVENT}/tickets/import`, { body: derbyTickets(TICKETS, ['season']) });
  const rows = await here.ask<{ code: string }[]>(`${EVENT}/tickets/export?format=json`);
  codes = rows.map(({ code }) => code);
  for (const gate of ['N1', 'N3', 'S1']) {
    const body = { event: 'derby', gate };
    lanes.set(gate, (await here.ask<{ token: string }>('/api/v1/devices', { body })).token);
  }
});

after(async () => {
  await here[Symbol.asyncDispose]();
  await there[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('nobody enters a draft; each step of the lifecycle binds the next scan; other steps are refused', async () => {
  const code = freshCode();
  assert.equal(await scan(there, 'N1', code), 'too-early');
  const { detail, mend } = await here.refuses(409, `${EVENT}/close`, { method: 'POST' });
  assert.match(
    `${detail}; ${mend}`,
    /the event is draft; only an event that is open can become closed/,
  );
  const open = await here.ask(`${EVENT}/open`, { method: 'POST' });
  assert.deepEqual(open, { id: 'derby', status: 'open' });
  assert.deepEqual(await here.ask(`${EVENT}/open`, { method: 'POST' }), open, 'again is no harm');
  assert.equal(await scan(there, 'N1', code), 'admitted');
  await here.refuses(409, `${EVENT}/archive`, { method: 'POST' });
  await there.ask(`${EVENT}/close`, { method: 'POST' });
  assert.equal(await scan(here, 'N1', freshCode()), 'too-late');
  assert.equal(await scan(here, 'N1', code, 'out'), 'admitted', 'everybody may leave');
  await here.ask(`${EVENT}/open`, { method: 'POST' });
  assert.equal(await scan(there, 'N1', freshCode()), 'admitted');
});

test('an archived event takes no step and no file any more', async () => {
  const file = derbyFile({ id: 'old', isNow: true });
  await here.ask('/api/v1/events/old', { method: 'PUT', body: file });
  await here.ask('/api/v1/events/old/archive', { method: 'POST' });
  for (const step of ['open', 'close']) {
    await here.refuses(409, `/api/v1/events/old/${step}`, { method: 'POST' });
  }
  await here.refuses(409, '/api/v1/events/old', { method: 'PUT', body: file });
  await here.refuses(404, '/api/v1/events/none/open', { method: 'POST' });
});

test('the same new match imported at once by two people is one match', async () => {
  for (const id of ['cup-1', 'cup-2', 'cup-3']) {
    const body = derbyFile({ id, isNow: true });
    const asked = { method: 'PUT', body } as const;
    const both = await Promise.all(
      [here, there, here, there].map((node) =>
        node.ask<{ number: number; created: boolean }>(`/api/v1/events/${id}`, asked),
      ),
    );
    assert.equal(new Set(both.map(({ number }) => number)).size, 1);
    assert.equal(both.filter(({ created }) => created).length, 1);
  }
});

test('a corrected file keeps every count in its place, and a scope that it adds counts from nought', async () => {
  const before = await inside();
  const moved = derbyFile({ isNow: true, moreGates: ['A0'] });
  const corrected = {
    ...moved,
    stands: [{ id: 'east' }, ...(moved.stands ?? []).toReversed()],
    sections: [
      { id: 'E1', stand: 'east', zone: 'south', gates: ['A0'] },
      ...moved.sections.toReversed(),
    ],
    gates: moved.gates.toReversed(),
  };
  const { created } = await here.ask(EVENT, { method: 'PUT', body: corrected });
  assert.equal(created, false);
  const after = await inside();
  assert.deepEqual(after, { ...before, 'stand/east': 0, 'section/E1': 0 });
  const code = freshCode();
  assert.equal(await scan(there, 'N1', code), 'admitted');
  const then = await inside();
  assert.equal(then['stand/north'], (before['stand/north'] ?? 0) + 1);
  assert.equal(then['section/N104'], (before['section/N104'] ?? 0) + 1);
  // Back again: the stand that is named no more keeps its place, whatever was counted in it.
  await here.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true }) });
  await scan(there, 'N1', code, 'out');
  assert.deepEqual(await inside(), after);
  const wrong = await here.refuses(400, EVENT, { method: 'PUT', body: derbyFile({ id: 'x' }) });
  assert.equal(wrong.errors?.[0]?.field, 'id');
});

test('a stop of gate, section, stand or ground binds the next scan, its release too', async () => {
  for (const scope of ['gate/N1', 'section/N104', 'stand/north', 'ground']) {
    const body = { scope, kind: 'stop', reason: 'test' };
    const { id } = await here.ask<{ id: string }>(`${EVENT}/holds`, { body });
    const code = freshCode();
    assert.equal(await scan(there, 'N1', code), 'held', scope);
    const elsewhere = scope === 'gate/N1' ? 'admitted' : 'held';
    assert.equal(await scan(here, 'N3', code), elsewhere, scope);
    await there.ask(`${EVENT}/holds/${id}`, { method: 'DELETE' });
    assert.equal(await scan(here, 'N1', freshCode()), 'admitted', scope);
    await here.refuses(404, `${EVENT}/holds/${id}`, { method: 'DELETE' });
  }
});

test('a meter lets in its number in a minute', async () => {
  const body = { scope: 'gate/N3', kind: 'meter', perMinute: 3, reason: 'test' };
  await untilFarFromTheMinute();
  const { id } = await here.ask<{ id: string }>(`${EVENT}/holds`, { body });
  const words = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      scan(index % 2 === 0 ? here : there, 'N3', freshCode()),
    ),
  );
  // Whoever came in by N3 in this minute before the meter was set counts as well.
  const admitted = words.filter((word) => word === 'admitted').length;
  assert.ok(admitted <= 3, words.join());
  assert.equal(words.length - admitted, words.filter((word) => word === 'held').length);
  assert.equal(await scan(here, 'N1', freshCode()), 'admitted', 'another gate is not metered');
  await here.ask(`${EVENT}/holds/${id}`, { method: 'DELETE' });
  for (const bad of [{ perMinute: undefined }, { kind: 'stop' }, { perMinute: -1 }]) {
    const problem = await here.refuses(400, `${EVENT}/holds`, { body: { ...body, ...bad } });
    assert.equal(problem.errors?.[0]?.field, 'perMinute');
  }
});

test('a diversion opens another gate and expires by itself, at both nodes', async () => {
  const until = Date.now() + 2_500;
  const south = { sections: ['N104'], gates: ['S1'], reason: 'test' };
  assert.equal(await scan(there, 'S1', freshCode()), 'wrong-gate');
  await here.ask(`${EVENT}/diversions`, {
    body: { ...south, until: new Date(until).toISOString() },
  });
  assert.equal(await scan(there, 'S1', freshCode()), 'admitted');
  assert.equal(await scan(here, 'N1', freshCode()), 'admitted', 'the usual gate stays open');
  await sleep(until - Date.now() + 5);
  for (const node of [here, there]) assert.equal(await scan(node, 'S1', freshCode()), 'wrong-gate');
  const hour = new Date(Date.now() + 3_600_000).toISOString();
  const { id } = await there.ask<{ id: string }>(`${EVENT}/diversions`, {
    body: { ...south, until: hour },
  });
  assert.equal(await scan(here, 'S1', freshCode()), 'admitted');
  await there.ask(`${EVENT}/diversions/${id}`, { method: 'DELETE' });
  assert.equal(await scan(here, 'S1', freshCode()), 'wrong-gate');
});

test('refuses a diversion that is over before it begins, and one of places that are not there', async () => {
  const good = { sections: ['N104'], gates: ['S1'], reason: 'test' };
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const bad = [
    ['until', { ...good, until: hour(-1) }],
    ['until', { ...good, until: '19:20' }],
    ['sections', { ...good, sections: ['X1'], until: hour(1) }],
    ['gates', { ...good, gates: ['X1'], until: hour(1) }],
  ] as const;
  for (const [field, body] of bad) {
    const { errors } = await here.refuses(400, `${EVENT}/diversions`, { body });
    assert.ok(errors?.[0]?.field.startsWith(field), JSON.stringify(errors));
  }
});

test('one person lowers a limit, two different people raise it, and the next scan knows', async () => {
  const put = { method: 'PUT' } as const;
  const limit = (value: number | null, secondPerson?: string) => ({
    scope: 'stand/north',
    limit: value,
    reason: 'test',
    ...(secondPerson === undefined ? {} : { secondPerson }),
  });
  const token = async (role: string, person: string) => {
    const body = { role, person };
    return (await here.ask<{ token: string }>('/api/v1/tokens', { body })).token;
  };
  const now = (await inside())['stand/north'] ?? 0;
  const officer = await token('safety-officer', 'p-officer');
  await here.ask(`${EVENT}/limits`, { ...put, token: officer, body: limit(now) });
  assert.equal(await scan(there, 'N1', freshCode()), 'held');
  const alone = await here.refuses(403, `${EVENT}/limits`, { ...put, body: limit(now + 1) });
  assert.match(alone.detail ?? '', /takes two people/);
  await here.refuses(403, `${EVENT}/limits`, { ...put, body: limit(null) });
  const again = await token('control-room', 'p-officer');
  const same = { ...put, token: officer, body: limit(now + 1, again) };
  assert.match((await here.refuses(400, `${EVENT}/limits`, same)).detail ?? '', /same person/);
  const viewer = await token('viewer', 'p-viewer');
  for (const second of [viewer, lanes.get('N1'), 'kmo_nobody']) {
    const asked = { ...put, token: officer, body: limit(now + 1, second) };
    const { errors } = await here.refuses(400, `${EVENT}/limits`, asked);
    assert.equal(errors?.[0]?.field, 'secondPerson');
  }
  assert.equal(await scan(there, 'N1', freshCode()), 'held', 'nothing of that was taken');
  const asked = { ...put, token: officer, body: limit(now + 1, here.adminToken) };
  await there.ask(`${EVENT}/limits`, asked);
  const both = await Promise.all([here, there].map((node) => scan(node, 'N1', freshCode())));
  assert.deepEqual(new Set(both), new Set(['admitted', 'held']));
  await there.ask(`${EVENT}/limits`, { ...asked, body: limit(null, here.adminToken) });
  assert.equal(await scan(here, 'N1', freshCode()), 'admitted');
  await here.refuses(400, `${EVENT}/limits`, { ...put, body: { ...limit(5), scope: 'gate/N1' } });
});

test('a gate set open or to the eye is in force until it is taken back, one mode a gate', async () => {
  const set = async (mode: string, more: object = {}) => {
    const body = { gate: 'N3', mode, reason: 'readers are dead', ...more };
    return (await here.ask<ControlsState>(`${EVENT}/modes`, { method: 'PUT', body })).modes;
  };
  assert.deepEqual(await set('visual'), [{ gate: 'N3', mode: 'visual', stopAt: null }]);
  assert.deepEqual(await set('open', { stopAt: 300 }), [{ gate: 'N3', mode: 'open', stopAt: 300 }]);
  assert.deepEqual(await set('normal'), []);
  const nowhere = { gate: 'X9', mode: 'open', reason: 'x' };
  await here.refuses(400, `${EVENT}/modes`, { method: 'PUT', body: nowhere });
  await here.refuses(400, `${EVENT}/modes`, {
    method: 'PUT',
    body: { gate: 'N3', mode: 'visual', stopAt: 5, reason: 'x' },
  });
});

test('a moved window binds the next scan, and goes back to the file’s', async () => {
  const put = { method: 'PUT' } as const;
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const window = (doorsAt: string | null, endsAt: string | null) => ({
    doorsAt,
    endsAt,
    reason: 'x',
  });
  await here.ask(`${EVENT}/window`, { ...put, body: window(hour(1), null) });
  assert.equal(await scan(there, 'N1', freshCode()), 'too-early');
  await here.ask(`${EVENT}/window`, { ...put, body: window(null, hour(-0.1)) });
  assert.equal(await scan(there, 'N1', freshCode()), 'too-late');
  await here.refuses(400, `${EVENT}/window`, { ...put, body: window(hour(2), hour(1)) });
  await there.ask(`${EVENT}/window`, { ...put, body: window(null, null) });
  assert.equal(await scan(here, 'N1', freshCode()), 'admitted');
});

function freshCode(): string {
  assert.ok(next < TICKETS, 'import more tickets');
  return codes[next++] ?? '';
}

async function scan(node: HttpNode, gate: string, code: string, direction = 'in'): Promise<string> {
  const scannedAt = new Date().toISOString();
  const body = { scanId: randomUUID(), code, direction, scannedAt };
  const token = lanes.get(gate) ?? '';
  const { verdict, reason } = await node.ask<ScanAnswer>('/api/v1/scans', { token, body });
  return reason ?? verdict;
}

async function inside(): Promise<EventCounts['inside']> {
  return (await here.ask<EventCounts>(`${EVENT}/counts`)).inside;
}

/** What follows takes a second or two, and must not see the next minute. */
async function untilFarFromTheMinute(): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 3_000) await sleep(left + 10);
}
