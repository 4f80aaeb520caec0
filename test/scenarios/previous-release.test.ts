// This release beside the one before, as processes: its lanes at our server, our lanes at its server, and its server on
// the database that ours has migrated, both deciding one match. The one before comes from the history; where there is
// none, as in a shallow clone, the tests say so and are skipped.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ServerProcess } from '../../src/drill/server-process.ts';
import { derbyFile, derbyTickets } from '../../src/testing/derby.ts';
import { testDatabase } from '../../src/testing/postgres.ts';
import { until } from '../../src/testing/waiting.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** v0.1.0 */
const PREVIOUS_COMMIT = '0ffca2f';
const EVENT = '/api/v1/events/derby';
const SOON_MS = 15_000;

const scratch = mkdtempSync(path.join(os.tmpdir(), 'kaimen-previous-'));
const previous = path.join(scratch, 'v0.1.0');
const skip = fetchPrevious() ? false : 'the release before is not in this clone’s history';
const OLD = {
  lane: path.join(previous, 'bin/kaimen.js'),
  server: `${previous}/src/server/main.ts`,
};
const NEW = { lane: path.join(ROOT, 'bin/kaimen.js') };
let made = 0;

const lanes: LaneUnder[] = [];

after(() => {
  for (const lane of lanes) lane.kill();
  rmSync(scratch, { recursive: true, force: true });
});

function fetchPrevious(): boolean {
  try {
    mkdirSync(previous);
    const tar = execFileSync('git', ['archive', PREVIOUS_COMMIT], {
      cwd: ROOT,
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    execFileSync('tar', ['-x', '-C', previous], { input: tar });
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(previous, 'node_modules'));
    return true;
  } catch {
    return false;
  }
}

async function ask<T = Record<string, unknown>>(
  server: ServerProcess,
  method: string,
  address: string,
  body?: unknown,
  token = server.adminToken,
): Promise<T> {
  const isText = typeof body === 'string';
  const response = await fetch(`${server.url}${address}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': isText ? 'text/csv' : 'application/json' }),
    },
    signal: AbortSignal.timeout(20_000),
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, `${method} ${address}: ${text}`);
  return JSON.parse(text) as T;
}

/** @returns codes of its tickets, and a lane’s token */
async function setUp(server: ServerProcess): Promise<{ codes: string[]; token: string }> {
  await ask(server, 'PUT', EVENT, derbyFile({ isNow: true }));
  await ask(server, 'POST', `${EVENT}/tickets/import`, derbyTickets(20));
  await ask(server, 'POST', `${EVENT}/open`);
  const rows = await ask<{ code: string }[]>(server, 'GET', `${EVENT}/tickets/export?format=json`);
  return { codes: rows.map(({ code }) => code), token: await enrol(server) };
}

async function enrol(server: ServerProcess): Promise<string> {
  const body = { event: 'derby', gate: 'N1' };
  return (await ask<{ token: string }>(server, 'POST', '/api/v1/devices', body)).token;
}

type Verdict = { readonly verdict: string; readonly reason: string | null; readonly rung: string };

class LaneUnder {
  readonly #child: ChildProcess;
  readonly #waiting: ((verdict: Verdict) => void)[] = [];
  readonly said: string[] = [];

  constructor(program: string, url: string, token: string, more: readonly string[] = []) {
    made += 1;
    const journal = path.join(scratch, `lane-${made}.sqlite`);
    const args = ['lane', '--json', '--url', url, '--journal', journal, '--drain', '8000', ...more];
    this.#child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, KAIMEN_TOKEN: token },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { stdin, stdout, stderr } = this.#child;
    if (stdin === null || stdout === null || stderr === null) throw new Error('it has lines');
    stdin.on('error', () => {});
    createInterface(stdout).on('line', (line) => this.#waiting.shift()?.(JSON.parse(line)));
    createInterface(stderr).on('line', (line) => this.said.push(line));
    lanes.push(this);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async scan(code: string | undefined): Promise<Verdict> {
    const verdict = new Promise<Verdict>((resolve) => this.#waiting.push(resolve));
    this.#child.stdin?.write(`${code}\n`);
    const late = pause(SOON_MS, null, { ref: false });
    const shown = await Promise.race([verdict, late]);
    assert.ok(shown !== null, `no verdict; it said:\n${this.said.join('\n')}`);
    return shown;
  }

  /** Everything has gone up, or the exit code says that it has not. */
  async end(): Promise<number | null> {
    const { exitCode } = this.#child;
    if (exitCode !== null) return exitCode;
    this.#child.stdin?.end();
    await Promise.race([once(this.#child, 'exit'), pause(SOON_MS, null, { ref: false })]);
    this.#child.kill('SIGKILL');
    return this.#child.exitCode;
  }
}

const word = ({ verdict, reason }: Verdict) => reason ?? verdict;

async function scansAt(server: ServerProcess) {
  const page = await ask<{ scans: { rung: string; reason: string | null }[] }>(
    server,
    'GET',
    `${EVENT}/scans`,
  );
  return page.scans;
}

/** What a lane of either release must be able to do at a server of either. */
async function useLane(server: ServerProcess, lane: LaneUnder, codes: readonly string[]) {
  assert.equal(word(await lane.scan(codes[0])), 'admitted');
  assert.equal(word(await lane.scan(codes[0])), 'already-used');
  await ask(server, 'POST', `${EVENT}/tickets/RV-000003/block`, { reason: 'a test' });
  assert.equal(word(await lane.scan(codes[2])), 'blocked');
  const hold = { scope: 'gate/N1', kind: 'stop', reason: 'a test' };
  const { id } = await ask<{ id: string }>(server, 'POST', `${EVENT}/holds`, hold);
  // Settled at the lane: the server hears of it by the journal.
  await pause(1_500);
  assert.equal(word(await lane.scan(codes[3])), 'held');
  await ask(server, 'DELETE', `${EVENT}/holds/${id}`);
  await pause(1_500);
  assert.equal(word(await lane.scan(codes[3])), 'admitted');
  assert.equal(word(await lane.scan('nobody’s code')), 'unreadable');
  assert.equal(await lane.end(), 0, lane.said.join('\n'));
  await until(
    SOON_MS,
    () => scansAt(server),
    (scans) => scans.some(({ rung, reason }) => rung === 'local' && reason === 'held'),
  );
  const isApart = lane.said.filter((line) => /quarantin|set aside|refused/i.test(line));
  assert.deepEqual(isApart, []);
}

test('a lane of the release before works at this server, whatever it is told besides', {
  skip,
}, async () => {
  await using server = await ServerProcess.start(path.join(scratch, 'new'));
  const { codes, token } = await setUp(server);
  const lane = new LaneUnder(OLD.lane, server.url, token);
  assert.equal(word(await lane.scan(codes[9])), 'admitted');
  // An event on its feed that it has never heard of.
  const body = { release: '0.2.0', reason: 'a test' };
  await ask(server, 'PUT', `${EVENT}/gates/N1/release`, body);
  await useLane(server, lane, codes);
});

test('this lane works at a server of the release before, with and without its launcher', {
  skip,
}, async () => {
  const runAs = { program: OLD.server };
  await using server = await ServerProcess.start(path.join(scratch, 'old'), 0, [], runAs);
  const { codes, token } = await setUp(server);
  await useLane(server, new LaneUnder(NEW.lane, server.url, token), codes);
  const releases = path.join(scratch, 'releases');
  mkdirSync(releases);
  symlinkSync(ROOT, path.join(releases, 'this'));
  symlinkSync(previous, path.join(releases, 'before'));
  for (const [index, release] of ['this', 'before'].entries()) {
    const more = ['--releases', releases, '--release', release];
    const lane = new LaneUnder(NEW.lane, server.url, await enrol(server), more);
    assert.equal(word(await lane.scan(codes[10 + index])), 'admitted');
    assert.equal(await lane.end(), 0, lane.said.join('\n'));
  }
});

test('a server of the release before goes on while this one migrates its database, and both decide', {
  skip,
}, async () => {
  await using database = await testDatabase();
  await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const { host = '', port = 5432, user = '', database: name = '' } = database.connection;
  const url = `postgres://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`;
  const dataDir = path.join(scratch, 'shared');
  mkdirSync(dataDir);
  const env = { DATABASE_URL: url };
  await using old = await ServerProcess.start(dataDir, 0, [], { program: OLD.server, env });
  const { codes, token } = await setUp(old);
  const atOld = new LaneUnder(OLD.lane, old.url, token);
  assert.equal(word(await atOld.scan(codes[0])), 'admitted');

  await using fresh = await ServerProcess.start(dataDir, 0, [], { env });
  const atNew = new LaneUnder(NEW.lane, fresh.url, await enrol(fresh));
  assert.equal(word(await atNew.scan(codes[0])), 'already-used');
  assert.equal(word(await atNew.scan(codes[1])), 'admitted');
  // The one before does not look for another’s changes of its kind: it asks the same database.
  assert.equal(word(await atOld.scan(codes[1])), 'already-used');
  await ask(fresh, 'POST', `${EVENT}/tickets/RV-000003/block`, { reason: 'a test' });
  assert.equal(word(await atOld.scan(codes[2])), 'blocked');
  await ask(old, 'POST', `${EVENT}/tickets/RV-000003/unblock`, { reason: 'a test' });
  assert.equal(word(await atNew.scan(codes[2])), 'admitted');
  await ask(old, 'POST', `${EVENT}/tickets/RV-000005/reissue`, { reason: 'a test' });
  assert.equal(word(await atNew.scan(codes[4])), 'revoked');
  for (const server of [old, fresh]) {
    await ask(server, 'GET', `${EVENT}/overview`);
    await ask(server, 'GET', `${EVENT}/readiness`);
    await ask(server, 'GET', `${EVENT}/report`);
    await ask(server, 'GET', '/api/v1/audit');
  }
  assert.equal(await atOld.end(), 0, atOld.said.join('\n'));
  assert.equal(await atNew.end(), 0, atNew.said.join('\n'));
  await until(
    SOON_MS,
    () => scansAt(old),
    (scans) => scans.length >= 7,
  );
});
