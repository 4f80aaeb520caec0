import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { eventFile, matchEventOf } from '#protocol/event-file.ts';
import { arrivalMin, DOORS_AT_MIN, LAST_ARRIVAL_MIN } from './arrival-curve.ts';
import { Chance } from './chance.ts';
import { otherEvent, seedEvent } from './event.ts';
import { neighboursOf, seedGround } from './ground.ts';
import { ticketCsv } from './ticket-csv.ts';
import { ean13, seedTickets } from './tickets.ts';
import { type Shown, seedStory, type Visit } from './visits.ts';

const ground = seedGround();
const tickets = seedTickets(ground, new Chance('a seed'));
const story = seedStory(ground, tickets, new Chance('another'));
const times = { doorsAt: Date.UTC(2026, 10, 29, 9), startsAt: Date.UTC(2026, 10, 29, 11, 35) };

function peopleIn(visits: readonly Visit[]): number {
  return visits.reduce((sum, visit) => sum + visit.people.length, 0);
}

test('the ground has 4 stands, 60 sections, 24 gates, 144 lanes and 40,000 seats', () => {
  assert.equal(ground.stands.length, 4);
  assert.equal(ground.sections.length, 60);
  assert.equal(ground.gates.length, 24);
  assert.equal(ground.gates.flatMap((gate) => gate.lanes).length, 144);
  const seats = ground.sections.reduce((sum, { rows, seatsPerRow }) => sum + rows * seatsPerRow, 0);
  assert.equal(seats, 40_000);
  const behind = ground.gates.flatMap((gate) => gate.sections);
  assert.deepEqual(behind.toSorted(), ground.sections.map((section) => section.id).toSorted());
});

test('neighbours are gates of the same stand, nearest first', () => {
  assert.deepEqual(
    neighboursOf(ground, 'N4').map((gate) => gate.id),
    ['N3', 'N5', 'N2', 'N6', 'N1'],
  );
});

test('the event file is one that the protocol accepts, and so is the other match', () => {
  for (const file of [seedEvent(ground, times), otherEvent(times)]) {
    assert.deepEqual(eventFile.parse(JSON.parse(JSON.stringify(file))), file);
    assert.ok(matchEventOf(file).gates.length > 0);
  }
});

test('the same seed sells the same tickets and tells the same story, another seed does not', () => {
  const digest = (seed: string) => {
    const sold = seedTickets(ground, new Chance(seed));
    const told = seedStory(ground, sold, new Chance(seed));
    return createHash('sha256').update(ticketCsv(sold)).update(JSON.stringify(told)).digest('hex');
  };
  assert.equal(digest('one'), digest('one'));
  assert.notEqual(digest('one'), digest('two'));
});

test('every seat is sold once, every reference, card and code is of one ticket', () => {
  const valid = tickets.filter((ticket) => ticket.status === 'valid');
  const seats = valid.filter((ticket) => ticket.section !== null);
  assert.equal(
    seats.reduce((sum, ticket) => sum + ticket.admits, 0),
    40_000,
  );
  const places = seats.map(({ section, row, seat }) => `${section} ${row} ${seat}`);
  for (const list of [
    places,
    tickets.map((ticket) => ticket.ref),
    tickets.flatMap((ticket) => ticket.code ?? []),
    tickets.filter((ticket) => ticket.status === 'valid').flatMap((ticket) => ticket.cardUid ?? []),
  ]) {
    assert.equal(new Set(list).size, list.length);
  }
});

test('all kinds of tickets are sold', () => {
  const count = (type: string) => tickets.filter((ticket) => ticket.type === type).length;
  assert.equal(count('accessible'), 128);
  assert.equal(count('companion'), 128);
  assert.equal(count('staff'), 420);
  assert.equal(count('press'), 120);
  assert.ok(count('season') > 12_000 && count('season') < 15_000);
  assert.ok(count('family') > 1_200 && count('child') > 500 && count('student') > 1_500);
  const companions = tickets.filter((ticket) => ticket.companionOf !== null);
  const beside = new Map(tickets.map((ticket) => [ticket.ref, ticket]));
  for (const { companionOf, section } of companions) {
    assert.equal(beside.get(companionOf ?? '')?.type, 'accessible');
    assert.equal(beside.get(companionOf ?? '')?.section, section);
  }
  assert.ok(tickets.some((ticket) => /^[A-Z]/.test(ticket.holder)));
  assert.ok(tickets.some((ticket) => /^\p{Script=Han}{2,4}$/u.test(ticket.holder)));
});

test('the ticket file has a line for each ticket and needs no quotes', () => {
  const lines = ticketCsv(tickets).trimEnd().split('\n');
  assert.equal(lines.length, tickets.length + 1);
  const columns = lines[0]?.split(',').length;
  assert.ok(lines.every((line) => line.split(',').length === columns && !line.includes('"')));
});

test('season cards of the old system carry the check digit of EAN-13', () => {
  // The example of the GS1 General Specifications: 629104150021 has check digit 3.
  const digit = (code: string) => Number(code.at(-1));
  const weighted = (code: string) =>
    [...code].reduce((sum, each, index) => sum + Number(each) * (index % 2 === 0 ? 1 : 3), 0);
  assert.equal(weighted('6291041500213') % 10, 0);
  for (const number of [1, 42, 999_999_999]) {
    const code = ean13(number);
    assert.equal(code.length, 13);
    assert.equal(weighted(code) % 10, 0, `${code} ends with ${digit(code)}`);
  }
});

test('two thirds come in the last 45 minutes, most of all about 25 minutes before kick-off', () => {
  const all = peopleIn(story.visits);
  const share = (fromMin: number, toMin: number) =>
    peopleIn(story.visits.filter(({ atMin }) => atMin >= fromMin && atMin < toMin)) / all;
  const last45 = share(-45, 0);
  assert.ok(last45 >= 0.6 && last45 <= 0.7, `${last45}`);
  assert.ok(share(-60, 0) > 0.72 && share(-60, 0) < 0.85);
  // Two trains long, so that no window has more of them than another.
  const starts = Array.from({ length: 52 }, (_, index) => index - 60);
  const fullest = starts.reduce((a, b) => (share(b, b + 8) > share(a, a + 8) ? b : a));
  assert.ok(fullest + 4 >= -30 && fullest + 4 <= -20, `${fullest + 4}`);
});

test('nobody comes before doors or after the first minutes of the match', () => {
  const chance = new Chance('arrivals');
  for (let each = 0; each < 20_000; each++) {
    const at = arrivalMin(chance);
    assert.ok(at >= DOORS_AT_MIN && at <= LAST_ARRIVAL_MIN);
  }
  const order = story.visits.map((visit) => visit.atMin);
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
});

test('some come to the wrong gate, with copies, forgeries, old copies or no ticket of tonight', () => {
  const shown = story.visits.flatMap((visit) => visit.people);
  const count = (kind: Shown['kind']) => shown.filter((each) => each.kind === kind).length;
  assert.equal(count('forged'), 40);
  assert.equal(count('other-match'), 24);
  assert.equal(count('unsold'), 12);
  assert.ok(count('old-copy') > 20 && count('payment-code') > 100);
  assert.ok(count('foreign') > 4_000 && count('card') > 3_000);
  assert.ok(story.visits.filter((visit) => visit.leaves !== null).length > 100);
  const gateOf = new Map(ground.sections.map((section) => [section.id, section.gate]));
  const sectionOf = new Map(tickets.map((ticket) => [ticket.ref, ticket.section]));
  const astray = story.visits.filter(({ gate, people: [first] }) => {
    const section = first !== undefined && 'ref' in first ? sectionOf.get(first.ref) : null;
    return section != null && gateOf.get(section) !== gate;
  });
  assert.ok(astray.length > 200 && astray.length < 600, `${astray.length}`);
  const { reissued, blocked, slotted } = story.prepared;
  assert.deepEqual([reissued.length, blocked.length, slotted.length], [60, 12, 300]);
});

test('chance is even, and choosing some never takes one twice', () => {
  const chance = new Chance('even');
  const counts = new Array<number>(10).fill(0);
  for (let each = 0; each < 20_000; each++) {
    const at = chance.below(10);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  for (const n of counts) assert.ok(Math.abs(n - 2_000) < 200, counts.join(' '));
  const list = [1, 2, 3, 4, 5];
  assert.deepEqual(new Set(chance.some(list, 9)), new Set(list));
  assert.equal(new Set(chance.some(list, 3)).size, 3);
  const draws = Array.from({ length: 20_000 }, () => chance.normal());
  const mean = draws.reduce((sum, each) => sum + each, 0) / draws.length;
  const spread = Math.sqrt(draws.reduce((sum, each) => sum + each * each, 0) / draws.length);
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(spread - 1) < 0.03);
});
