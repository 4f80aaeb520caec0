// The lane on stores that answer later, as a browser's do, and with a steward beside it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate as breath, setTimeout as sleep } from 'node:timers/promises';
import { practiceCode } from '#domain/credentials/practice-code.ts';
import { JournalFile } from '../cli/lane/journal-file.ts';
import { scratch } from '../cli/lane/lane-under-test.ts';
import { machine } from '../cli/lane/machine.ts';
import { TicketStore } from '../cli/lane/ticket-store.ts';
import { LANE_TOKEN, LaneServer } from '../testing/lane-server.ts';
import { createLane } from './create-lane.ts';
import { createFetchTransport } from './fetch-transport.ts';
import type { Lane } from './lane.ts';
import type { JournalBatch, LanePorts } from './ports.ts';
import type { NoticeKind } from './words.ts';

/** Every call answers some turns of the event loop later, as one that waits for a disk. */
function later<T extends object>(store: T): T {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        for (let turns = 0; turns < 3; turns++) await breath();
        return await Reflect.apply(value, target, args);
      };
    },
  });
}

type Notice = readonly [NoticeKind, string];

async function open(
  urls: readonly string[],
  file: string,
  onCommit: (batch: JournalBatch) => void = () => {},
): Promise<{ lane: Lane; notices: Notice[] }> {
  const notices: Notice[] = [];
  const journal = new JournalFile(file);
  const commit = journal.commit.bind(journal);
  journal.commit = (batch) => {
    onCommit(batch);
    return commit(batch);
  };
  const ports: LanePorts = {
    ...machine,
    sha256: async (message) => createHash('sha256').update(message).digest(),
    journal: later(journal),
    list: later(new TicketStore(`${file}.list`)),
    transport: createFetchTransport(async () => ({ authorization: `Bearer ${LANE_TOKEN}` })),
  };
  const settings = { addresses: urls, direction: 'in', lane: null, operator: 'op-7' } as const;
  const lane = await createLane(
    ports,
    { ...settings, deadlineMs: 1_200, isStewarded: true },
    { onNotice: (...notice) => notices.push(notice), onTrouble: () => {} },
  );
  await lane.start();
  return { lane, notices };
}

test('decides, journals and uploads the same on stores that answer later', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  const codes = [1, 2, 3].map((serial) => server.hub.sell(serial));
  const { lane } = await open([server.url], place.file);
  await until(() => lane.status().listAsOf !== null);
  const all = await Promise.all([...codes, codes[0] as string].map((code) => lane.scan(code)));
  assert.deepEqual(
    all.map(({ verdict, reason }) => reason ?? verdict),
    ['admitted', 'admitted', 'admitted', 'already-used'],
    'codes read at once are decided one after the other',
  );
  assert.equal(await lane.drain(3_000), 0);
  await lane.stop();
  const entries = server.hub.entries();
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    entries.map((_, index) => index + 1),
  );
  assert.equal(entries.filter(({ kind }) => kind === 'outcome').length, 4);
});

test('without a list and cut off, the steward looks, lets in and counts; a restart forgets nobody', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  const code = server.hub.sell(1);
  const nowhere = 'http://127.0.0.1:9';
  {
    const { lane, notices } = await open([nowhere], place.file);
    const answer = await lane.scan(code);
    assert.deepEqual(
      [answer.verdict, answer.reason, answer.rung, answer.next],
      ['referred', 'cannot-verify', 'visual', 'check-holder'],
    );
    assert.ok(notices.some(([kind]) => kind === 'byEye'));
    assert.deepEqual(await lane.count('in', 1, answer.scanId), { in: 1, out: 0, isFull: false });
    await lane.count('in', 103);
    await lane.stop();
  }
  const { lane } = await open([nowhere, server.url], place.file);
  await until(() => lane.status().rung === 'hub');
  assert.equal(await lane.count('in', 1), null, 'where codes decide nobody is counted');
  assert.equal(await lane.drain(3_000), 0);
  await lane.stop();
  const counted = server.hub.entries().flatMap((entry) => (entry.kind === 'counted' ? entry : []));
  assert.deepEqual(
    counted.map(({ people, rung, operator }) => [people, rung, operator]),
    [
      [1, 'visual', 'op-7'],
      [100, 'visual', 'op-7'],
      [3, 'visual', 'op-7'],
    ],
  );
});

test('a supervisor opens the gate, also across a restart, and closes it again', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  const codes = [1, 2].map((serial) => server.hub.sell(serial));
  {
    const { lane } = await open([server.url], place.file);
    await until(() => lane.status().listAsOf !== null);
    await lane.setMode('open', 3, { who: 'op-1', isProven: true });
    assert.equal((await lane.scan(codes[0] as string)).rung, 'open');
    assert.deepEqual(await lane.count('in', 2), { in: 3, out: 0, isFull: true });
    await lane.stop();
  }
  const { lane } = await open([server.url], place.file);
  assert.deepEqual([lane.status().rung, lane.status().tally.in], ['open', 3]);
  const full = await lane.scan(codes[1] as string);
  assert.deepEqual([full.verdict, full.reason], ['refused', 'held']);
  await lane.setMode('normal', null, { who: 'op-1', isProven: true });
  assert.equal((await lane.scan(codes[1] as string)).verdict, 'admitted');
  assert.equal(await lane.drain(3_000), 0);
  await lane.stop();
  assert.equal(server.hub.admitted(1), 1, 'a ticket read at an open gate is used');
  const rungs = server.hub.entries().flatMap((entry) => (entry.kind === 'rung' ? entry : []));
  assert.ok(rungs.some(({ to, cause }) => to === 'open' && cause.includes('op-1')));
});

test('what a supervisor has had taken back lets its holder in again, also when the lane is alone', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  const code = server.hub.sell(1);
  const { lane } = await open([server.url], place.file);
  await until(() => lane.status().listAsOf !== null);
  const { scanId } = await lane.scan(code);
  await server.stop();
  assert.equal((await lane.scan(code)).reason, 'already-used');
  await lane.takenBack(scanId);
  assert.equal((await lane.scan(code)).verdict, 'provisional');
  await server.start();
  assert.equal(await lane.drain(8_000), 0);
  await lane.stop();
  const [annulled] = server.hub.entries().flatMap((each) => (each.kind === 'annulled' ? each : []));
  assert.deepEqual([annulled?.scanId, annulled?.cause], [scanId, 'supervisor']);
});

test('a lane for training answers by the lesson, also without a server, and sends nothing', async () => {
  using place = scratch();
  await using server = await new LaneServer().start();
  server.self = { isPractice: true };
  const { lane } = await open([server.url], place.file);
  await until(() => lane.knowledge.self()?.isPractice === true);
  const sha256 = (message: Uint8Array) => createHash('sha256').update(message).digest();
  const code = practiceCode('admitted', 1, sha256);
  const real = server.hub.sell(1);
  assert.equal((await lane.scan(code)).verdict, 'admitted');
  await server.stop();
  assert.equal((await lane.scan(code)).reason, 'already-used');
  const referred = await lane.scan(practiceCode('check-id', 2, sha256));
  assert.deepEqual([referred.verdict, referred.reason], ['referred', 'check-id']);
  const confirms = { confirms: referred.scanId };
  const confirmed = await lane.scan(practiceCode('check-id', 2, sha256), confirms);
  assert.equal(confirmed.verdict, 'admitted');
  assert.equal((await lane.scan(real)).reason, 'unknown');
  await server.start();
  assert.equal(lane.status().unsent, 0);
  assert.equal(await lane.drain(3_000), 0);
  await lane.stop();
  assert.ok(!server.asked.includes('POST /api/v1/scans'));
  assert.deepEqual(server.hub.entries(), []);
});

test('decided alone, a scan is one write to the disk, and a second for the light is not needed', async () => {
  using place = scratch();
  const commits: JournalBatch[] = [];
  await using server = await new LaneServer().start();
  const code = server.hub.sell(1);
  const { lane } = await open([server.url], place.file, (batch) => commits.push(batch));
  await until(() => lane.status().listAsOf !== null);
  await server.stop();
  await lane.scan(server.hub.sell(2));
  await sleep(50);
  commits.length = 0;
  assert.equal((await lane.scan(code)).verdict, 'provisional');
  assert.deepEqual(
    commits.map(({ lines, scans }) => [
      lines.map(({ kind }) => kind),
      scans.map(({ state }) => state),
    ]),
    [[['outcome'], ['settled']]],
  );
  await lane.stop();
});

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    assert.ok(tries < 250, 'it did not happen');
    await sleep(20);
  }
}
