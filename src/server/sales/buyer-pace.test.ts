import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { addressOf, Pace, paceAddresses } from './buyer-pace.ts';

test('a bucket is spent, refilled by time, and forgotten with a full one first', () => {
  const pace = new Pace({ perSecond: 2, atOnceMax: 3, keysMax: 2 });
  const tries = (key: string, now: number, count: number) =>
    Array.from({ length: count }, () => pace.spend(key, now));
  assert.deepEqual(tries('a', 0, 4), [true, true, true, false]);
  assert.deepEqual(tries('a', 400, 1), [false]);
  assert.deepEqual(tries('a', 600, 2), [true, false], 'what was refused costs nothing');
  tries('b', 600, 1);
  tries('c', 600, 1);
  assert.deepEqual(tries('a', 600, 4), [true, true, true, false]);
});

test('an address is a host of IPv4 or a network of IPv6, and this machine is nobody', () => {
  const of = (ip: string) => addressOf({ ip });
  assert.equal(of('203.0.113.7'), '203.0.113.7');
  assert.equal(of('::ffff:203.0.113.7'), '203.0.113.7');
  assert.equal(of('2001:db8:1:2:aaaa::1'), of('2001:db8:1:2:bbbb:1:2:3'));
  assert.notEqual(of('2001:db8:1:2::1'), of('2001:db8:1:3::1'));
  assert.equal(of('2001:db8::1'), '2001:db8:0:0');
  for (const own of ['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1'])
    assert.equal(of(own), null);
});

test('whoever floods the shop from one address is told to wait, whatever carts they make up', async () => {
  await using app = Fastify();
  paceAddresses(app, { perSecond: 1, atOnceMax: 5, keysMax: 10 });
  const config = { rule: { allow: 'public' }, priority: 'shop', isStreamed: false } as const;
  app.get('/shop', { config }, () => ({}));
  app.get('/else', { config: { ...config, priority: 'ordinary' } }, () => ({}));
  const asked = async (url: string, remoteAddress: string) =>
    (await app.inject({ url, remoteAddress, headers: { 'kaimen-cart': crypto.randomUUID() } }))
      .statusCode;
  const many = [];
  for (let time = 0; time < 8; time++) many.push(await asked('/shop', '203.0.113.7'));
  assert.deepEqual(many.filter((status) => status === 200).length, 5);
  assert.equal(await asked('/shop', '203.0.113.8'), 200, 'a neighbour does not wait');
  assert.equal(await asked('/else', '203.0.113.7'), 200);
});
