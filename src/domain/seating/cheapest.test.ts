import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import { Cheapest } from './cheapest.ts';

test('whatever is set in whatever order, it names the first of the least', () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Number.POSITIVE_INFINITY));
  const run = fc.integer({ min: 1, max: 40 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      sets: fc.array(fc.tuple(fc.integer({ min: 0, max: count - 1 }), value), { maxLength: 80 }),
    }),
  );
  fc.assert(
    fc.property(run, ({ count, sets }) => {
      const cheapest = new Cheapest(count);
      const plain = Array.from({ length: count }, () => Number.POSITIVE_INFINITY);
      for (const [index, to] of sets) {
        cheapest.set(index, to);
        plain[index] = to;
        const least = Math.min(...plain);
        const wanted = least === Number.POSITIVE_INFINITY ? -1 : plain.indexOf(least);
        assert.equal(cheapest.least(), wanted);
      }
    }),
  );
});
