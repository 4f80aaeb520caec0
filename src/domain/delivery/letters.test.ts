import assert from 'node:assert/strict';
import { test } from 'node:test';
import { letterHtml, letterText } from './letter-text.ts';
import { letterOf } from './letters.ts';
import { LANGUAGES } from './message-format.ts';
import { type Match, type Occasion, TEMPLATES } from './occasions.ts';
import { shortTextOf, VALUE_LENGTH_MAX } from './short-texts.ts';

const MATCH: Match = {
  name: { 'zh-CN': '东海 vs 滨江', en: 'Donghai v Riverside' },
  venue: { 'zh-CN': '滨江体育场', en: 'Riverside Ground' },
  startsAt: Date.parse('2026-11-29T19:30:00+08:00'),
  timeZone: 'Asia/Shanghai',
};
const LATER: Match = { ...MATCH, startsAt: Date.parse('2026-12-06T15:00:00+08:00') };
const orderRef = 'O-4711';
const refund = { amountMinor: 76_000, currency: 'CNY' };
const returnBy = Date.parse('2026-12-03T12:00:00+08:00');
const TICKET = {
  ref: 'T-1',
  seat: 'N103-12-7',
  type: { 'zh-CN': '成人', en: 'Adult' },
  route: { 'zh-CN': '地铁 B 口出，走无台阶通道', en: 'step-free, from metro exit B' },
};

const OCCASIONS: readonly Occasion[] = [
  {
    template: 'order-paid',
    facts: { orderRef, match: MATCH, total: refund, tickets: [TICKET, { ...TICKET, seat: null }] },
  },
  {
    template: 'order-cancelled',
    facts: { orderRef, match: MATCH, cancelled: 1, kept: 1, refund },
  },
  { template: 'refund-sent', facts: { orderRef, match: MATCH, refund } },
  { template: 'payment-returned', facts: { orderRef, match: MATCH, amount: refund } },
  { template: 'match-moved', facts: { orderRef, before: MATCH, match: LATER, returnBy } },
  { template: 'match-postponed', facts: { orderRef, match: MATCH, mayReturn: true } },
  { template: 'match-cancelled', facts: { orderRef, match: MATCH, refund } },
  { template: 'sign-in', facts: { minutes: 15 } },
  { template: 'order-links', facts: { orders: 2 } },
  {
    template: 'entry-risks',
    facts: {
      ...{ match: MATCH, doorsAt: MATCH.startsAt - 7_200_000, sold: 40_100, sellable: 38_000 },
      found: 2,
      risks: [{ severity: 'high', words: { 'zh-CN': 'N1 缺 2 条通道', en: 'N1 lacks 2 lanes' } }],
    },
  },
];
const READER = { name: '王小明', link: 'https://tickets.example/shop/order/O-4711#SECRET' };

test('every occasion has a letter in both languages, with nothing left open', () => {
  assert.deepEqual(new Set(OCCASIONS.map(({ template }) => template)), new Set(TEMPLATES));
  for (const occasion of OCCASIONS) {
    for (const language of LANGUAGES) {
      const letter = letterOf(occasion, READER, language);
      const text = letterText(letter);
      for (const said of [letter.subject, text, letterHtml(letter)]) {
        assert.ok(!/undefined|NaN|\[object|\{\w/.test(said), said);
      }
      assert.ok(text.includes(READER.link) && text.includes('王小明'));
      const isEnglish = language === 'en';
      assert.equal(/\p{Script=Han}/u.test(letter.subject), !isEnglish, letter.subject);
    }
  }
});

test('a letter says what was paid, which seats, and how to come', () => {
  const [paid] = OCCASIONS;
  assert.ok(paid);
  const en = letterOf(paid, READER, 'en');
  assert.equal(en.subject, 'Your tickets for Donghai v Riverside, Sunday 29 November 2026');
  const text = letterText(en);
  for (const said of [
    'CN¥760.00',
    'N103-12-7 · Adult · step-free',
    'Sunday 29 November 2026, 19:30',
  ]) {
    assert.ok(text.includes(said), text);
  }
  const zh = letterText(letterOf(paid, READER, 'zh-CN'));
  for (const said of ['¥760.00', '2026年11月29日 周日 19:30', '地铁 B 口']) {
    assert.ok(zh.includes(said), zh);
  }
});

test('a moved match names the time it had and the one it has', () => {
  const moved = OCCASIONS.find(({ template }) => template === 'match-moved');
  assert.ok(moved);
  const text = letterText(letterOf(moved, { name: null, link: null }, 'en'));
  assert.match(text, /^Hello,/);
  assert.match(text, /Was: Sunday 29 November 2026, 19:30 · Riverside Ground/);
  assert.match(text, /Now: Sunday 6 December 2026, 15:00 · Riverside Ground/);
  assert.match(text, /until Thursday 3 December 2026, 12:00/);
});

test('nothing that people write becomes markup', () => {
  const [paid] = OCCASIONS;
  assert.ok(paid);
  const name = `<img src=x onerror="alert('1')">`;
  const html = letterHtml(letterOf(paid, { ...READER, name }, 'en'));
  assert.ok(!html.includes('<img') && !html.includes(`('1')`));
});

test('a letter is read aloud in order: a language, one heading, rows that have headings', () => {
  const [paid] = OCCASIONS;
  assert.ok(paid);
  const html = letterHtml(letterOf(paid, READER, 'zh-CN'));
  assert.match(html, /<html lang="zh-CN">/);
  assert.equal(html.match(/<h1/g)?.length, 1);
  assert.equal(html.match(/<tr>/g)?.length, html.match(/<th scope="row"/g)?.length);
});

test('a short message is a template and values short enough for a network', () => {
  const long = { ...MATCH, name: { 'zh-CN': '球'.repeat(80), en: 'x'.repeat(80) } };
  const text = shortTextOf(
    { template: 'match-cancelled', facts: { orderRef, match: long, refund } },
    'zh-CN',
  );
  assert.deepEqual(Object.keys(text?.values ?? {}), ['match', 'day', 'time', 'order', 'amount']);
  for (const value of Object.values(text?.values ?? {})) {
    assert.ok([...value].length <= VALUE_LENGTH_MAX, value);
  }
  assert.equal(shortTextOf({ template: 'sign-in', facts: { minutes: 15 } }, 'en'), null);
});
