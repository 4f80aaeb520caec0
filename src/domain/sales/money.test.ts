import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import { allocate, shareOf, sumOf, taxWithin } from './money.ts';

test('a share is rounded half up to the unit', () => {
  assert.equal(shareOf(300, 5, 1_000), 2);
  assert.equal(shareOf(299, 5, 1_000), 1);
  assert.equal(shareOf(12_345, 1_000, 1_000), 12_345);
  assert.equal(shareOf(12_345, 0, 1_000), 0);
});

test('the tax within a price is what remains of it without', () => {
  assert.equal(taxWithin(10_600, 600), 600);
  assert.equal(taxWithin(100, 600), 6);
  assert.equal(taxWithin(8, 600), 0);
  assert.equal(taxWithin(9, 600), 1);
  assert.equal(taxWithin(0, 600), 0);
});

test('what is split adds up again, each part within a unit of its exact share', () => {
  const weights = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.nat(500_000_000_000), weights, (amount, each) => {
      const parts = allocate(amount, each);
      assert.equal(
        sumOf(parts, (part) => part),
        amount,
      );
      const whole = sumOf(each, (weight) => weight);
      for (const [index, part] of parts.entries()) {
        if (whole === 0) continue;
        const share = (BigInt(amount) * BigInt(each[index] ?? 0)) / BigInt(whole);
        assert.ok(BigInt(part) === share || BigInt(part) === share + 1n);
        if (each[index] === 0) assert.equal(part, 0, 'nothing is taken of nothing');
      }
    }),
    { numRuns: 500 },
  );
});

test('what is taken off a whole never exceeds what it is taken off, part by part', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(10_000), { minLength: 1, maxLength: 20 }),
      fc.nat(),
      (each, off) => {
        const whole = sumOf(each, (amount) => amount);
        for (const [index, part] of allocate(off % (whole + 1), each).entries()) {
          assert.ok(part <= (each[index] ?? 0));
        }
      },
    ),
  );
});

test('equal remainders go to the earlier, so the same split is made everywhere', () => {
  assert.deepEqual(allocate(100, [1, 1, 1]), [34, 33, 33]);
  assert.deepEqual(allocate(2, [1, 1, 1]), [1, 1, 0]);
  assert.deepEqual(allocate(7, [0, 0]), [7, 0]);
  assert.deepEqual(allocate(0, []), []);
});
