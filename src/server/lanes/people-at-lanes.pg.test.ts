// Who stands at a lane, what lanes are told and call for, and whether they are ready.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { HttpNode } from '../../testing/http-node.ts';
import { newName, Phone } from '../../testing/phone.ts';
import { EVENT, PhoneNight, WITHIN_MS } from '../../testing/phone-night.ts';

type Added = { person: string; badge: string; pin: string };

let night: PhoneNight;
let there: HttpNode;

before(async () => {
  night = await PhoneNight.open();
  there = await HttpNode.start(night.database, { beside: night.hub });
});

after(async () => {
  await there[Symbol.asyncDispose]();
  await night[Symbol.asyncDispose]();
});

const SELF = '/api/v1/devices/self';
const add = (name: string, role = 'steward', more: object = {}) =>
  night.hub.ask<Added>(`${EVENT}/people`, { body: { name, role, ...more } });

const now = () => new Date().toISOString();

test('scans carry whoever has signed on, by badge or by name and PIN', async () => {
  const phone = await night.enrol();
  const chen = await add('陈 伟');
  const berg = await add('Anna Berg', 'steward', { pin: '4711' });
  assert.match(chen.badge, /^KMP-[A-Z2-7]{26}$/);
  assert.match(chen.pin, /^\d{6}$/);
  const on = await phone.ask(`${SELF}/operator`, { body: { badge: chen.badge.toLowerCase() } });
  assert.equal(on['person'], chen.person);
  const scan = night.scan();
  await phone.ask('/api/v1/scans', { body: scan });
  const taken = await phone.ask(`${SELF}/operator`, { body: { name: ' anna  BERG', pin: '4711' } });
  assert.equal(taken['person'], berg.person);
  const { scans } = await night.hub.ask<{ scans: { scanId: string; operator: string }[] }>(
    `${EVENT}/scans`,
  );
  assert.equal(scans.find(({ scanId }) => scanId === scan.scanId)?.operator, chen.person);
  await phone.ask(`${SELF}/operator`, { method: 'DELETE' });
  const { shifts } = await night.hub.ask<{
    shifts: { person: string; name: string; endedBy: string | null }[];
  }>(`${EVENT}/shifts?device=${phone.deviceId}`);
  assert.deepEqual(
    shifts.map(({ name, endedBy }) => [name, endedBy]),
    [
      ['Anna Berg', 'signed-off'],
      ['陈 伟', 'relieved'],
    ],
  );
});

test('whoever guesses PINs is stopped at that phone alone, and control hears of it', async () => {
  const phone = await night.enrol();
  const other = await night.enrol();
  await add('Wei', 'steward', { pin: '2468' });
  const guesses = Array.from({ length: 12 }, (_, index) => ({
    name: 'Wei',
    pin: String(1000 + index),
  }));
  const answers = await Promise.all(
    guesses.map((body) => phone.fetch(`${SELF}/operator`, { body })),
  );
  const statuses = answers.map((answer) => answer.status).sort();
  assert.deepEqual(statuses, [...Array(5).fill(403), ...Array(7).fill(429)]);
  const right = { body: { name: 'Wei', pin: '2468' } };
  assert.equal((await phone.refuses(429, `${SELF}/operator`, right)).code, 'too-many-requests');
  await other.ask(`${SELF}/operator`, right);
  const back = `UPDATE tries SET at = at - interval '2 minutes' WHERE device = $1`;
  for (let round = 0; round < 2; round += 1) {
    await night.database.pool.query(back, [phone.deviceId]);
    for (const body of guesses.slice(0, 5)) await phone.fetch(`${SELF}/operator`, { body });
  }
  const alarms = await night.alarmsOf(phone);
  assert.deepEqual(
    alarms.map(({ kind }) => kind),
    ['pin-guessing'],
  );
});

test('a badge that was revoked signs nobody on, and ends the shift it began', async () => {
  const phone = await night.enrol();
  const { badge, person } = await add('Li Na');
  await phone.ask(`${SELF}/operator`, { body: { badge } });
  await night.hub.ask(`${EVENT}/people/${person}/revoke`, { method: 'POST' });
  assert.equal((await phone.ask('/api/v1/device'))['operator'], null);
  await phone.refuses(403, `${SELF}/operator`, { body: { badge } });
  await night.hub.refuses(404, `${EVENT}/people/${person}/revoke`, { method: 'POST' });
});

test('a lane is handed over by a code from phone to phone, with whoever stands there', async () => {
  const old = await night.enrol({ lane: undefined, gate: 'N3' });
  const { badge, person } = await add('Zhao');
  await old.ask(`${SELF}/operator`, { body: { badge } });
  const shown = await old.ask<{ url: string }>(`${SELF}/handover`, { body: {} });
  const again = await old.ask<{ url: string }>(`${SELF}/handover`, {
    body: { withOperator: true },
  });
  const young = await Phone.make(night.hub.url);
  assert.equal((await young.exchange(shown.url)).status, 410, 'what was shown before is withdrawn');
  const enrolled = await young.takeUp(again.url);
  assert.deepEqual(
    [enrolled.gate, enrolled.replaces, enrolled.operator?.person],
    ['N3', old.deviceId, person],
  );
  assert.equal((await old.refuses(401, '/api/v1/device')).why, 'replaced');
  const { people } = await night.hub.ask<{
    people: { person: string; standsAt: { deviceId: string } | null }[];
  }>(`${EVENT}/people`);
  const stands = people.find((each) => each.person === person)?.standsAt;
  assert.equal(stands?.deviceId, young.deviceId);
});

async function lastShift(device: string) {
  const { shifts } = await night.hub.ask<{
    shifts: { person: string; endedAt: string | null; endedBy: string | null }[];
  }>(`${EVENT}/shifts?device=${device}`);
  return shifts[0];
}

test('whoever stood at a phone that died goes on at the spare one, and was not the one to hand it over', async () => {
  const { badge, person } = await add('Qian');
  const dead = await night.enrol({ lane: undefined, gate: 'N3' });
  const replaces = {
    gate: undefined,
    lane: undefined,
    replaces: dead.deviceId,
    withOperator: true,
  };
  const asked = { body: { event: 'derby', ...replaces } };
  const { errors } = await night.hub.refuses(400, '/api/v1/offers', asked);
  assert.equal(errors?.[0]?.field, 'withOperator', 'nobody stands there yet');
  await dead.ask(`${SELF}/operator`, { body: { badge } });
  const spare = await Phone.enrol(night.hub.url, (await night.offer(replaces)).url);
  assert.equal(spare.enrolled?.operator?.person, person);
  assert.equal((await lastShift(dead.deviceId))?.endedBy, 'replaced');
  assert.equal((await lastShift(spare.deviceId))?.endedAt, null);
});

test('a shift ends with the time of its phone, though nobody says so', async () => {
  const { badge } = await add('Sun');
  const until = new Date(Date.now() + 1_000).toISOString();
  const phone = await night.enrol({ lane: undefined, gate: 'N3', until });
  await phone.ask(`${SELF}/operator`, { body: { badge } });
  assert.equal((await lastShift(phone.deviceId))?.endedAt, null);
  await setTimeout(Date.parse(until) - Date.now() + 20);
  const { endedAt, endedBy } = (await lastShift(phone.deviceId)) ?? {};
  assert.deepEqual([endedAt, endedBy], [until, 'expired']);
});

test('a message reaches the lanes it is for, on every node, until each has acknowledged it', async (t) => {
  const phone = await night.enrol({ gate: 'N1' });
  const away = await Phone.enrol(there.url, (await night.offer({ gate: 'S1', lane: 'S1-1' })).url);
  using near = await phone.listen();
  using far = await away.listen();
  using console = await there.listen('derby');
  for (const stream of [near, far, console]) await stream.next('list', WITHIN_MS);
  const sentMs = performance.now();
  const body = { to: 'all', text: 'Gate N3 is closed: send people to N1', urgency: 'important' };
  const { id } = await night.hub.ask<{ id: string }>(`${EVENT}/messages`, { body });
  for (const [where, stream] of [
    ['same node', near],
    ['other node', far],
  ] as const) {
    const { data, atMs } = await stream.next('message', WITHIN_MS);
    assert.equal((data as { text: string }).text, body.text);
    t.diagnostic(`message, ${where}: ${Math.round(atMs - sentMs)} ms`);
  }
  const only = { to: 'gate/S1', text: 'Count your line' };
  const second = await night.hub.ask<{ id: string }>(`${EVENT}/messages`, { body: only });
  await far.next('message', WITHIN_MS, {
    isIt: (data) => (data as { id: string }).id === second.id,
  });
  await phone.ask(`${SELF}/messages/${id}/acknowledge`, { body: { at: now() } });
  await phone.ask(`${SELF}/messages/${id}/acknowledge`, { body: { at: now() } });
  await phone.refuses(404, `${SELF}/messages/${second.id}/acknowledge`, { body: { at: now() } });
  await console.next('acknowledged', WITHIN_MS);
  const { messages } = await night.hub.ask<{
    messages: {
      id: string;
      acknowledged: { deviceId: string }[];
      waiting: { deviceId: string }[];
    }[];
  }>(`${EVENT}/messages`);
  const first = messages.find((each) => each.id === id);
  assert.deepEqual(
    first?.acknowledged.map(({ deviceId }) => deviceId),
    [phone.deviceId],
  );
  assert.ok(first?.waiting.some(({ deviceId }) => deviceId === away.deviceId));
  using late = await away.listen();
  await late.next('message', WITHIN_MS, { isIt: (data) => (data as { id: string }).id === id });
  const own = await phone.ask<{ messages: unknown[] }>(`${SELF}/messages`);
  assert.deepEqual(own.messages, []);
  await night.hub.ask(`${EVENT}/messages/${id}`, { method: 'DELETE' });
  await far.next('message-withdrawn', WITHIN_MS);
  assert.ok(near.events.every(({ data }) => (data as { id?: string }).id !== second.id));
});

test('a call reaches the control room, once however often it is sent, and the lane hears what comes of it', async (t) => {
  const phone = await night.enrol();
  using lane = await phone.listen();
  using console = await there.listen('derby');
  for (const stream of [lane, console]) await stream.next('list', WITHIN_MS);
  const call = { callId: newName(), kind: 'medical', note: 'fainted at the rail', at: now() };
  const calledMs = performance.now();
  await phone.ask(`${SELF}/calls`, { body: call });
  await phone.ask(`${SELF}/calls`, { body: call });
  const { data, atMs } = await console.next('call', WITHIN_MS);
  t.diagnostic(`call, other node: ${Math.round(atMs - calledMs)} ms`);
  assert.equal((data as { kind: string }).kind, 'medical');
  assert.ok(!console.text.includes('fainted'), 'what was said is not in the feed');
  const { calls } = await night.hub.ask<{ calls: { id: string; callId: string; note: string }[] }>(
    `${EVENT}/calls?open=true`,
  );
  const mine = calls.filter(({ callId }) => callId === call.callId);
  assert.deepEqual(
    mine.map(({ note }) => note),
    [call.note],
  );
  const at = `${EVENT}/calls/${mine[0]?.id}`;
  const isState = (state: string) => (heard: unknown) =>
    (heard as { state: string }).state === state;
  await night.hub.ask(`${at}/acknowledge`, { method: 'POST' });
  await lane.next('call', WITHIN_MS, { isIt: isState('acknowledged') });
  await night.hub.ask(`${at}/close`, { body: { outcome: 'taken to first aid' } });
  await lane.next('call', WITHIN_MS, { isIt: isState('closed') });
  const again = await phone.ask(`${SELF}/calls`, { body: call });
  assert.equal(again['state'], 'closed');
  await night.hub.refuses(404, `${EVENT}/calls/dev-x.y/acknowledge`, { method: 'POST' });
});

test('names are in no feed, in no audit and nowhere but in the table that is erased', async () => {
  using console = await night.hub.listen('derby');
  await console.next('list', WITHIN_MS);
  const phone = await night.enrol();
  const { badge } = await add('Ouyang Xiaofeng');
  await phone.ask(`${SELF}/operator`, { body: { badge } });
  await console.next('operator', WITHIN_MS);
  assert.ok(!console.text.includes('Ouyang'));
  const { rows } = await night.database.pool.query(
    'SELECT row_to_json(a)::text AS row FROM audit a',
  );
  assert.ok(rows.every(({ row }) => !row.includes('Ouyang') && !row.includes(badge)));
  await night.database.pool.query('DELETE FROM lane_people_names');
  const { shifts } = await night.hub.ask<{ shifts: { name: string | null }[] }>(
    `${EVENT}/shifts?now=true&device=${phone.deviceId}`,
  );
  assert.deepEqual(
    shifts.map(({ name }) => name),
    [null],
  );
});

test('a scan identity is a phone’s own: ids that others chose do not meet', async () => {
  const [one, two] = [await night.enrol(), await night.enrol()];
  const callId = randomUUID();
  const body = { callId, kind: 'kit', at: now() };
  await one.ask(`${SELF}/calls`, { body });
  const other = await two.ask(`${SELF}/calls`, { body: { ...body, kind: 'crush' } });
  assert.equal(other['kind'], 'crush');
});
