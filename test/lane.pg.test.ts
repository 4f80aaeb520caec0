// The command `kaimen lane` against the real server on its own PostgreSQL, each a process of its own.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DrillClient } from '../src/drill/drill-client.ts';
import { ServerProcess } from '../src/drill/server-process.ts';
import { type SmallMatch, setUpMatch } from '../src/drill/small-match.ts';

const KAIMEN = fileURLToPath(new URL('../bin/kaimen.js', import.meta.url));
const DYING = fileURLToPath(new URL('dying-lane.ts', import.meta.url));
const CONTROL_WITHIN_MS = 2_000;
const TICKETS = 60;
const LANES = 9;

type Answer = { scanId: string; verdict: string; reason: string | null; rung: string; ms: number };

let dir: string;
let server: ServerProcess;
let match: SmallMatch;
let nextCode = 0;
let nextLane = 0;

before(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-lane-pg-'));
  server = await ServerProcess.start(path.join(dir, 'data'));
  using client = await DrillClient.open(server.url);
  match = await setUpMatch(client, server.adminToken, { tickets: TICKETS, lanes: LANES });
});

after(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('admits once, explains a second try, and settles garbage by itself', async () => {
  await using lane = LaneProcess.start();
  const code = freshCode();
  assert.deepEqual(word(await lane.scan(code)), ['admitted', null, 'hub']);
  assert.deepEqual(word(await lane.scan(code)), ['refused', 'already-used', 'hub']);
  assert.deepEqual(word(await lane.scan('\u0007\u0008')), ['refused', 'unreadable', 'local']);
  assert.deepEqual(word(await lane.scan('nobody’s code')), ['refused', 'unreadable', 'hub']);
  assert.equal(await lane.end(), 0);
  assert.equal((await admissions(code)).length, 1);
});

test('a hold and its release reach the lane within two seconds', async () => {
  await using lane = LaneProcess.start();
  assert.equal((await lane.scan(freshCode())).verdict, 'admitted');
  const path = `/api/v1/events/${match.eventId}/holds`;
  const body = { scope: `gate/${gateOf(lane)}`, kind: 'stop', reason: 'crush' };
  using client = await DrillClient.open(server.url);
  const token = server.adminToken;
  const { id } = await client.ask<{ id: string }>({ method: 'POST', path, token, body });
  const code = freshCode();
  await lane.scanUntil(code, ({ reason, rung }) => reason === 'held' && rung === 'local');
  await client.ask({ method: 'DELETE', path: `${path}/${id}`, token });
  await lane.scanUntil(code, ({ verdict }) => verdict === 'admitted');
});

test('cut off in mid-match: one slow scan at most, then at once; whole after reconnect', async () => {
  await using lane = LaneProcess.start();
  const codes = Array.from({ length: 6 }, freshCode);
  assert.equal((await lane.scan(codes[0] as string)).rung, 'hub');
  const { port } = server;
  await server.kill();
  const cut = [];
  for (const code of codes.slice(1)) cut.push(await lane.scan(code));
  assert.deepEqual(new Set(cut.map(({ verdict }) => verdict)), new Set(['provisional']));
  assert.ok((cut[0]?.ms ?? 0) <= 1_200, `${cut[0]?.ms} ms`);
  for (const { ms } of cut.slice(1)) assert.ok(ms <= 200, `${ms} ms`);
  assert.equal((await lane.scan(codes[0] as string)).reason, 'already-used');
  server = await ServerProcess.start(server.dataDir, port);
  await lane.said('Live again');
  assert.equal((await lane.scan(freshCode())).rung, 'hub');
  assert.equal(await lane.end(), 0);
  for (const code of codes) assert.equal((await admissions(code)).length, 1, code);
});

for (const step of ['after-intent', 'after-claim', 'after-outcome', 'after-light'] as const) {
  test(`a lane killed ${step} loses no admission and doubles none`, async () => {
    const device = match.lanes[nextLane++];
    assert.ok(device !== undefined);
    const journal = path.join(dir, `${step}.sqlite`);
    const code = freshCode();
    const dying = spawn(process.execPath, [DYING, step, journal, device.token, server.url], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    dying.stdin.end(`${code}\n`);
    const [, signal] = await once(dying, 'exit');
    assert.equal(signal, 'SIGKILL');
    await using lane = LaneProcess.start(device.token, ['--journal', journal]);
    const again = await lane.scan(code);
    assert.equal(
      again.reason ?? again.verdict,
      step === 'after-light' ? 'already-used' : 'admitted',
    );
    assert.equal((await lane.scan(code)).reason, 'already-used');
    assert.equal(await lane.end(), 0);
    const standing = (await admissions(code)).filter(({ annulledAt }) => annulledAt === null);
    assert.equal(standing.length, 1);
  });
}

test('a lane that is revoked stops within two seconds and leaves no list behind', async () => {
  await using lane = LaneProcess.start();
  assert.equal((await lane.scan(freshCode())).verdict, 'admitted');
  using client = await DrillClient.open(server.url);
  const path = `/api/v1/devices/${lane.deviceId}/revoke`;
  await client.ask({ method: 'POST', path, token: server.adminToken, body: {} });
  const startedAt = performance.now();
  assert.equal(await lane.exited, 1);
  assert.ok(performance.now() - startedAt < CONTROL_WITHIN_MS);
});

class LaneProcess implements AsyncDisposable {
  readonly exited: Promise<number | null>;
  readonly deviceId: string;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #told: string[] = [];

  private constructor(deviceId: string, child: ChildProcess) {
    this.deviceId = deviceId;
    this.#child = child;
    assert.ok(child.stdout !== null && child.stderr !== null);
    this.#answers = createInterface(child.stdout)[Symbol.asyncIterator]();
    createInterface(child.stderr).on('line', (line) => this.#told.push(line));
    this.exited = once(child, 'exit').then(([code]) => code);
  }

  static start(token?: string, args: readonly string[] = []): LaneProcess {
    const device = token === undefined ? match.lanes[nextLane++] : { token, deviceId: '' };
    assert.ok(device !== undefined, 'enrol more lanes');
    const child = spawn(
      process.execPath,
      [KAIMEN, 'lane', '--json', '--lang', 'en', '--data', path.join(dir, 'lanes'), ...args],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { ...process.env, KAIMEN_URL: server.url, KAIMEN_TOKEN: device.token },
      },
    );
    return new LaneProcess(device.deviceId, child);
  }

  async scan(code: string): Promise<Answer> {
    this.#child.stdin?.write(`${code}\n`);
    const { value, done } = await this.#answers.next();
    assert.ok(done !== true, `the lane ended: ${this.#told.join('\n')}`);
    return JSON.parse(value);
  }

  async scanUntil(code: string, isSo: (answer: Answer) => boolean): Promise<void> {
    const startedAt = performance.now();
    for (;;) {
      const answer = await this.scan(code);
      if (isSo(answer)) return;
      const words = `${answer.verdict} ${answer.reason} ${answer.rung}`;
      assert.ok(performance.now() - startedAt < CONTROL_WITHIN_MS, words);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async said(words: string): Promise<void> {
    for (let tries = 0; !this.#told.some((line) => line.includes(words)); tries++) {
      assert.ok(tries < 200, this.#told.join('\n'));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  end(): Promise<number | null> {
    this.#child.stdin?.end();
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.exited;
  }
}

type ScanRecord = { ticketRef: string; verdict: string; annulledAt: string | null };

/** Scans that let somebody in with this code, as the server has them. */
async function admissions(code: string): Promise<ScanRecord[]> {
  using client = await DrillClient.open(server.url);
  const ref = `T-${code.slice('OLD-'.length)}`;
  const { scans } = await client.ask<{ scans: ScanRecord[] }>({
    path: `/api/v1/events/${match.eventId}/scans?limit=1000`,
    token: server.adminToken,
  });
  return scans.filter(
    ({ ticketRef, verdict }) => ticketRef === ref && /admitted|provisional/.test(verdict),
  );
}

function freshCode(): string {
  const code = match.codes[nextCode++];
  assert.ok(code !== undefined, 'sell more tickets');
  return code;
}

function gateOf({ deviceId }: LaneProcess): string {
  return match.lanes.findIndex((lane) => lane.deviceId === deviceId) % 2 === 0 ? 'N1' : 'N2';
}

function word({ verdict, reason, rung }: Answer) {
  return [verdict, reason, rung];
}
