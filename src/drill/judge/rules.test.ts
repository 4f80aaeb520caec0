// Each rule is shown an evening that breaks it: a rule that sees nothing is worse than none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Seen } from '#drill/rehearsal/crowd.ts';
import type { PersonKind } from '#drill/rehearsal/people.ts';
import type { RehearsalRecord } from '#drill/rehearsal/rehearse.ts';
import type { Stalls } from '#drill/rehearsal/stalls.ts';
import type { Finding } from './holding.ts';
import { isWhole, judge } from './judge.ts';

type Word = 'admitted' | 'provisional' | 'refused';

function seen(
  lane: number,
  ticket: number,
  atMs: number,
  word: Word,
  more: Partial<Seen> = {},
): Seen {
  const scanId = `${lane}-${ticket}-${atMs}`;
  const rung = word === 'provisional' ? 'provisional' : 'edge';
  const reason = word === 'refused' ? 'already-used' : null;
  const verdict = { scanId, verdict: word, reason, rung, decidedAt: '' } as const;
  return { person: { ticket, as: 'holder', lane }, lane, atMs, tookMs: 20, verdict, ...more };
}

const as = (kind: PersonKind, one: Seen): Seen => ({ ...one, person: { ...one.person, as: kind } });

/** An evening whose lanes and hub know just what was seen. */
function evening(scans: readonly Seen[], more: Partial<RehearsalRecord> = {}): RehearsalRecord {
  const shown = scans.flatMap(({ lane, verdict }) => (verdict === null ? [] : [{ lane, verdict }]));
  return {
    seen: scans,
    struck: [],
    promised: [],
    losses: [],
    deciding: [{ node: 'box-a', atMs: 0 }],
    laneBooks: [1, 2].map((lane) => ({
      lane,
      deviceId: `d${lane}`,
      outcomes: new Map(
        shown
          .filter((it) => it.lane === lane)
          .map(({ verdict }) => [verdict.scanId, verdict.verdict]),
      ),
      annulled: new Set<string>(),
      entries: 0,
      said: [],
    })),
    hubScans: shown.map(({ lane, verdict: { scanId, verdict, rung } }) => {
      return { deviceId: `d${lane}`, scanId, verdict, rung, annulledAt: null };
    }),
    conflicts: new Map(),
    stalls: { within: () => 0, longestMs: 0 } as unknown as Stalls,
    gateOf: (lane) => `N${lane}`,
    recoveredMs: 0,
    leftWaiting: 0,
    lastsMs: 60_000,
    stopped: null,
    ...more,
  };
}

function broken(record: RehearsalRecord): string[] {
  const isBroken = ({ breaches }: Finding) => breaches.length > 0;
  return judge(record)
    .findings.filter(isBroken)
    .map(({ rule }) => rule);
}

const CALM = [
  seen(1, 1, 0, 'admitted'),
  seen(2, 1, 500, 'refused'),
  seen(2, 2, 900, 'provisional'),
];

test('an evening on which all is well is a go', () => {
  assert.equal(judge(evening(CALM)).verdict, 'go');
  assert.ok(isWhole(evening(CALM)));
});

test('lanes that are left alone before anything is broken are a breach; after a fault they may be', () => {
  const alone = Array.from({ length: 12 }, (_, at) => seen(1, at + 1, at * 100, 'provisional'));
  assert.deepEqual(broken(evening(alone)), ['live-at-first']);
  const struck = {
    injection: { at: 0, fault: 'process-killed', target: 'box-a', lasts: 1, amount: null },
    ...{ struckAtMs: 0, mendedAtMs: 1_000, problem: null, isDone: true },
  } as const;
  assert.deepEqual(broken(evening(alone, { struck: [struck] })), []);
  const held = { ...struck, injection: { ...struck.injection, fault: 'gate-held' } } as const;
  assert.deepEqual(broken(evening(alone, { struck: [held as never] })), ['live-at-first']);
});

test('who waits too long is named, unless it was the machine that stood still', () => {
  const slow = [{ ...seen(1, 1, 0, 'admitted'), tookMs: 2_600 }];
  assert.deepEqual(broken(evening(slow)), ['verdict-in-time']);
  const stalls = { within: () => 500, longestMs: 500 } as unknown as Stalls;
  assert.deepEqual(broken(evening(slow, { stalls })), []);
  assert.deepEqual(broken(evening(CALM, { leftWaiting: 1 })), ['verdict-in-time']);
});

test('an exact double is a breach, also where the hub names it', () => {
  const scans = [seen(1, 1, 0, 'admitted'), seen(2, 1, 400, 'admitted')];
  assert.deepEqual(broken(evening(scans, { conflicts: new Map([[1, 1]]) })), ['no-exact-double']);
});

test('a node that was given up explains a double that the hub names, and only such a one', () => {
  const scans = [seen(1, 1, 10_000, 'admitted'), seen(2, 1, 15_000, 'admitted')];
  const conflicts = new Map([[1, 1]]);
  const losses = [{ node: 'box-a', atMs: 12_000 }];
  assert.deepEqual(broken(evening(scans, { conflicts, losses })), []);
  assert.deepEqual(broken(evening(scans, { losses })), ['no-exact-double', 'doubles-reported']);
  const earlier = [{ node: 'box-a', atMs: 9_000 }];
  assert.deepEqual(broken(evening(scans, { conflicts, losses: earlier })), ['no-exact-double']);
});

test('a provisional double that nobody is told of is a breach, and so is a conflict about nobody', () => {
  const scans = [seen(1, 1, 0, 'admitted'), seen(2, 1, 400, 'provisional')];
  assert.deepEqual(broken(evening(scans)), ['doubles-reported']);
  assert.deepEqual(broken(evening(scans, { conflicts: new Map([[1, 1]]) })), []);
  assert.deepEqual(broken(evening(CALM, { conflicts: new Map([[9, 1]]) })), ['doubles-reported']);
});

test('what a lane showed and did not write down, or the hub does not have, is lost', () => {
  const whole = evening(CALM);
  assert.deepEqual(broken({ ...whole, hubScans: whole.hubScans.slice(1) }), ['nothing-lost']);
  const laneBooks = whole.laneBooks.map((book) => ({ ...book, outcomes: new Map() }));
  assert.deepEqual(broken({ ...whole, laneBooks }), ['nothing-lost']);
  const hubScans = whole.hubScans.map((scan) => ({ ...scan, verdict: 'refused' }));
  assert.deepEqual(broken({ ...whole, hubScans }), ['nothing-lost']);
});

test('an answer that came too late confirms what was provisional, or was taken back', () => {
  const whole = evening([seen(1, 1, 0, 'provisional'), seen(2, 2, 0, 'refused')]);
  const hubScans = whole.hubScans.map((scan) => ({
    ...scan,
    verdict: 'admitted',
    annulledAt: scan.deviceId === 'd2' ? '2026-11-29T19:00:00Z' : null,
  }));
  const findings = judge({ ...whole, hubScans }).findings;
  assert.deepEqual(findings.find(({ rule }) => rule === 'nothing-lost')?.breaches, []);
});

test('a refusal that came too late stands beside whom the lane let in, where a conflict names them', () => {
  const whole = evening([seen(1, 1, 0, 'provisional')]);
  const hubScans = whole.hubScans.map((scan) => ({ ...scan, verdict: 'refused' }));
  const lost = (conflicts: ReadonlyMap<number, number>) =>
    judge({ ...whole, hubScans, conflicts }).findings.find(({ rule }) => rule === 'nothing-lost');
  assert.deepEqual(lost(new Map([[1, 1]]))?.breaches, []);
  assert.equal(lost(new Map([[2, 1]]))?.breaches.length, 1);
});

test('a block binds two seconds after it was acknowledged, for whoever could have heard of it', () => {
  const promised = [{ kind: 'blocked', ticket: 1, gate: null, atMs: 1_000 }] as const;
  assert.deepEqual(broken(evening([seen(1, 1, 2_500, 'admitted')], { promised })), []);
  const late = [seen(1, 1, 3_500, 'admitted')];
  assert.deepEqual(broken(evening(late, { promised })), ['control-obeyed']);
  const cut = {
    injection: { at: 2, fault: 'link-cut', target: 'box-a:hub', lasts: 3, amount: null },
    ...{ struckAtMs: 2_000, mendedAtMs: 5_000, problem: null, isDone: true },
  } as const;
  assert.deepEqual(broken(evening(late, { promised, struck: [cut] })), []);
  const other = { ...cut, injection: { ...cut.injection, target: 'box-b:hub' } };
  assert.deepEqual(broken(evening(late, { promised, struck: [other] })), ['control-obeyed']);
  const deciding = [
    { node: 'box-a', atMs: 0 },
    { node: 'box-b', atMs: 2_000 },
  ];
  assert.deepEqual(broken(evening(late, { promised, deciding })), []);
});

test('a replaced code and a held gate bind as well, and a new code does not', () => {
  const promised = [
    { kind: 'replaced', ticket: 1, gate: null, atMs: 0 },
    { kind: 'held', ticket: 0, gate: 'N2', atMs: 0 },
    { kind: 'lifted', ticket: 0, gate: 'N2', atMs: 9_000 },
  ] as const;
  const good = [seen(1, 1, 5_000, 'admitted'), seen(2, 2, 9_500, 'admitted')];
  assert.deepEqual(broken(evening(good, { promised })), []);
  const old = [as('replaced', seen(1, 1, 5_000, 'admitted'))];
  assert.deepEqual(broken(evening(old, { promised })), ['control-obeyed']);
  assert.deepEqual(broken(evening([seen(2, 3, 5_000, 'admitted')], { promised })), [
    'control-obeyed',
  ]);
});

test('nobody enters on a forged code, exact or provisional', () => {
  const forged = [as('forger', seen(1, 0, 0, 'provisional'))];
  assert.deepEqual(broken(evening(forged)), ['forged-stays-out']);
});

test('a good ticket that was turned away is named; one that nobody could verify is not', () => {
  assert.deepEqual(broken(evening([seen(1, 1, 0, 'refused')])), ['holder-gets-in']);
  const one = seen(1, 1, 0, 'refused');
  const verdict =
    one.verdict === null ? null : { ...one.verdict, reason: 'cannot-verify' as const };
  assert.deepEqual(broken(evening([{ ...one, verdict }])), []);
  const died = { ...seen(2, 1, 0, 'refused'), verdict: null };
  assert.deepEqual(broken(evening([died, seen(1, 1, 900, 'refused')])), []);
});

test('what does not come back is a breach, and what was stopped says nothing', () => {
  assert.deepEqual(broken(evening(CALM, { recoveredMs: null })), ['recovered']);
  assert.equal(judge(evening(CALM, { recoveredMs: null, stopped: 'SIGINT' })).verdict, 'stopped');
});
