import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REFERRALS } from '#domain/venue/match-event.ts';
import { NEXT_ACTIONS, nextActionOf, REASONS, reasonOfReferral } from './verdict.ts';

test('every reason leads to a next action on the list', () => {
  for (const reason of REASONS) {
    assert.ok(NEXT_ACTIONS.includes(nextActionOf('refused', reason, 'in')), reason);
  }
});

test('whoever is admitted is let through, provisionally or not, in the direction of the scan', () => {
  for (const verdict of ['admitted', 'provisional'] as const) {
    assert.equal(nextActionOf(verdict, null, 'in'), 'let-in');
    assert.equal(nextActionOf(verdict, null, 'out'), 'let-out');
  }
});

test('a steward is told what helps: another gate, time, a new picture, the desk', () => {
  const next = (reason: (typeof REASONS)[number]) => nextActionOf('refused', reason, 'in');
  assert.equal(next('unreadable'), 'scan-again');
  assert.equal(next('annulled'), 'scan-again');
  assert.equal(next('wrong-gate'), 'send-to-gate');
  assert.equal(next('held'), 'ask-to-wait');
  assert.equal(next('too-early'), 'ask-to-come-back');
  assert.equal(next('too-soon'), 'ask-to-come-back');
  assert.equal(next('too-late'), 'turn-away');
  assert.equal(next('stale-code'), 'refresh-code');
  assert.equal(next('forged'), 'send-to-desk');
  assert.equal(next('blocked'), 'send-to-desk');
});

test('every referral is a reason of its own, for the steward to check', () => {
  for (const referral of REFERRALS) {
    assert.ok(REASONS.includes(reasonOfReferral(referral)));
    assert.equal(nextActionOf('referred', reasonOfReferral(referral), 'in'), 'check-holder');
  }
});
