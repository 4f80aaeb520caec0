// How a phone says it is, and when its lane counts as ready.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { StatusReport } from '#protocol/lane-status.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { EVENT, PhoneNight, WITHIN_MS } from '../../testing/phone-night.ts';

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
const now = () => new Date().toISOString();
const status = (more: Partial<StatusReport> = {}): StatusReport => ({
  at: now(),
  battery: { level: 0.9, isCharging: false },
  list: { cursor: null, isComplete: true, asOf: now() },
  clockSkewMs: 12,
  camera: 'ok',
  storage: 'ok',
  rung: 'hub',
  unsynced: 0,
  oldestUnsyncedAt: null,
  app: '0.1.0',
  ...more,
});

test('a phone that says how it is is shown so, and its lane is ready when nothing is to mend', async () => {
  const lookAt = async (lane: string) => {
    const { lanes } = await night.hub.ask<{ lanes: { lane: string | null; reasons: string[] }[] }>(
      `${EVENT}/readiness`,
    );
    return lanes.find((each) => each.lane === lane)?.reasons;
  };
  assert.deepEqual(await lookAt('N3-1'), ['no-device']);
  const phone = await night.enrol({ gate: 'N3', lane: 'N3-1' });
  using console = await there.listen('derby');
  await console.next('list', WITHIN_MS);
  const { badge } = await night.hub.ask<{ badge: string }>(`${EVENT}/people`, {
    body: { name: 'Wu', role: 'steward' },
  });
  const bare = await phone.ask<{ isReady: boolean; reasons: string[] }>(`${SELF}/status`, {
    body: status({ camera: 'untested', list: { cursor: null, isComplete: false, asOf: null } }),
  });
  assert.deepEqual(bare.reasons, ['list-incomplete', 'camera-untested', 'no-operator']);
  await phone.ask(`${SELF}/operator`, { body: { badge } });
  const good = await phone.ask<{ isReady: boolean; list: string }>(`${SELF}/status`, {
    body: status({ battery: { level: 0.71, isCharging: false } }),
  });
  assert.equal(good.isReady, true);
  assert.match(good.list, /^[a-z2-7]+:\d+$/);
  const isMine = (data: unknown) =>
    (data as { deviceId: string; status: StatusReport }[]).some(
      (each) => each.deviceId === phone.deviceId && each.status.battery.level === 0.71,
    );
  await console.next('statuses', WITHIN_MS, { isIt: isMine });
  assert.deepEqual(await lookAt('N3-1'), []);
});

test('statuses that cannot be are refused with the field at fault', async () => {
  const phone = await night.enrol();
  for (const [spoilt, field] of [
    [{ battery: { level: 2, isCharging: true } }, 'battery.level'],
    [{ rung: 'moon' }, 'rung'],
    [{ unsynced: -1 }, 'unsynced'],
    [{ extra: 1 }, 'extra'],
  ] as const) {
    const body = { ...status(), ...spoilt };
    const { errors } = await phone.refuses(400, `${SELF}/status`, { body });
    assert.equal(errors?.[0]?.field, field);
  }
});
