import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, exit, GROUND, given, MATCH } from '#testing/entry.ts';
import { type Hold, limitOf, NO_CONTROLS } from './controls.ts';
import { groundOf, type MatchEvent, scopesCrossed } from './match-event.ts';

const SCAN = entry('N1', '18:00');

test('a stop of the ground, the gate, the stand or the section holds its people, nobody else', () => {
  for (const scope of ['ground', 'gate/N1', 'stand/north', 'section/N103']) {
    given({ controls: { holds: [stop(scope)] } })
      .when(SCAN)
      .answers('held', { next: 'ask-to-wait', crosses: null });
  }
  for (const scope of ['gate/N3', 'stand/south', 'section/N104', 'N1']) {
    given({ controls: { holds: [stop(scope)] } })
      .when(SCAN)
      .answers('admitted');
  }
});

test('a hold lets people out', () => {
  given({ controls: { holds: [stop('ground')] } })
    .when(exit('N1', '18:00'))
    .answers('admitted');
});

test('a meter lets in so many people in each minute of the clock', () => {
  const controls = { holds: [meter('gate/N1', 20)] };
  given({ controls }).when(SCAN).answers('admitted');
  given({ controls, thisMinute: { 'gate/N1': 19 } })
    .when(SCAN)
    .answers('admitted');
  given({ controls, thisMinute: { 'gate/N1': 20 } })
    .when(SCAN)
    .answers('held');
  given({ controls, thisMinute: { ground: 500, 'gate/N3': 20 } })
    .when(SCAN)
    .answers('admitted');
});

test('of several meters on one place the strictest binds', () => {
  const controls = { holds: [meter('ground', 100), meter('ground', 30)] };
  given({ controls, thisMinute: { ground: 29 } })
    .when(SCAN)
    .answers('admitted');
  given({ controls, thisMinute: { ground: 30 } })
    .when(SCAN)
    .answers('held');
});

test('a full ground, stand or section holds the next person', () => {
  const ground = groundOf(withLimits(3, 2, 1));
  for (const [scope, limit] of [
    ['ground', 3],
    ['stand/north', 2],
    ['section/N103', 1],
  ] as const) {
    given({ ground, inside: { [scope]: limit - 1 } })
      .when(SCAN)
      .answers('admitted');
    given({ ground, inside: { [scope]: limit } })
      .when(SCAN)
      .answers('held');
    given({ ground, inside: { [scope]: limit + 1 } })
      .when(SCAN)
      .answers('held');
  }
  given({ ground, inside: { 'stand/south': 99, 'section/N104': 99 } })
    .when(SCAN)
    .answers('admitted');
});

test('control raises, lowers, sets or lifts a limit', () => {
  const ground = groundOf(withLimits(3, null, null));
  given({ ground, inside: { ground: 3 }, controls: { limits: { ground: 4 } } })
    .when(SCAN)
    .answers('admitted');
  given({ ground, inside: { ground: 2 }, controls: { limits: { ground: 2 } } })
    .when(SCAN)
    .answers('held');
  given({ ground, inside: { ground: 9 }, controls: { limits: { ground: null } } })
    .when(SCAN)
    .answers('admitted');
  given({ inside: { 'section/N103': 5 }, controls: { limits: { 'section/N103': 5 } } })
    .when(SCAN)
    .answers('held');
  assert.equal(limitOf(GROUND, NO_CONTROLS, 'ground'), null);
});

test('people pass a gate, they do not fill it: a gate has no limit', () => {
  given({ inside: { 'gate/N1': 9 }, controls: { limits: { 'gate/N1': 1 } } })
    .when(SCAN)
    .answers('admitted');
});

test('standing room without a section counts in the ticket’s own stand', () => {
  const ticket = { section: null, stand: 'north' };
  given({ ticket, controls: { holds: [stop('stand/north')] } })
    .when(SCAN)
    .answers('held');
  given({ ticket, controls: { holds: [stop('stand/south')] } })
    .when(SCAN)
    .answers('admitted');
});

test('an admission is counted in the ground, its gate, its stand and its section', () => {
  assert.deepEqual(scopesCrossed(GROUND, 'N103', 'N1'), [
    'ground',
    'gate/N1',
    'stand/north',
    'section/N103',
  ]);
  assert.deepEqual(scopesCrossed(GROUND, null, 'S1'), ['ground', 'gate/S1']);
  assert.deepEqual(scopesCrossed(GROUND, 'gone', 'S1'), ['ground', 'gate/S1']);
  assert.deepEqual(scopesCrossed(GROUND, null, 'N1', 'north'), [
    'ground',
    'gate/N1',
    'stand/north',
  ]);
  for (const scope of scopesCrossed(GROUND, 'N103', 'N1')) {
    assert.ok(GROUND.scopes.includes(scope), scope);
  }
});

function stop(scope: string): Hold {
  return { id: scope, scope, kind: 'stop', perMinute: null, reason: 'crush at the steps' };
}

function meter(scope: string, perMinute: number): Hold {
  return { id: `${scope} ${perMinute}`, scope, kind: 'meter', perMinute, reason: 'busy concourse' };
}

function withLimits(ground: number, stand: number | null, section: number | null): MatchEvent {
  return {
    ...MATCH,
    venue: { ...MATCH.venue, limit: ground },
    stands: MATCH.stands.map((each) => (each.id === 'north' ? { ...each, limit: stand } : each)),
    sections: MATCH.sections.map((each) =>
      each.id === 'N103' ? { ...each, limit: section } : each,
    ),
  };
}
