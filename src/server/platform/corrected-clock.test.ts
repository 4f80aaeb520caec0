import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { createCorrectedClock } from './corrected-clock.ts';

const at = (ms: number) => ms as Instant;
const TODAY = Date.UTC(2026, 10, 29, 19);

function machine(wall: number) {
  const state = { wall, monotonic: 1_000 };
  const clocks = { wall: () => state.wall, monotonic: () => state.monotonic };
  const pass = (ms: number) => {
    state.wall += ms;
    state.monotonic += ms;
  };
  return { state, clocks, pass };
}

test('a box that came up in another year goes by its hub from the first answer on', () => {
  const { clocks, pass } = machine(0);
  const clock = createCorrectedClock(at(0), clocks);
  assert.equal(clock.now(), 0);
  clock.anchor(at(TODAY), 40);
  pass(5_000);
  assert.equal(clock.now(), TODAY + 20 + 5_000);
  assert.equal(clock.skewMs(), TODAY + 20);
});

test('somebody who sets its clock while the hub is away changes nothing', () => {
  const { state, clocks, pass } = machine(TODAY);
  const clock = createCorrectedClock(at(0), clocks);
  clock.anchor(at(TODAY), 0);
  state.wall -= 3_600_000;
  pass(10_000);
  assert.equal(clock.now(), TODAY + 10_000);
});

test('started without its hub it is never before what it knows to have been', () => {
  const { clocks } = machine(TODAY - 86_400_000);
  assert.equal(createCorrectedClock(at(TODAY), clocks).now(), TODAY);
});

test('an answer that was under way for seconds moves no clock that was set by a quick one', () => {
  const { clocks, pass } = machine(TODAY);
  const clock = createCorrectedClock(at(0), clocks);
  clock.anchor(at(TODAY), 20);
  pass(5_000);
  clock.anchor(at(TODAY + 1_000), 5_000);
  assert.equal(clock.now(), TODAY + 10 + 5_000);
});
