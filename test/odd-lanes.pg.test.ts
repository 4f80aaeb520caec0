// Lanes that are not what they seem: two phones with one identity, a clock wrong by years.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { JournalReceipt } from '#protocol/journal.ts';
import type { ScanAnswer, ScanRequest } from '#protocol/scans.ts';
import { DrillClient, type Lane } from '../src/drill/drill-client.ts';
import { ServerProcess } from '../src/drill/server-process.ts';
import { entryScan, type SmallMatch, setUpMatch } from '../src/drill/small-match.ts';
import { openTemporaryDirectory } from '../src/testing/postgres-process.ts';

const DAY_MS = 86_400_000;

const scratch = openTemporaryDirectory();
let server: ServerProcess;
let client: DrillClient;
let match: SmallMatch;
let lane: Lane;
let next = 0;

before(async () => {
  server = await ServerProcess.start(path.join(scratch.path, 'data'));
  client = await DrillClient.open(server.url, 16, server.adminToken);
  match = await setUpMatch(client, server.adminToken, { tickets: 200, lanes: 2 });
  assert.ok(match.lanes[0]);
  lane = match.lanes[0];
});

after(async () => {
  client?.[Symbol.dispose]();
  await server?.stop();
  scratch[Symbol.dispose]();
});

function newCode(): string {
  return match.codes[next++] ?? '';
}

function problemOf(answered: { body: unknown } | null): string {
  return ((answered?.body ?? {}) as { code: string }).code;
}

test('two phones with one identity admit each ticket once, and each scan has one answer', async () => {
  const codes = Array.from({ length: 40 }, newCode);
  const send = (phone: string) =>
    codes.map((code) => client.scan(lane, entryScan(`${phone}-${code}`, code)));
  const [first, second] = await Promise.all([
    Promise.all(send('phone')),
    Promise.all(send('clone')),
  ]);
  for (const [index, one] of first.entries()) {
    const verdicts = new Set([one.verdict, second[index]?.verdict]);
    assert.deepEqual(verdicts, new Set(['admitted', 'refused']));
  }
});

test('the same scanId of a phone and its clone: the same scan is answered alike, another is refused', async () => {
  const [code, other] = [newCode(), newCode()];
  const scan = entryScan('counter-1', code);
  const [one, two] = await Promise.all([client.scan(lane, scan), client.scan(lane, scan)]);
  assert.deepEqual(one, two);
  const later = await client.scan(lane, { ...scan, scannedAt: '2026-01-01T00:00:00Z' });
  assert.deepEqual([later.verdict, later.revision], [one.verdict, one.revision]);
  for (const clash of [
    { ...scan, code: other },
    { ...scan, direction: 'out' as const },
  ]) {
    const answered = await client.trySend(lane, clash);
    assert.equal(answered?.status, 409);
    assert.equal(problemOf(answered), 'scan-id-reused');
  }
  assert.equal((await client.scan(lane, entryScan('counter-2', other))).verdict, 'admitted');
});

test('the same scanId at once for two codes: one is answered, the other refused, whoever comes first', async () => {
  for (let round = 0; round < 10; round++) {
    const scans = [newCode(), newCode()].map((code) => entryScan(`race-${round}`, code));
    const answers = await Promise.all(scans.map((scan) => client.trySend(lane, scan)));
    assert.deepEqual(new Set(answers.map((answer) => answer?.status)), new Set([200, 409]));
  }
});

test('another lane may use the same scanId', async () => {
  const [one, two] = match.lanes;
  assert.ok(one && two);
  for (const each of [one, two]) {
    assert.equal((await client.scan(each, entryScan('shared', newCode()))).verdict, 'admitted');
  }
});

test('a clone that writes other things under the same journal and number is kept apart, not believed', async () => {
  const journalId = randomUUID();
  const scannedAt = new Date().toISOString();
  const outcome = (code: string, scanId: string) => ({
    kind: 'outcome',
    seq: 1,
    scanId,
    code,
    direction: 'in',
    scannedAt,
    verdict: 'provisional',
    reason: null,
    rung: 'provisional',
    revision: null,
  });
  const upload = (entries: object[]) =>
    client.ask<JournalReceipt>({
      path: '/api/v1/journal',
      token: lane.token,
      body: { journalId, entries },
    });
  const [code, other] = [newCode(), newCode()];
  const first = await upload([outcome(code, 'alone-1')]);
  assert.equal(first.acceptedThrough, 1);
  assert.deepEqual(first.quarantined, []);
  assert.deepEqual((await upload([outcome(code, 'alone-1')])).quarantined, [], 'again is the same');
  const clone = await upload([outcome(other, 'alone-2')]);
  assert.equal(clone.quarantined.length, 1);
  assert.equal(clone.acceptedThrough, 1);
  assert.equal((await client.scan(lane, entryScan('then', code))).reason, 'already-used');
  assert.equal((await client.scan(lane, entryScan('free', other))).verdict, 'admitted');
});

test('a clock wrong by days or years decides nothing: it is kept as evidence', async () => {
  const now = Date.now();
  const clocks = [
    new Date(now - 9 * DAY_MS).toISOString(),
    new Date(now + 9 * DAY_MS).toISOString(),
    '1970-01-01T00:00:00Z',
    '2099-12-31T23:59:59+14:00',
  ];
  for (const [index, scannedAt] of clocks.entries()) {
    const scan: ScanRequest = { ...entryScan(`clock-${index}`, newCode()), scannedAt };
    const answer: ScanAnswer = await client.scan(lane, scan);
    assert.equal(answer.verdict, 'admitted', scannedAt);
    assert.ok(Math.abs(Date.parse(answer.decidedAt) - now) < 60_000, answer.decidedAt);
  }
  const { scans } = await client.ask<{ scans: { scanId: string; scannedAt: string }[] }>({
    path: `/api/v1/events/${match.eventId}/scans?limit=500`,
  });
  const evidence = new Map(scans.map((scan) => [scan.scanId, scan.scannedAt]));
  for (const [index, scannedAt] of clocks.entries()) {
    assert.equal(Date.parse(evidence.get(`clock-${index}`) ?? ''), Date.parse(scannedAt));
  }
});

test('a time that is none is refused by name, before anything is decided', async () => {
  const code = newCode();
  const answered = await client.trySend(lane, { ...entryScan('no-time', code), scannedAt: 'noon' });
  assert.equal(answered?.status, 400);
  assert.match(JSON.stringify(answered?.body), /scannedAt/);
  assert.equal((await client.scan(lane, entryScan('no-time', code))).verdict, 'admitted');
});
