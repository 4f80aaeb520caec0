// A region is lost, followed by script: two clusters of PostgreSQL under Patroni, the second of which stands by
// and copies the first without being waited for. The line between them is cut, people go on entering, then
// every machine of the first region dies. What the promoted store lacks comes back from the lanes before it
// decides anything.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '#drill/network/free-port.ts';
import type { DrillClient } from '../../src/drill/drill-client.ts';
import { entryScan, type SmallMatch, setUpMatch } from '../../src/drill/small-match.ts';
import { until } from '../../src/testing/waiting.ts';
import { startBalancer } from './hub/haproxy.ts';
import { storedScans, Turnstile } from './hub/hub-load.ts';
import { type Ground, Hub, makeGround } from './hub/hub-under-test.ts';
import { PatroniCluster } from './hub/patroni-cluster.ts';
import type { Program } from './hub/program.ts';

const KAIMEN = fileURLToPath(new URL('../../bin/kaimen.js', import.meta.url));
const CUT_MS = 3_000;
const SOON_MS = 60_000;

type Store = { readonly state: string; readonly why: string | null; readonly waitingFor: string[] };

let ground: Ground;
let clusters: { east: PatroniCluster; west: PatroniCluster };
const running: PatroniCluster[] = [];
let line: Program;
let east: Hub;
let west: Hub;
let match: SmallMatch;
let turnstiles: Turnstile[] = [];
let lostAt = 0;
let servedAgainAt = 0;

before(async () => {
  ground = makeGround();
  const first = new PatroniCluster({ ...ground, scope: 'hub-east', members: 2 });
  running.push(first);
  await first.start();
  const port = await freePort();
  line = startBalancer(ground, 'postgres', lineTo(first, port));
  const standbyOf = { host: '127.0.0.1', port };
  const standingBy = { ...ground, scope: 'hub-west', members: 2, standbyOf };
  const second = new PatroniCluster(standingBy);
  running.push(second);
  await second.start();
  clusters = { east: first, west: second };
  east = await new Hub(ground, first).prepare('east');
  await east.start();
  west = await new Hub(ground, second).prepare('west');
  match = await setUpMatch(east as unknown as DrillClient, east.adminToken, {
    tickets: 2_000,
    lanes: 2,
  });
  turnstiles = match.lanes.map(({ token }, n) => {
    const journal = path.join(ground.dir, `lane-${n}.sqlite`);
    const codes = match.codes.slice(n * 900, (n + 1) * 900);
    return new Turnstile([east.url, west.url], token, journal, codes);
  });
  await until(SOON_MS, async () => turnstiles.every(({ shown }) => shown.length > 10), Boolean);
});

after(async () => {
  await Promise.allSettled(turnstiles.map((each) => each.end()));
  await Promise.allSettled([east?.stop(), west?.stop(), line?.end()]);
  await Promise.allSettled(running.map((cluster) => cluster.stop()));
  ground?.remove();
});

function lineTo(cluster: PatroniCluster, port: number): Record<string, string> {
  const [one, two] = cluster.members;
  const members = [one, two, two].flatMap((member, index) => [
    [`KAIMEN_DB_${index + 1}`, `127.0.0.1:${member?.port}`],
    [`KAIMEN_PATRONI_${index + 1}`, String(member?.restPort)],
  ]);
  return { KAIMEN_DB_BIND: `127.0.0.1:${port}`, ...Object.fromEntries(members) };
}

test('the copy follows as long as the line holds', async () => {
  const codes = turnstiles.map(({ shown }) => shown.at(-1)?.verdict);
  assert.deepEqual(codes, ['admitted', 'admitted']);
  const { value } = await until(
    SOON_MS,
    () => clusters.west.show(),
    (shown) => shown.some(({ role }) => role === 'standby_leader'),
  );
  assert.ok(value.length >= 2);
});

test('the region dies, and the other is promoted by one command', async (t) => {
  await line.end();
  const before = turnstiles.map(({ shown }) => shown.length);
  await pause(CUT_MS);
  assert.ok(turnstiles.every(({ shown }, n) => shown.length > (before[n] ?? 0) + 5));
  lostAt = performance.now();
  await Promise.all([clusters.east.killAll(), east.stop()]);
  // Nodes of the other region stand ready: they wait for a PostgreSQL that may write.
  const starting = west.start(east);
  await pause(1_500);
  const { tls } = ground;
  const members = clusters.west.members.map(({ restPort }) => `https://127.0.0.1:${restPort}`);
  const who = ['--cert', `${tls}/member.pem`, '--key', `${tls}/member-key.pem`];
  const promoted = await kaimen(
    ...['region', 'promote', '--patroni', members.join(','), ...who, '--ca', `${tls}/ca.pem`],
    ...['--confirm', 'hub-west', '--json'],
  );
  t.diagnostic(`promoted: ${promoted.trim()}`);
  await starting;
  t.diagnostic(`its nodes answer ${Math.round(performance.now() - lostAt)} ms after the loss`);
});

test('the promoted store decides nothing, and says why', async (t) => {
  const store = await west.ask<Store>({ method: 'GET', path: '/api/v1/store' });
  assert.equal(store.state, 'rebuilding');
  assert.match(store.why ?? '', /promoted in the cluster “hub-west” from a copy of “hub-east”/);
  const [lane] = match.lanes;
  const body = entryScan('too-early', match.codes.at(-1) ?? '');
  const refused = await west.send({ path: '/api/v1/scans', token: lane?.token ?? '', body });
  assert.equal(refused.status, 503);
  assert.equal((refused.body as { code: string }).code, 'store-behind');
  const held = await storedScans(west, match.eventId);
  const shown = turnstiles.flatMap((each) => each.shown).filter(({ at }) => at < lostAt);
  const missing = shown.filter(({ scanId, rung }) => rung === 'hub' && !held.has(scanId));
  t.diagnostic(`${missing.length} exact admissions are on no machine of this region yet`);
});

test('lanes go on alone, bring what they know, and then it decides again', async (t) => {
  const isHeardOut = ({ waitingFor }: Store) => waitingFor.length === 0;
  const ask = () => west.ask<Store>({ method: 'GET', path: '/api/v1/store' });
  await until(SOON_MS, ask, isHeardOut);
  const body = { reason: 'the region in the east is lost' };
  const store = await west.ask<Store>({ path: '/api/v1/store/reconcile', body });
  servedAgainAt = performance.now();
  assert.equal(store.state, 'serving');
  const isExact = () => turnstiles.every(({ shown }) => shown.at(-1)?.rung === 'hub');
  await until(SOON_MS, async () => isExact(), Boolean);
  t.diagnostic(
    `it decides ${Math.round(servedAgainAt - lostAt)} ms after the loss, lanes ask it after ${Math.round(performance.now() - lostAt)} ms`,
  );
});

test('every admission that a lane showed is in the promoted hub, and none was decided before', async (t) => {
  await Promise.all(turnstiles.map((each) => each.close()));
  const shown = turnstiles.flatMap((each) => each.shown);
  const early = shown.filter(
    ({ at, ms, rung }) => rung === 'hub' && at + ms > lostAt + 100 && at < servedAgainAt - 50,
  );
  assert.deepEqual(early, []);
  const admitted = shown.filter(({ verdict }) => ['admitted', 'provisional'].includes(verdict));
  assert.equal(admitted.length, shown.length);
  await until(
    SOON_MS,
    async () => {
      const held = await storedScans(west, match.eventId);
      return admitted.filter(({ scanId }) => !held.has(scanId)).map(({ scanId }) => scanId);
    },
    (missing) => missing.length === 0,
  );
  const stored = await storedScans(west, match.eventId);
  for (const { scanId } of admitted) {
    assert.ok(['admitted', 'provisional'].includes(stored.get(scanId)?.verdict ?? ''), scanId);
  }
  const alone = admitted.filter(({ verdict }) => verdict === 'provisional').length;
  t.diagnostic(`${admitted.length} admissions, ${alone} of them by lanes alone`);
  const slowest = Math.max(...shown.map(({ ms }) => ms));
  t.diagnostic(`the slowest verdict took ${Math.round(slowest)} ms`);
  assert.ok(slowest < 1_700);
});

async function kaimen(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [KAIMEN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  assert.equal(code, 0, `${out}${err}`);
  return out;
}
