import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import { at } from '#testing/entry.ts';
import { fc } from '#testing/properties.ts';
import { NAME } from '#testing/sale.ts';
import { type ArrivalOffer, creditsFor, decidePledge, type Pledge } from './arrival-credit.ts';
import { type ArrivalBin, shiftArrivals } from './arrival-shift.ts';
import { sumOf } from './money.ts';

const EARLY: ArrivalOffer = {
  id: 'early',
  name: NAME,
  from: at('17:30'),
  until: at('18:30'),
  toleranceMinutes: 5,
  gates: null,
  types: null,
  creditMinor: 1_000,
  budgetMinor: 3_500,
};
const SOUTH: ArrivalOffer = { ...EARLY, id: 'south', gates: ['S1'], budgetMinor: 100_000 };

const pledge = (ticket: number, offer = 'early'): Pledge => ({
  ...{ ticket, offer, creditMinor: 1_000, pledgedAt: plusMs(at('10:00'), ticket) },
});

test('a pledge is made once, before the slot, for a gate that leads to the seat, within the budget', () => {
  const ticket = { type: 'adult', offer: null, gates: ['N1'] };
  const decide = (offer: ArrivalOffer, pledged: number, more = {}, now = at('10:00')) =>
    decidePledge(offer, pledged, { ...ticket, ...more }, now);
  assert.equal(decide(EARLY, 2_500), null);
  assert.equal(decide(EARLY, 2_501), 'budget-spent');
  assert.equal(decide(EARLY, 0, { offer: 'south' }), 'pledged-already');
  assert.equal(decide(SOUTH, 0), 'gate-not-theirs');
  assert.equal(decide(SOUTH, 0, { gates: ['N1', 'S1'] }), null);
  assert.equal(decide({ ...EARLY, types: ['child'] }, 0), 'type-not-meant');
  assert.equal(decide(EARLY, 0, {}, at('17:30')), 'offer-over');
});

test('the scan proves it: at the time, by the gate, the first time the holder came in', () => {
  const entries = [
    { ticket: 1, gate: 'N1', at: at('18:34') },
    { ticket: 2, gate: 'N1', at: at('18:35') },
    { ticket: 2, gate: 'N1', at: at('18:50') },
    { ticket: 3, gate: 'N1', at: at('18:00') },
    { ticket: 4, gate: 'S1', at: at('18:00') },
    { ticket: 4, gate: 'N1', at: at('19:00') },
  ];
  const pledges = [pledge(1), pledge(2), pledge(3, 'south'), pledge(4, 'south'), pledge(5)];
  assert.deepEqual(
    creditsFor([EARLY, SOUTH], pledges, entries).map(({ outcome, owedMinor }) => [
      outcome,
      owedMinor,
    ]),
    [
      ['kept', 1_000],
      ['another-time', 0],
      ['another-gate', 0],
      ['kept', 1_000],
      ['did-not-come', 0],
    ],
  );
});

const pledges = fc
  .uniqueArray(fc.nat(30), { maxLength: 20 })
  .chain((tickets) =>
    fc.tuple(
      ...tickets.map((ticket) => fc.constantFrom('early', 'south').map((o) => pledge(ticket, o))),
    ),
  );
const entries = fc.array(
  fc.record({
    ticket: fc.nat(30),
    gate: fc.constantFrom('N1', 'S1'),
    at: fc.nat(180).map((minute) => plusMs(at('17:00'), minute * MINUTE_MS)),
  }),
  { maxLength: 40 },
);

test('however scans are told, twice or in another order, credits are the same and within the budget', () => {
  fc.assert(
    fc.property(pledges, entries, fc.nat(40), (promised, scans, cut) => {
      const credits = creditsFor([EARLY, SOUTH], promised, scans);
      const again = [...scans.slice(cut), ...scans, ...scans.slice(0, cut)];
      assert.deepEqual(creditsFor([EARLY, SOUTH], promised.toReversed(), again), credits);
      for (const { id, budgetMinor } of [EARLY, SOUTH]) {
        const owed = credits.filter(({ offer }) => offer === id);
        assert.ok(sumOf(owed, (one) => one.owedMinor) <= budgetMinor);
      }
      assert.equal(credits.length, promised.length, 'nobody is left without an answer');
    }),
    { numRuns: 300 },
  );
});

const BIN_MS = 15 * MINUTE_MS;
const bin = (gate: string, n: number, people: number): ArrivalBin => ({
  gate,
  from: plusMs(at('17:30'), n * BIN_MS),
  people,
});
const EVENING = [100, 200, 400, 900, 1_500, 1_900, 1_600, 600];
const bins = ['N1', 'S1'].flatMap((gate) => EVENING.map((people, n) => bin(gate, n, people)));
const PER_BIN = new Map([
  ['N1', 1_000],
  ['S1', 1_000],
]);

test('an offer for an early hour flattens the peak, and says what it costs at most', () => {
  const offer = { ...EARLY, budgetMinor: 5_000_000 };
  const shift = shiftArrivals(bins, [offer], 200, PER_BIN);
  assert.deepEqual(shift.before, { people: 3_800, at: at('18:45') });
  // Of 14,400, 3,200 come in that hour anyhow; a fifth of the others would come earlier.
  assert.deepEqual(shift.offers, [
    { id: 'early', taken: 5_000, movedPeople: 2_059, costMinor: 5_000_000 },
  ]);
  assert.ok(shift.after.people < 3_200, String(shift.after.people));
  assert.ok(shift.gates.every(({ isWorse }) => !isWorse));
});

test('an offer that draws too many to one gate is told to be worse', () => {
  const lure = { ...SOUTH, from: at('18:30'), until: at('18:45'), budgetMinor: 900_000_000 };
  const shift = shiftArrivals(bins, [lure], 500, PER_BIN);
  assert.deepEqual(
    shift.gates.map(({ gate, isWorse }) => [gate, isWorse]),
    [
      ['N1', false],
      ['S1', true],
    ],
  );
});

test('people are moved, never made or lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3_000), { minLength: 1, maxLength: 16 }),
      fc.nat(1_000),
      fc.integer({ min: 1_000, max: 9_000_000 }),
      (people, takeUp, budgetMinor) => {
        const each = people.map((count, n) => bin(n % 2 === 0 ? 'N1' : 'S1', n >> 1, count));
        const offers = [EARLY, SOUTH].map((offer) => ({ ...offer, budgetMinor }));
        const shift = shiftArrivals(each, offers, takeUp, PER_BIN);
        const count = (of: readonly ArrivalBin[]) => sumOf(of, (one) => one.people);
        assert.equal(count(shift.bins), count(each));
        assert.ok(shift.bins.every((one) => one.people >= 0));
        assert.ok(shift.offers.every(({ costMinor }) => costMinor <= budgetMinor));
      },
    ),
    { numRuns: 300 },
  );
});

test('an offer that no arrival falls into moves nobody and costs nothing', () => {
  const night: ArrivalOffer = { ...EARLY, from: at('03:00'), until: at('04:00') as Instant };
  assert.deepEqual(shiftArrivals(bins, [night], 500, PER_BIN).offers[0]?.costMinor, 0);
});
