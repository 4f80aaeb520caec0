import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { DrillClient } from '../../drill/drill-client.ts';
import { runServerProgram, ServerProcess } from '../../drill/server-process.ts';
import { entryScan, refOf, type SmallMatch, setUpMatch } from '../../drill/small-match.ts';
import { openTemporaryDirectory } from '../../testing/postgres-process.ts';

const TICKETS = 600;

const scratch = openTemporaryDirectory();
const dataDir = path.join(scratch.path, 'data');
const file = path.join(scratch.path, 'evening.backup');
const masterKey = path.join(dataDir, 'master-key');

let server: ServerProcess;
let admin: DrillClient;
let match: SmallMatch;

before(async () => {
  server = await ServerProcess.start(dataDir);
  admin = await DrillClient.open(server.url, 8, server.adminToken);
  match = await setUpMatch(admin, server.adminToken, { tickets: TICKETS, lanes: 4 });
});

after(async () => {
  admin?.[Symbol.dispose]();
  await server?.stop();
  scratch[Symbol.dispose]();
});

type Admitted = { readonly index: number; readonly scanId: string; readonly lane: number };

/** Presents tickets one after the other until told to stop; notes what was acknowledged. */
async function scanOn(admitted: Admitted[], from: number, step: number, isOver: () => boolean) {
  using lanes = await DrillClient.open(server.url, 1);
  for (let index = from; index < TICKETS - 10 && !isOver(); index += step) {
    const lane = index % match.lanes.length;
    const scanId = `evening-${index}`;
    const { verdict } = await lanes.scan(laneOf(lane), entryScan(scanId, codeOf(index)));
    assert.equal(verdict, 'admitted');
    admitted.push({ index, scanId, lane });
  }
}

function laneOf(index: number) {
  const lane = match.lanes[index];
  assert.ok(lane);
  return lane;
}

function codeOf(index: number): string {
  return match.codes[index] ?? '';
}

async function takeBackup(): Promise<Buffer> {
  const response = await fetch(`${server.url}/api/v1/backup`, {
    headers: { authorization: `Bearer ${server.adminToken}` },
  });
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}

function restore(from: string, to: string, ...more: string[]) {
  return runServerProgram(['restore', from, '--data', to, '--log-level', 'error', ...more]);
}

test('holds every admission acknowledged before it, is left by scans alone, and is written without stopping them', async () => {
  const admitted: Admitted[] = [];
  let isOver = false;
  const scanning = [0, 1, 2].map((from) => scanOn(admitted, from, 3, () => isOver));
  while (admitted.length < 60) await delay(5);
  const before = admitted.length;
  const bytes = await takeBackup();
  const during = admitted.length;
  while (admitted.length < during + 20) await delay(5);
  isOver = true;
  await Promise.all(scanning);
  writeFileSync(file, bytes);

  const restoredDir = path.join(scratch.path, 'restored');
  const { code, out, err } = await restore(file, restoredDir, '--master-key', masterKey, '--json');
  assert.equal(code, 0, err);
  const report = JSON.parse(out) as { tables: { table: string; rows: number }[] };
  const rowsOf = new Map(report.tables.map(({ table, rows }) => [table, rows]));
  assert.equal(rowsOf.get('tickets'), TICKETS);
  assert.equal(rowsOf.get('devices'), 4);
  assert.ok((rowsOf.get('claims') ?? 0) >= before);
  assert.equal(rowsOf.has('staged_tickets'), false);

  await using restored = await ServerProcess.start(restoredDir);
  using client = await DrillClient.open(restored.url, 4, restored.adminToken);
  assert.equal((await client.tryAsk({ path: '/readyz' }))?.status, 503);
  for (const { index, lane } of admitted) {
    const answered = await client.trySend(laneOf(lane), entryScan(`again-${index}`, codeOf(index)));
    assert.equal(answered?.status, 503, 'a store of before grants nothing');
    assert.partialDeepStrictEqual(answered?.body, { code: 'store-behind' });
  }
  for (const { index } of admitted.slice(0, before)) {
    const ticket = await client.ask<{ crossings: unknown[] }>({
      path: `/api/v1/events/${match.eventId}/tickets/${refOf(index + 1)}`,
    });
    assert.equal(ticket.crossings.length, 1, `${refOf(index + 1)} was admitted before the backup`);
  }
});

test('reconciled without its lanes a restored store knows all from before the backup, and codes still scan', async () => {
  const restoredDir = path.join(scratch.path, 'restored');
  await using restored = await ServerProcess.start(restoredDir);
  using client = await DrillClient.open(restored.url, 4, restored.adminToken);
  const store = await client.ask<{ state: string; epoch: string }>({
    path: '/api/v1/store/reconcile',
    body: {
      withoutDevices: match.lanes.map((lane) => lane.deviceId),
      reason: 'the lanes of this test keep no journal',
    },
  });
  assert.equal(store.state, 'serving');
  assert.equal((await client.tryAsk({ path: '/readyz' }))?.status, 200);
  const repeated = await client.scan(laneOf(0), entryScan('evening-0', codeOf(0)));
  assert.equal(repeated.verdict, 'admitted', 'the same scan has the same answer');
  const second = await client.scan(laneOf(1), entryScan('second', codeOf(0)));
  assert.equal(second.verdict, 'refused');
  assert.equal(second.reason, 'already-used');
  const fresh = await client.scan(laneOf(1), entryScan('fresh', codeOf(TICKETS - 1)));
  assert.equal(fresh.verdict, 'admitted');
  const minted = await client.ask<{ code: string }>({
    path: `/api/v1/events/${match.eventId}/tickets/${refOf(TICKETS - 1)}/reissue`,
    body: { reason: 'lost' },
  });
  const own = await client.scan(laneOf(1), entryScan('minted', minted.code));
  assert.equal(own.verdict, 'admitted', 'the master key mints codes that scan');
});

test('a file that was cut short or altered restores nothing and leaves no directory', async () => {
  const whole = readFileSync(file);
  const text = gunzipSync(whole);
  const altered = Buffer.from(text);
  const at = altered.indexOf('T-0000007');
  altered.write('T-0000008', at);
  const renumbered = Buffer.from(
    text.toString('latin1').replace('"rows":600', '"rows":601'),
    'latin1',
  );
  const flipped = Buffer.from(whole);
  flipped[whole.length >> 1] = (flipped[whole.length >> 1] ?? 0) ^ 0x10;
  const bad: Record<string, Buffer> = {
    'cut short': whole.subarray(0, whole.length - 200),
    'cut short before it was packed': gzipSync(text.subarray(0, text.length - 300)),
    'a bit flipped': flipped,
    'a row altered and packed again': gzipSync(altered),
    'a count altered': gzipSync(renumbered),
    'something else': Buffer.from('not a backup at all'),
    empty: Buffer.alloc(0),
    longer: gzipSync(Buffer.concat([text, Buffer.from('{}\n')])),
  };
  for (const [what, bytes] of Object.entries(bad)) {
    const badFile = path.join(scratch.path, 'bad.backup');
    writeFileSync(badFile, bytes);
    const to = path.join(scratch.path, 'from-bad');
    const { code, err } = await restore(badFile, to);
    assert.equal(code, 1, what);
    assert.match(err, /^kaimen: .*bad\.backup.*nothing was restored|^kaimen: a row of/, what);
    assert.doesNotMatch(err, /\n\s+at /, what);
    assert.equal(existsSync(to), false, what);
  }
});

test('restores only into a new directory, and only with the key that it belongs to', async () => {
  const full = path.join(scratch.path, 'full');
  mkdirSync(full);
  writeFileSync(path.join(full, 'thesis.odt'), 'mine');
  const taken = await restore(file, full);
  assert.equal(taken.code, 1);
  assert.match(taken.err, /is not empty \(it holds thesis\.odt\): restore into a new directory/);
  assert.equal(readFileSync(path.join(full, 'thesis.odt'), 'utf8'), 'mine');
  const otherKey = path.join(scratch.path, 'other-key');
  writeFileSync(otherKey, `${'ab'.repeat(32)}\n`);
  const to = path.join(scratch.path, 'with-other-key');
  const wrong = await restore(file, to, '--master-key', otherKey);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /not that of the server which wrote/);
  assert.equal(existsSync(to), false);
});

test('a server refuses a restored directory without its key, and one that a restore left half full', async () => {
  const to = path.join(scratch.path, 'keyless');
  assert.equal((await restore(file, to)).code, 0);
  await assert.rejects(ServerProcess.start(to), /master-key is missing: put back the copy/);
  writeFileSync(path.join(to, 'master-key'), `${'ab'.repeat(32)}\n`);
  await assert.rejects(
    ServerProcess.start(to),
    /is another key than that of the node which was here first/,
  );
  writeFileSync(path.join(to, 'restore-unfinished'), '');
  await assert.rejects(ServerProcess.start(to), /was cut short: remove the directory/);
  rmSync(to, { recursive: true });
});

test('is for administrators alone, and who took it is on record', async () => {
  const { token } = await admin.ask<{ token: string }>({
    path: '/api/v1/tokens',
    body: { role: 'control-room' },
  });
  assert.equal((await admin.tryAsk({ path: '/api/v1/backup', token }))?.status, 403);
  const restoredText = gunzipSync(readFileSync(file)).toString();
  assert.match(restoredText, /backup\.taken/);
  for (const secret of [server.adminToken, readFileSync(masterKey, 'utf8').trim()]) {
    assert.equal(restoredText.includes(secret), false);
  }
});
