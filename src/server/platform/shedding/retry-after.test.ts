import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Allowance, PLACES_MAX, PLACES_MIN } from './allowance.ts';
import { Drain, RETRY_MAX_S } from './retry-after.ts';

function drainOf(donePerSecond: number, shedPerSecond: number): Drain {
  const drain = new Drain();
  for (let second = 0; second < 30; second++) {
    for (let at = 0; at < donePerSecond; at++) drain.done();
    for (let at = 0; at < shedPerSecond; at++) drain.shed();
    drain.tick(1);
  }
  return drain;
}

test('says when those who were turned away will have been served, at the speed of now', () => {
  assert.equal(drainOf(100, 0).retryAfterSeconds(50, 0.5), 1);
  assert.equal(drainOf(100, 900).retryAfterSeconds(100, 0.5), 11);
});

test('names no time under a second, and none beyond the longest', () => {
  assert.equal(drainOf(1_000, 0).retryAfterSeconds(0, 0), 1);
  assert.equal(drainOf(0, 5_000).retryAfterSeconds(100, 0.5), RETRY_MAX_S);
});

test('spreads those who come back', () => {
  const drain = drainOf(100, 900);
  const times = [0, 0.25, 0.5, 0.75, 0.999].map((chance) => drain.retryAfterSeconds(100, chance));
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.ok((times.at(-1) ?? 0) - (times[0] ?? 0) >= 4, times.join(' '));
});

test('gives way at once when lanes feel a crowd, and comes back slowly: as far as lanes bear it while it is wanted', () => {
  const allowance = new Allowance();
  for (let at = 0; at < 100; at++) allowance.adapt(3, true);
  assert.equal(allowance.limit, PLACES_MIN);
  for (let at = 0; at < 500; at++) allowance.adapt(0.1, false);
  const unasked = allowance.limit;
  assert.ok(unasked > 1 && unasked < PLACES_MAX, `${unasked} places`);
  // Nobody is turned away for a stall that no crowd has made.
  allowance.adapt(3, false);
  assert.equal(allowance.limit, unasked);
  for (let at = 0; at < 500; at++) allowance.adapt(0.1, true);
  assert.equal(allowance.limit, PLACES_MAX);
});

test('less than one place is one at a time, with pauses', () => {
  const allowance = new Allowance();
  for (let at = 0; at < 100; at++) allowance.adapt(3, true);
  allowance.passed(100);
  assert.equal(allowance.places(), 1);
  allowance.spent(50);
  assert.equal(allowance.places(), 0);
  // A tenth of the time: what took 50 ms is paid for in 500, less the 10 saved up before.
  allowance.passed(399);
  assert.equal(allowance.places(), 0);
  allowance.passed(2);
  assert.equal(allowance.places(), 1);
});
