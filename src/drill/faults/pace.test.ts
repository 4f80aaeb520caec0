import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Presented } from './lane-program.ts';
import { faultPace } from './pace.ts';

const CONTROL = { scans: 100, p99Ms: 20, longestMs: 40 };
const SINCE = 1_000;

function waited(lane: number, at: number, ms: number): Presented {
  const shown = {
    scanId: `s-${lane}-${at}`,
    verdict: 'admitted',
    reason: null,
    rung: 'hub',
  } as const;
  return { lane, ticket: 1, at, ms, shown };
}

const paceOf = (...scans: Presented[]) => faultPace('test', scans, CONTROL, SINCE);

test('the first verdict of each lane may take longer than those after it', () => {
  assert.equal(paceOf(waited(1, 1_100, 1_150), waited(2, 1_200, 1_150)).isPassed, true);
  assert.equal(paceOf(waited(1, 1_100, 1_250)).isPassed, false);
  assert.equal(paceOf(waited(1, 1_100, 10), waited(1, 1_200, 900)).isPassed, false);
});

test('whoever stood at a lane when it struck is held to account too', () => {
  const { firstMs, isPassed } = paceOf(waited(1, 990, 1_300), waited(1, 2_300, 10));
  assert.deepEqual([firstMs, isPassed], [1_300, false]);
  assert.equal(paceOf(waited(1, 990, 30), waited(1, 1_100, 1_150)).isPassed, true);
});

test('whoever stands behind the first has waited for it; whoever comes after it has not', () => {
  const first = waited(1, 1_100, 1_150);
  const behind = waited(1, 1_500, 755);
  assert.equal(paceOf(first, behind).isPassed, true);
  assert.equal(paceOf(first, waited(1, 1_500, 1_250)).isPassed, false);
  assert.equal(paceOf(first, behind, waited(1, 2_260, 400)).isPassed, false);
});
