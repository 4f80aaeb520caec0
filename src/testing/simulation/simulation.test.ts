// Hub, boxes and lanes through evenings full of trouble, each from a seed. `npm run drill:sim` plays more.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Invariant } from './invariants.ts';
import { planFor } from './plan.ts';
import { shrink } from './shrink.ts';
import { simulate, simulateSeed } from './simulate.ts';
import type { Fault } from './world.ts';

const SEEDS = 300;

/** Evenings in which none of these happened would prove nothing about them. */
const MUST_HAPPEN = [
  ...['shown admitted', 'shown provisional', 'shown refused', 'exactEntries', 'exits'],
  ...['conflicts', 'annulments', 'withdrawn', 'doubtsCleared', 'late', 'hedged', 'forwarded'],
  ...['rebuilds', 'reconciled', 'restores restored', 'restores folder', 'restores machine'],
  ...['moves', 'givenUp', 'boxesLost', 'clones', 'quarantined', 'renewedJournals', 'readmissions'],
  ...['laneCrashes', 'nodeCrashes', 'partitions', 'skews', 'stale', 'halfLists', 'wipedLists'],
  ...['rungChanges', 'shownAgain'],
];

test(`in ${SEEDS} evenings of cuts, crashes, clones, restores and moves every rule holds at every step`, () => {
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const result = simulateSeed(seed);
    const { broken } = result;
    const again = `npm run drill:sim -- --seed ${seed} --trace`;
    assert.equal(broken, null, `${broken?.what}\nsee it happen: ${again}`);
    for (const [what, count] of result.counts) counts.set(what, (counts.get(what) ?? 0) + count);
  }
  assert.deepEqual(
    MUST_HAPPEN.filter((what) => (counts.get(what) ?? 0) === 0),
    [],
    'these never happened',
  );
});

test('the same seed gives the same evening, to the last message', () => {
  for (const seed of [3, 17, 40]) {
    assert.deepEqual(traceOf(seed), traceOf(seed));
  }
});

// A rule that is never seen to break proves nothing: each is broken on purpose, and named.

const CAUGHT: readonly (readonly [Fault, Invariant, string])[] = [
  ['no-fence', 'acknowledged-binds', 'a claim is committed on what was read before a block'],
  ['no-limits', 'limits-hold', 'people are let in past a limit'],
  [
    'restored-store-answers',
    'behind-never-answers',
    'a store put back from a copy goes on answering',
  ],
  [
    'annul-after-crossing',
    'annul-not-after-another',
    'a scan is taken back after a later crossing',
  ],
  [
    'light-before-outcome',
    'outcome-before-light',
    'the light comes on before the verdict is on the disk',
  ],
  ['new-scan-id-on-retry', 'never-shown-taken-back', 'a lane asks again under another scanId'],
  ['unfenced-move', 'one-authority', 'an authority that was relieved goes on deciding'],
  ['journal-overwrites', 'nothing-lost', 'a clone’s line takes the place of the first'],
  ['conflict-dropped', 'doubles-are-conflicts', 'a provisional double is not told'],
];

for (const [fault, invariant, words] of CAUGHT) {
  test(`${invariant} is seen to break when ${words}`, () => {
    const seed = firstSeed(fault, invariant);
    assert.ok(seed !== null, `no seed up to ${SEEDS} shows it`);
    assert.equal(simulateSeed(seed).broken, null, `seed ${seed} breaks nothing by itself`);
  });
}

test('failing evenings are made small, and still break the same rule', () => {
  const options = { faults: ['unfenced-move'] as const };
  const lengths = seedsThatBreak('unfenced-move', 'one-authority', 5).map((seed) => {
    const plan = planFor(seed);
    const small = shrink(plan, simulate(plan, options), options);
    assert.equal(simulate(small, options).broken?.invariant, 'one-authority', `seed ${seed}`);
    assert.ok(small.acts.length <= plan.acts.length / 2, `seed ${seed}: ${small.acts.length}`);
    return small.acts.length;
  });
  // The middle one: some evenings break a rule only after a long story.
  const middle = lengths.toSorted((a, b) => a - b)[2];
  assert.ok(middle !== undefined && middle <= 8, `${lengths} acts are left`);
});

function seedsThatBreak(fault: Fault, invariant: Invariant, count: number): number[] {
  const seeds: number[] = [];
  for (let seed = 1; seed <= SEEDS && seeds.length < count; seed += 1) {
    if (simulateSeed(seed, { faults: [fault] }).broken?.invariant === invariant) seeds.push(seed);
  }
  return seeds;
}

function firstSeed(fault: Fault, invariant: Invariant): number | null {
  return seedsThatBreak(fault, invariant, 1)[0] ?? null;
}

function traceOf(seed: number): string[] {
  const lines: string[] = [];
  simulateSeed(seed, { trace: (line) => lines.push(line) });
  return lines;
}
