import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groundOf } from '#domain/venue/match-event.ts';
import {
  aTicket,
  at,
  type Evening,
  entry,
  exit,
  given,
  MATCH,
  type Word,
  wentIn,
  wentOut,
} from '#testing/entry.ts';
import { mayLaneSettle } from './decide-scan.ts';

test('admits a valid ticket at its gate while doors are open, and counts one person', () => {
  given()
    .when(entry('N1', '18:00'))
    .answers('admitted', {
      verdict: 'admitted',
      reason: null,
      ticket: aTicket(),
      crosses: { inside: 1 },
      next: 'let-in',
      first: null,
      gateHint: null,
      from: null,
    });
});

test('a code that leads to no ticket is refused with what it is, on the way out as well', () => {
  for (const code of ['unreadable', 'forged', 'unknown', 'wrong-event'] as const) {
    for (const scan of [entry('N1', '18:00'), exit('N1', '18:00')]) {
      given({ code }).when(scan).answers(code, { verdict: 'refused', ticket: null, crosses: null });
    }
  }
});

test('a ticket that is not valid is refused with why', () => {
  for (const status of ['cancelled', 'unpaid', 'not-activated'] as const) {
    given({ ticket: { status } }).when(entry('N1', '18:00')).answers(status, { crosses: null });
  }
  given({ isCurrent: false }).when(entry('N1', '18:00')).answers('revoked');
  given({ ticket: { isBlocked: true } })
    .when(entry('N1', '18:00'))
    .answers('blocked');
});

test('of two reasons that both apply, the one that stands first on the list is given', () => {
  const stopped = { id: 'h1', scope: 'ground', kind: 'stop', perMinute: null, reason: '' } as const;
  const used = [wentIn('17:45')];
  const pairs: [Word, Evening, ReturnType<typeof entry>][] = [
    ['cancelled', { ticket: { status: 'cancelled' }, isCurrent: false }, entry('N1', '18:00')],
    ['unpaid', { ticket: { status: 'unpaid', isBlocked: true } }, entry('N1', '18:00')],
    [
      'not-activated',
      { ticket: { status: 'not-activated' }, isCurrent: false },
      entry('N1', '18:00'),
    ],
    ['revoked', { isCurrent: false, ticket: { isBlocked: true } }, entry('N1', '18:00')],
    [
      'blocked',
      { ticket: { isBlocked: true }, controls: { holds: [stopped] } },
      entry('N1', '18:00'),
    ],
    ['held', { controls: { holds: [stopped] } }, entry('N1', '16:00')],
    ['held', { controls: { holds: [stopped] } }, entry('N1', '22:00')],
    ['held', { controls: { holds: [stopped] } }, entry('S1', '18:00')],
    ['held', { controls: { holds: [stopped] }, crossings: used }, entry('N1', '18:00')],
    ['too-early', {}, entry('S1', '16:00')],
    ['too-late', {}, entry('S1', '22:00')],
    ['too-late', { crossings: used }, entry('N1', '22:00')],
    ['wrong-gate', { crossings: used }, entry('S1', '18:00')],
    ['wrong-gate', { ticket: { referral: 'id' } }, entry('S1', '18:00')],
    ['already-used', { crossings: used, ticket: { referral: 'id' } }, entry('N1', '18:00')],
    ['too-soon', { ...away('17:50'), ticket: pass('id') }, entry('N1', '18:00')],
  ];
  for (const [word, evening, scan] of pairs) given(evening).when(scan).answers(word);
});

test('a second entry names gate, lane and time of the first, by its scan', () => {
  const first = wentIn('18:01', { gate: 'N3', lane: 'N3-1', scan: 'a' });
  given({ ticket: { section: 'N104' }, crossings: [first] })
    .when(entry('N1', '18:05'))
    .answers('already-used', { verdict: 'refused', first, from: null, next: 'send-to-desk' });
});

test('exits of a known ticket are never refused, whatever became of it', () => {
  const stop = { id: 'h1', scope: 'ground', kind: 'stop', perMinute: null, reason: '' } as const;
  const evenings: Evening[] = [
    {},
    { isCurrent: false },
    { ticket: { isBlocked: true } },
    { ticket: { status: 'cancelled' } },
    { ticket: { status: 'unpaid' } },
    { ticket: { status: 'not-activated' } },
    { ticket: { referral: 'age', type: 'accessible' } },
    { controls: { holds: [stop], limits: { ground: 0 } } },
    { crossings: [wentIn('17:40'), wentOut('17:45')] },
  ];
  for (const evening of evenings) {
    for (const scan of [exit('S1', '18:00'), exit('N1', '03:00'), exit('nowhere', '23:59')]) {
      given(evening).when(scan).answers('admitted', { next: 'let-out', reason: null });
    }
  }
});

test('in an evacuation whoever leaves is let out, whatever they show, and nobody is let in', () => {
  const controls = { isEvacuating: true };
  for (const code of ['unreadable', 'forged', 'unknown', 'wrong-event'] as const) {
    const details = { next: 'let-out', ticket: null, crosses: null } as const;
    given({ code, controls }).when(exit('N1', '20:00')).answers('admitted', details);
    given({ code, controls }).when(entry('N1', '20:00')).answers(code);
  }
});

test('an exit takes one person off the count only if the ticket has one inside', () => {
  const inside = (...crossings: Evening['crossings'] & object) =>
    given({ crossings }).when(exit('N1', '20:00')).answers('admitted').crosses?.inside;
  assert.equal(inside(), 0);
  assert.equal(inside(wentIn('18:00')), -1);
  assert.equal(inside(wentIn('18:00', { annulledAt: at('18:01') })), 0);
  assert.equal(inside(wentIn('18:00'), wentOut('19:00')), 0);
  const intruder = wentIn('18:30', { isExact: false });
  assert.equal(
    inside(wentIn('18:00'), intruder, wentOut('19:00')),
    -1,
    'two came in on one ticket',
  );
});

test('a ticket for four admits four people, then names the latest', () => {
  const family = { type: 'family' };
  const crossings = ['18:00', '18:01', '18:02', '18:03'].map((clock) => wentIn(clock));
  for (let inside = 0; inside < 4; inside++) {
    given({ ticket: family, crossings: crossings.slice(0, inside) })
      .when(entry('N1', '18:10'))
      .answers('admitted', { crosses: { inside: 1 } });
  }
  given({ ticket: family, crossings })
    .when(entry('N1', '18:10'))
    .answers('already-used', { first: crossings[3] ?? null });
});

test('what the ticket itself says of how many it admits goes before its type', () => {
  const crossings = [wentIn('18:00')];
  given({ ticket: { admits: 2 }, crossings })
    .when(entry('N1', '18:10'))
    .answers('admitted');
  given({ ticket: { type: 'family', admits: 1 }, crossings })
    .when(entry('N1', '18:10'))
    .answers('already-used');
});

test('a season ticket may come back after an exit scan and the wait, to the millisecond', () => {
  const season = { type: 'season' };
  const insideNow = { ticket: season, crossings: [wentIn('18:00')] };
  given(insideNow).when(entry('N1', '18:10')).answers('already-inside');
  const back = at('18:35');
  const outside = { ticket: season, crossings: [wentIn('18:00'), wentOut('18:20')] };
  given(outside)
    .when(entry('N1', '18:34:59.999'))
    .answers('too-soon', { from: back, next: 'ask-to-come-back' });
  given(outside)
    .when(entry('N1', '18:35'))
    .answers('admitted', { crosses: { inside: 1 } });
});

test('an exit and a return answered in one batch, or by a clock that stepped back, need no wait', () => {
  const ground = groundOf({ ...MATCH, entry: { ...MATCH.entry, reentry: 'after-exit' } });
  const crossings = [wentIn('18:00'), wentOut('18:00:00.001')];
  given({ ground, crossings }).when(entry('N1', '18:00')).answers('admitted');
});

test('staff who may always enter do so with or without an exit scan, and are counted once', () => {
  const staff = { type: 'staff' };
  given({ ticket: staff, crossings: [wentIn('18:00')] })
    .when(entry('N1', '18:00:01'))
    .answers('admitted', { crosses: { inside: 0 } });
  given({ ticket: staff, crossings: [wentIn('18:00'), wentOut('18:01')] })
    .when(entry('N1', '18:01:01'))
    .answers('admitted', { crosses: { inside: 1 } });
});

test('a referred ticket goes to the steward, and in once confirmed', () => {
  for (const referral of ['id', 'age', 'companion', 'height', 'dispute'] as const) {
    given({ ticket: { referral } })
      .when(entry('N1', '18:00'))
      .answers(`check-${referral}`, { verdict: 'referred', crosses: null, next: 'check-holder' });
    given({ ticket: { referral } })
      .when(entry('N1', '18:00', { isConfirmed: true }))
      .answers('admitted', { crosses: { inside: 1 } });
  }
  given({ ticket: { type: 'student' } })
    .when(entry('N1', '18:00'))
    .answers('check-id');
  given({ ticket: { type: 'student', referral: 'age' } })
    .when(entry('N1', '18:00'))
    .answers('check-age');
});

test('a steward’s confirmation settles the referral and nothing else', () => {
  const confirmed = { isConfirmed: true };
  given({ ticket: { isBlocked: true } })
    .when(entry('N1', '18:00', confirmed))
    .answers('blocked');
  given({ crossings: [wentIn('17:45')] })
    .when(entry('N1', '18:00', confirmed))
    .answers('already-used');
});

test('the type’s attention is shown with an admission and a referral, not with a refusal', () => {
  const child = { type: 'child' };
  given({ ticket: child })
    .when(entry('N1', '18:00'))
    .answers('admitted', { attention: 'check-age' });
  given({ ticket: { ...child, referral: 'id' } })
    .when(entry('N1', '18:00'))
    .answers('check-id', { attention: 'check-age' });
  given({ ticket: child }).when(entry('S1', '18:00')).answers('wrong-gate', { attention: null });
});

test('a ticket of a type that the event does not have goes by the event’s rules', () => {
  given({ ticket: { type: 'gone' } })
    .when(entry('N1', '18:00'))
    .answers('admitted');
});

test('a lane settles alone only what no newer list and no other lane’s claim could change', () => {
  const settles = (evening: Evening, scan: ReturnType<typeof entry>, word: Word) =>
    mayLaneSettle(given(evening).when(scan).answers(word));
  const stop = { id: 'h1', scope: 'gate/N1', kind: 'stop', perMinute: null, reason: '' } as const;
  assert.ok(settles({ code: 'unreadable' }, entry('N1', '18:00'), 'unreadable'));
  assert.ok(settles({ code: 'forged' }, entry('N1', '18:00'), 'forged'));
  assert.ok(settles({ code: 'wrong-event' }, entry('N1', '18:00'), 'wrong-event'));
  assert.ok(settles({ isCurrent: false }, entry('N1', '18:00'), 'revoked'));
  assert.ok(settles({ controls: { holds: [stop] } }, entry('N1', '18:00'), 'held'));
  assert.ok(settles({}, entry('S1', '18:00'), 'wrong-gate'));
  assert.ok(!settles({}, entry('N1', '18:00'), 'admitted'));
  assert.ok(!settles({ code: 'unknown' }, entry('N1', '18:00'), 'unknown'));
  assert.ok(!settles({ ticket: { isBlocked: true } }, entry('N1', '18:00'), 'blocked'));
  assert.ok(!settles({ ticket: { status: 'unpaid' } }, entry('N1', '18:00'), 'unpaid'));
  assert.ok(!settles({}, entry('N1', '16:00'), 'too-early'));
  assert.ok(!settles({ crossings: [wentIn('17:45')] }, entry('N1', '18:00'), 'already-used'));
});

function pass(referral: 'id'): Evening['ticket'] & object {
  return { type: 'season', referral };
}

function away(since: string): Evening {
  return { crossings: [wentIn('17:40'), wentOut(since)] };
}
