// Journals arrive in any order, late and in pieces: what they fold to must not depend on it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import { at } from '#testing/entry.ts';
import { fc } from '#testing/properties.ts';
import {
  annulCrossing,
  type Crossing,
  type CrossingRules,
  foldCrossings,
  insideOf,
  nextCrossingAt,
  openingFor,
} from './crossings.ts';

const DOORS = at('17:30');

const rules: fc.Arbitrary<CrossingRules> = fc.record({
  admits: fc.integer({ min: 1, max: 4 }),
  reentry: fc.constantFrom('not-allowed', 'after-exit', 'always'),
  minutesBetween: fc.constantFrom(0, 5),
});

// Few distinct times, so that crossings often share one.
const instant = fc
  .integer({ min: 0, max: 12 })
  .map((step) => (DOORS + step * MINUTE_MS) as Instant);

const crossing: fc.Arbitrary<Crossing> = fc.record({
  device: fc.constantFrom('phone-1', 'phone-2', 'turnstile-3'),
  scan: fc.integer({ min: 0, max: 999 }).map(String),
  gate: fc.constantFrom('N1', 'N3'),
  lane: fc.constant(null),
  at: instant,
  direction: fc.constantFrom('in', 'in', 'out'),
  isExact: fc.boolean(),
  annulledAt: fc.option(instant, { freq: 6 }),
});

const journal = fc.uniqueArray(crossing, {
  maxLength: 14,
  selector: ({ device, scan }) => `${device} ${scan}`,
});

const journalAndAnotherOrder = journal.chain((crossings) =>
  fc.tuple(fc.constant(crossings), fc.shuffledSubarray(crossings, { minLength: crossings.length })),
);

test('the order in which crossings are told changes neither slots nor conflicts', () => {
  fc.assert(
    fc.property(journalAndAnotherOrder, rules, ([told, toldOtherwise], each) => {
      assert.deepEqual(foldCrossings(toldOtherwise, each), foldCrossings(told, each));
    }),
    { numRuns: 500 },
  );
});

test('telling the journals piece by piece ends where telling them at once does', () => {
  fc.assert(
    fc.property(journalAndAnotherOrder, rules, fc.nat(14), ([told, later], each, cut) => {
      const piecewise = [...later.slice(cut), ...later.slice(0, cut)];
      assert.deepEqual(foldCrossings(piecewise, each), foldCrossings(told, each));
    }),
    { numRuns: 200 },
  );
});

test('nobody is dropped: every entry that stands is in a slot, a past cycle or a conflict', () => {
  fc.assert(
    fc.property(journal, rules, (crossings, each) => {
      const { slots, conflicts } = foldCrossings(crossings, each);
      const cycles = slots.reduce((sum, slot) => sum + slot.cycle, 0);
      const entries = crossings.filter((c) => c.direction === 'in' && c.annulledAt === null);
      assert.equal(cycles + conflicts.length, entries.length);
      assert.ok(slots.length <= each.admits);
    }),
    { numRuns: 500 },
  );
});

test('those inside are those who came in and did not leave', () => {
  const counted = rules.filter(({ reentry }) => reentry !== 'always');
  fc.assert(
    fc.property(journal, counted, (crossings, each) => {
      const inOrder = crossings
        .map((c) => ({ ...c, at: DOORS as Instant }))
        .map((c, index) => ({ ...c, at: (c.at + index) as Instant }));
      let inside = 0;
      for (const { direction, annulledAt } of inOrder) {
        if (annulledAt === null) inside = Math.max(0, inside + (direction === 'in' ? 1 : -1));
      }
      assert.equal(insideOf(foldCrossings(inOrder, each)), inside);
    }),
    { numRuns: 500 },
  );
});

test('what opens for an exact entry still holds once the entry is recorded: no conflict of its own', () => {
  fc.assert(
    fc.property(journal, rules, instant, (crossings, each, now) => {
      const known = crossings.filter((c) => c.isExact || c.at <= now);
      const before = foldCrossings(known, each);
      const recordedAt = nextCrossingAt(known, now);
      assert.equal(nextCrossingAt(known, recordedAt), recordedAt, 'asked again, the same');
      const opening = openingFor(before.slots, each, recordedAt, before.surplus);
      if (opening.kind === 'closed') return;
      const entry: Crossing = { ...ENTRY, at: recordedAt };
      const after = foldCrossings([...known, entry], each);
      assert.deepEqual(after.conflicts, before.conflicts);
      assert.equal(after.slots[opening.slot]?.entered.scan, entry.scan);
      assert.equal(after.slots[opening.slot]?.cycle, opening.cycle);
      if (each.reentry === 'after-exit') assert.ok(insideOf(after) <= each.admits);
    }),
    { numRuns: 1_000 },
  );
});

test('taking an entry back never adds a conflict and never puts anybody more inside', () => {
  fc.assert(
    fc.property(journal, rules, fc.nat(13), (crossings, each, pick) => {
      const target = crossings[pick % Math.max(1, crossings.length)];
      if (target === undefined || target.direction === 'out') return;
      const annulled = annulCrossing(crossings, target.device, target.scan, target.at);
      if (typeof annulled === 'string') return;
      const before = foldCrossings(crossings, each);
      const after = foldCrossings(annulled, each);
      assert.ok(after.conflicts.length <= before.conflicts.length);
      assert.ok(insideOf(after) <= insideOf(before));
    }),
    { numRuns: 1_000 },
  );
});

const ENTRY: Crossing = {
  device: 'turnstile-9',
  scan: 'the new one',
  gate: 'N1',
  lane: null,
  at: DOORS,
  direction: 'in',
  isExact: true,
  annulledAt: null,
};
