// The hub as it is deployed: three members of PostgreSQL under Patroni, two nodes, HAProxy, TLS on every line.
// Its machines are killed one after the other while people write and lanes scan; nothing that was answered is
// lost, nothing is done twice, and no lane waits for more than one slow scan.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { DrillClient } from '../../src/drill/drill-client.ts';
import { type SmallMatch, setUpMatch } from '../../src/drill/small-match.ts';
import { until } from '../../src/testing/waiting.ts';
import { type BoxedMatch, startBoxedMatch } from './hub/box-under-test.ts';
import {
  holdWritesAgainst,
  longestGap,
  Scanner,
  storedScans,
  Turnstile,
  Writer,
} from './hub/hub-load.ts';
import { type Ground, Hub, makeGround } from './hub/hub-under-test.ts';
import { PatroniCluster } from './hub/patroni-cluster.ts';

/** A lane's deadline, and what a machine with two cores adds to it while three databases start on it. */
const VERDICT_MS = 1_200 + 400;
const SLOW_MS = 800;
/** Times of the tests' cluster: ttl 5 s, looked at each second. */
const PRIMARY_BACK_MS = 25_000;
const NODE_BACK_MS = 5_000;
const TICKETS = 4_000;

let ground: Ground;
let cluster: PatroniCluster;
let hub: Hub;
let match: SmallMatch;
let writers: Writer[] = [];
let scanners: Scanner[] = [];
let turnstiles: Turnstile[] = [];
/** A match that a box in the ground decides, and a lane of it. */
let boxed: BoxedMatch;
let atBox: Turnstile;

before(async () => {
  ground = makeGround();
  cluster = new PatroniCluster({ ...ground, scope: 'hub-east' });
  await cluster.start();
  hub = await new Hub(ground, cluster).prepare('east');
  await hub.start();
  match = await setUpMatch(hub as unknown as DrillClient, hub.adminToken, {
    tickets: TICKETS,
    lanes: 6,
  });
  boxed = await startBoxedMatch(hub, 600);
  const codes = (n: number) => match.codes.slice(n * 600, (n + 1) * 600);
  writers = ['a', 'b', 'c'].map((name) => new Writer(hub, name));
  scanners = [0, 1].map((n) => new Scanner(hub, match, n, codes(n)));
  turnstiles = [2, 3].map((n) => {
    const journal = path.join(ground.dir, `lane-${n}.sqlite`);
    return new Turnstile([hub.url], match.lanes[n]?.token ?? '', journal, codes(n));
  });
  const [lane] = boxed.match.lanes;
  const journal = path.join(ground.dir, 'lane-box.sqlite');
  const ways = [boxed.box.url, hub.url];
  atBox = new Turnstile(ways, lane?.token ?? '', journal, boxed.match.codes);
  await pause(1_500);
});

after(async () => {
  const busy = [...writers, ...scanners, ...turnstiles, ...(atBox === undefined ? [] : [atBox])];
  await Promise.allSettled(busy.map((each) => each.end()));
  await boxed?.box.kill();
  await hub?.stop();
  await cluster?.stop();
  ground?.remove();
});

/** Nobody at a lane waits for more than one slow scan, and nobody for longer than the ladder says. */
function lanesWereServed(since: number): void {
  for (const turnstile of turnstiles) {
    const shown = turnstile.shown.filter(({ at }) => at > since);
    assert.ok(shown.length > 5, 'the lane went on');
    const slowest = Math.max(...shown.map(({ ms }) => ms));
    assert.ok(slowest <= VERDICT_MS, `a verdict took ${Math.round(slowest)} ms`);
    const slow = turnstile.slowSince(since, SLOW_MS);
    assert.ok(slow <= 2, `${slow} slow scans: one when the line went, one when it was tried again`);
    for (const { verdict, code } of shown) {
      assert.ok(['admitted', 'provisional'].includes(verdict), `${code}: ${verdict}`);
    }
  }
}

/** Where a box decides nobody notices at all. */
function boxServed(since: number): void {
  const shown = atBox.shown.filter(({ at }) => at > since);
  assert.ok(shown.length > 5, 'the lane at the box went on');
  assert.deepEqual(
    shown.filter(
      ({ rung, verdict, ms }) => rung !== 'edge' || verdict !== 'admitted' || ms > SLOW_MS,
    ),
    [],
  );
}

async function lanesAreBack(): Promise<void> {
  const isBack = () => turnstiles.every(({ shown }) => shown.at(-1)?.rung === 'hub');
  await until(30_000, async () => isBack(), Boolean);
}

/** What a lane has shown comes up by its journal, if it did not at once. */
async function everyScanIsAt(event: string, lanes: readonly Turnstile[]): Promise<void> {
  await until(
    30_000,
    async () => {
      const stored = await storedScans(hub, event);
      const shown = lanes.flatMap((lane) => lane.shown);
      return shown.filter(({ scanId }) => !stored.has(scanId)).map(({ scanId }) => scanId);
    },
    (missing) => missing.length === 0,
  );
}

function whatWritersHeard(): string {
  const whys = writers.flatMap((each) => [...each.whys]).map(([why, n]) => `${n} × ${why}`);
  return whys.length === 0 ? 'every write was answered at once' : whys.join(', ');
}

test('serves on PostgreSQL 15, and says that every write is on two machines', async () => {
  const health = await hub.ask<{ replication: string }>({ method: 'GET', path: '/healthz' });
  assert.equal(health.replication, 'strict');
  const areWriting = () => writers.every(({ acknowledged }) => acknowledged.length > 3);
  await until(20_000, async () => areWriting(), Boolean);
  await lanesAreBack();
});

test('the primary is killed: another takes over, and each write is there once', async (t) => {
  const since = performance.now();
  const primary = await cluster.leader();
  await cluster.killMember(primary);
  t.after(() => primary.program.start());
  await until(
    PRIMARY_BACK_MS,
    async () => writers.every(({ answeredAt }) => (answeredAt.at(-1) ?? 0) > since + 1_000),
    Boolean,
  );
  const gap = longestGap(writers, since);
  t.diagnostic(`longest time without an answered write: ${Math.round(gap)} ms`);
  assert.ok(gap < PRIMARY_BACK_MS);
  await lanesAreBack();
  lanesWereServed(since);
  boxServed(since);
  await holdWritesAgainst(hub, writers);
  t.diagnostic(whatWritersHeard());
});

test('a node is killed: the other answers for it', async (t) => {
  const since = performance.now();
  const [node] = hub.nodes;
  assert.ok(node);
  await node.kill();
  t.after(() => node.start());
  await pause(3_000);
  const gap = longestGap(writers, since);
  t.diagnostic(`longest time without an answered write: ${Math.round(gap)} ms`);
  assert.ok(gap < NODE_BACK_MS, `${gap} ms`);
  await lanesAreBack();
  lanesWereServed(since);
  boxServed(since);
});

test('the leader of etcd is killed: nobody notices', async (t) => {
  const since = performance.now();
  const leader = await cluster.etcdLeader();
  await leader.end();
  t.after(() => leader.start());
  await pause(5_000);
  const gap = longestGap(writers, since);
  t.diagnostic(`longest time without an answered write: ${Math.round(gap)} ms`);
  assert.ok(gap < PRIMARY_BACK_MS, `${gap} ms`);
  await lanesAreBack();
  lanesWereServed(since);
  boxServed(since);
});

test('the member that was killed is one of three again', async () => {
  await cluster.ready(60_000);
  assert.equal((await cluster.show()).length, 3);
});

test('nothing that was answered is lost, nothing was done twice', async (t) => {
  await Promise.all([...writers, ...scanners].map((each) => each.end()));
  await Promise.all([...turnstiles, atBox].map((each) => each.close()));
  const writes = await holdWritesAgainst(hub, writers);
  const repeats = writers.reduce((sum, each) => sum + each.repeats, 0);
  await everyScanIsAt(match.eventId, turnstiles);
  await everyScanIsAt(boxed.match.eventId, [atBox]);
  const stored = await storedScans(hub, match.eventId);
  let scans = 0;
  for (const { answers } of scanners) {
    for (const [scanId, { verdict }] of answers) {
      assert.equal(stored.get(scanId)?.verdict, verdict, scanId);
      scans += 1;
    }
  }
  const shown = turnstiles.flatMap((each) => each.shown);
  const alone = shown.filter(({ verdict }) => verdict === 'provisional').length;
  t.diagnostic(
    `${writes} writes answered, ${repeats} repeats (${whatWritersHeard()}); ${scans} scans; ${shown.length} at lanes, ${alone} of them alone`,
  );
  assert.ok(writes > 20 && scans > 100 && shown.length > 50);
});
