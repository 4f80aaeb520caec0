import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import {
  FALSE_RECOVERY_WITHIN_MS,
  FIRST_RUNG,
  type Ladder,
  type LadderEvent,
  stepLadder,
} from './rungs.ts';

const ANSWERED: LadderEvent = { kind: 'scan-answered', rung: 'edge' };
const UNANSWERED: LadderEvent = { kind: 'scan-unanswered' };
const FOUND: LadderEvent = { kind: 'probe-answered' };
const LOST: LadderEvent = { kind: 'probe-unanswered' };

test('one unanswered scan puts the lane on its own', () => {
  assert.equal(after(UNANSWERED).rung, 'alone');
});

test('one lost probe is a lost packet, two in a row are an outage', () => {
  assert.equal(after(LOST).rung, 'exact');
  assert.equal(after(LOST, FOUND, LOST).rung, 'exact');
  assert.equal(after(LOST, ANSWERED, LOST).rung, 'exact');
  assert.equal(after(LOST, LOST).rung, 'alone');
});

test('a probe that is answered brings the lane back', () => {
  assert.equal(after(UNANSWERED, LOST, FOUND).rung, 'exact');
});

test('an answer that comes too late does not bring the lane back by itself', () => {
  assert.equal(after(UNANSWERED, ANSWERED).rung, 'alone');
});

test('each false recovery doubles the probes that the next one needs', () => {
  const twice = after(UNANSWERED, FOUND, UNANSWERED);
  assert.equal(twice.probesNeeded, 2);
  assert.equal(step(twice, FOUND).rung, 'alone');
  assert.equal(step(twice, FOUND, FOUND).rung, 'exact');
  assert.equal(step(twice, FOUND, LOST, FOUND).rung, 'alone');
});

test('a recovery that lasted is forgotten', () => {
  const back = after(UNANSWERED, FOUND);
  const later = FALSE_RECOVERY_WITHIN_MS as Instant;
  assert.equal(stepLadder(back, UNANSWERED, later).probesNeeded, 1);
});

test('the ladder remembers whose answers it had', () => {
  assert.equal(after(ANSWERED, UNANSWERED).above, 'edge');
});

function after(...events: LadderEvent[]): Ladder {
  return step(FIRST_RUNG, ...events);
}

function step(ladder: Ladder, ...events: LadderEvent[]): Ladder {
  return events.reduce((state, event) => stepLadder(state, event, 0 as Instant), ladder);
}
