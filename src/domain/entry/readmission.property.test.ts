import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { fc } from '#testing/properties.ts';
import { type Crossing, type CrossingRules, foldCrossings, openingFor } from './crossings.ts';
import { crossingsCarriedOver } from './readmission.ts';

const EVACUATED_AT = 1_000 as Instant;

const rules = fc.record({
  admits: fc.integer({ min: 1, max: 5 }),
  reentry: fc.constantFrom('not-allowed' as const, 'after-exit' as const, 'always' as const),
  minutesBetween: fc.constant(0),
});
const walk = fc.array(
  fc.record({ isIn: fc.boolean(), at: fc.nat(1_400), isAnnulled: fc.boolean() }),
  { maxLength: 14 },
);

function crossingsOf(steps: readonly { isIn: boolean; at: number; isAnnulled: boolean }[]) {
  return steps.map(
    ({ isIn, at, isAnnulled }, index): Crossing => ({
      device: 'dev-1',
      scan: `s-${index}`,
      gate: 'N1',
      lane: null,
      at: at as Instant,
      direction: isIn ? 'in' : 'out',
      isExact: true,
      annulledAt: isAnnulled && index % 4 === 0 ? EVACUATED_AT : null,
    }),
  );
}

/** People whom the ticket lets in, one after the other, until it lets in no more. */
function lettingIn(carried: readonly Crossing[], by: CrossingRules): number {
  const crossings = [...carried];
  for (let people = 0; people < 20; people += 1) {
    const at = (2_000 + people) as Instant;
    const { slots, surplus } = foldCrossings(crossings, by);
    if (openingFor(slots, by, at, surplus).kind === 'closed') return people;
    const [entry] = crossingsOf([{ isIn: true, at, isAnnulled: false }]);
    if (entry !== undefined) crossings.push({ ...entry, scan: `back-${people}` });
  }
  return 20;
}

test('a ticket that admits n lets back in n, less those who had left before it began', () => {
  fc.assert(
    fc.property(walk, rules, (steps, by) => {
      const crossings = crossingsOf(steps);
      const then = crossings.filter(({ at }) => at < EVACUATED_AT);
      const outside = foldCrossings(then, by).slots.filter(({ isInside }) => !isInside).length;
      const carried = crossingsCarriedOver(crossings, by, EVACUATED_AT);
      const { slots, conflicts, surplus } = foldCrossings(carried, by);
      assert.deepEqual([slots.length, conflicts.length, surplus], [outside, 0, 0]);
      assert.ok(slots.every(({ isInside }) => !isInside));
      const back = lettingIn(carried, by);
      if (by.reentry === 'not-allowed') assert.equal(back, by.admits - outside);
      // Who may come back on any evening may do so on this one.
      if (by.reentry === 'after-exit') assert.equal(back, by.admits);
    }),
  );
});
