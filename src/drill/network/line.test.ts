// What befalls a line, as whoever calls over it sees it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { garbled } from './garbled.ts';
import { Line } from './line.ts';

const PAGE = '{"cursor":"a:1","tickets":[[1,1,["AAAA"]]],"whole":{"count":1,"hash":"0f"}}';
const server = createServer((_, response) => response.end(PAGE));
let line: Line;

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  line = await Line.lay({ listen: { host: '127.0.0.1', port: 0 }, to });
});

after(async () => {
  await line[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

const get = async (ms = 2_000) => {
  // Until whoever calls has noticed that a connection which they kept is gone.
  await delay(30);
  const answer = await fetch(line.url, { signal: AbortSignal.timeout(ms) });
  return await answer.text();
};

test('carries as it is until something befalls it', async () => {
  assert.equal(await get(), PAGE);
});

test('a cut line is silent, and what was asked meanwhile is answered once it is mended', async () => {
  line.befall('cable', { kind: 'cut' });
  await assert.rejects(get(150), { name: 'TimeoutError' });
  const late = get();
  await delay(100);
  line.mend('cable');
  assert.equal(await late, PAGE);
});

test('a line that refuses, a portal and a slow line are told apart', async () => {
  line.befall('firewall', { kind: 'refused' });
  await assert.rejects(get(), TypeError);
  line.mend('firewall');
  line.befall('hotel', { kind: 'portal' });
  assert.match(await get(), /Sign in/);
  line.mend('hotel');
  line.befall('radio', { kind: 'slow', ms: 200 });
  const askedAt = performance.now();
  assert.equal(await get(), PAGE);
  assert.ok(performance.now() - askedAt >= 195);
  line.mend('radio');
});

test('of two that befall it the worse one shows, and then the other', async () => {
  line.befall('radio', { kind: 'slow', ms: 10 });
  line.befall('hotel', { kind: 'portal' });
  assert.match(await get(), /Sign in/);
  line.mend('hotel');
  assert.equal(await get(), PAGE);
  line.mend('radio');
});

test('a garbled page keeps its length, and is no JSON or has another sum', () => {
  const pages = [0, 1].map(() => garbled(Buffer.from(PAGE)).toString());
  for (const page of pages) assert.equal(page.length, PAGE.length);
  const [spoilt, summed] = pages as [string, string];
  assert.throws(() => JSON.parse(spoilt));
  assert.equal((JSON.parse(summed) as { whole: { hash: string } }).whole.hash, '1f');
  assert.equal(garbled(Buffer.from('{"verdict":"admitted"}')).toString(), '{"verdict":"admitted"}');
});
