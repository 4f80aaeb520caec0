import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import { propertyOf, readCalendar } from '../../testing/calendar-reading.ts';
import { type CalendarMatch, matchCalendar } from './match-calendar.ts';

const ROUTE = {
  'zh-CN': '从地铁 B 口过来，走无障碍通道到 N3 口，请在 18:40 前到达',
  en: 'Gate N3, step-free, from metro exit B: be there by 18:40',
};
const MATCH: CalendarMatch = {
  eventId: 'derby-2026-11-29',
  orderRef: 'k-abcdefghijkl',
  name: { 'zh-CN': '东海 vs 滨江；德比, 之夜', en: 'Donghai v Riverside, derby; night' },
  venue: { 'zh-CN': '滨江体育场', en: 'Riverside Ground' },
  startsAt: Date.parse('2026-11-29T19:30:00+08:00'),
  endsAt: Date.parse('2026-11-29T21:30:00+08:00'),
  fate: 'as-planned',
  sequence: 0,
  changedAt: Date.parse('2026-11-19T09:00:00+08:00'),
  writtenAt: Date.parse('2026-11-20T10:15:00+08:00'),
  tickets: [
    { seat: 'N103-12-7', route: ROUTE },
    { seat: 'N103-12-8', route: ROUTE },
  ],
  url: 'https://tickets.club.example/shop/order/k-abcdefghijkl',
};

const read = (match: CalendarMatch) => readCalendar(matchCalendar(match).text);

test('a match stands in a calendar by the rules of RFC 5545, in both languages, with the way to the gate', () => {
  const lines = read(MATCH);
  assert.equal(propertyOf(lines, 'VERSION'), '2.0');
  assert.equal(propertyOf(lines, 'METHOD'), 'PUBLISH');
  assert.equal(propertyOf(lines, 'UID'), 'derby-2026-11-29.k-abcdefghijkl@kaimen');
  assert.equal(propertyOf(lines, 'DTSTART'), '20261129T113000Z');
  assert.equal(propertyOf(lines, 'DTEND'), '20261129T133000Z');
  assert.equal(propertyOf(lines, 'DTSTAMP'), '20261120T021500Z');
  assert.equal(propertyOf(lines, 'LAST-MODIFIED'), '20261119T010000Z');
  assert.equal(
    propertyOf(lines, 'SUMMARY'),
    '东海 vs 滨江；德比, 之夜 · Donghai v Riverside, derby; night',
  );
  const description = propertyOf(lines, 'DESCRIPTION') ?? '';
  assert.ok(description.includes(`N103-12-7 · ${ROUTE['zh-CN']}`), description);
  assert.ok(
    description.includes('N103-12-8 · Gate N3, step-free, from metro exit B: be there by 18:40'),
  );
});

test('a match that is moved, postponed or cancelled is the same entry, later', () => {
  const moved = read({
    ...MATCH,
    fate: 'moved',
    sequence: 1,
    startsAt: MATCH.startsAt - 3_600_000,
  });
  assert.equal(propertyOf(moved, 'UID'), propertyOf(read(MATCH), 'UID'));
  assert.deepEqual(
    [propertyOf(moved, 'SEQUENCE'), propertyOf(moved, 'DTSTART'), propertyOf(moved, 'STATUS')],
    ['1', '20261129T103000Z', 'CONFIRMED'],
  );
  const postponed = read({ ...MATCH, fate: 'postponed', sequence: 2 });
  assert.deepEqual(
    [propertyOf(postponed, 'METHOD'), propertyOf(postponed, 'STATUS')],
    ['PUBLISH', 'TENTATIVE'],
  );
  assert.match(propertyOf(postponed, 'SUMMARY') ?? '', /^比赛延期：.* · Postponed: Donghai/);
  const cancelled = read({ ...MATCH, fate: 'cancelled', sequence: 3 });
  assert.deepEqual(
    [propertyOf(cancelled, 'METHOD'), propertyOf(cancelled, 'STATUS')],
    ['CANCEL', 'CANCELLED'],
  );
  for (const lines of [postponed, cancelled]) assert.ok(!lines.includes('BEGIN:VALARM'));
});

test('an order of which nothing is good any more takes its entry back', () => {
  const gone = read({ ...MATCH, sequence: 2, tickets: [] });
  assert.deepEqual(
    [propertyOf(gone, 'METHOD'), propertyOf(gone, 'STATUS')],
    ['CANCEL', 'CANCELLED'],
  );
});

test('whatever is in the names, every line folds, unfolds, and says what was meant', () => {
  // U+FFFD stands where a character was lost, so in what is read back it must not be.
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 120 })
    .filter((name) => !name.includes('\uFFFD'));
  const named = fc.record({ 'zh-CN': text, en: text });
  const at = fc.integer({ min: 0, max: Date.UTC(2100, 0) / 1000 }).map((second) => second * 1000);
  fc.assert(
    fc.property(
      named,
      named,
      at,
      fc.integer({ min: 1, max: 86_400 }),
      (name, venue, startsAt, long) => {
        const endsAt = startsAt + long * 1000;
        const lines = read({ ...MATCH, name, venue, startsAt, endsAt });
        const plain = (value: string) => value.replace(/\s+/g, ' ').trim();
        for (const said of [name.en, name['zh-CN']]) {
          assert.ok(plain(propertyOf(lines, 'SUMMARY') ?? '').includes(plain(said)));
        }
        assert.equal(momentOf(propertyOf(lines, 'DTSTART')), startsAt);
        assert.equal(momentOf(propertyOf(lines, 'DTEND')), endsAt);
      },
    ),
    { numRuns: 200 },
  );
});

/** §3.3.5, form 2: in UTC, which is the same everywhere. */
function momentOf(value: string | undefined): number {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value ?? '');
  const [year = 0, month = 0, ...rest] = (found ?? []).slice(1).map(Number);
  return Date.UTC(year, month - 1, ...(rest as [number, number, number, number]));
}
