import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stormPlan } from '#drill/catalogue/storm.ts';
import type { Seen } from '#drill/rehearsal/crowd.ts';
import type { RehearsalRecord } from '#drill/rehearsal/rehearse.ts';
import type { Stalls } from '#drill/rehearsal/stalls.ts';
import { outcomeOf } from './figures.ts';

const PLAN = stormPlan(1, { seconds: 45, lanes: 2, load: 12 });

function seen(lane: number, atMs: number, tookMs: number, rung: string | null): Seen {
  const word = rung === 'provisional' ? 'provisional' : 'admitted';
  const verdict = { scanId: `${lane}-${atMs}`, verdict: word, reason: null, rung, decidedAt: '' };
  return {
    person: { ticket: atMs + 1, as: 'holder', lane },
    ...{ lane, atMs, tookMs },
    verdict: rung === null ? null : verdict,
  } as Seen;
}

const SCANS = [
  seen(1, 0, 20, 'edge'),
  seen(1, 1_000, 1_250, 'provisional'),
  seen(1, 3_000, 10, 'provisional'),
  seen(1, 5_000, 30, 'hub'),
  seen(2, 500, 400, null),
  seen(2, 4_000, 100, 'edge'),
];

const RECORD = {
  seen: SCANS,
  struck: [
    {
      injection: { at: 0.9, fault: 'link-cut', target: 'north:*', lasts: 2.1, amount: null },
      ...{ struckAtMs: 900, mendedAtMs: 3_500, problem: null, isDone: true },
    },
  ],
  ...{ promised: [], losses: [], deciding: [], laneBooks: [], hubScans: [], conflicts: new Map() },
  stalls: { longestMs: 0, within: () => 0 } as unknown as Stalls,
  gateOf: (lane: number) => `N${lane}`,
  ...{ recoveredMs: 1_000, leftWaiting: 0, lastsMs: 6_000, stopped: null },
} as unknown as RehearsalRecord;

const outcome = outcomeOf({
  plan: PLAN,
  record: RECORD,
  judgement: { verdict: 'go', findings: [] },
  startedAt: '2026-11-29T10:00:00.000Z',
  ...{ network: 'wires', url: null, version: '0.1.0' },
});

test('a lane’s gap is its longest wait, and where it died until it shows the next verdict', () => {
  assert.deepEqual(
    outcome.lanes.map(({ gapMs, interrupted, slow }) => [gapMs, interrupted, slow]),
    [
      [1_250, 0, 1],
      [3_600, 1, 0],
    ],
  );
});

test('the rungs of a lane are told as they changed', () => {
  assert.deepEqual(
    outcome.lanes[0]?.rungs.map(({ rung, fromMs }) => [rung, fromMs]),
    [
      ['edge', 0],
      ['provisional', 1_000],
      ['hub', 5_000],
    ],
  );
});

test('a fault is told with what it cost: the slowest, who was let in offline, the time to recover', () => {
  const [fault] = outcome.faults;
  assert.deepEqual([fault?.slowestMs, fault?.provisional, fault?.recoveredMs], [1_250, 2, 0]);
  assert.equal(outcome.calm.scans, 1);
});
