import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import { arrivedShare, forecastQueue, type GateCrowd, tempoOf } from './queue.ts';

const crowd = fc
  .record({
    expected: fc.nat(20_000),
    passedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    perMinute: fc.double({ min: 0, max: 200, noNaN: true }),
    capacityPerMinute: fc.double({ min: 0, max: 200, noNaN: true }),
  })
  .map(({ expected, passedShare, ...rest }): GateCrowd => {
    return { expected, passed: Math.floor(expected * passedShare), ...rest };
  });
const toKickOff = fc.integer({ min: -60, max: 200 });
const tempo = fc.double({ min: 0.5, max: 1.5, noNaN: true });

test('the share of those who have arrived never falls and stays within 0 and 1', () => {
  fc.assert(
    fc.property(toKickOff, (minutes) => {
      const [now, later] = [arrivedShare(minutes), arrivedShare(minutes - 1)];
      assert.ok(now >= 0 && later <= 1 && later >= now, `${now} → ${later}`);
    }),
  );
});

test('nobody waits below nought, and no more than everybody misses kick-off', () => {
  fc.assert(
    fc.property(crowd, toKickOff, tempo, (gate, minutes, k) => {
      const { queue, missShare, clearMinutes } = forecastQueue(gate, minutes, k);
      assert.ok(queue >= 0 && queue <= gate.expected + 1);
      assert.ok(missShare >= 0 && missShare <= 1);
      assert.ok(clearMinutes === null || clearMinutes >= 0);
    }),
  );
});

test('a gate that passes more people never clears later, and never makes more of them miss kick-off', () => {
  fc.assert(
    fc.property(
      crowd,
      toKickOff,
      tempo,
      fc.double({ min: 0, max: 50, noNaN: true }),
      (gate, at, k, more) => {
        // Busy both times, so that both begin with the same people outside.
        const busy = { ...gate, perMinute: 1_000 };
        const slow = forecastQueue(busy, at, k);
        const fast = forecastQueue(
          { ...busy, capacityPerMinute: gate.capacityPerMinute + more },
          at,
          k,
        );
        assert.ok(fast.missShare <= slow.missShare + 1e-9);
        assert.ok((fast.clearMinutes ?? 999) <= (slow.clearMinutes ?? 999));
      },
    ),
  );
});

test('a stopped gate with people outside never clears', () => {
  const gate = { expected: 5_000, passed: 1_000, perMinute: 0, capacityPerMinute: 0 };
  const { queue, clearMinutes, missShare } = forecastQueue(gate, 30);
  assert.ok(queue > 1_500);
  assert.equal(clearMinutes, null);
  assert.ok(missShare > 0.7);
});

test('gates that pass people as they come say how early the crowd is, busy ones do not', () => {
  const calm = { expected: 4_000, passed: 1_200, perMinute: 10, capacityPerMinute: 44 };
  const usual = 4_000 * 0.95 * arrivedShare(45);
  assert.ok(Math.abs(tempoOf([calm], 45) - 1_200 / usual) < 1e-9);
  const busy = { ...calm, passed: 10, perMinute: 44 };
  assert.equal(tempoOf([calm, busy], 45), tempoOf([calm], 45));
  assert.equal(tempoOf([busy], 45), 1);
});
