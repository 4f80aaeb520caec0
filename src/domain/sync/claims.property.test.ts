import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { fc } from '#testing/properties.ts';
import { packClaim, parseClaimsCursor, unpackClaim } from './claims.ts';

const GATES = ['N1', 'N2', 'S1'];
const NAMES = { base: 1_764_410_400_000, gates: GATES, checkpoints: ['cordon', 'turnstile'] };

const crossing: fc.Arbitrary<Crossing> = fc.record({
  device: fc.constant('d'),
  scan: fc.uuid(),
  gate: fc.constantFrom(...GATES),
  lane: fc.constant(null),
  at: fc.integer({ min: -7_200_000, max: 21_600_000 }).map((ms) => (NAMES.base + ms) as Instant),
  direction: fc.constantFrom('in' as const, 'out' as const),
  isExact: fc.boolean(),
  annulledAt: fc.constantFrom(null, NAMES.base as Instant),
});

test('a lane reads what was packed: all that stands, nothing that was taken back', () => {
  fc.assert(
    fc.property(fc.array(crossing, { maxLength: 5 }), fc.nat(16_777_215), (crossings, serial) => {
      const row = packClaim(serial, 'turnstile', crossings, NAMES);
      const read = unpackClaim(JSON.parse(JSON.stringify(row)), NAMES);
      const standing = crossings.filter(({ annulledAt }) => annulledAt === null);
      assert.deepEqual(read, {
        serial,
        checkpoint: 'turnstile',
        crossings: standing.map(({ direction, at, gate, isExact }) => {
          return { serial, direction, at, gate, checkpoint: 'turnstile', isExact };
        }),
      });
      assert.ok(JSON.stringify(row).length <= 40 * Math.max(1, standing.length));
    }),
  );
});

test('a row of a newer form is left out rather than misread', () => {
  assert.equal(unpackClaim([7, 5, 100, 0], NAMES), null);
  assert.equal(unpackClaim([7, 1, 100], NAMES), null);
  assert.equal(unpackClaim([7, 1, 100, 99], NAMES), null);
});

test('what is no cursor is none', () => {
  assert.deepEqual(parseClaimsCursor('abc2.1:77'), { epoch: 'abc2.1', revision: 77 });
  for (const text of ['', ':', 'abc', 'abc:', 'abc:-1', 'ABC.1:1', 'abc:1:2']) {
    assert.equal(parseClaimsCursor(text), null, text);
  }
});
