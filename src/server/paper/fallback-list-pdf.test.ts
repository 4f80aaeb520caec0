import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { inkIn, proofPages } from '#testing/proof.ts';
import { type FallbackList, fallbackListPdf, sortedForGate } from './fallback-list-pdf.ts';
import { SAMPLE_TICKET } from './sample-ticket.ts';

const TICKETS = Array.from({ length: 2_000 }, (_, index) => ({
  ...SAMPLE_TICKET,
  ref: `T-${(index * 7919) % 10_000}`,
  section: `N${9 + (index % 4)}`,
  row: `${1 + (index % 40)}`,
  seat: `${1 + Math.floor(index / 160)}`,
  isInside: index % 3 === 0,
}));

function list(change: Partial<FallbackList> = {}): FallbackList {
  return {
    event: SAMPLE_TICKET.event,
    gate: { 'zh-CN': '北2入口', en: 'Gate N2' },
    asOf: Date.parse('2026-11-29T18:42:00+08:00'),
    order: 'seat',
    withNames: false,
    tickets: TICKETS,
    ...change,
  };
}

test('orders by section, row, seat and ref as people count, N9 before N10', () => {
  const places = sortedForGate(TICKETS, 'seat').map(({ section, row, seat }) =>
    [section?.slice(1), row, seat].map(Number),
  );
  const expected = places.toSorted(
    ([a = 0, b = 0, c = 0], [x = 0, y = 0, z = 0]) => a - x || b - y || c - z,
  );
  assert.deepEqual(places, expected);
});

test('orders by ref for those who hold a ticket without a seat', () => {
  const refs = sortedForGate(TICKETS, 'ref').map(({ ref }) => Number(ref.slice(2)));
  assert.deepEqual(
    refs,
    refs.toSorted((a, b) => a - b),
  );
});

test('thousands of tickets fit on few pages, every one of them full of ink', async () => {
  const pages = await proofPages((await fallbackListPdf(list())).bytes, 30);
  assert.equal(pages.length, 9);
  for (const page of pages.slice(0, -1)) {
    const { width, height } = page;
    assert(inkIn(page, { x: 0, y: 0, width, height }) > 0.03);
  }
});

test('nothing is printed smaller than 8 pt', async () => {
  const long = TICKETS.map((ticket) => ({
    ...ticket,
    type: { 'zh-CN': '长者票（六十五岁以上）', en: 'Senior' },
  }));
  for (const withNames of [true, false]) {
    const { bytes } = await fallbackListPdf(list({ tickets: long.slice(0, 50), withNames }));
    const sizes = [...contentOf(bytes).matchAll(/\/F\d+ ([\d.]+) Tf/g)].map(([, size]) =>
      Number(size),
    );
    assert(sizes.length > 100);
    assert(Math.min(...sizes) >= 8, `${Math.min(...sizes)} pt`);
  }
});

function contentOf(pdf: Buffer): string {
  const streams = pdf.toString('latin1').matchAll(/stream\n([\s\S]*?)\nendstream/g);
  return [...streams]
    .map(([, data = '']) => inflateSync(Buffer.from(data, 'latin1')).toString('latin1'))
    .join('\n');
}

test('names are on the list only when asked for', async () => {
  const nameless = TICKETS.map((ticket) => ({ ...ticket, holderName: null }));
  const without = await fallbackListPdf(list());
  assert.deepEqual(without, await fallbackListPdf(list({ tickets: nameless })));
  assert.notDeepEqual(without.bytes, (await fallbackListPdf(list({ withNames: true }))).bytes);
});

test('a name that cannot be set is reported', async () => {
  const [ticket] = TICKETS;
  assert(ticket);
  const tickets = [{ ...ticket, holderName: '㛃' }];
  assert.deepEqual((await fallbackListPdf(list({ tickets, withNames: true }))).missing, ['㛃']);
});

test('a gate without tickets gets a page that says so', async () => {
  assert.equal(
    (await proofPages((await fallbackListPdf(list({ tickets: [] }))).bytes, 30)).length,
    1,
  );
});
