import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import { type EntryGate, type EntrySection, planEntry, USUAL_RATES } from './entry-capacity.ts';
import { forecastEntry, risksOf } from './entry-forecast.ts';
import { spreadOverGates } from './gate-shares.ts';

const gate = (id: string, lanes: Partial<EntryGate> = {}): EntryGate => ({
  id,
  standard: 1,
  fast: 0,
  accessible: 0,
  searchedPerHour: null,
  ...lanes,
});
const section = (
  id: string,
  places: number,
  gates: string[],
  more: Partial<EntrySection> = {},
) => ({
  id,
  places,
  sold: places,
  assisted: 0,
  gates,
  ...more,
});
/** Everybody between 60 and 0 minutes before kick-off, evenly. */
const steady = (minutes: number) => Math.min(1, Math.max(0, (60 - minutes) / 60));

test('one turnstile is 660 people in the hour: no more may be sold behind it', () => {
  const plan = planEntry([section('A', 1_000, ['N1'])], [gate('N1')]);
  assert.deepEqual(plan.sections, [
    { id: 'A', places: 1_000, sold: 1_000, entry: 660, sellable: 660, limitedBy: 'lanes' },
  ]);
  assert.deepEqual(plan.gates[0]?.needs, {
    lanes: 2,
    fast: 0,
    accessible: 0,
    searchLanes: 3,
    stewards: 6,
  });
  assert.equal(
    planEntry([section('A', 600, ['N1'])], [gate('N1')]).sections[0]?.limitedBy,
    'places',
  );
});

test('a search lane of 230 an hour binds before the turnstile; fast lanes pass it', () => {
  const [searched] = planEntry(
    [section('A', 1_000, ['N1'])],
    [gate('N1', { searchedPerHour: 230 })],
  ).sections;
  assert.deepEqual([searched?.sellable, searched?.limitedBy], [230, 'search']);
  const fast = planEntry(
    [section('A', 1_000, ['N1'])],
    [gate('N1', { searchedPerHour: 230, fast: 1 })],
  );
  assert.equal(fast.sections[0]?.sellable, 890);
  assert.equal(fast.gates[0]?.needs.fast, 1);
});

test('gates that several sections share are shared evenly, and whoever has another gate uses it', () => {
  const plan = planEntry(
    [section('A', 660, ['N1']), section('B', 660, ['N1', 'N2'])],
    [gate('N1'), gate('N2')],
  );
  assert.deepEqual(
    plan.sections.map(({ sellable }) => sellable),
    [660, 660],
  );
  const tight = planEntry([section('A', 600, ['N1']), section('B', 600, ['N1'])], [gate('N1')]);
  assert.ok(tight.sections.every(({ sellable }) => Math.abs(sellable - 330) <= 6));
  assert.ok(tight.sellable <= 660);
});

test('people in wheelchairs have lanes of their own kind counted, and so have those who come with them', () => {
  const plan = planEntry(
    [section('A', 500, ['N1'], { assisted: 250 })],
    [gate('N1', { accessible: 1 })],
  );
  assert.equal(plan.gates[0]?.needs.accessible, 2);
  const none = [section('A', 500, ['N1'], { assisted: 4 })];
  const risks = risksOf(planEntry(none, [gate('N1')]), [], none, [gate('N1')]);
  assert.deepEqual(
    risks.map(({ kind, people }) => [kind, people]),
    [['no-accessible-lane', 4]],
  );
});

test('the forecast counts the queue minute by minute, and says who stands outside at kick-off', () => {
  const sections = [section('A', 1_320, ['N1'])];
  const gates = [gate('N1')];
  const crowd = { arrived: steady, showUp: 1 };
  const [one] = forecastEntry(sections, gates, USUAL_RATES, crowd);
  // 22 come each minute and 11 go in.
  assert.deepEqual([one?.queueMax, one?.outsideAtKickOff, one?.waitMaxMinutes], [660, 660, 60]);
  assert.equal(one?.clearAtMinutes, -60);
  const risks = risksOf(
    planEntry(sections, gates),
    one === undefined ? [] : [one],
    sections,
    gates,
  );
  assert.deepEqual(
    risks.map(({ kind, people, minutes }) => [kind, people, minutes]),
    [
      ['sold-beyond-entry', 660, null],
      ['outside-at-kick-off', 660, 60],
    ],
  );
});

test('a gate that has no lane to spare is named, and so is a section that no gate leads to', () => {
  const sections = [section('A', 1_300, ['N1']), section('X', 10, [])];
  const gates = [gate('N1', { standard: 2 })];
  const forecast = forecastEntry(sections, gates, USUAL_RATES, { arrived: steady, showUp: 1 });
  const kinds = risksOf(planEntry(sections, gates), forecast, sections, gates).map(
    ({ kind }) => kind,
  );
  assert.deepEqual(kinds, ['no-gate', 'one-lane-from-trouble']);
});

test('nobody enters twice, no gate lets in more than it can, and no section is short while a gate has room', () => {
  const shape = fc.record({
    sections: fc.array(
      fc.record({ people: fc.integer({ min: 1, max: 900 }), gates: fc.subarray(['a', 'b', 'c']) }),
      { minLength: 1, maxLength: 5 },
    ),
    rooms: fc.tuple(fc.nat(900), fc.nat(900), fc.nat(900)),
  });
  fc.assert(
    fc.property(shape, ({ sections: drawn, rooms }) => {
      const sections = drawn.map((each, index) => ({ id: String(index), ...each }));
      const capacities = new Map(['a', 'b', 'c'].map((id, index) => [id, rooms[index] ?? 0]));
      const { bySection, byGate } = spreadOverGates(sections, capacities);
      for (const [id, people] of byGate) assert.ok(people <= (capacities.get(id) ?? 0) + 0.01);
      for (const { id, people, gates } of sections) {
        const entered = bySection.get(id) ?? 0;
        assert.ok(entered <= people + 0.01);
        if (entered > people - 0.01) continue;
        for (const by of gates) {
          assert.ok((byGate.get(by) ?? 0) >= (capacities.get(by) ?? 0) - 0.01, 'a gate has room');
        }
      }
      // As much as any spreading could: the least cut (Ford and Fulkerson).
      const total = [...bySection.values()].reduce((sum, each) => sum + each, 0);
      let bound = Number.POSITIVE_INFINITY;
      for (let set = 0; set < 2 ** sections.length; set += 1) {
        const inside = sections.filter((_, index) => (set >> index) % 2 === 1);
        const outside = sections.filter((_, index) => (set >> index) % 2 === 0);
        const gates = new Set(inside.flatMap((each) => each.gates));
        const through = [...gates].reduce((sum, id) => sum + (capacities.get(id) ?? 0), 0);
        bound = Math.min(bound, through + outside.reduce((sum, each) => sum + each.people, 0));
      }
      assert.ok(Math.abs(total - bound) < 0.1, `${total} of ${bound}`);
    }),
    { numRuns: 150 },
  );
});
