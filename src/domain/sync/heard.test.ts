import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Crossing } from '#domain/entry/crossings.ts';
import { plusMs } from '#domain/kernel/instant.ts';
import { at, wentIn } from '#testing/entry.ts';
import { crossingsKnown, type Heard } from './heard.ts';

test('what another gate let in is known beside what this lane let in', () => {
  const known = crossingsKnown([wentIn('18:00')], [heard('18:30', { gate: 'N3' })]);
  assert.deepEqual(
    known.map((crossing) => crossing.gate),
    ['N1', 'N3'],
  );
});

test('a lane that hears of its own admission counts it once', () => {
  assert.equal(crossingsKnown([wentIn('18:00')], [heard('18:00')]).length, 1);
});

test('the echo of a crossing that was taken back brings nobody in', () => {
  const annulled = wentIn('18:00', { annulledAt: at('18:01') });
  assert.deepEqual(crossingsKnown([annulled], [heard('18:00')]), [annulled]);
});

test('a provisional crossing is recognised under the hub’s time, an exact one only under its own', () => {
  const echo = { ...heard('18:00'), at: plusMs(at('18:00'), 900) };
  const count = (own: Crossing) => crossingsKnown([own], [echo]).length;
  assert.equal(count(wentIn('18:00', { isExact: false })), 1);
  assert.equal(count(wentIn('18:00', { isExact: true })), 2);
});

test('an own crossing that everybody would have told of by now, and nobody does, was taken back', () => {
  const own = [wentIn('18:00'), wentIn('18:10', { isExact: false })];
  const known = crossingsKnown(own, [], () => true);
  assert.deepEqual(known, [own[1]], 'what the lane decided alone may not have come up yet');
  assert.deepEqual(crossingsKnown(own, []), own);
});

test('one own crossing explains one echo, not two', () => {
  const own = [wentIn('18:00', { isExact: false })];
  assert.equal(crossingsKnown(own, [heard('18:00'), heard('18:00:02')]).length, 2);
});

function heard(clock: string, changes: Partial<Heard> = {}): Heard {
  return {
    serial: 1,
    direction: 'in',
    at: at(clock),
    gate: 'N1',
    checkpoint: 'turnstile',
    isExact: true,
    ...changes,
  };
}
