import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEXT_ACTIONS, nextActionOf, REASONS, VERDICTS } from '#domain/entry/verdict.ts';
import type { LaneAnswer } from '#lane/lane-answer.ts';
import { LANGUAGES, type Language, verdictWord } from '#lane/words.ts';
import { type Names, verdictLine } from './display.ts';

const NOW = Date.parse('2026-11-29T10:45:00Z');
const BELL = '\u0007';

for (const [language, changes, line] of [
  ['zh', {}, `放行 · 北看台 N103 4排 7座${BELL}`],
  ['en', {}, `Admitted · North N103 row 4 seat 7${BELL}`],
  ['zh', { next: 'let-out' }, `出场 · 北看台 N103 4排 7座${BELL}`],
  [
    'zh',
    refused('already-used', { first: { gate: 'N2', lane: null, at: '2026-11-29T09:42:00.000Z' } }),
    `本票已用 · 北看台 N103 4排 7座 · 17:42 北2入口 · 请到票务服务点${BELL}${BELL}`,
  ],
  [
    'en',
    refused('already-used', { first: { gate: 'N2', lane: null, at: '2026-11-29T09:42:00.000Z' } }),
    `Used · North N103 row 4 seat 7 · 17:42 North 2 · send to the service desk${BELL}${BELL}`,
  ],
  [
    'zh',
    refused('wrong-gate', { gateHint: { gates: ['N2'] } }),
    `非本入口 · 北看台 N103 4排 7座 · 请走 北2入口${BELL}${BELL}`,
  ],
  [
    'en',
    refused('too-early', { from: '2026-11-29T09:30:00.000Z' }),
    `Not yet · North N103 row 4 seat 7 · 17:30 · ask to come back${BELL}${BELL}`,
  ],
  ['zh', refused('unknown', { ticket: null }), `无效票码 · 请到票务服务点${BELL}${BELL}`],
  [
    'zh',
    { verdict: 'provisional', rung: 'provisional', listAsOf: '2026-11-29T10:42:00.000Z' },
    `先放行，后核对 · 北看台 N103 4排 7座 · 离线放行（待核） · 名单 3 分钟前${BELL}`,
  ],
  [
    'en',
    { verdict: 'provisional', rung: 'provisional', listAsOf: '2026-11-29T10:44:20.000Z' },
    `Admitted, to confirm · North N103 row 4 seat 7 · Offline, to confirm · list 40 s old${BELL}`,
  ],
] as const satisfies [Language, Partial<LaneAnswer>, string][]) {
  test(`in ${language}: ${line.replaceAll(BELL, '')}`, () => {
    const shown = verdictLine(answer(changes), NAMES, { language, isColoured: false }, NOW);
    assert.equal(withoutShape(shown), `${line}\n`);
  });
}

test('each verdict has a colour and a shape of its own, another gate those of a referral', () => {
  const fields = [
    {},
    { verdict: 'provisional' },
    refused('unknown'),
    refused('wrong-gate'),
  ] as const;
  const shown = fields.map((changes) =>
    verdictLine(answer(changes), NAMES, { language: 'en', isColoured: true }, NOW),
  );
  const marks = shown.map((line) => /48;2;[\d;]+m \S/.exec(line)?.[0]);
  assert.deepEqual(marks, [
    '48;2;0;120;78m ✔',
    '48;2;31;95;191m ◌',
    '48;2;179;38;30m ✖',
    '48;2;154;103;0m ➜',
  ]);
});

test('a verdict is at most six Chinese characters or three English words', () => {
  for (const verdict of VERDICTS) {
    for (const reason of [null, ...REASONS]) {
      for (const next of NEXT_ACTIONS) {
        for (const language of LANGUAGES) {
          const word = verdictWord({ verdict, reason, next }, language);
          const length =
            language === 'zh'
              ? (word.match(/\p{Script=Han}/gu) ?? []).length
              : word.split(' ').length;
          assert.ok(length > 0 && length <= (language === 'zh' ? 6 : 3), word);
        }
      }
    }
  }
});

const NAMES: Names = {
  timeZone: 'Asia/Shanghai',
  gate: (id) => ({ 'zh-CN': `北${id.slice(1)}入口`, en: `North ${id.slice(1)}` }),
  stand: () => ({ 'zh-CN': '北看台', en: 'North' }),
};

function answer(changes: Partial<LaneAnswer>): LaneAnswer {
  return {
    scanId: 's',
    verdict: 'admitted',
    reason: null,
    rung: 'hub',
    ticket: { ref: 'T', type: 'a', stand: null, section: 'N103', row: '4', seat: '7', admits: 1 },
    first: null,
    gateHint: null,
    attention: null,
    next: 'let-in',
    from: null,
    decidedAt: '2026-11-29T10:45:00.000Z',
    storeEpoch: 'e',
    revision: 1,
    listAsOf: null,
    ...changes,
  };
}

function refused<Reason extends NonNullable<LaneAnswer['reason']>>(
  reason: Reason,
  changes: Partial<LaneAnswer> = {},
) {
  const next = nextActionOf('refused', reason, 'in');
  return { verdict: 'refused' as const, reason, next, ...changes };
}

function withoutShape(line: string): string {
  return line.replace(/^\S /, '');
}
