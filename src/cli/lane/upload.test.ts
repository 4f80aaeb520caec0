import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFetchTransport } from '#lane/fetch-transport.ts';
import { createHub } from '#lane/hub.ts';
import { createIdentity } from '#lane/identity.ts';
import { Journal } from '#lane/journal.ts';
import { startUploader } from '#lane/upload.ts';
import { LaneServer } from '#testing/lane-server.ts';
import { JournalFile } from './journal-file.ts';
import { scratch } from './lane-under-test.ts';
import { machine } from './machine.ts';

test('brings everything up in order, batch after batch', async () => {
  await using desk = await start(1_203);
  assert.equal(await desk.uploader.drain(5_000), 0);
  assert.deepEqual(desk.arrived(), numbers(1, 1_203));
  assert.ok(uploads(desk.server) >= 3);
});

test('says so when something has gone up: whoever shows what is left to send looks again', async () => {
  await using desk = await start(5);
  await desk.uploader.drain(5_000);
  await add(desk.journal, 2);
  desk.uploader.nudge(true);
  await desk.until(() => desk.arrived().length === 7);
  await desk.until(() => desk.progress.length === 2);
  assert.deepEqual(desk.progress, [5, 7]);
});

test('a hub that was restored and knows less gets it again', async () => {
  await using desk = await start(30);
  await desk.uploader.drain(5_000);
  const journal = desk.server.hub.journals.get(desk.journal.journalId);
  for (const seq of numbers(11, 30)) journal?.delete(seq);
  desk.uploader.nudge(true);
  await desk.until(() => desk.arrived().length === 30);
  assert.deepEqual(desk.arrived(), numbers(1, 30));
});

test('a quarantined entry is told once and blocks nothing', async () => {
  await using desk = await start(10, (server) => server.hub.poison.add(4));
  assert.equal(await desk.uploader.drain(5_000), 0);
  assert.deepEqual(desk.arrived(), [...numbers(1, 3), ...numbers(5, 10)]);
  assert.deepEqual(desk.setAside, [4]);
  await add(desk.journal, 2);
  assert.equal(await desk.uploader.drain(5_000), 0);
  assert.deepEqual(desk.arrived().slice(-2), [11, 12]);
  assert.deepEqual(desk.setAside, [4]);
});

test('an entry for which whole batches are refused is found and left out', async () => {
  await using desk = await start(40, (server) => server.indigestible.add(17));
  assert.equal(await desk.uploader.drain(5_000), 0);
  assert.deepEqual(desk.arrived(), [...numbers(1, 16), ...numbers(18, 40)]);
  assert.deepEqual(desk.setAside, [17]);
});

test('waits out an outage and goes on where it was', async () => {
  await using desk = await start(5);
  await desk.uploader.drain(5_000);
  await desk.server.stop();
  await add(desk.journal, 5);
  assert.equal(await desk.uploader.drain(300), 5);
  await desk.server.start();
  desk.uploader.nudge(true);
  await desk.until(() => desk.arrived().length === 10);
});

test('a journal file that came back from a copy goes up under a new id', async () => {
  await using desk = await start(3);
  await desk.uploader.drain(5_000);
  const { journalId } = desk.journal;
  const known = desk.server.hub.journals.get(journalId);
  const later = known?.get(3);
  assert.ok(known !== undefined && later !== undefined);
  for (const seq of [4, 5]) known.set(seq, { ...later, seq });
  desk.uploader.nudge(true);
  await desk.until(
    () => desk.journal.journalId !== journalId && desk.uploader.acceptedThrough() === 3,
  );
  assert.deepEqual(
    [...(desk.server.hub.journals.get(desk.journal.journalId)?.keys() ?? [])],
    [1, 2, 3],
  );
});

test('what a copy of this lane has sent under its name does not pass for its own', async () => {
  await using desk = await start(3);
  await desk.uploader.drain(5_000);
  await desk.server.stop();
  await add(desk.journal, 600);
  const known = desk.server.hub.journals.get(desk.journal.journalId);
  const theirs = known?.get(3);
  assert.ok(known !== undefined && theirs !== undefined);
  for (const seq of numbers(4, 603)) known.set(seq, { ...theirs, seq });
  await desk.server.start();
  const before = uploads(desk.server);
  assert.equal(await desk.uploader.drain(5_000), 0);
  assert.equal(uploads(desk.server) - before, 2, 'all of it was sent, to be told apart');
});

async function start(entries: number, prepare: (server: LaneServer) => void = () => {}) {
  const place = scratch();
  const server = await new LaneServer().start();
  prepare(server);
  const journal = await Journal.open(new JournalFile(place.file), machine.chance);
  await add(journal, entries);
  const transport = createFetchTransport(() => ({ authorization: 'Bearer kd_lane' }));
  const stop = new AbortController();
  const setAside: number[] = [];
  const progress: number[] = [];
  const uploader = startUploader({
    hub: createHub(transport, machine.timers, createIdentity(journal, transport), () => [
      server.url,
    ]),
    journal,
    ...machine,
    stop: stop.signal,
    onRevoked: assert.fail,
    isMute: () => false,
    onSetAside: (seq) => setAside.push(seq),
    onProgress: () => progress.push(uploader.acceptedThrough()),
  });
  return {
    server,
    journal,
    uploader,
    setAside,
    progress,
    arrived: () => server.hub.entries().map((entry) => entry.seq),
    async until(isSo: () => boolean) {
      for (let tries = 0; !isSo(); tries++) {
        assert.ok(tries < 200, 'it did not happen');
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await uploader.ended;
      await journal.close();
      await server.stop();
      place[Symbol.dispose]();
    },
  };
}

async function add(journal: Journal, entries: number): Promise<void> {
  for (let index = 0; index < entries; index++) {
    const at = new Date().toISOString();
    await journal.note({ kind: 'rung', from: 'hub', to: 'provisional', cause: 'test', at });
  }
}

function uploads(server: LaneServer): number {
  return server.asked.filter((asked) => asked === 'POST /api/v1/journal').length;
}

function numbers(from: number, through: number): number[] {
  return Array.from({ length: through - from + 1 }, (_, index) => from + index);
}
