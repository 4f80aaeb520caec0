import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Crossing, foldCrossings } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { diagnose, type TicketFacts } from './diagnosis.ts';

const at = (minute: number) => (minute * 60_000) as Instant;
const naming = {
  gate: (id: string) => ({ 'zh-CN': `${id}入口`, en: `gate ${id}` }),
  clock: (moment: number) => `T${moment / 60_000}`,
};
const ticket: TicketFacts['ticket'] = {
  serial: 1,
  ref: 'RV-1' as TicketFacts['ticket']['ref'],
  type: 'adult',
  stand: 'north',
  section: 'N103',
  row: '4',
  seat: '7',
  gates: null,
  validFrom: null,
  validUntil: null,
  admits: null,
  status: 'valid',
  isBlocked: false,
  issue: 1,
  referral: null,
};
const GOOD: TicketFacts = {
  ticket,
  admits: 1,
  crossed: { slots: [], conflicts: [], surplus: 0 },
  lastRefusal: null,
  gates: ['N1', 'N3'],
  isHeld: false,
  status: 'open',
  opensAt: at(0),
  closesAt: at(200),
  now: at(100),
};

const crossing = (gate: string, minute: number, direction: 'in' | 'out' = 'in'): Crossing => ({
  device: gate,
  scan: String(minute),
  gate,
  lane: null,
  at: at(minute),
  direction,
  isExact: true,
  annulledAt: null,
});
const folded = (...crossings: Crossing[]) =>
  foldCrossings(crossings, { admits: 1, reentry: 'not-allowed', minutesBetween: 0 });

for (const [name, facts, key, mend] of [
  ['a good ticket', {}, 'good', null],
  ['a blocked one', { ticket: { ...ticket, isBlocked: true } }, 'blocked', 'unblock'],
  ['a void one', { ticket: { ...ticket, status: 'cancelled' } }, 'cancelled', null],
  ['one that is inside', { crossed: folded(crossing('N1', 50)) }, 'inside', null],
  [
    'one that left',
    { crossed: folded(crossing('N1', 50), crossing('S1', 60, 'out')) },
    'left',
    null,
  ],
  ['two on one', { crossed: folded(crossing('N1', 50), crossing('N3', 51)) }, 'conflict', 'settle'],
  [
    'an old code',
    { lastRefusal: { reason: 'revoked', gate: 'N1', at: at(90) } },
    'old-code',
    'reissue',
  ],
  [
    'a wrong gate',
    { lastRefusal: { reason: 'wrong-gate', gate: 'S1', at: at(90) } },
    'wrong-gate',
    null,
  ],
  ['a held way', { isHeld: true }, 'held', 'lift-hold'],
  ['before doors', { now: at(-5) }, 'too-early', null],
  ['after the end', { now: at(300) }, 'too-late', null],
] as const satisfies readonly (readonly [string, Partial<TicketFacts>, string, string | null])[]) {
  test(`says of ${name}: ${key}`, () => {
    const diagnosis = diagnose({ ...GOOD, ...facts }, naming);
    assert.deepEqual([diagnosis.key, diagnosis.mend], [key, mend]);
    assert.match(diagnosis.text['zh-CN'], /。$/);
    assert.match(diagnosis.text.en, /\.$/);
  });
}

test('names both gates and times of a conflict', () => {
  const { text } = diagnose(
    { ...GOOD, crossed: folded(crossing('N1', 50), crossing('N3', 51)) },
    naming,
  );
  for (const word of ['gate N1 T50', 'gate N3 T51']) assert.ok(text.en.includes(word), text.en);
});
