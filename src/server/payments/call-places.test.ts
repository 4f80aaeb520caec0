import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Asking, CallPlaces } from './call-places.ts';
import { ProviderFault } from './provider.ts';

const LIMITS = { quickMax: 2, allMax: 4, slowAfterMs: 30 };

test('a call that hangs gives its place to the next one, until too many of them hang', async () => {
  let rooms = 0;
  const places = new CallPlaces(LIMITS, () => {
    rooms += 1;
  });
  const hanging = Promise.withResolvers<void>();
  const calls = [1, 2].map(() => places.call(() => hanging.promise));
  assert.equal(places.room, 0);
  await pause(LIMITS.slowAfterMs * 2);
  assert.equal(places.room, 2);
  assert.equal(rooms, 2, 'whoever waits is told');
  calls.push(...[3, 4].map(() => places.call(() => hanging.promise)));
  await pause(LIMITS.slowAfterMs * 2);
  assert.equal(places.room, 0);
  hanging.resolve();
  await Promise.all(calls);
  assert.equal(places.room, LIMITS.quickMax);
});

test('a call that fails gives its place back', async () => {
  const places = new CallPlaces(LIMITS, () => {});
  const failing = () => Promise.reject(new ProviderFault('away'));
  await assert.rejects(places.call(failing), ProviderFault);
  assert.equal(places.room, LIMITS.quickMax);
});

test('who finds no place waits for one, and beyond a number is sent away; other providers know nothing of it', async () => {
  const asking = new Asking({ ...LIMITS, slowAfterMs: 10_000 }, 1);
  const hanging = Promise.withResolvers<string>();
  const asked = [1, 2, 3].map(() => asking.of('stripe', () => hanging.promise));
  await assert.rejects(
    asking.of('stripe', () => Promise.resolve('too late')),
    ProviderFault,
  );
  assert.equal(await asking.of('alipay', () => Promise.resolve('asked')), 'asked');
  hanging.resolve('answered');
  assert.deepEqual(await Promise.all(asked), ['answered', 'answered', 'answered']);
});
