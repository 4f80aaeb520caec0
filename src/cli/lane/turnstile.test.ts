import assert from 'node:assert/strict';
import http from 'node:http';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import type { Turned } from '#lane/turn.ts';
import { LaneServer } from '#testing/lane-server.ts';
import { LaneUnderTest, scratch } from './lane-under-test.ts';
import { createTurnstile, type Turnstile } from './turnstile.ts';

const ANSWER = { scanId: 's-1', verdict: 'admitted' } as Parameters<Turnstile['open']>[0];

for (const [command, turned] of [
  ['true', 'turned'],
  ['exit 3', 'not-turned'],
  ['exit 1', 'silent'],
  ['sleep 5', 'silent'],
  ['test "$KAIMEN_SCAN_ID $KAIMEN_VERDICT $KAIMEN_DIRECTION" = "s-1 admitted in"', 'turned'],
  ['test -z "$KAIMEN_TOKEN"', 'turned'],
] as const satisfies [string, Turned][]) {
  test(`the command “${command}” means ${turned}`, async () => {
    assert.equal(await turnstile(command).open(ANSWER, 'in'), turned);
  });
}

for (const [body, turned] of [
  ['{"turned":true}', 'turned'],
  ['{"turned":false}', 'not-turned'],
  ['{"ok":1}', 'silent'],
  ['oops', 'silent'],
] as const satisfies [string, Turned][]) {
  test(`an HTTP answer of ${body} means ${turned}`, async () => {
    let asked: unknown;
    const server = http.createServer((request, response) => {
      json(request).then((value) => {
        asked = value;
        response.end(body);
      }, assert.fail);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const url = `http://127.0.0.1:${address.port}/open`;
    assert.equal(await turnstile(url).open(ANSWER, 'in'), turned);
    assert.deepEqual(asked, { ...ANSWER, direction: 'in' });
    server.closeAllConnections();
    server.close();
  });
}

test('not turned: the scan is taken back and shown, and the ticket may be scanned again', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  const code = server.hub.sell(1);
  let turned: Turned = 'not-turned';
  await using lane = new LaneUnderTest([server.url], place.file, {
    isTurnHeard: true,
    turnstile: { open: async () => turned, close: () => {} },
  });
  const first = await lane.scan(code);
  assert.equal(first.verdict, 'admitted');
  await lane.until(() => lane.shown.length === 2);
  assert.deepEqual([lane.shown[1]?.scanId, lane.shown[1]?.reason], [first.scanId, 'annulled']);
  assert.equal(server.hub.admitted(1), 0);
  turned = 'turned';
  assert.equal((await lane.scan(code)).verdict, 'admitted');
  await lane.end();
  assert.equal(server.hub.admitted(1), 1);
  const kinds = server.hub.entries().map((entry) => entry.kind);
  assert.deepEqual(kinds, [
    'intent',
    'outcome',
    'turned',
    'annulled',
    'intent',
    'outcome',
    'turned',
  ]);
});

test('not turned while cut off: the journal takes it back, here at once and there later', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  const code = server.hub.sell(1);
  let turned: Turned = 'not-turned';
  await using lane = new LaneUnderTest([server.url], place.file, {
    isTurnHeard: true,
    turnstile: { open: async () => turned, close: () => {} },
  });
  await lane.until(() => server.asked.some((asked) => asked.endsWith('/list')));
  await new Promise((resolve) => setTimeout(resolve, 150));
  await server.stop();
  assert.equal((await lane.scan(code)).verdict, 'provisional');
  await lane.until(() => lane.shown.length === 2);
  turned = 'turned';
  assert.equal((await lane.scan(code)).verdict, 'provisional');
  assert.equal((await lane.scan(code)).reason, 'already-used');
  await server.start();
  await lane.until(
    () => server.hub.entries().filter((entry) => entry.kind === 'outcome').length === 3,
  );
  assert.equal(server.hub.admitted(1), 1);
});

function turnstile(target: string): Turnstile {
  return createTurnstile(target, { baud: 9600, isHeard: true, timeoutMs: 400, tell: () => {} });
}
