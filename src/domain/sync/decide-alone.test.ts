import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Decision, Scan } from '#domain/entry/decide-scan.ts';
import { NO_CONTROLS, NOBODY } from '#domain/venue/controls.ts';
import type { OfflinePolicy } from '#domain/venue/match-event.ts';
import { groundOf } from '#domain/venue/match-event.ts';
import { aTicket, at, MATCH, RULES, wentIn } from '#testing/entry.ts';
import { decideAlone } from './decide-alone.ts';
import type { LookedUp } from './look-up.ts';

const IN: Scan = { direction: 'in', gate: 'N1', lane: null, isConfirmed: false };
const ADULT: LookedUp = {
  kind: 'known',
  finding: { kind: 'ticket', ticket: aTicket(), isCurrent: true },
};

test('under “open” every listed ticket enters, to be confirmed', () => {
  const decision = alone({ policy: 'open' });
  assert.deepEqual([decision.verdict, decision.reason], ['provisional', null]);
  assert.deepEqual(decision.crosses, { inside: 1 });
});

test('under “limited” a lane admits so many of a type and no more', () => {
  assert.equal(alone({ policy: 'limited', max: 2, admittedAlone: 1 }).verdict, 'provisional');
  assert.equal(alone({ policy: 'limited', max: 2, admittedAlone: 2 }).reason, 'cannot-verify');
});

test('under “strict” nobody enters, but whoever is inside may leave', () => {
  assert.equal(alone({ policy: 'strict' }).reason, 'cannot-verify');
  const leaving = alone({ policy: 'strict', scan: { ...IN, direction: 'out' } });
  assert.deepEqual([leaving.verdict, leaving.next], ['provisional', 'let-out']);
});

test('a copy of a ticket that was used elsewhere is refused, as far as the lane has heard', () => {
  const decision = alone({ policy: 'open', crossings: [wentIn('18:00', { gate: 'N3' })] });
  assert.deepEqual([decision.reason, decision.first?.gate], ['already-used', 'N3']);
});

test('a ticket that is not on a whole list is unknown; on none, nothing can be said', () => {
  const lookedUp: LookedUp = { kind: 'ask', why: 'not-listed' };
  assert.equal(alone({ policy: 'open', lookedUp }).reason, 'unknown');
  assert.equal(alone({ policy: 'open', lookedUp, isListWhole: false }).reason, 'cannot-verify');
});

test('a code newer than the list cannot be verified', () => {
  const lookedUp: LookedUp = { kind: 'ask', why: 'newer-issue', ticket: aTicket() };
  assert.equal(alone({ policy: 'open', lookedUp }).reason, 'cannot-verify');
});

test('whoever leaves with a code newer than the list is let out', () => {
  const lookedUp: LookedUp = { kind: 'ask', why: 'newer-issue', ticket: aTicket() };
  const crossings = [wentIn('18:00')];
  const scan: Scan = { ...IN, direction: 'out' };
  const leaving = alone({ policy: 'strict', lookedUp, crossings, scan });
  assert.deepEqual([leaving.verdict, leaving.next], ['provisional', 'let-out']);
  assert.deepEqual([leaving.crosses, leaving.ticket], [{ inside: -1 }, aTicket()]);
});

test('in an evacuation a lane alone lets out whoever leaves, with a list or without', () => {
  const lookedUp: LookedUp = { kind: 'ask', why: 'not-listed' };
  const scan: Scan = { ...IN, direction: 'out' };
  const evacuated = (asked: { isListWhole: boolean; scan: Scan }) =>
    alone({ policy: 'strict', lookedUp, isEvacuating: true, ...asked }).verdict;
  for (const isListWhole of [true, false]) {
    assert.equal(evacuated({ isListWhole, scan }), 'provisional');
    assert.equal(evacuated({ isListWhole, scan: IN }), 'refused');
  }
});

function alone(given: {
  policy: OfflinePolicy;
  max?: number;
  admittedAlone?: number;
  scan?: Scan;
  lookedUp?: LookedUp;
  isListWhole?: boolean;
  crossings?: Crossing[];
  isEvacuating?: boolean;
}): Decision {
  const entry = { ...RULES, offline: given.policy, offlineMax: given.max ?? 0 };
  const known = {
    ground: groundOf({ ...MATCH, entry }),
    controls: { ...NO_CONTROLS, isEvacuating: given.isEvacuating ?? false },
    occupancy: NOBODY,
    crossings: given.crossings ?? [],
    at: at('18:30'),
  };
  return decideAlone(
    given.scan ?? IN,
    given.lookedUp ?? ADULT,
    known,
    given.isListWhole ?? true,
    () => given.admittedAlone ?? 0,
  );
}
