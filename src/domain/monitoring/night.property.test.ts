import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import { peakOf } from './night.ts';

test('no stretch of the night let in more than its peak, and the peak is one of them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50), { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      (minutes, n) => {
        const sumFrom = (from: number) => minutes.slice(from, from + n).reduce((a, b) => a + b, 0);
        const sums = minutes.map((_, from) => sumFrom(from));
        const peak = peakOf(minutes, n);
        assert.equal(peak.people, Math.max(0, ...sums));
        assert.equal(sumFrom(peak.fromMinute), peak.people);
      },
    ),
  );
});
