import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EntryGate, type EntrySection, USUAL_RATES } from './entry-capacity.ts';
import { allotmentRisks, laneRisks } from './lane-risks.ts';
import { wordsOfRisk } from './risk-words.ts';

const gate = (changes: Partial<EntryGate> = {}): EntryGate => ({
  ...{ id: 'N1', standard: 1, fast: 0, accessible: 0, searchedPerHour: null },
  ...changes,
});
const section = (sold: number, changes: Partial<EntrySection> = {}): EntrySection => ({
  ...{ id: 'A', places: 5_000, sold, assisted: 0, gates: ['N1'] },
  ...changes,
});
const found = (sections: readonly EntrySection[], gates: readonly EntryGate[]) =>
  laneRisks(sections, gates, USUAL_RATES).map(({ kind, lanes }) => [kind, lanes]);

test('a gate is asked for the lanes that those who have bought need, and not for those of a full ground', () => {
  assert.deepEqual(found([section(660)], [gate()]), []);
  assert.deepEqual(found([section(661)], [gate()]), [['lanes-missing', 1]]);
  assert.deepEqual(found([section(2_000)], [gate({ standard: 2 })]), [['lanes-missing', 2]]);
  assert.deepEqual(found([section(0)], [gate({ standard: 0 })]), []);
});

test('where search holds people up and everybody stands in it, a fast lane is asked for', () => {
  const searched = gate({ standard: 2, searchedPerHour: 400 });
  assert.deepEqual(found([section(400)], [searched]), []);
  assert.deepEqual(found([section(401)], [searched]), [['fast-lanes-missing', 1]]);
  assert.deepEqual(found([section(401)], [{ ...searched, fast: 1 }]), []);
});

test('wheelchairs need lanes enough at the gate that has one', () => {
  const assisted = section(600, { assisted: 300 });
  const narrow = gate({ standard: 2, accessible: 1 });
  assert.deepEqual(found([assisted], [narrow]), [['accessible-lanes-missing', 1]]);
  assert.deepEqual(found([assisted], [{ ...narrow, accessible: 2 }]), []);
});

test('seats kept for somebody until later are named, unless all of them are sold', () => {
  const risks = allotmentRisks([
    { name: 'sponsor', seats: 40, endsMinutesBeforeDoors: 120 },
    { name: 'away', seats: 0, endsMinutesBeforeDoors: 120 },
  ]);
  assert.deepEqual(
    risks.map(({ allotment, people }) => [allotment, people]),
    [['sponsor', 40]],
  );
});

test('every risk has its words in both languages, with its figures', () => {
  const risks = [
    ...laneRisks(
      [section(2_000, { assisted: 900 })],
      [gate({ accessible: 1, searchedPerHour: 100 })],
      USUAL_RATES,
    ),
    ...allotmentRisks([{ name: 'sponsor', seats: 40, endsMinutesBeforeDoors: -30 }]),
  ];
  assert.deepEqual(
    risks.map(({ kind }) => kind),
    ['lanes-missing', 'fast-lanes-missing', 'accessible-lanes-missing', 'allotment-open'],
  );
  for (const risk of risks) {
    const words = wordsOfRisk(risk);
    for (const said of [words.en, words['zh-CN']]) {
      assert.ok(!/undefined|null|NaN/.test(said), said);
      assert.ok(said.includes(risk.gate ?? risk.allotment ?? '?'), said);
    }
    assert.ok(!/\p{Script=Han}/u.test(words.en), words.en);
  }
});
