import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Instant, plusMs } from '#domain/kernel/instant.ts';
import type { Hold } from '#domain/venue/controls.ts';
import { LaneServer } from '#testing/lane-server.ts';
import { eventNow } from '#testing/match-now.ts';
import { LaneUnderTest, type Shown, scratch } from './lane-under-test.ts';

test('asks upward and shows what the server decided', async () => {
  await using night = await start();
  const { server, lane } = night;
  const code = server.hub.sell(1);
  assert.deepEqual(word(await lane.scan(code)), ['admitted', null, 'hub']);
  assert.deepEqual(word(await lane.scan(code)), ['refused', 'already-used', 'hub']);
  assert.equal(await lane.end(), 0);
  const kinds = server.hub.entries().map((entry) => entry.kind);
  assert.deepEqual(kinds, ['intent', 'outcome', 'intent', 'outcome']);
});

test('sends back what it has seen, so that an older store can tell', async () => {
  await using night = await start();
  const { server, lane } = night;
  for (const serial of [1, 2, 3]) await lane.scan(server.hub.sell(serial));
  assert.deepEqual(server.seen, [undefined, 'e1:1:m1', 'e1:2:m2']);
});

test('settles alone what nobody’s claim could change, and asks about all else', async () => {
  await using night = await start((server) => {
    server.hub.sell(1, { section: 'N104' });
    server.hub.sell(2, { issue: 1 });
    server.hub.sell(3, { isBlocked: true });
  });
  const { server, lane } = night;
  const codeOf = (serial: number, issue = 0) => server.hub.code({ serial, issue });
  assert.deepEqual(word(await lane.scan(codeOf(1))), ['refused', 'wrong-gate', 'local']);
  assert.deepEqual(word(await lane.scan(codeOf(2))), ['refused', 'revoked', 'local']);
  assert.deepEqual(word(await lane.scan('\u0007')), ['refused', 'unreadable', 'local']);
  assert.equal(scansAsked(server), 0);
  assert.deepEqual(word(await lane.scan(codeOf(3))), ['refused', 'blocked', 'hub']);
  assert.deepEqual(word(await lane.scan(codeOf(9))), ['refused', 'unknown', 'hub']);
  assert.equal(scansAsked(server), 2);
});

test('an outage costs one slow scan; the next decide at once from the list', async () => {
  await using night = await start((server) => {
    for (const serial of [1, 2, 3]) server.hub.sell(serial);
  });
  const { server, lane } = night;
  const [first, second] = [1, 2].map((serial) => server.hub.code({ serial, issue: 0 }));
  server.fault = 'hang';
  const slow = await lane.scan(first as string);
  assert.deepEqual(word(slow), ['provisional', null, 'provisional']);
  assert.ok(slow.ms > 1_000 && slow.ms <= 1_200, `${slow.ms} ms`);
  assert.ok(slow.listAsOf !== null);
  const next = await lane.scan(second as string);
  assert.deepEqual(word(next), ['provisional', null, 'provisional']);
  assert.ok(next.ms < 400, `${next.ms} ms`);
  assert.deepEqual(word(await lane.scan(first as string)), [
    'refused',
    'already-used',
    'provisional',
  ]);
  assert.equal(lane.told.filter((words) => words.includes('does not answer')).length, 1);
});

test('comes back by itself, announces it once, and brings up what it decided alone', async () => {
  await using night = await start((server) => server.hub.sell(1));
  const { server, lane } = night;
  await server.stop();
  const alone = await lane.scan(server.hub.code({ serial: 1, issue: 0 }));
  assert.equal(alone.verdict, 'provisional');
  await server.start();
  await lane.until(() => lane.told.some((words) => words.startsWith('Live again')));
  assert.equal((await lane.scan(server.hub.sell(2))).rung, 'hub');
  assert.equal(await lane.end(), 0);
  assert.equal(server.hub.admitted(1), 1);
  const rungs = server.hub.entries().filter((entry) => entry.kind === 'rung');
  assert.deepEqual(
    rungs.map(({ from, to }) => `${from} → ${to}`),
    ['hub → provisional', 'provisional → hub'],
  );
});

test('a store that is behind counts as no answer, and its return as one', async () => {
  await using night = await start((server) => server.hub.sell(1));
  const { server, lane } = night;
  server.fault = 'behind';
  const answer = await lane.scan(server.hub.code({ serial: 1, issue: 0 }));
  assert.deepEqual(word(answer), ['provisional', null, 'provisional']);
  assert.ok(answer.ms < 500, `${answer.ms} ms`);
  server.fault = 'none';
  await lane.until(() => lane.told.some((words) => words.startsWith('Live again')));
});

test('a copy that was used at another gate before the cut is refused alone, too', async () => {
  await using night = await start((server) => server.hub.sell(1));
  const { server, lane } = night;
  server.hub.admitElsewhere(1);
  await settled();
  await server.stop();
  const answer = await lane.scan(server.hub.code({ serial: 1, issue: 0 }));
  assert.deepEqual([answer.reason, answer.first?.gate], ['already-used', 'N2']);
});

test('control’s word reaches the lane at once, and holds while it is cut off', async () => {
  await using night = await start((server) => {
    server.hub.sell(1);
    server.hub.sell(2, { section: 'N104' });
  });
  const { server, lane } = night;
  const code = (serial: number) => server.hub.code({ serial, issue: 0 });
  const stop: Hold = { id: 'h', scope: 'gate/N1', kind: 'stop', perMinute: null, reason: 'crush' };
  server.hub.control({ holds: [stop] });
  await settled();
  assert.deepEqual(word(await lane.scan(code(1))), ['refused', 'held', 'local']);
  const until = plusMs(Date.now() as Instant, 60_000);
  const diversion = { id: 'd', sections: ['N104'], gates: ['N1'], until, reason: 'queue' };
  server.hub.control({ holds: [], diversions: [diversion] });
  await settled();
  await server.stop();
  assert.deepEqual(word(await lane.scan(code(2))), ['provisional', null, 'provisional']);
});

test('a ticket sold during the match is on the list when the line is cut', async () => {
  await using night = await start((server) => server.hub.sell(1));
  const { server, lane } = night;
  const code = server.hub.sell(2);
  await settled();
  await server.stop();
  assert.equal((await lane.scan(code)).verdict, 'provisional');
});

test('restarted while cut off, it still has its list, its match and its memory', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  const codes = [1, 2].map((serial) => server.hub.sell(serial));
  {
    await using lane = new LaneUnderTest([server.url], place.file);
    await lane.scan(codes[0] as string);
    await settled();
  }
  await server.stop();
  await using lane = new LaneUnderTest([server.url], place.file);
  assert.equal((await lane.scan(codes[1] as string)).verdict, 'provisional');
  assert.equal((await lane.scan(codes[0] as string)).reason, 'already-used');
});

test('without a list and without a server it cannot verify, and says so', async () => {
  using place = scratch();
  await using lane = new LaneUnderTest(['http://127.0.0.1:9'], place.file);
  const answer = await lane.scan('KAAAGAAAAHZMJIKOPZVTYAHLCA');
  assert.deepEqual(word(answer), ['refused', 'cannot-verify', 'provisional']);
});

test('under “limited” it stops at the number, and counts anew once the hub has taken over', async () => {
  const file = eventNow({ offline: 'limited', offlineMax: 2 });
  await using night = await start((server) => {
    for (let serial = 1; serial <= 4; serial++) server.hub.sell(serial);
  }, file);
  const { server, lane } = night;
  const scan = (serial: number) => lane.scan(server.hub.code({ serial, issue: 0 }));
  await server.stop();
  const verdicts = [await scan(1), await scan(2), await scan(3)].map(({ verdict }) => verdict);
  assert.deepEqual(verdicts, ['provisional', 'provisional', 'refused']);
  await server.start();
  await lane.until(() => server.hub.admitted(1) + server.hub.admitted(2) === 2);
  // The receipt is on its way.
  await settled();
  await server.stop();
  assert.equal((await scan(4)).verdict, 'provisional');
});

test('under “strict” it waits longer for an answer, then sends to the desk', async () => {
  await using night = await start((server) => server.hub.sell(1), eventNow({ offline: 'strict' }));
  const { server, lane } = night;
  server.fault = 'hang';
  const answer = await lane.scan(server.hub.code({ serial: 1, issue: 0 }));
  assert.equal(answer.reason, 'cannot-verify');
  assert.ok(answer.ms > 2_000 && answer.ms <= 2_500, `${answer.ms} ms`);
});

test('an admission whose answer was lost is one admission when the journal comes up', async () => {
  await using night = await start((server) => server.hub.sell(1));
  const { server, lane } = night;
  server.fault = 'lost';
  const answer = await lane.scan(server.hub.code({ serial: 1, issue: 0 }));
  assert.equal(answer.verdict, 'provisional');
  server.fault = 'none';
  await lane.until(() => server.hub.entries().some((entry) => entry.kind === 'outcome'));
  assert.equal(server.hub.admitted(1), 1);
});

test('refused while the hub’s admission was lost: taken back, and the holder may come again', async () => {
  await using night = await start((server) => server.hub.sell(1), eventNow({ offline: 'strict' }));
  const { server, lane } = night;
  const code = server.hub.code({ serial: 1, issue: 0 });
  server.fault = 'lost';
  assert.equal((await lane.scan(code)).reason, 'cannot-verify');
  assert.equal(server.hub.admitted(1), 1);
  server.fault = 'none';
  await lane.until(() => lane.told.some((words) => words.startsWith('Live again')));
  assert.equal((await lane.scan(code)).verdict, 'admitted');
  await lane.end();
  assert.equal(server.hub.admitted(1), 1);
  assert.equal(server.hub.annulled.length, 1);
});

test('asks the second address when the first is silent, under the same scanId', async () => {
  using place = scratch();
  await using near = await new LaneServer().start();
  await using far = await new LaneServer().start();
  const code = far.hub.sell(1);
  near.hub.sell(1);
  near.fault = 'hang';
  await using lane = new LaneUnderTest([near.url, far.url], place.file);
  await settled();
  const answer = await lane.scan(code);
  assert.deepEqual(word(answer), ['admitted', null, 'hub']);
  assert.ok(answer.ms >= 140 && answer.ms < 600, `${answer.ms} ms`);
  assert.deepEqual([...far.hub.scans.keys()], [answer.scanId]);
});

test('revoked, it stops, wipes its list and ends with 1', async () => {
  await using night = await start((server) => server.hub.sell(1));
  const { server, lane } = night;
  server.fault = 'revoked';
  const answer = await lane.scan(server.hub.code({ serial: 1, issue: 0 }));
  assert.equal(answer.verdict, 'refused');
  assert.equal(await lane.ended, 1);
  assert.ok(lane.told.some((words) => words.includes('revoked')));
  await using again = new LaneUnderTest(['http://127.0.0.1:9'], night.file);
  assert.equal(
    (await again.scan(server.hub.code({ serial: 1, issue: 0 }))).reason,
    'cannot-verify',
  );
});

test('two lanes cannot share one journal', async () => {
  await using night = await start();
  const second = new LaneUnderTest([night.server.url], night.file);
  await assert.rejects(second.ended, /in use by another lane/);
});

type Night = AsyncDisposable & { server: LaneServer; lane: LaneUnderTest; file: string };

/** A server, and a lane that has its list. */
async function start(
  prepare: (server: LaneServer) => void = () => {},
  file = eventNow(),
): Promise<Night> {
  const place = scratch();
  const server = await new LaneServer(file).start();
  prepare(server);
  const lane = new LaneUnderTest([server.url], place.file);
  await lane.until(() => server.asked.some((asked) => asked.endsWith('/list')));
  await settled();
  return {
    server,
    lane,
    file: place.file,
    async [Symbol.asyncDispose]() {
      await lane.stop();
      await server.stop();
      place[Symbol.dispose]();
    },
  };
}

/** Time for what is on the wire to arrive: milliseconds here, 2 s are allowed. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 150));
}

function word({ verdict, reason, rung }: Shown) {
  return [verdict, reason, rung];
}

function scansAsked(server: LaneServer): number {
  return server.asked.filter((asked) => asked === 'POST /api/v1/scans').length;
}
