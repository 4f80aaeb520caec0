import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import { ALPHA, judgeCanary, type Slice, type Tried, WRONG_AT_MOST } from './canary.ts';

const NOTHING: Tried = { scans: 0, refused: 0, timed: 0, slow: 0, differed: 0 };

/** Mulberry32: the same evening for the same seed. */
function chanceOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Rates = { readonly refused: number; readonly slow: number; readonly differed: number };

function tried(chance: () => number, scans: number, { refused, slow, differed }: Rates): Tried {
  const count = (rate: number) => {
    let n = 0;
    for (let scan = 0; scan < scans; scan += 1) if (chance() < rate) n += 1;
    return n;
  };
  return {
    scans,
    refused: count(refused),
    timed: scans,
    slow: count(slow),
    differed: count(differed),
  };
}

function evening(seed: number, slices: number, canary: Rates, others: Rates): Slice[] {
  const chance = chanceOf(seed);
  return Array.from({ length: slices }, () => ({
    canary: tried(chance, 12, canary),
    others: tried(chance, 60, others),
  }));
}

const USUAL: Rates = { refused: 0.06, slow: 0.02, differed: WRONG_AT_MOST };

test('takes back a release that is as good on hardly any evening, however often it looks', () => {
  const evenings = 2_000;
  let falseAlarms = 0;
  for (let seed = 0; seed < evenings; seed += 1) {
    if (judgeCanary(evening(seed, 120, USUAL, USUAL)).worse !== null) falseAlarms += 1;
  }
  // Three tests, and three standard deviations of luck.
  const bound = 3 * ALPHA + 3 * Math.sqrt((3 * ALPHA) / evenings);
  assert.ok(falseAlarms / evenings <= bound, `${falseAlarms} of ${evenings}`);
});

test('finds two wrong refusals in a hundred within 320 scans, 19 times in 20', () => {
  const faulty = { ...USUAL, differed: 0.02 };
  const needed: number[] = [];
  for (let seed = 0; seed < 1_000; seed += 1) {
    const judged = judgeCanary(evening(seed, 200, faulty, USUAL));
    assert.equal(judged.worse, 'wrong-refusals');
    needed.push(judged.scans);
  }
  needed.sort((a, b) => a - b);
  const median = needed[500] ?? 0;
  const most = needed[950] ?? 0;
  assert.ok(median <= 120 && most <= 330, `${median} scans at the median, ${most} at 95 %`);
});

test('finds refusals and slow answers by their rate alone', () => {
  const refusing = judgeCanary(evening(3, 400, { ...USUAL, refused: 0.16 }, USUAL));
  assert.equal(refusing.worse, 'refusals');
  const slow = judgeCanary(evening(4, 400, { ...USUAL, slow: 0.15 }, USUAL));
  assert.equal(slow.worse, 'slow');
});

test('leaves a canary alone whose lanes are found wrong as often as everybody’s', () => {
  const lagging = { ...USUAL, differed: 0.008 };
  for (let seed = 0; seed < 200; seed += 1) {
    // The others are seen first, as they are on any evening before a canary begins.
    const before = { canary: NOTHING, others: { ...NOTHING, scans: 4_000, differed: 32 } };
    const { worse } = judgeCanary([before, ...evening(seed, 60, lagging, lagging)]);
    assert.equal(worse, null, `seed ${seed}`);
  }
});

test('judges whatever is counted, and never by an evening without a canary', () => {
  const counted = fc.record({
    scans: fc.nat(200),
    refused: fc.nat(50),
    timed: fc.nat(200),
    slow: fc.nat(50),
    differed: fc.nat(10),
  });
  fc.assert(
    fc.property(fc.array(fc.record({ canary: counted, others: counted })), (slices) => {
      const bounded = slices.map(({ canary, others }) => ({
        canary: boundedBy(canary),
        others: boundedBy(others),
      }));
      const { evidence } = judgeCanary(bounded);
      assert.ok(Object.values(evidence).every(Number.isFinite));
      const none = bounded.map(({ others }) => ({ canary: NOTHING, others }));
      assert.equal(judgeCanary(none).worse, null);
    }),
  );
});

function boundedBy(tally: Tried): Tried {
  const { scans, timed } = tally;
  return {
    scans,
    timed,
    refused: Math.min(tally.refused, scans),
    slow: Math.min(tally.slow, timed),
    differed: Math.min(tally.differed, scans),
  };
}
