import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Instant, MINUTE_MS, parseInstant, plusMs } from '#domain/kernel/instant.ts';
import { at } from '#testing/entry.ts';
import { cartOf, NAME, PRICE_LIST, quoted, voucher } from '#testing/sale.ts';
import { acceptRefund } from './accept-refund.ts';
import { checkTiers, type RefundPolicy, snapshotOf, TIER_TEMPLATES, type Tier } from './policy.ts';
import { type LineStanding, type Purchase, quoteRefund } from './quote-refund.ts';
import { refundCurve } from './refund-curve.ts';
import { refuseRest } from './rest-of-order.ts';
import type { MatchFate } from './terms.ts';
import { readTierTable, writeTierTable } from './tier-table.ts';

const KICK_OFF = at('19:35');
const DAY_MS = 24 * 60 * MINUTE_MS;
const AS_PLANNED: MatchFate = { kind: 'as-planned' };
const NONE: ReadonlyMap<string, LineStanding> = new Map();

const POLICY: RefundPolicy = {
  id: 'league',
  version: 1,
  name: NAME,
  tiers: TIER_TEMPLATES['stepped'] ?? [],
  fees: 'kept',
  movedByMinutes: 120,
  graceMinutes: 7 * 24 * 60,
  restoresVouchers: true,
};

const daysBefore = (days: number): Instant => plusMs(KICK_OFF, -days * DAY_MS);

function purchase(lines: readonly string[], policy = POLICY, vouchers = [voucher()]): Purchase {
  return { quote: quoted(cartOf(lines, vouchers)), policy: snapshotOf(policy, KICK_OFF) };
}

function back(
  bought: Purchase,
  now: Instant,
  fate = AS_PLANNED,
  lines = bought.quote.lines.map(({ id }) => id),
): number | string {
  const made = quoteRefund(bought, lines, NONE, fate, now);
  return 'kind' in made ? made.reason : made.totalMinor;
}

test('keeps nothing, then 20, 40, 50 and 80 %, then takes nothing back', () => {
  const bought = purchase(['b:adult'], POLICY, []);
  const moments = [daysBefore(31), daysBefore(30), daysBefore(15), daysBefore(7), daysBefore(3)];
  assert.deepEqual(
    moments.map((now) => back(bought, now)),
    [18_000, 14_400, 10_800, 9_000, 3_600],
  );
  assert.equal(back(bought, plusMs(daysBefore(1), -1)), 3_600);
  assert.equal(back(bought, daysBefore(1)), 'too-late');
});

test('shows that curve before anybody pays', () => {
  const curve = refundCurve(purchase(['b:adult'], POLICY, []));
  assert.deepEqual(
    curve.map(({ until, backMinor }) => [until, backMinor]),
    [
      [daysBefore(30), 18_000],
      [daysBefore(15), 14_400],
      [daysBefore(7), 10_800],
      [daysBefore(3), 9_000],
      [daysBefore(1), 3_600],
    ],
  );
});

test('quotes line by line what was paid, what is kept and what comes back, fees by the policy', () => {
  const bought = purchase(['b:adult', 'a:adult'], { ...POLICY, fees: 'as-ticket' });
  const made = quoteRefund(bought, ['1'], NONE, AS_PLANNED, daysBefore(10));
  assert.ok(!('kind' in made));
  // 180 less its share of the voucher, 50 × 180 ÷ 560.
  assert.deepEqual(made.lines[0]?.parts, [
    { fee: null, paidMinor: 16_393, keptMinor: 6_557, backMinor: 9_836 },
    { fee: 'service', paidMinor: 410, keptMinor: 164, backMinor: 246 },
    { fee: 'handling', paidMinor: 161, keptMinor: 64, backMinor: 97 },
  ]);
  assert.equal(made.totalMinor, 10_179);
  assert.deepEqual(made.restoredVouchers, []);
  assert.equal(made.validUntil, plusMs(daysBefore(10), 15 * MINUTE_MS));
});

test('a quote ends with its tier', () => {
  const now = plusMs(daysBefore(7), -MINUTE_MS);
  const made = quoteRefund(purchase(['b:adult']), ['1'], NONE, AS_PLANNED, now);
  assert.ok(!('kind' in made));
  assert.equal(made.validUntil, daysBefore(7));
  const late = acceptRefund(made, 'k', NONE, null, daysBefore(7));
  assert.deepEqual(late, { kind: 'refused', reason: 'quote-lapsed', line: null });
});

test('a cancelled match brings back everything, fees too, whatever the policy says', () => {
  const bought = purchase(['b:adult', 'a:adult'], { ...POLICY, tiers: [] });
  assert.equal(back(bought, KICK_OFF), 'too-late');
  assert.equal(back(bought, KICK_OFF, { kind: 'cancelled' }), bought.quote.totalMinor);
});

test('a postponed match may be given back in full until it has a date, then for the grace period', () => {
  const bought = purchase(['b:adult']);
  const all = bought.quote.totalMinor;
  const noticeAt = daysBefore(1);
  assert.equal(back(bought, noticeAt, { kind: 'postponed' }), all);
  const moved: MatchFate = { kind: 'moved', noticeAt, kickOffAt: plusMs(KICK_OFF, 40 * DAY_MS) };
  assert.equal(back(bought, plusMs(noticeAt, 7 * DAY_MS - 1), moved), all);
  // Then by the tiers, counted from the new kick-off.
  assert.equal(back(bought, plusMs(noticeAt, 7 * DAY_MS), moved), 13_000);
  assert.equal(back(bought, plusMs(KICK_OFF, 20 * DAY_MS), moved), 10_400);
});

test('half an hour later is not another match, and an earlier kick-off takes no time away', () => {
  const bought = purchase(['b:adult'], POLICY, []);
  const later: MatchFate = {
    kind: 'moved',
    noticeAt: daysBefore(2),
    kickOffAt: plusMs(KICK_OFF, 30 * MINUTE_MS),
  };
  assert.equal(back(bought, daysBefore(2), later), 3_600);
  const earlier: MatchFate = {
    kind: 'moved',
    noticeAt: daysBefore(20),
    kickOffAt: plusMs(KICK_OFF, -2 * DAY_MS),
  };
  assert.equal(back(bought, plusMs(daysBefore(1), -1), earlier), 3_600);
});

test('a policy edited after purchase changes no earlier quote', () => {
  const policy = structuredClone(POLICY) as { tiers: Tier[] } & RefundPolicy;
  const bought = purchase(['b:adult'], policy);
  const before = quoteRefund(bought, ['1'], NONE, AS_PLANNED, daysBefore(20));
  policy.tiers.length = 0;
  assert.deepEqual(quoteRefund(bought, ['1'], NONE, AS_PLANNED, daysBefore(20)), before);
  assert.equal(back(purchase(['b:adult'], policy), daysBefore(20)), 'too-late');
});

test('refuses lines that are not there, gave back already, or have been inside', () => {
  const bought = purchase(['b:adult', 'b:adult']);
  const standing = new Map<string, LineStanding>([['1', 'returned']]);
  const reason = (lines: string[], is = standing) => {
    const made = quoteRefund(bought, lines, is, AS_PLANNED, daysBefore(20));
    return 'kind' in made ? [made.reason, made.line] : 'quoted';
  };
  assert.deepEqual(reason([]), ['no-lines', null]);
  assert.deepEqual(reason(['2', '7']), ['unknown-line', '7']);
  assert.deepEqual(reason(['1']), ['line-returned', '1']);
  assert.deepEqual(reason(['2'], new Map([['2', 'entered']])), ['line-entered', '2']);
  assert.equal(reason(['2', '2']), 'quoted');
});

test('the last line given back lets its voucher be used again', () => {
  const bought = purchase(['b:adult', 'b:adult']);
  const standing = new Map<string, LineStanding>([['1', 'returned']]);
  const made = quoteRefund(bought, ['2'], standing, AS_PLANNED, daysBefore(20));
  assert.ok(!('kind' in made));
  assert.deepEqual(made.restoredVouchers, ['v1']);
});

test('a family stays whole and a child is not left alone', () => {
  const rest = (lines: string[], going: string[]) =>
    refuseRest(purchase(lines).quote, PRICE_LIST, NONE, going);
  const family = ['b:family', 'b:family', 'b:family', 'b:family'];
  assert.deepEqual(rest(family, ['1']), { reason: 'type-in-groups', about: 'family' });
  assert.equal(rest(family, ['1', '2', '3', '4']), null);
  const two = ['b:adult', 'b:child'];
  assert.deepEqual(rest(two, ['1']), { reason: 'type-accompanied', about: 'child' });
  assert.equal(rest(two, ['2']), null);
});

test('reads a table as staff write it, and writes it again', () => {
  const text = '# league\n30d 0%\n\n72h, 20%\n90m | 12.5%  # no\n';
  assert.deepEqual(readTierTable(text), {
    problems: [{ line: 5, problem: 'keeps less than the earlier tier above' }],
  });
  const good = readTierTable(text.replace('12.5%', '82.5%'));
  assert.ok('tiers' in good);
  assert.equal(writeTierTable(good.tiers), '30d 0%\n3d 20%\n90m 82.5%\n');
  const dated = readTierTable('2026-11-20T00:00+08:00 50%');
  assert.ok('tiers' in dated);
  assert.equal(writeTierTable(dated.tiers), '2026-11-19T16:00:00.000Z 50%\n');
});

test('refuses a table by the line that is wrong', () => {
  const cases: [string, number | null, RegExp][] = [
    ['30d 0%\n20d', 2, /when and how much/],
    ['30d 0%\nsoon 20%', 2, /neither a time before kick-off/],
    ['30d 0%\n20d twenty', 2, /not a per cent/],
    ['30d 101%', 1, /0 to 100 %/],
    ['10d 0%\n\n20d 20%', 3, /later than the tier above/],
    ['10d 0%\n10d 20%', 2, /later than the tier above/],
    ['10d 20%\n5d 0%', 2, /keeps less/],
    ['10d 0%\n2026-11-20T00:00+08:00 50%', 2, /use one/],
    ['2026-11-20T00:00 50%', 1, /neither/],
    ['9999999d 0%', 1, /whole minutes/],
    [Array.from({ length: 21 }, (_, n) => `${30 - n}d ${n}%`).join('\n'), null, /at most 20/],
  ];
  for (const [text, line, problem] of cases) {
    const read = readTierTable(text);
    assert.ok('problems' in read, text);
    assert.equal(read.problems[0]?.line, line, text);
    assert.match(read.problems[0]?.problem ?? '', problem);
  }
});

test('every template is a table that may be published', () => {
  for (const tiers of Object.values(TIER_TEMPLATES)) assert.deepEqual(checkTiers(tiers), []);
  assert.ok(parseInstant('2026-11-20T00:00+08:00') !== null);
});
