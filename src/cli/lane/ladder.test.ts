// A whole lane against what stands in its way: whatever is no answer of ours is no answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SLOW_MS, SPOILERS } from '#testing/lane-faults.ts';
import { LaneServer } from '#testing/lane-server.ts';
import { LaneUnderTest, type Shown, scratch } from './lane-under-test.ts';

for (const spoiler of SPOILERS) {
  test(`a server behind “${spoiler}” has not answered: the lane goes on alone, and comes back`, async () => {
    await using night = await start();
    const { server, lane } = night;
    const codes = [1, 2, 3].map((serial) => server.hub.code({ serial, issue: 0 }));
    server.fault = spoiler;
    const first = await lane.scan(codes[0] as string);
    assert.deepEqual(word(first), ['provisional', null, 'provisional']);
    // A second is the rule, which drills measure; here it must not have waited for the answer.
    assert.ok(first.ms < SLOW_MS, `${first.ms} ms`);
    const second = await lane.scan(codes[1] as string);
    assert.deepEqual(word(second), ['provisional', null, 'provisional']);
    assert.ok(second.ms < 300, `${second.ms} ms`);
    server.fault = 'none';
    await lane.until(() => lane.told.some((words) => words.startsWith('Live again')));
    assert.equal((await lane.scan(codes[2] as string)).rung, 'hub');
    await lane.end();
    assert.deepEqual(
      [1, 2, 3].map((serial) => server.hub.admitted(serial)),
      [1, 1, 1],
    );
    assert.ok(!lane.told.some((words) => words.includes('revoked') || words.includes('set aside')));
  });
}

test('an answer that comes late is recorded; if it refuses whom the lane let in, it is told', async () => {
  await using night = await start();
  const { server, lane } = night;
  const [good, blocked] = [1, 2].map((serial) => server.hub.code({ serial, issue: 0 }));
  const ticket = server.hub.tickets.get(2);
  assert.ok(ticket !== undefined);
  // Blocked this very moment: no lane has heard of it.
  server.hub.tickets.set(2, { ...ticket, isBlocked: true });
  server.fault = 'slow';
  assert.equal((await lane.scan(blocked as string)).verdict, 'provisional');
  await lane.until(() => lane.told.some((words) => words.includes('then refused')), SLOW_MS * 2);
  server.fault = 'none';
  await lane.until(() => lane.told.some((words) => words.startsWith('Live again')));
  assert.equal((await lane.scan(good as string)).verdict, 'admitted');
  await lane.end();
  const late = server.hub.entries().filter((entry) => entry.kind === 'late');
  assert.deepEqual(
    late.map(({ verdict, reason }) => [verdict, reason]),
    [['refused', 'blocked']],
  );
});

test('asks the box and not the hub; when the box is silent, the hub from 800 ms on; then neither', async () => {
  using place = scratch();
  await using box = await new LaneServer().start();
  await using hub = await new LaneServer().start();
  box.role = 'edge';
  const codes = [1, 2, 3].map((serial) => {
    box.hub.sell(serial);
    return hub.hub.sell(serial);
  });
  await using lane = new LaneUnderTest([hub.url, box.url], place.file);
  assert.equal((await lane.scan(codes[0] as string)).verdict, 'admitted');
  assert.equal(hub.hub.scans.size, 0);
  box.fault = 'hang';
  const slow = await lane.scan(codes[1] as string);
  assert.equal(slow.verdict, 'admitted');
  assert.ok(slow.ms >= 790 && slow.ms < 1_200, `${slow.ms} ms`);
  assert.ok(lane.told.some((words) => words.includes('the hub decides')));
  const quick = await lane.scan(codes[2] as string);
  assert.ok(quick.verdict === 'admitted' && quick.ms < 300, `${quick.ms} ms`);
  await lane.end();
  const rungs = [...box.hub.entries(), ...hub.hub.entries()].filter(({ kind }) => kind === 'rung');
  assert.ok(rungs.some((entry) => entry.kind === 'rung' && entry.to === 'hub'));
});

test('control opens the gate: everybody passes and is counted, until the threshold', async () => {
  await using night = await start();
  const { server, lane } = night;
  server.hub.control({ modes: [{ gate: 'N1', mode: 'open', stopAt: 2 }] });
  await lane.until(() => lane.told.some((words) => words.includes('stands open')));
  const verdicts = [
    await lane.scan(server.hub.code({ serial: 1, issue: 0 })),
    await lane.scan('NOTHING-KNOWN'),
    await lane.scan(server.hub.code({ serial: 2, issue: 0 })),
  ].map(word);
  assert.deepEqual(verdicts, [
    ['provisional', null, 'open'],
    ['provisional', null, 'open'],
    ['refused', 'held', 'open'],
  ]);
  server.hub.control({ modes: [] });
  await lane.until(() => lane.told.some((words) => words.startsWith('Live again')));
  assert.equal((await lane.scan(server.hub.code({ serial: 3, issue: 0 }))).rung, 'hub');
});

test('crossings from before the lane connected, and what was taken back since, are known alone', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  const codes = [1, 2].map((serial) => server.hub.sell(serial));
  server.hub.admitElsewhere(1);
  server.hub.admitElsewhere(2);
  await using lane = new LaneUnderTest([server.url], place.file);
  await lane.until(() => server.asked.some((asked) => asked.endsWith('/claims')));
  server.hub.takeBackElsewhere(2);
  await new Promise((resolve) => setTimeout(resolve, 150));
  await server.stop();
  assert.equal((await lane.scan(codes[0] as string)).reason, 'already-used');
  assert.equal((await lane.scan(codes[1] as string)).verdict, 'provisional');
});

test('what a supervisor took back above may enter again, also when the line is cut then', async () => {
  await using night = await start();
  const { server, lane } = night;
  const code = server.hub.code({ serial: 1, issue: 0 });
  assert.equal((await lane.scan(code)).verdict, 'admitted');
  server.hub.takeBackAll(1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  await server.stop();
  assert.equal((await lane.scan(code)).verdict, 'provisional');
  assert.equal((await lane.scan(code)).reason, 'already-used');
});

async function start() {
  const place = scratch();
  const server = await new LaneServer().start();
  for (const serial of [1, 2, 3]) server.hub.sell(serial);
  const lane = new LaneUnderTest([server.url], place.file);
  await lane.until(() => server.asked.some((asked) => asked.endsWith('/claims')));
  await new Promise((resolve) => setTimeout(resolve, 150));
  return {
    server,
    lane,
    async [Symbol.asyncDispose]() {
      await lane.stop();
      await server.stop();
      place[Symbol.dispose]();
    },
  };
}

function word({ verdict, reason, rung }: Shown) {
  return [verdict, reason, rung];
}
