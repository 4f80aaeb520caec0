// A release with a fault is tried at one gate of a running match: real server, real lanes, each run by its launcher.
// Of what the gate scans it refuses every fiftieth ticket for no reason; the server finds it out and takes it back.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ServerProcess } from '../../src/drill/server-process.ts';
import type { GateReleases } from '../../src/protocol/releases.ts';
import { derbyFile, derbyTickets } from '../../src/testing/derby.ts';
import { planted } from '../../src/testing/planted-source.ts';
import { until } from '../../src/testing/waiting.ts';

const EVENT = '/api/v1/events/derby';
const KAIMEN = path.resolve(import.meta.dirname, '../../bin/kaimen.js');
const PLANTING = path.resolve(import.meta.dirname, '../../src/testing/planted-source.ts');
const TICKETS = 1_200;
/** Sixteen people a minute at each lane, as a turnstile lets through. */
const EVERY_MS = 3_750;
const AT_N1 = 6;
const AT_N3 = 2;
const WITHIN_MS = 120_000;
const START_MS = 90_000;

type Verdict = { readonly verdict: string; readonly reason: string | null };

class LaunchedLane {
  readonly #child: ChildProcess;
  readonly #waiting: ((verdict: Verdict) => void)[] = [];
  readonly said: string[] = [];

  constructor(token: string, journal: string) {
    const args = ['lane', '--json', '--url', server.url, '--journal', journal, '--drain', '2000'];
    this.#child = spawn(
      process.execPath,
      [KAIMEN, ...args, '--releases', releases, '--release', 'good'],
      { env: { ...process.env, KAIMEN_TOKEN: token }, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    const { stdin, stdout, stderr } = this.#child;
    if (stdin === null || stdout === null || stderr === null) throw new Error('it has lines');
    stdin.on('error', () => {});
    createInterface(stdout).on('line', (line) => this.#waiting.shift()?.(JSON.parse(line)));
    createInterface(stderr).on('line', (line) => this.said.push(line));
  }

  scan(code: string): Promise<Verdict> {
    const verdict = new Promise<Verdict>((resolve) => this.#waiting.push(resolve));
    this.#child.stdin?.write(`${code}\n`);
    return verdict;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await Promise.race([once(this.#child, 'exit'), pause(15_000, null, { ref: false })]);
    this.#child.kill('SIGKILL');
  }
}

const scratch = mkdtempSync(path.join(os.tmpdir(), 'kaimen-canary-'));
const releases = path.join(scratch, 'releases');
let server: ServerProcess;
const lanes: { readonly gate: string; readonly lane: LaunchedLane }[] = [];
/** Codes by serial less one. */
let codes: string[] = [];

before(async () => {
  writeRelease('good', '');
  const fault = planted({
    file: '/src/domain/entry/decide-scan.ts',
    text: 'const isRightGate = gates === null || gates.includes(scan.gate);',
    by: 'const isRightGate = (gates === null || gates.includes(scan.gate)) && ticket.serial % 50 !== 0;',
  });
  const env = `process.env.KAIMEN_PLANT = ${JSON.stringify(fault.KAIMEN_PLANT)};`;
  writeRelease('faulty', `${env} await import(${JSON.stringify(PLANTING)});`);
  server = await ServerProcess.start(path.join(scratch, 'data'));
  await ask('PUT', EVENT, derbyFile({ isNow: true }));
  await ask('POST', `${EVENT}/tickets/import`, derbyTickets(TICKETS));
  await ask('POST', `${EVENT}/open`);
  const rows = await ask<{ code: string }[]>('GET', `${EVENT}/tickets/export?format=json`);
  codes = rows.map(({ code }) => code);
  const gates = [...Array(AT_N1).fill('N1'), ...Array(AT_N3).fill('N3')] as string[];
  for (const [index, gate] of gates.entries()) {
    const body = { event: 'derby', gate };
    const { token } = await ask<{ token: string }>('POST', '/api/v1/devices', body);
    lanes.push({ gate, lane: new LaunchedLane(token, path.join(scratch, `lane-${index}.sqlite`)) });
  }
  await allRun('N1', 'good');
  await allRun('N3', 'good');
});

after(async () => {
  await Promise.all(lanes.map(({ lane }) => lane.end()));
  await server?.[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

function writeRelease(name: string, first: string): void {
  const bin = path.join(releases, name, 'bin');
  mkdirSync(bin, { recursive: true });
  const text = `${first} await import(${JSON.stringify(KAIMEN)});\n`;
  writeFileSync(path.join(releases, name, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(path.join(bin, 'kaimen.js'), text);
}

async function ask<T>(method: string, address: string, body?: unknown): Promise<T> {
  const isText = typeof body === 'string';
  const response = await fetch(`${server.url}${address}`, {
    method,
    headers: {
      authorization: `Bearer ${server.adminToken}`,
      ...(body === undefined ? {} : { 'content-type': isText ? 'text/csv' : 'application/json' }),
    },
    signal: AbortSignal.timeout(20_000),
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, `${method} ${address}: ${text}`);
  return JSON.parse(text) as T;
}

async function gateOf(gate: string): Promise<GateReleases['gates'][number] | undefined> {
  const { gates } = await ask<GateReleases>('GET', `${EVENT}/releases`);
  return gates.find((each) => each.gate === gate);
}

/** @returns how long it took */
async function allRun(gate: string, release: string): Promise<number> {
  const { tookMs } = await until(
    START_MS,
    () => gateOf(gate),
    (found) => found?.lanes.every(({ running }) => running === release) === true,
  );
  return tookMs;
}

const at = (gate: string) => lanes.filter((each) => each.gate === gate).map(({ lane }) => lane);

test('a canary with 2 % of wrong refusals is taken back by itself within two minutes', async (t) => {
  await ask('PUT', `${EVENT}/gates/N1/release`, {
    release: 'faulty',
    isCanary: true,
    reason: 'the first gate of the new release',
  });
  t.diagnostic(`N1 ran the release on trial after ${Math.round(await allRun('N1', 'faulty'))} ms`);
  const startedAt = performance.now();
  const over = new AbortController();
  const wrong: Verdict[] = [];
  let scans = 0;
  // The first serials at N1, whose fiftieth is refused; from the middle on at N3.
  let nextAtN3 = TICKETS / 2;
  const stream = async (gate: string, lane: LaunchedLane, delayMs: number) => {
    await pause(delayMs);
    while (!over.signal.aborted) {
      if (gate === 'N1') scans += 1;
      else nextAtN3 += 1;
      const serial = gate === 'N1' ? scans : nextAtN3;
      const verdict = await lane.scan(codes[serial - 1] ?? '');
      if (verdict.verdict !== 'admitted') wrong.push(verdict);
      await pause(EVERY_MS, null, { signal: over.signal }).catch(() => {});
    }
  };
  const streams = lanes.map(({ gate, lane }, index) =>
    stream(gate, lane, (index * EVERY_MS) / lanes.length),
  );
  const found = await until(
    WITHIN_MS,
    () => gateOf('N1'),
    (gate) => gate?.release === 'good',
  );
  const foundMs = performance.now() - startedAt;
  const scanned = scans;
  await allRun('N1', 'good');
  const backMs = performance.now() - startedAt;
  over.abort();
  await Promise.all(streams);
  t.diagnostic(
    `found after ${Math.round(foundMs / 1000)} s and ${scanned} scans of the gate, of which ` +
      `${wrong.length} were refused wrongly; all its lanes were back after ${Math.round(backMs / 1000)} s`,
  );
  assert.match(found.value?.reason ?? '', /taken back by itself: wrong-refusals/);
  assert.ok(backMs <= WITHIN_MS, `${backMs} ms`);
  const { alarms } = await ask<{ alarms: { kind: string }[] }>('GET', `${EVENT}/alarms`);
  assert.deepEqual(
    alarms.map(({ kind }) => kind),
    ['canary-rolled-back'],
  );
  // Whoever was refused for no reason is let in by the lanes that are back.
  const again = await at('N1')[0]?.scan(codes[49] ?? '');
  assert.equal(again?.verdict, 'admitted');
});

test('a gate that is moved back by hand is back within two minutes', async (t) => {
  await ask('PUT', `${EVENT}/gates/N3/release`, { release: 'faulty', reason: 'a test' });
  await allRun('N3', 'faulty');
  const startedAt = performance.now();
  const args = ['release', 'back', 'N3', '--event', 'derby', '--reason', 'a test', '--json'];
  await promisify(execFile)(process.execPath, [KAIMEN, ...args, '--url', server.url], {
    env: { ...process.env, KAIMEN_TOKEN: server.adminToken },
    timeout: 60_000,
  });
  await allRun('N3', 'good');
  const tookMs = performance.now() - startedAt;
  t.diagnostic(`the command and the lanes took ${Math.round(tookMs)} ms`);
  assert.ok(tookMs <= WITHIN_MS);
});
