import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSchedule, ScheduleError } from './schedule.ts';

const DEFAULTS = { seed: 1, lanes: 8, load: 12 };
const GOOD = {
  name: 'the way out is cut',
  seconds: 60,
  injections: [
    { at: 30, fault: 'link-slow', target: 'hub:*', lasts: 5, amount: 800 },
    { at: 10, fault: 'process-killed', target: 'box-a' },
  ],
};

const read = (file: unknown) => readSchedule(JSON.stringify(file), DEFAULTS);

test('reads a schedule in the order of time, and fills in what it leaves out', () => {
  const { injections, seed, lanes, isStorm } = read(GOOD);
  assert.deepEqual([seed, lanes, isStorm], [1, 8, false]);
  assert.deepEqual(
    injections.map(({ at, fault, lasts, amount }) => [at, fault, lasts, amount]),
    [
      [10, 'process-killed', 2, null],
      [30, 'link-slow', 5, 800],
    ],
  );
});

for (const [injection, words] of [
  [{ at: 1, fault: 'box-b' }, /injections\[0\]\.fault: Invalid option/],
  [{ at: -1, fault: 'link-cut', target: 'hub:*' }, /injections\[0\]\.at/],
  [
    { at: 1, fault: 'link-cut', target: 'hub' },
    /target: “hub” is none of link-cut: write one of north:box-a/,
  ],
  [{ at: 1, fault: 'list-damaged', target: 'lane-9' }, /target: “lane-9” is none of .* lane-1/],
  [{ at: 58, fault: 'link-cut', target: 'hub:*', lasts: 9 }, /lasts: it would end at 67 s/],
  [
    { at: 1, fault: 'link-cut', target: 'hub:*', amount: 3 },
    /amount: link-cut has none; leave it out/,
  ],
  [
    { at: 1, fault: 'codes-cloned', target: 'lane-1' },
    /target: codes-cloned has none; leave it out/,
  ],
  [{ at: 1, fault: 'command' }, /strike: name the program and its arguments/],
  [{ at: 1, fault: 'link-cut', target: 'hub:*', strike: ['x'] }, /only “command” has them/],
  [
    { at: 1, fault: 'link-cut', target: 'hub:*', for: 3 },
    /injections\[0\]: Unrecognized key: "for"/,
  ],
] as const) {
  test(`refuses ${JSON.stringify(injection)}`, () => {
    assert.throws(
      () => read({ ...GOOD, injections: [injection] }),
      (error: Error) => {
        assert.ok(error instanceof ScheduleError);
        assert.match(error.message, words);
        return true;
      },
    );
  });
}

test('names every mistake of a file at once, and says where a file is no JSON', () => {
  const injections = [
    { at: 1, fault: 'link-cut', target: 'x' },
    { at: 2, fault: 'command' },
  ];
  assert.throws(() => read({ ...GOOD, injections }), /injections\[0\][\s\S]*injections\[1\]/);
  assert.throws(() => readSchedule('{', DEFAULTS), /not JSON/);
  assert.throws(() => read({ ...GOOD, seconds: 'long' }), /^ScheduleError: seconds: /);
});
