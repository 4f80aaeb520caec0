import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Line } from './line.ts';

const LIMITS = { waitingMax: 6, waitingPerCallerMax: 4, waitMaxMs: 100 };

function lineOf(places: number) {
  const line = new Line({ ...LIMITS, places: () => places });
  const told: string[] = [];
  const enter = (caller: string, now = 0) =>
    line.enter(caller, now, (isAdmitted) => told.push(`${caller} ${isAdmitted ? 'in' : 'away'}`));
  return { line, told, enter };
}

test('callers take turns, however much one of them asks', () => {
  const { line, told, enter } = lineOf(1);
  for (const caller of ['a', 'a', 'a', 'b', 'c']) enter(caller);
  for (const caller of ['a', 'a', 'b', 'c']) line.leave(caller);
  assert.deepEqual(told, ['a in', 'a in', 'b in', 'c in', 'a in']);
});

test('nobody takes every place while there is more than one', () => {
  const { line, told, enter } = lineOf(4);
  for (const caller of ['a', 'a', 'a', 'a', 'b']) enter(caller);
  assert.deepEqual(told, ['a in', 'a in', 'a in', 'b in']);
  assert.equal(line.waiting, 1);
});

test('a full line turns away whoever has the most in it', () => {
  const { line, told, enter } = lineOf(0);
  for (const caller of ['x', 'a', 'a', 'a', 'a', 'a', 'b', 'b', 'c']) enter(caller);
  assert.deepEqual(told, ['x in', 'a away', 'a away']);
  assert.equal(line.waiting, 6);
});

test('who has waited too long is turned away, the others are not', () => {
  const { line, told, enter } = lineOf(0);
  enter('x', 0);
  enter('a', 0);
  enter('b', 60);
  line.sweep(120);
  assert.deepEqual(told, ['x in', 'a away']);
  assert.equal(line.waiting, 1);
});

test('places that come to be are taken by whoever waits', () => {
  let places = 0;
  const line = new Line({ ...LIMITS, places: () => places });
  const told: boolean[] = [];
  line.enter('x', 0, (isAdmitted) => told.push(isAdmitted));
  line.enter('a', 0, (isAdmitted) => told.push(isAdmitted));
  assert.deepEqual(told, [true]);
  places = 2;
  line.sweep(10);
  assert.deepEqual(told, [true, true]);
  assert.equal(line.underway, 2);
});

test('whoever comes alone never waits, whatever room there is', () => {
  const { told, line, enter } = lineOf(0);
  for (let time = 0; time < 3; time++) {
    enter('a');
    line.leave('a');
  }
  assert.deepEqual(told, ['a in', 'a in', 'a in']);
});
