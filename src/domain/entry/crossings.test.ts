import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, RULES, wentIn, wentOut } from '#testing/entry.ts';
import {
  ANNUL_WITHIN_MS,
  annulCrossing,
  type Crossing,
  foldCrossings,
  insideOf,
  nextCrossingAt,
  openingFor,
} from './crossings.ts';

const ONCE = RULES;
const SEASON = { ...RULES, reentry: 'after-exit', minutesBetween: 15 } as const;
const FAMILY = { ...RULES, admits: 2 };
const STAFF = { ...RULES, reentry: 'always', minutesBetween: 15 } as const;
const LOST = { isExact: false, gate: 'S1', device: 'phone-2' } as const;

test('the first entry opens the first slot, an exit leaves it, a return opens its next cycle', () => {
  const crossings = [wentIn('18:00'), wentOut('18:10'), wentIn('18:30')];
  const { slots, conflicts, surplus } = foldCrossings(crossings, SEASON);
  assert.deepEqual(slots, [{ cycle: 2, isInside: true, entered: crossings[2], leftAt: null }]);
  assert.deepEqual([conflicts, surplus], [[], 0]);
  const [left] = foldCrossings(crossings.slice(0, 2), SEASON).slots;
  assert.deepEqual(left, {
    cycle: 1,
    isInside: false,
    entered: crossings[0],
    leftAt: at('18:10'),
  });
});

test('an entry that finds no slot is a conflict naming both, and one more person inside', () => {
  const holder = wentIn('18:00');
  const intruder = wentIn('18:05', LOST);
  const crossed = foldCrossings([intruder, holder], ONCE);
  assert.deepEqual(crossed.conflicts, [{ holder, intruder }]);
  assert.equal(crossed.slots.length, 1);
  assert.equal(insideOf(crossed), 2);
});

test('a provisional entry that came first holds the slot, even if an exact one was told first', () => {
  const exact = wentIn('18:05');
  const earlier = wentIn('18:00', LOST);
  const { conflicts } = foldCrossings([exact, earlier], ONCE);
  assert.deepEqual(conflicts, [{ holder: earlier, intruder: exact }]);
});

test('at the same millisecond the exact crossing counts as first, then ids decide', () => {
  const exact = wentIn('18:00', { device: 'z', scan: 'z' });
  const lost = wentIn('18:00', { ...LOST, device: 'a', scan: 'a' });
  const again = wentIn('18:00', { ...LOST, device: 'a', scan: 'b' });
  const { conflicts } = foldCrossings([again, lost, exact], ONCE);
  assert.deepEqual(
    conflicts.map(({ holder, intruder }) => [holder.scan, intruder.scan]),
    [
      ['z', 'a'],
      ['z', 'b'],
    ],
  );
});

test('an annulled crossing counts for nothing, in or out', () => {
  const annulledAt = at('18:01');
  assert.deepEqual(foldCrossings([wentIn('18:00', { annulledAt })], ONCE).slots, []);
  const stillIn = [wentIn('18:00'), wentOut('18:10', { annulledAt: at('18:11') })];
  assert.equal(insideOf(foldCrossings(stillIn, SEASON)), 1);
});

test('an exit before any entry takes nobody away', () => {
  const crossed = foldCrossings([wentOut('17:50'), wentIn('18:00')], ONCE);
  assert.equal(insideOf(crossed), 1);
});

test('while two are inside on one ticket, the first exit makes that good and opens nothing', () => {
  const two = [wentIn('18:00'), wentIn('18:05', LOST)];
  const one = [...two, wentOut('19:00')];
  const none = [...one, wentOut('19:10')];
  const openingAt = (crossings: Crossing[], clock: string) => {
    const { slots, surplus } = foldCrossings(crossings, SEASON);
    const opening = openingFor(slots, SEASON, at(clock), surplus);
    return opening.kind === 'open' ? 'open' : opening.reason;
  };
  assert.equal(openingAt(two, '20:00'), 'already-inside');
  assert.equal(openingAt(one, '20:00'), 'already-inside');
  assert.equal(openingAt(none, '19:20'), 'too-soon');
  assert.equal(openingAt(none, '19:25'), 'open');
});

test('a provisional return within the wait keeps the ticket from letting in a second person', () => {
  const crossings = [wentIn('18:00'), wentOut('18:10'), wentIn('18:20', LOST)];
  const { slots, surplus, conflicts } = foldCrossings(crossings, SEASON);
  assert.equal(conflicts.length, 1);
  const opening = openingFor(slots, SEASON, at('18:40'), surplus);
  assert.equal(opening.kind === 'closed' && opening.reason, 'already-inside');
});

test('of several people outside, the one longest outside comes back first', () => {
  const all = { ...SEASON, admits: 2 };
  const crossings = [wentIn('18:00'), wentIn('18:01'), wentOut('18:10'), wentOut('18:20')];
  const { slots } = foldCrossings(crossings, all);
  assert.deepEqual(openingFor(slots, all, at('18:25')), { kind: 'open', slot: 0, cycle: 2 });
  const after = foldCrossings([...crossings, wentIn('18:25')], all);
  const next = openingFor(after.slots, all, at('18:30'));
  assert.equal(next.kind === 'closed' && next.from, at('18:35'));
});

test('who may always enter neither waits nor conflicts, and is one person all along', () => {
  const crossings = [wentIn('18:00'), wentOut('18:10'), wentIn('18:11'), wentIn('18:12')];
  const crossed = foldCrossings(crossings, STAFF);
  assert.deepEqual(crossed.conflicts, []);
  assert.equal(insideOf(crossed), 1);
  assert.equal(crossed.slots[0]?.cycle, 3);
});

test('once only means once: an exit reopens nothing', () => {
  const crossings = [wentIn('18:00'), wentOut('18:10')];
  const { slots } = foldCrossings(crossings, ONCE);
  const opening = openingFor(slots, ONCE, at('20:00'));
  assert.deepEqual(opening, {
    kind: 'closed',
    reason: 'already-used',
    holder: slots[0],
    from: at('18:10'),
  });
});

test('exact crossings never share a millisecond and never run backwards', () => {
  assert.equal(nextCrossingAt([], at('18:00')), at('18:00'));
  assert.equal(nextCrossingAt([wentIn('17:59')], at('18:00')), at('18:00'));
  assert.equal(nextCrossingAt([wentIn('18:00')], at('18:00')), at('18:00:00.001'));
  const aheadOfClock = [wentIn('18:00:05'), wentOut('18:00:01')];
  assert.equal(nextCrossingAt(aheadOfClock, at('18:00')), at('18:00:05.001'));
});

test('an exact crossing follows a provisional one known at the same millisecond', () => {
  assert.equal(nextCrossingAt([wentOut('18:00', LOST)], at('18:00')), at('18:00:00.001'));
  const exactAheadOfClock = [wentIn('18:00:05'), wentOut('18:00:05.001', LOST)];
  assert.equal(nextCrossingAt(exactAheadOfClock, at('18:00')), at('18:00:05.002'));
});

test('what another node’s clock has filed just ahead of ours comes before what is decided now', () => {
  const filed = wentIn('18:00:02', LOST);
  const crossingAt = nextCrossingAt([filed], at('18:00'));
  assert.equal(crossingAt, at('18:00:02.001'));
  const left = foldCrossings([filed, { ...wentOut('18:00'), at: crossingAt }], ONCE);
  assert.equal(insideOf(left), 0, 'whoever left is not inside');
});

test('a lane whose clock runs ahead does not drag the authority’s time with it', () => {
  assert.equal(nextCrossingAt([wentIn('23:00', LOST)], at('18:00')), at('18:00'));
});

test('an entry whose turnstile did not turn is taken back within fifteen minutes', () => {
  const crossings = [wentIn('18:00')];
  const last = (at('18:00') + ANNUL_WITHIN_MS) as (typeof crossings)[0]['at'];
  const annulled = annulCrossing(crossings, 'phone-1', 'in 18:00', last);
  assert.deepEqual(annulled, [{ ...crossings[0], annulledAt: last }]);
  const later = at('18:15:00.001');
  assert.equal(annulCrossing(crossings, 'phone-1', 'in 18:00', later), 'too-late');
});

test('only the crossing of that device and scan is taken back, and only once', () => {
  const crossings = [wentIn('18:00', { annulledAt: at('18:01') })];
  const annul = (device: string, scan: string) =>
    annulCrossing(crossings, device, scan, at('18:02'));
  assert.equal(annul('phone-2', 'in 18:00'), 'no-such-crossing');
  assert.equal(annul('phone-1', 'in 18:01'), 'no-such-crossing');
  assert.equal(annul('phone-1', 'in 18:00'), 'already-annulled');
});

test('an entry is not taken back once somebody left by the ticket', () => {
  const crossings = [wentIn('18:00'), wentOut('18:05')];
  assert.equal(annulCrossing(crossings, 'phone-1', 'in 18:00', at('18:06')), 'crossed-since');
  assert.equal(annulCrossing(crossings, 'phone-1', 'out 18:05', at('18:06')).length, 2);
});

test('an exit is not taken back once somebody came in by it', () => {
  const crossings = [wentIn('18:00'), wentOut('18:05'), wentIn('18:20')];
  assert.equal(annulCrossing(crossings, 'phone-1', 'out 18:05', at('18:20')), 'crossed-since');
});

test('one of a family is taken back while the others stay in', () => {
  const crossings = [wentIn('18:00'), wentIn('18:01')];
  const annulled = annulCrossing(crossings, 'phone-1', 'in 18:00', at('18:02'));
  assert.ok(typeof annulled !== 'string');
  const { slots } = foldCrossings(annulled, FAMILY);
  assert.deepEqual(
    slots.map((slot) => slot.entered.scan),
    ['in 18:01'],
  );
  assert.equal(openingFor(slots, FAMILY, at('18:03')).kind, 'open');
});

test('what was annulled does not stand in the way of annulling what came before', () => {
  const crossings = [wentIn('18:00'), wentOut('18:05', { annulledAt: at('18:06') })];
  assert.equal(typeof annulCrossing(crossings, 'phone-1', 'in 18:00', at('18:07')), 'object');
});
