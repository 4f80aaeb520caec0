import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { REASONS } from '#domain/entry/verdict.ts';
import { seedGround } from '../seed/ground.ts';
import { frame, PAGE_WIDTH, TALL_ROWS, timeOf, toKickOff } from './frame.ts';
import { paletteOf } from './palette.ts';
import type { GateLook, Snapshot } from './snapshot.ts';
import { cut, left, right, widthOf } from './width.ts';
import { REASON_WORDS } from './words.ts';

/** A night at its fullest: every number as wide as it gets. */
function fullest(): Snapshot {
  const reasons = REASONS.map((reason) => [reason, 12_345] as const);
  const gates = seedGround().gates.map(
    ({ id, name }, index): GateLook => ({
      id,
      name: name['zh-CN'],
      admitted: 2_345,
      perMinute: 123,
      queue: 1_234,
      waitMin: 34.5,
      refused: 456,
      mostly: [['wrong-gate', 123]],
      state: index === 3 ? 'dead' : index === 4 ? 'diverted' : 'open',
      takes: index === 2 ? 'N4' : null,
    }),
  );
  return {
    nowMin: -25.25,
    speed: 60,
    admitted: 38_345,
    left: 150,
    perMinute: 1_234,
    queue: 12_345,
    refused: 1_234,
    checked: 1_789,
    gates,
    reasons,
    lastHour: Array.from({ length: 60 }, (_, index) => index * 20),
    notices: [1, 2, 3].map((atMin) => ({
      atMin,
      'zh-CN': '指挥室：北4入口观众改走 N3、N5',
      en: 'control: N4’s fans may use N3 and N5',
    })),
    answersP99Ms: 1_234,
  };
}

for (const rows of [24, 30, TALL_ROWS, 60]) {
  test(`a page of ${rows} rows fits a window of 80 columns by ${rows}, at most 40`, () => {
    const lines = frame(fullest(), paletteOf(24), rows);
    assert.ok(lines.length <= Math.min(rows, 40), `${lines.length} lines`);
    for (const line of lines) assert.ok(widthOf(line) <= PAGE_WIDTH, `${widthOf(line)}: ${line}`);
    const text = stripVTControlCharacters(lines.join('\n'));
    for (const { id } of seedGround().gates) assert.match(text, new RegExp(`\\b${id}\\b`));
    assert.match(text, /✕/);
    assert.match(text, /N3 and N5/);
  });
}

test('an empty night can be drawn', () => {
  const night = fullest();
  const nobody = {
    ...night,
    reasons: [],
    notices: [],
    lastHour: new Array<number>(60).fill(0),
    gates: night.gates.map((gate) => ({ ...gate, queue: 0, waitMin: 0, refused: 0, mostly: [] })),
  };
  assert.ok(frame(nobody, paletteOf(8), TALL_ROWS).length <= TALL_ROWS);
});

test('colours are exact where the terminal has them, and near where it has 256', () => {
  assert.match(paletteOf(24).ground, /48;2;20;22;26/);
  assert.match(paletteOf(8).ground, /48;5;233/);
  assert.equal(paletteOf(24).paint('paper', 'x'), 'x');
  assert.match(paletteOf(24).paint('green', 'x'), /38;2;63;182;132/);
});

test('Chinese characters take two columns', () => {
  assert.equal(widthOf('北4入口 N4'), 10);
  assert.equal(widthOf('\x1b[1m开球\x1b[22m'), 4);
  assert.equal(left('开', 4), '开  ');
  assert.equal(right('开', 4), '  开');
  assert.equal(cut('开门 Kaimen', 5), '开门 ');
  assert.equal(cut('开门', 3), '开');
});

test('times are those of the ground, and count down to kick-off', () => {
  assert.equal(timeOf(0), '19:35:00');
  assert.equal(timeOf(-60.5), '18:34:30');
  assert.equal(toKickOff(-25.25), '−25:15');
  assert.equal(toKickOff(1.5), '+01:30');
});

test('every reason has words in both languages', () => {
  for (const reason of REASONS) {
    assert.ok(REASON_WORDS[reason]['zh-CN'].length > 0 && REASON_WORDS[reason].en.length > 0);
  }
});
