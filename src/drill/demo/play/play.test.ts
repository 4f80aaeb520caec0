import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ScanAnswer, scanAnswer } from '#protocol/scans.ts';
import { seedGround } from '../seed/ground.ts';
import type { Visit } from '../seed/visits.ts';
import { Agenda } from './agenda.ts';
import { GateLine } from './gate-line.ts';
import { entryOf, Ledger, lastMinuteOf } from './ledger.ts';
import { MatchClock } from './match-clock.ts';
import { type Party, partyOf, peopleLeft, stepAfter } from './party.ts';

const N1 = new Map(seedGround().gates.map((gate) => [gate.id, gate])).get('N1');

function answered(details: Partial<ScanAnswer>): ScanAnswer {
  return scanAnswer.parse({
    scanId: 'N1-1.1',
    verdict: 'refused',
    reason: null,
    rung: 'hub',
    ticket: null,
    first: null,
    gateHint: null,
    attention: null,
    next: 'send-to-desk',
    from: null,
    decidedAt: '2026-11-29T11:00:00.000Z',
    storeEpoch: 'e',
    revision: 1,
    mark: 'm',
    ...details,
  });
}

function visit(details: Partial<Visit> = {}): Visit {
  const people = [{ kind: 'code', ref: 'HY-000001' } as const];
  return { atMin: -30, gate: 'N1', lane: 'standard', people, leaves: null, ...details };
}

function lineOfN1(): GateLine {
  assert.ok(N1 !== undefined);
  return new GateLine(N1);
}

test('the clock runs at its speed, and slower while lanes wait for answers', () => {
  const clock = new MatchClock(-60, 0, () => 60);
  clock.advance(1_000, 0);
  assert.equal(clock.nowMin, -59);
  for (let ms = 1_010; ms <= 2_000; ms += 10) clock.advance(ms, 1);
  assert.ok(clock.nowMin < -58.7 && clock.speed < 1, `${clock.nowMin} at ${clock.speed}`);
  for (let ms = 2_010; ms <= 6_000; ms += 10) clock.advance(ms, 0);
  assert.equal(clock.speed, 60);
});

test('the agenda runs what is due in order of time, and what that adds', () => {
  const agenda = new Agenda();
  const done: number[] = [];
  for (const at of [5, 1, 4, 2, 3, 9]) agenda.add(at, () => done.push(at));
  agenda.add(2.5, () => agenda.add(4.5, () => done.push(4.5)));
  agenda.runUntil(5);
  assert.deepEqual(done, [1, 2, 3, 4, 4.5, 5]);
  assert.equal(agenda.size, 1);
});

test('after a verdict a fan does what the lane says', () => {
  assert.deepEqual(stepAfter(answered({ verdict: 'admitted' })), { kind: 'next' });
  assert.deepEqual(stepAfter(answered({ reason: 'already-used' })), { kind: 'next' });
  const hint = answered({ reason: 'wrong-gate', gateHint: { gates: ['N4'] } });
  assert.deepEqual(stepAfter(hint), { kind: 'other-gate', gates: ['N4'] });
  const early = answered({ reason: 'too-early', from: '2026-11-29T11:00:00.000Z' });
  assert.deepEqual(stepAfter(early), { kind: 'come-back', atRealMs: Date.UTC(2026, 10, 29, 11) });
  assert.deepEqual(stepAfter(answered({ reason: 'held' })), { kind: 'wait' });
  const check = answered({ verdict: 'referred', reason: 'check-id' });
  assert.deepEqual(stepAfter(check), { kind: 'confirm' });
});

test('lanes serve their own queues, leaving people first, and a queue counts people', () => {
  const line = lineOfN1();
  const family = partyOf(visit({ people: new Array(4).fill({ kind: 'code', ref: 'HY-000002' }) }));
  const season = partyOf(visit({ lane: 'fast' }));
  const wheelchair = partyOf(visit({ lane: 'accessible' }));
  const leaving = partyOf(visit(), 'out');
  for (const party of [family, season, wheelchair, leaving]) line.join(party, -30);
  assert.equal(line.people, 7);
  assert.equal(line.next('standard'), leaving);
  assert.equal(line.next('accessible'), wheelchair);
  assert.equal(line.next('accessible'), null);
  assert.equal(line.next('fast'), season);
  assert.equal(line.next('standard'), family);
  family.index = 1;
  line.rejoin(family);
  assert.equal(line.people, 3);
  assert.deepEqual(line.disperse(), [family]);
  assert.equal(line.people, 0);
});

test('queues are served in order of arrival, whatever their length', () => {
  const line = lineOfN1();
  const parties = Array.from({ length: 500 }, () => partyOf(visit()));
  const served: (Party | null)[] = [];
  parties.forEach((party, index) => {
    line.join(party, index);
    if (index % 2 === 0) served.push(line.next('standard'));
  });
  while (line.people > 0) served.push(line.next('standard'));
  assert.deepEqual(served, parties);
  assert.equal(peopleLeft(partyOf(visit())), 1);
});

test('a season holder takes the shorter queue', () => {
  const line = lineOfN1();
  const holders = Array.from({ length: 8 }, () => partyOf(visit({ lane: 'fast' })));
  for (const holder of holders) line.join(holder, -30);
  assert.notEqual(line.next('standard'), null);
  assert.notEqual(line.next('fast'), null);
});

test('the ledger counts by gate what its lanes were told', () => {
  const ledger = new Ledger();
  const place = { device: 'd', gate: 'N1', lane: 'N1-1' };
  ledger.write(entryOf(place, 'in', answered({ verdict: 'admitted' })), -30.5);
  ledger.write(entryOf(place, 'in', answered({ verdict: 'admitted' })), -29.9);
  ledger.write(entryOf(place, 'out', answered({ verdict: 'admitted' })), -29.8);
  ledger.write(entryOf(place, 'in', answered({ reason: 'wrong-gate' })), -29.7);
  const tally = ledger.tallyOf('N1');
  assert.deepEqual([tally.admitted, tally.left, tally.refused.get('wrong-gate')], [2, 1, 1]);
  assert.equal(lastMinuteOf(tally, -29.75), 1 + 0.75);
});
