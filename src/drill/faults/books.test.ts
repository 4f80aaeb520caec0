import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balance, type HubScan } from './books.ts';
import type { Presented } from './lane-program.ts';

function shown(lane: number, ticket: number, verdict: 'admitted' | 'provisional' | 'refused') {
  const scanId = `s-${lane}-${ticket}`;
  const answer = { scanId, verdict, reason: null, rung: 'hub' as const };
  return { lane, ticket, at: 0, ms: 1, shown: answer } satisfies Presented;
}

function known(scans: readonly Presented[]): HubScan[] {
  return scans.map(({ lane, shown }) => ({
    deviceId: `d${lane}`,
    scanId: shown.scanId,
    verdict: shown.verdict,
    annulledAt: null,
  }));
}

const wrongsOf = (
  scans: readonly Presented[],
  hub: HubScan[],
  conflicts: [number, number][] = [],
) => balance(scans, (lane) => `d${lane}`, hub, new Map(conflicts)).wrongs;

test('books balance when the hub knows all, nothing is doubled, and each conflict is named', () => {
  const scans = [shown(1, 1, 'admitted'), shown(2, 1, 'refused'), shown(2, 2, 'provisional')];
  assert.deepEqual(wrongsOf(scans, known(scans)), []);
  const conflicting = [...scans, shown(3, 2, 'provisional')];
  assert.deepEqual(wrongsOf(conflicting, known(conflicting), [[2, 1]]), []);
});

test('a scan that the hub does not know, or knows otherwise, is a wrong', () => {
  const scans = [shown(1, 1, 'admitted'), shown(2, 2, 'admitted')];
  const [first, second] = known(scans);
  assert.match(wrongsOf(scans, [first as HubScan]).join(), /lost: ticket 2 at lane 2/);
  const changed = [first as HubScan, { ...(second as HubScan), verdict: 'refused' }];
  assert.match(wrongsOf(scans, changed).join(), /changed: ticket 2 .* at the hub refused/);
});

test('an answer that came too late confirms what was provisional, or is taken back', () => {
  const late = [shown(1, 1, 'provisional'), shown(2, 2, 'refused')];
  const [confirmed, other] = known(late).map((scan) => ({ ...scan, verdict: 'admitted' }));
  const takenBack = { ...(other as HubScan), annulledAt: '2026-11-29T19:00:00Z' };
  assert.deepEqual(wrongsOf(late, [confirmed as HubScan, takenBack]), []);
  assert.match(
    wrongsOf(late, [confirmed as HubScan, other as HubScan]).join(),
    /changed: ticket 2/,
  );
});

test('a refusal that came too late is a wrong unless a conflict names whom the lane had let in', () => {
  const scans = [shown(1, 1, 'admitted'), shown(2, 1, 'provisional')];
  const [first, second] = known(scans);
  const hub = [first as HubScan, { ...(second as HubScan), verdict: 'refused' }];
  assert.deepEqual(wrongsOf(scans, hub, [[1, 1]]), []);
  assert.match(wrongsOf(scans, hub).join(), /changed: ticket 1 .* at the hub refused/);
});

test('an exact double is a wrong, and so is a provisional one that nobody was told of', () => {
  const exact = [shown(1, 1, 'admitted'), shown(2, 1, 'admitted')];
  assert.match(wrongsOf(exact, known(exact), [[1, 1]]).join(), /admitted exactly 2 times/);
  const silent = [shown(1, 1, 'admitted'), shown(2, 1, 'provisional')];
  assert.match(wrongsOf(silent, known(silent)).join(), /let in 2 times, 0 conflicts/);
});
