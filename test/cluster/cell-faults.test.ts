// Lines cut and boxes lost while lanes scan on both sides. The slow ones run with `npm run test:cluster -- --all`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { CellEvening, HUB, VENUE } from '../../src/testing/cluster/cell-evening.ts';
import { ELECTION_MS, missingEtcd, PATIENCE } from '../../src/testing/cluster/etcd-cluster.ts';
import { Namespaces } from '../../src/testing/cluster/namespaces.ts';
import { at } from '../../src/testing/entry.ts';

const missing = missingEtcd() ?? Namespaces.missing();
const isAll = process.env['KAIMEN_CLUSTER_ALL'] !== undefined;
const skip = missing ?? false;
const slow = missing ?? (isAll ? false : 'slow: npm run test:cluster -- --all');

const LEADER_LOST_MS = 2 * ELECTION_MS + 500;
const OTHER_LOST_MS = 250;
const TAIL_MS = 2_500;
/** For so long nothing is wrong: what the machine itself keeps lanes waiting counts on top, and is told. */
const CALM_MS = 2_500;

for (const { leader, isSlow, cutMs } of [
  { leader: 'v1', isSlow: false, cutMs: 10_000 },
  { leader: 'h1', isSlow: true, cutMs: 10_000 },
]) {
  const where = leader === 'v1' ? 'the ground' : 'the hub';
  test(`a line cut for ${cutMs / 1_000} s with the leader in ${where} costs the ground nothing`, {
    skip: isSlow ? slow : skip,
  }, async (t) => {
    await using evening = await CellEvening.open(at('18:00'));
    await evening.cluster.moveLeader(leader);
    await evening.play();
    const calmFrom = Date.now();
    await pause(CALM_MS);
    const cutAt = Date.now();
    evening.net.cut('hub');
    await pause(cutMs);
    const mendedAt = Date.now();
    evening.net.mend('hub');
    await pause(TAIL_MS);
    await evening.stop();
    const calm = evening.longestGap('venue', calmFrom, cutAt);
    const gap = evening.longestGap('venue', cutAt, mendedAt);
    const allowed = (leader === 'v1' ? OTHER_LOST_MS : LEADER_LOST_MS) + calm;
    const inCut = evening.decided('hub', cutAt + 1_000, mendedAt);
    const back = evening.decided('hub', mendedAt, Date.now())[0];
    const { acknowledged, admitted } = await evening.judge();
    t.diagnostic(
      `ground: longest gap ${gap} ms, ${calm} ms while all was well; hub: ${inCut.length} verdicts in the cut, back after ${(back?.at ?? 0) - mendedAt} ms; ${acknowledged} verdicts, ${admitted} admitted`,
    );
    assert.ok(gap <= allowed * PATIENCE, `the ground was without a verdict for ${gap} ms`);
    assert.deepEqual(inCut, [], 'the smaller side decided');
    assert.ok(back !== undefined, 'the smaller side came back');
    const unavailable = evening.said('hub').filter(({ word }) => word === 'unavailable');
    assert.ok(unavailable.length > 0, 'the smaller side said that it could not decide');
    const slowest = Math.max(...unavailable.map(({ ms }) => ms));
    assert.ok(slowest <= 1_200 * PATIENCE + calm, `it took ${slowest} ms to say so`);
  });
}

type Loss = {
  readonly what: string;
  readonly lost: readonly string[];
  readonly leader: string;
  readonly allowedMs: number;
  readonly isSlow: boolean;
};

const LOSSES: readonly Loss[] = [
  { what: 'the leader', lost: ['v1'], leader: 'v1', allowedMs: LEADER_LOST_MS, isSlow: false },
  {
    what: 'a box that follows',
    lost: ['v3'],
    leader: 'v1',
    allowedMs: OTHER_LOST_MS,
    isSlow: true,
  },
  { what: 'both regions', lost: [...HUB], leader: 'v1', allowedMs: OTHER_LOST_MS, isSlow: true },
  {
    what: 'two boxes that follow',
    lost: ['v2', 'v3'],
    leader: 'v1',
    allowedMs: OTHER_LOST_MS,
    isSlow: true,
  },
  {
    what: 'two boxes, one of them leading',
    lost: ['v1', 'v2'],
    leader: 'v1',
    allowedMs: LEADER_LOST_MS,
    isSlow: true,
  },
  {
    what: 'a region and a box',
    lost: ['h2', 'v3'],
    leader: 'v1',
    allowedMs: OTHER_LOST_MS,
    isSlow: true,
  },
  {
    what: 'a region that led',
    lost: ['h1'],
    leader: 'h1',
    allowedMs: LEADER_LOST_MS,
    isSlow: true,
  },
];

for (const { what, lost, leader, allowedMs, isSlow } of LOSSES) {
  test(`${what} lost at once: nothing lost, nobody twice, and verdicts go on`, {
    skip: isSlow ? slow : skip,
  }, async (t) => {
    await using evening = await CellEvening.open(at('18:00'));
    await evening.cluster.moveLeader(leader);
    await evening.play();
    const calmFrom = Date.now();
    await pause(CALM_MS);
    const lostAt = Date.now();
    await Promise.all(lost.map((name) => evening.cluster.member(name).kill()));
    await pause(4_000);
    const backAt = Date.now();
    for (const name of lost) evening.cluster.member(name).start();
    await pause(TAIL_MS);
    const endedAt = Date.now();
    await evening.stop();
    const calm = evening.longestGap('venue', calmFrom, lostAt);
    const gap = evening.longestGap('venue', lostAt, backAt);
    const after = evening.longestGap('venue', backAt, endedAt);
    const { acknowledged, admitted } = await evening.judge();
    t.diagnostic(
      `longest gap ${gap} ms, ${calm} ms while all was well, ${after} ms as they came back; ${acknowledged} verdicts, ${admitted} admitted`,
    );
    assert.ok(gap <= allowedMs * PATIENCE + calm, `without a verdict for ${gap} ms`);
  });
}

test('three of five lost: nobody decides, said in time; two come back and all goes on', {
  skip: slow,
}, async (t) => {
  await using evening = await CellEvening.open(at('18:00'));
  await evening.cluster.moveLeader(VENUE[0]);
  await evening.play();
  await pause(1_500);
  const lost = [VENUE[0], ...HUB];
  await Promise.all(lost.map((name) => evening.cluster.member(name).kill()));
  const lostAt = Date.now();
  await pause(3_000);
  const backAt = Date.now();
  for (const name of lost) evening.cluster.member(name).start();
  await pause(4_000);
  await evening.stop();
  assert.deepEqual(evening.decided('venue', lostAt + 700, backAt), []);
  const again = evening.decided('venue', backAt, Date.now())[0];
  const { acknowledged } = await evening.judge();
  t.diagnostic(`${acknowledged} verdicts; again after ${(again?.at ?? 0) - backAt} ms`);
  assert.ok(again !== undefined);
});
