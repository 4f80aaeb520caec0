// What the shop gives for less: a voucher typed into the cart, and credit for those who
// say beforehand that they come when it is quiet. And every page of the shop in both languages and themes, by axe.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { ArrivalStanding } from '#protocol/arrivals.ts';
import type { SaleBooks } from '#protocol/sales.ts';
import { TestBrowser } from '#testing/browser.ts';
import { ShopEvening } from '#testing/shop-evening.ts';

const MINUTE_MS = 60_000;
const CODE = 'FANS2026';
const EARLY = {
  id: 'early',
  name: { 'zh-CN': '早到优惠', en: 'Early arrival' },
  from: minutesFromNow(20),
  until: minutesFromNow(50),
  creditMinor: 1_000,
  // For three tickets.
  budgetMinor: 3_000,
};

const TENTH = { kind: 'per-mille', perMille: 100 };
const NIGHT = {
  id: 'night',
  name: { 'zh-CN': '夜间购票', en: 'Bought at night' },
  slots: [{ from: minutesFromNow(-60), until: minutesFromNow(60) }],
  off: TENTH,
};
const MORNING = {
  id: 'morning',
  name: { 'zh-CN': '清晨购票', en: 'Bought in the morning' },
  slots: [{ from: minutesFromNow(120), until: minutesFromNow(180) }],
  off: TENTH,
};

let evening: ShopEvening;
let browser: TestBrowser;
before(async () => {
  evening = await ShopEvening.open(undefined, {
    sale: { arrivals: [EARLY], incentives: [NIGHT, MORNING] },
  });
  const off = { kind: 'fixed', amountMinor: 5_000 };
  const terms = { name: { 'zh-CN': '球迷会', en: 'Supporters' }, off };
  const vouchers = [{ id: 'fans', code: CODE, terms }];
  await evening.node.ask(`${saleAt()}/vouchers`, { body: { vouchers } });
  browser = await TestBrowser.start();
});
after(async () => {
  await browser?.[Symbol.asyncDispose]();
  await evening?.[Symbol.asyncDispose]();
});

function minutesFromNow(minutes: number): string {
  return new Date(Date.now() + minutes * MINUTE_MS).toISOString();
}

function saleAt(): string {
  return `/api/v1/events/${evening.url.split('/').at(-1)}/sale`;
}

async function holdTwo(page: Page): Promise<void> {
  await page.goto(`${evening.url}/seats`);
  await page.getByRole('button', { name: '锁座 2 张' }).tap();
  await page.getByRole('timer').waitFor();
}

async function pay(page: Page): Promise<void> {
  await page.getByLabel('姓名').fill('王芳');
  await page.getByLabel('邮箱或手机').fill('fang@example.org');
  await page.getByRole('button', { name: /去付款/ }).tap();
  await page.getByRole('button', { name: '支付', exact: true }).tap();
  await page.getByText('已付款，票已出').waitFor();
}

async function totalAsked(page: Page): Promise<number> {
  const words = (await page.getByRole('button', { name: /去付款/ }).textContent()) ?? '';
  return Number(words.replaceAll(/[^\d.]/g, ''));
}

test('the better price of a quiet hour stands beside the usual one, with its end, and is what is asked', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page } = opened;
  await page.goto(evening.url);
  await page.getByText(/^夜间购票：减 10%，至 /).waitFor();
  await page.getByText(/^清晨购票：减 10%，.* 起$/).waitFor();
  const usual = await page.locator('s').first().textContent();
  const price = await page.locator('li:has(> s) strong').first().textContent();
  const [was, is] = [usual, price].map((text) => Number(/[\d.]+$/.exec(text ?? '')?.[0]));
  assert.equal(is, (was ?? 0) * 0.9);
  assert.deepEqual(await opened.axeFindings(), []);
  await holdTwo(page);
  const bill = await page.locator('dl div dd').allTextContents();
  const [tickets = 0, off] = bill.map((text) => Number(text.replaceAll(/[^\d.]/g, '')));
  assert.equal(off, tickets * 0.1);
});

test('a voucher lowers the price before it is paid, and a code that is none changes nothing', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page } = opened;
  await holdTwo(page);
  const before = await totalAsked(page);
  await page.getByText('有优惠码？').tap();
  await page.getByLabel('优惠码', { exact: true }).fill('NOTHING-26');
  await page.getByRole('button', { name: '使用' }).tap();
  await page
    .getByText(/优惠码/)
    .nth(2)
    .waitFor();
  assert.equal(await totalAsked(page), before);
  await page.getByLabel('优惠码', { exact: true }).fill('fans 2026');
  await page.getByRole('button', { name: '使用' }).tap();
  await page.getByRole('button', { name: /不用/ }).waitFor();
  assert.ok((await totalAsked(page)) < before);
  assert.deepEqual(await opened.axeFindings(), []);
  await pay(page);
  const books = await evening.node.ask<SaleBooks>(`${saleAt()}/books`);
  assert.deepEqual(books.faults, []);
});

test('tickets are pledged to a quiet slot from the order, as far as its budget goes', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page } = opened;
  for (const isFirst of [true, false]) {
    await holdTwo(page);
    await pay(page);
    await page.getByText('早到优惠').waitFor();
    assert.deepEqual(await opened.axeFindings(), []);
    await page.getByRole('button', { name: '2 张票这样入场' }).tap();
    await page
      .getByText(/按约入场返 ¥10/)
      .first()
      .waitFor();
    if (isFirst)
      await page
        .getByText(/按约入场返 ¥10/)
        .nth(1)
        .waitFor();
    else await page.getByText('名额已满，没有选上。').waitFor();
  }
  const { offers } = await evening.node.ask<ArrivalStanding>(`${saleAt()}/arrivals`);
  assert.deepEqual(offers, [
    {
      id: 'early',
      budgetMinor: 3_000,
      pledged: 3,
      pledgedMinor: 3_000,
      outcomes: {},
      owedMinor: 0,
    },
  ]);
});

for (const language of ['zh-CN', 'en-GB'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test(`no page of the shop before the cart has a serious finding: ${language}, ${theme}`, async () => {
      await using opened = await browser.open({ isPhone: true, language, theme });
      const { page } = opened;
      for (const address of ['/shop/', new URL(evening.url).pathname, '/shop/orders']) {
        await page.goto(`${evening.node.url}${address}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        assert.deepEqual(await opened.axeFindings(), [], address);
      }
    });
  }
}
