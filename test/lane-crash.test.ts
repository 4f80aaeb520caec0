// `kill -9` of a lane between intent, claim, outcome and light: whatever the moment, its journal is
// whole afterwards, nobody's admission is lost, and nobody's counts twice.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Step } from '../src/cli/lane/lane.ts';
import { LaneUnderTest, scratch } from '../src/cli/lane/lane-under-test.ts';
import { LANE_TOKEN, LaneServer } from '../src/testing/lane-server.ts';

const PROGRAM = fileURLToPath(new URL('dying-lane.ts', import.meta.url));

const NEVER_SHOWN = ['after-intent', 'after-claim', 'after-outcome'] as const satisfies Step[];

for (const step of NEVER_SHOWN) {
  test(`killed ${step}: the holder who scans again is admitted, and counts once`, async () => {
    await using night = await nightWithTicket();
    const { server, code, file } = night;
    assert.equal(await die(server, file, step, code), '');
    await using lane = new LaneUnderTest([server.url], file);
    const again = await lane.scan(code);
    assert.deepEqual([again.verdict, again.reason], ['admitted', null]);
    assert.equal((await lane.scan(code)).reason, 'already-used');
    await lane.end();
    assert.equal(server.hub.admitted(1), 1);
    assertWhole(server);
  });

  test(`killed ${step}: what was claimed and never shown is taken back, and told`, async () => {
    await using night = await nightWithTicket();
    const { server, code, file } = night;
    await die(server, file, step, code);
    await using lane = new LaneUnderTest([server.url], file);
    await lane.until(() => lane.told.some((words) => words.includes('never shown')));
    await lane.end();
    assert.equal(server.hub.admitted(1), 0);
    assert.deepEqual(
      server.hub.annulled.map(({ cause }) => cause),
      ['never-shown'],
    );
    const kinds = server.hub.entries().map((entry) => entry.kind);
    assert.deepEqual(kinds, ['intent', 'outcome', 'annulled']);
  });

  test(`killed ${step} and cut off: scanned again it is the same scan, also for the hub`, async () => {
    await using night = await nightWithTicket();
    const { server, code, file } = night;
    await die(server, file, step, code);
    await server.stop();
    await using lane = new LaneUnderTest([server.url], file);
    const again = await lane.scan(code);
    assert.ok(again.verdict === 'provisional' || again.verdict === 'admitted', again.reason ?? '');
    assert.equal((await lane.scan(code)).reason, 'already-used');
    await server.start();
    await lane.until(() => lane.told.some((words) => words.startsWith('Live again')));
    await lane.end();
    assert.equal(server.hub.admitted(1), 1);
    assert.deepEqual(server.hub.annulled, []);
    assertWhole(server);
  });
}

test('killed after-light: the holder is in, and the ticket lets nobody else in', async () => {
  await using night = await nightWithTicket();
  const { server, code, file } = night;
  assert.match(await die(server, file, 'after-light', code), /"verdict":"admitted"/);
  await using lane = new LaneUnderTest([server.url], file);
  assert.equal((await lane.scan(code)).reason, 'already-used');
  await lane.end();
  assert.equal(server.hub.admitted(1), 1);
  assert.deepEqual(server.hub.annulled, []);
  assertWhole(server);
});

test('killed after-light and cut off: its own memory says that the ticket was used', async () => {
  await using night = await nightWithTicket();
  const { server, code, file } = night;
  await die(server, file, 'after-light', code);
  await server.stop();
  await using lane = new LaneUnderTest([server.url], file);
  assert.equal((await lane.scan(code)).reason, 'already-used');
});

test('killed again and again at random steps, it loses nothing and doubles nothing', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  const steps: Step[] = ['after-intent', 'after-claim', 'after-outcome', 'after-light'];
  const codes = Array.from({ length: 8 }, (_, index) => server.hub.sell(index + 1));
  for (const [index, code] of codes.entries()) {
    await die(server, place.file, steps[index % steps.length] as Step, code);
  }
  await using lane = new LaneUnderTest([server.url], place.file);
  for (const code of codes) await lane.scan(code);
  await lane.end();
  for (const serial of codes.keys()) assert.equal(server.hub.admitted(serial + 1), 1);
  assertWhole(server);
});

async function nightWithTicket() {
  const place = scratch();
  const server = await new LaneServer().start();
  const code = server.hub.sell(1);
  // A first life, so that the list is on the disk before the line is cut.
  const lane = new LaneUnderTest([server.url], place.file);
  await lane.until(() => server.asked.some((asked) => asked.endsWith('/list')));
  await new Promise((resolve) => setTimeout(resolve, 150));
  await lane.stop();
  return {
    server,
    code,
    file: place.file,
    async [Symbol.asyncDispose]() {
      await server.stop();
      place[Symbol.dispose]();
    },
  };
}

/** @returns what the lane had shown when it died */
async function die(server: LaneServer, file: string, step: Step, code: string): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, step, file, LANE_TOKEN, server.url], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.end(`${code}\n`);
  const ended = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
  const shown = await text(child.stdout);
  assert.equal(await ended, 'SIGKILL');
  return shown;
}

/** No number is missing, and every scan begun has an outcome. */
function assertWhole(server: LaneServer): void {
  const entries = server.hub.entries();
  assert.deepEqual(
    entries.map((entry) => entry.seq),
    entries.map((_, index) => index + 1),
  );
  const begun = entries.filter((entry) => entry.kind === 'intent').map((entry) => entry.scanId);
  const outcomes = entries.filter((entry) => entry.kind === 'outcome');
  for (const scanId of begun) {
    assert.equal(outcomes.filter((entry) => entry.scanId === scanId).length, 1, scanId);
  }
}
