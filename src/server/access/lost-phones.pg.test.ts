// Phones that are lost, revoked, dead, copied or out of time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JournalReceipt } from '#protocol/journal.ts';
import { Phone } from '../../testing/phone.ts';
import { EVENT, PhoneNight, WITHIN_MS } from '../../testing/phone-night.ts';
import { until } from '../../testing/waiting.ts';

let night: PhoneNight;

before(async () => {
  night = await PhoneNight.open();
});

after(async () => {
  await night[Symbol.asyncDispose]();
});

test('a revoked phone is told to wipe by every answer, hears it at once, and still gives up its journal', async (t) => {
  const phone = await night.enrol();
  const scan = night.scan();
  await phone.ask('/api/v1/scans', { body: scan });
  const stream = await phone.listen();
  await stream.next('list', WITHIN_MS);
  await night.hub.ask(`/api/v1/devices/${phone.deviceId}/revoke`, { method: 'POST' });
  const revokedMs = performance.now();
  const closedMs = await stream.closed(WITHIN_MS);
  t.diagnostic(`closed after ${Math.round(closedMs - revokedMs)} ms`);
  assert.deepEqual(stream.events.at(-1)?.data, { why: 'revoked', wipe: true });
  for (const target of ['/api/v1/device', `${EVENT}/list`, '/api/v1/nothing']) {
    const { code, why, wipe } = await phone.refuses(401, target);
    assert.deepEqual([code, why, wipe], ['device-revoked', 'revoked', true], target);
  }
  assert.equal((await phone.refuses(401, '/api/v1/scans', { body: scan })).code, 'device-revoked');
  const seen = { ...night.scan(), seq: 1, kind: 'outcome', verdict: 'provisional', reason: null };
  const entries = [{ ...seen, rung: 'provisional', revision: null }];
  const receipt = await phone.ask<JournalReceipt>('/api/v1/journal', {
    body: { journalId: crypto.randomUUID(), entries, isComplete: true },
  });
  assert.deepEqual([receipt.acceptedThrough, receipt.quarantined], [1, []]);
  const { scans } = await night.hub.ask<{ scans: { scanId: string }[] }>(`${EVENT}/scans`);
  assert.ok(scans.some(({ scanId }) => scanId === seen.scanId));
  const own = await night.alarmsOf(phone);
  assert.deepEqual(
    own.map(({ kind }) => kind),
    ['revoked-device-uploads'],
  );
});

test('a headless lane that was revoked may send its journal too', async () => {
  const lane = await night.hub.ask<{ deviceId: string; token: string }>('/api/v1/devices', {
    body: { event: 'derby', gate: 'N1' },
  });
  await night.hub.ask(`/api/v1/devices/${lane.deviceId}/revoke`, { method: 'POST' });
  const { token } = lane;
  assert.equal((await night.hub.refuses(401, '/api/v1/device', { token })).code, 'device-revoked');
  const body = { journalId: crypto.randomUUID(), entries: [], isComplete: true };
  await night.hub.ask('/api/v1/journal', { token, body });
});

test('a phone whose time is over stops by itself', async () => {
  const until = new Date(Date.now() + 1_500).toISOString();
  const phone = await night.enrol({ until });
  const stream = await phone.listen();
  await stream.closed(1_500 + WITHIN_MS);
  assert.deepEqual(stream.events.at(-1)?.data, { why: 'expired', wipe: true });
  assert.equal((await phone.refuses(401, '/api/v1/device')).why, 'expired');
});

test('a spare phone takes the place of one that died, by a supervisor’s code', async () => {
  const dead = await night.enrol({ lane: 'N1-1', role: 'volunteer' });
  const made = await night.offer({ gate: undefined, lane: undefined, replaces: dead.deviceId });
  const spare = await Phone.enrol(night.hub.url, made.url);
  const { gate, lane, role, replaces } = spare.enrolled ?? {};
  assert.deepEqual([gate, lane, role, replaces], ['N1', 'N1-1', 'volunteer', dead.deviceId]);
  const { why, wipe } = await dead.refuses(401, '/api/v1/device');
  assert.deepEqual([why, wipe], ['replaced', true]);
});

test('two phones with one key are noticed, and a phone that was started anew is not', async () => {
  const phone = await night.enrol();
  const again = phone.clone();
  await phone.ask('/api/v1/device');
  await again.ask('/api/v1/device');
  assert.deepEqual(await night.alarmsOf(phone), []);
  // Nobody waits for a run to be written down.
  const runs = 'SELECT 1 FROM device_runs WHERE device = $1';
  const written = () => night.database.pool.query(runs, [phone.deviceId]);
  await until(WITHIN_MS, written, ({ rowCount }) => rowCount === 2);
  // The first goes on when the second has long begun.
  const back = `UPDATE device_runs SET first_at = first_at - interval '20 seconds',
    last_at = last_at - interval '20 seconds' WHERE device = $1`;
  await night.database.pool.query(back, [phone.deviceId]);
  using console = await night.hub.listen('derby');
  await console.next('list', WITHIN_MS);
  await phone.ask('/api/v1/device');
  await console.next('alarm', WITHIN_MS);
  const [alarm, ...more] = await night.alarmsOf(phone);
  assert.deepEqual([alarm?.kind, more], ['cloned-identity', []]);
  const settle = { body: { note: 'two tabs' } };
  await night.hub.ask(`${EVENT}/alarms/${alarm?.id}/settle`, settle);
  await night.hub.refuses(404, `${EVENT}/alarms/${alarm?.id}/settle`, settle);
});

test('one journal written by two phones is noticed', async () => {
  const phone = await night.enrol();
  const journalId = crypto.randomUUID();
  const intent = () => ({ ...night.scan(), seq: 1, kind: 'intent' });
  await phone.ask('/api/v1/journal', { body: { journalId, entries: [intent()] } });
  await phone.ask('/api/v1/journal', { body: { journalId, entries: [intent()] } });
  const own = await night.alarmsOf(phone);
  assert.deepEqual(
    own.map(({ kind }) => kind),
    ['cloned-identity'],
  );
});
