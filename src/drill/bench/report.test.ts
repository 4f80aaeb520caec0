import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Figure, isMet, median } from './figure.ts';
import { type Report, reportJson, reportMarkdown } from './report.ts';

const SLOW: Figure = {
  id: 'admissions',
  name: 'Admissions to an echo',
  value: 0.3456,
  unit: '',
  target: { atLeast: 0.35 },
  against: 'the echo',
  parts: { admissionsPerSecond: 7_654.321, ratios: [0.31234, 0.3456], p99Ms: 21.987 },
  cpu: { server: 12.345, postgres: 6.789 },
};
const SMALL: Figure = {
  ...SLOW,
  id: 'memory',
  name: 'Memory a ticket',
  value: 12,
  unit: 'bytes',
  target: { atMost: 200 },
  cpu: null,
};

const REPORT: Report = {
  takenAt: '2026-11-22T13:00:00.000Z',
  command: 'npm run bench',
  isQuick: false,
  machine: {
    processor: 'Some CPU',
    cores: 2,
    memoryGigabytes: 24,
    system: 'linux 6.1',
    versions: { kaimen: '0.1.0', node: '24.21.0' },
    loadBefore: 4.2,
  },
  seconds: 300,
  figures: [SLOW, SMALL],
};

test('a figure is met on its limit and missed beyond it, whichever side that is', () => {
  assert.ok(!isMet(SLOW));
  assert.ok(isMet({ ...SLOW, value: 0.35 }));
  assert.ok(isMet(SMALL));
  assert.ok(!isMet({ ...SMALL, value: 200.1 }));
  // What could not be measured has not been met.
  assert.ok(!isMet({ ...SMALL, value: Number.NaN }));
});

test('the table says what was measured, what was wanted and whether it was met', () => {
  const text = reportMarkdown(REPORT);
  assert.match(
    text,
    /\| Admissions to an echo \| 0\.346 \| ≥ 0\.35 \| \*\*no\*\* \| 12\.3 \+ 6\.79 \|/,
  );
  assert.match(text, /\| Memory a ticket \| 12 bytes \| ≤ 200 bytes \| yes \| {2}\|/);
  assert.match(text, /admissions per second 7650; ratios 0\.312 · 0\.346; p99 \(ms\) 22/);
  assert.match(text, /2 × Some CPU, 24 GB, linux 6\.1; kaimen 0\.1\.0, node 24\.21\.0/);
  assert.match(text, /with other work on the machine \(load 4\.2/);
});

test('the JSON holds the verdict and rounds what would only be noise', () => {
  const { figures } = JSON.parse(reportJson(REPORT));
  assert.equal(figures[0].isMet, false);
  assert.equal(figures[0].value, 0.346);
  assert.deepEqual(figures[0].parts.ratios, [0.312, 0.346]);
});

test('the median of an even number of values lies between the middle two', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([3, 1, 2]), 2);
});
