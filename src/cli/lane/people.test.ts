// What whoever stands at a lane without a screen does, and what control hears of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LaneServer } from '#testing/lane-server.ts';
import { LaneUnderTest, scratch } from './lane-under-test.ts';

test('tells control how it is, and at once when somebody else decides', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  await using lane = new LaneUnderTest([server.url], place.file);
  await lane.until(() => server.statuses.length > 0);
  const [status] = server.statuses;
  assert.equal(status?.app, 'kaimen lane');
  assert.deepEqual([status?.rung, status?.unsynced, status?.storage], ['hub', 0, 'ok']);
  await server.stop();
  await lane.scan(server.hub.sell(1));
  const before = server.statuses.length;
  await server.start();
  await lane.until(() => server.statuses.length > before);
});

test('a referral is confirmed in place of a code, once', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  const code = server.hub.sell(1, { referral: 'id' });
  await using lane = new LaneUnderTest([server.url], place.file);
  await lane.until(() => server.asked.some((asked) => asked.endsWith('/list')));
  await new Promise((resolve) => setTimeout(resolve, 150));
  await server.stop();
  assert.equal((await lane.scan(code)).reason, 'check-id');
  const confirmed = await lane.scan(':confirm');
  assert.deepEqual([confirmed.verdict, confirmed.reason], ['provisional', null]);
  assert.equal((await lane.scan(code)).reason, 'already-used');
  lane.say(':confirm');
  await lane.until(() => lane.told.some((words) => words.startsWith('Nothing waits')));
});
