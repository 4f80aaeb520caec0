// From the first look at a match to the seat, in Chromium at phone size, against the real server, its sandbox
// provider and its gates: by touch, by the keyboard alone, without a network, in a wheelchair.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { TestBrowser } from '#testing/browser.ts';
import { boughtCodes, Fingers, pressUntil, reach } from '#testing/shop-buyer.ts';
import { ShopEvening, stepFree } from '#testing/shop-evening.ts';

const TAPS_MAX = 8;
/** Half a metre at the nearest from which a tap takes seats. */
const SEAT_PX = 24;

let evening: ShopEvening;
let browser: TestBrowser;
before(async () => {
  evening = await ShopEvening.open();
  browser = await TestBrowser.start();
});
after(async () => {
  await browser?.[Symbol.asyncDispose]();
  await evening?.[Symbol.asyncDispose]();
});

test('a phone goes from the match to its ticket in eight taps, and the gate admits the code once', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page } = opened;
  const fingers = new Fingers();
  await page.goto(evening.url);
  await fingers.tap(page.getByRole('button', { name: '选座购票' }));
  await fingers.tap(page.getByRole('button', { name: '锁座 2 张' }));
  await fingers.tap(page.getByLabel('姓名'));
  await page.keyboard.type('王芳');
  await fingers.tap(page.getByLabel('邮箱或手机'));
  await page.keyboard.type('fang@example.org');
  await fingers.tap(page.getByRole('button', { name: /去付款/ }));
  await fingers.tap(page.getByRole('button', { name: '支付', exact: true }));
  await page.getByText('已付款，票已出').waitFor();
  assert.deepEqual(await opened.axeFindings(), []);
  await fingers.tap(page.getByRole('link', { name: /出示入场码/ }).first());
  await page.getByRole('img', { name: /入场码/ }).waitFor();
  assert.deepEqual(await opened.axeFindings(), []);
  assert.ok(fingers.taps <= TAPS_MAX, `${fingers.taps} taps`);
  assert.ok(!/#|[a-z2-7]{26}/.test(page.url()), 'no secret stands in the address');

  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: '加入日历' }).tap();
  assert.match((await saved).suggestedFilename(), /calendar\.ics$/);

  const [ticket] = await boughtCodes(page);
  assert.ok(ticket);
  assert.equal(await evening.scan(ticket.stand, ticket.code), 'admitted');
  assert.equal(await evening.scan(ticket.stand, ticket.code), 'refused already-used');
});

test('a ticket that was opened once opens without a network, and is the same', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page, context } = opened;
  await buyBest(page);
  const order = page.url();
  const [ticket] = await boughtCodes(page);
  assert.ok(ticket);

  // On another phone, by the link alone.
  await using second = await browser.open({ isPhone: true, language: 'en-GB' });
  await second.page.goto(`${order}#${ticket.secret}`);
  await second.page.getByText('Paid. Your tickets are ready').waitFor();
  assert.ok(!second.page.url().includes('#'));
  await second.page.evaluate('navigator.serviceWorker.ready.then(() => true)');
  for (const phone of [context, second.context]) await phone.setOffline(true);
  await second.page.goto(`${order}/ticket/${ticket.line}`);
  await second.page.getByRole('img', { name: /Entry code/ }).waitFor();
  await second.page.getByText('There is no network').waitFor();
  await second.page.getByText(/be there by/).waitFor();
  assert.deepEqual(await second.axeFindings(), []);
  const codes = await boughtCodes(second.page);
  assert.equal(codes[0]?.code, ticket.code);
  await page.reload();
  await page
    .getByRole('link', { name: /出示入场码/ })
    .first()
    .tap();
  await page.getByRole('img', { name: /入场码/ }).waitFor();
  assert.equal(await evening.scan(ticket.stand, ticket.code), 'admitted');
});

test('the keyboard alone buys a seat of the list, and every step says what it is', async () => {
  await using opened = await browser.open({ isPhone: true, language: 'en-GB', theme: 'dark' });
  const { page } = opened;
  const tree = async () => await page.getByRole('main').ariaSnapshot();
  await page.goto(evening.url);
  await page.getByRole('heading', { name: 'Haiyang v Jiangcheng' }).waitFor();
  assert.match(await tree(), /heading "Haiyang v Jiangcheng" \[level=1\]/);
  await pressUntil(page, 'button', 'Choose seats', 'Enter');
  await pressUntil(page, 'button', 'From a list', 'Enter');
  for (const [field, words] of [
    ['Stand', 'South'],
    ['Section', 'S102'],
    ['Row', '7'],
  ] as const) {
    await reach(page, 'combobox', field);
    await page.keyboard.type(words);
  }
  assert.match(await tree(), /group "Seats in row 7"/);
  await pressUntil(page, 'button', '5 ¥380', 'Space');
  assert.match(await tree(), /button "✓ 5 ¥380" \[pressed\]/);
  await pressUntil(page, 'button', 'Hold 1 seat', 'Enter');
  await page.getByRole('timer').waitFor();
  assert.match(await tree(), /S102, row 7, seat 5/);
  await reach(page, 'textbox', 'Name');
  await page.keyboard.type('Rosa Lindqvist');
  await reach(page, 'textbox', 'E-mail or phone');
  await page.keyboard.type('rosa@example.org');
  await page.keyboard.press('Enter');
  await pressUntil(page, 'button', 'Pay', 'Enter');
  await page.getByText('Paid. Your tickets are ready').waitFor();
  assert.match(await tree(), /link "S102, row 7, seat 5 .*Show the entry code"/);
  await reach(page, 'link', /S102, row 7, seat 5/);
  await page.keyboard.press('Enter');
  await page.getByRole('img', { name: 'Entry code: S102, row 7, seat 5' }).waitFor();
  assert.match(await tree(), /heading "S102, row 7, seat 5" \[level=1\]/);
  assert.match(await tree(), /img "Entry code: S102, row 7, seat 5"/);
  assert.deepEqual(await opened.axeFindings(), []);
  const [ticket] = await boughtCodes(page);
  assert.equal(await evening.scan('south', ticket?.code ?? ''), 'admitted');
});

test('a wheelchair and a companion who comes later get in by the step-free gate, and by no other stand’s', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page } = opened;
  await page.goto(`${evening.url}/seats`);
  await page.getByRole('button', { name: '轮椅位（含陪同座）加一张' }).tap();
  await page.getByRole('button', { name: '锁座 2 张' }).tap();
  await payAsGuest(page);
  const tickets = await boughtCodes(page);
  assert.equal(tickets.length, 2);
  const [chair, companion] = tickets;
  assert.ok(chair && companion);
  assert.equal(chair.stand, companion.stand);
  await page
    .getByRole('link', { name: /出示入场码/ })
    .first()
    .tap();
  await page.getByText(/走无障碍通道到 .2入口/).waitFor();
  await page.getByText('无台阶').waitFor();

  const gate = stepFree(chair.stand);
  const elsewhere = stepFree(chair.stand === 'south' ? 'north' : 'south');
  assert.equal(await evening.scan(gate, chair.code), 'admitted');
  assert.equal(await evening.scan(gate, chair.code), 'refused already-used');
  // The companion parked the car, and went to the wrong side first.
  assert.equal(await evening.scan(elsewhere, companion.code), 'refused wrong-gate');
  assert.equal(await evening.scan(gate, companion.code), 'admitted');
  assert.equal(await evening.scan(gate, companion.code), 'refused already-used');
});

test('one of two tickets is given back for what was quoted, and the gate takes only the other', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page } = opened;
  await buyBest(page);
  const [first, second] = await boughtCodes(page);
  assert.ok(first && second);
  const order = page.url();
  await page.getByRole('link', { name: '退票' }).tap();
  await page.getByRole('checkbox').first().tap();
  await page.getByText(/原价 ¥680.00，扣除 ¥/).waitFor();
  assert.deepEqual(await opened.axeFindings(), []);
  await page.getByRole('button', { name: '退 1 张票' }).tap();
  await page.waitForURL(order);
  await page.getByText('已取消，不能入场').waitFor();
  await page.getByText(/已退回 ¥/).waitFor();
  const [left] = await boughtCodes(page);
  assert.equal(left?.code, second.code);
  assert.equal(await evening.scan(first.stand, first.code), 'refused cancelled');
  assert.equal(await evening.scan(second.stand, second.code), 'admitted');
});

test('who does not pay is told that no money moved, and pays the same order at the next try', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page } = opened;
  await page.goto(`${evening.url}/seats`);
  await page.getByRole('button', { name: '锁座 2 张' }).tap();
  await fillBuyer(page);
  await page.getByRole('button', { name: /去付款/ }).tap();
  await page.getByRole('button', { name: '不支付' }).tap();
  await page.getByText(/付款没有完成.*没有扣款/).waitFor();
  assert.deepEqual(await opened.axeFindings(), []);
  await page.getByRole('button', { name: /付款 ¥/ }).tap();
  await page.getByRole('button', { name: '支付', exact: true }).tap();
  await page.getByText('已付款，票已出').waitFor();
});

test('a finger chooses a seat on the map, whose price and view are said before it is held', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page } = opened;
  await page.goto(`${evening.url}/seats#map`);
  const canvas = page.locator('canvas');
  await canvas.waitFor();
  const box = await canvas.boundingBox();
  assert.ok(box);
  // The eastern stand, then nearer, then a seat.
  await page.touchscreen.tap(box.x + box.width * 0.76, box.y + box.height * 0.5);
  for (let taps = 0; taps < 6 && (await page.getByText('已选；').count()) === 0; taps += 1) {
    await page.waitForTimeout(150);
    // Off the middle, where an aisle may be.
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height * 0.6);
  }
  await page.getByText('已选；再点一次放下').waitFor();
  await page.getByText(/边线外 \d+ 米 · 视线无遮挡/).waitFor();
  assert.deepEqual(await opened.axeFindings(), []);
  const hold = page.getByRole('button', { name: '锁座 1 张' });
  const isHeld = page.getByRole('timer');
  const alone = page.getByText('这样选会留下一个单座');
  for (let moved = 0; moved < 3 && !(await isHeld.isVisible()); moved += 1) {
    await hold.tap();
    await isHeld.or(alone).first().waitFor();
    if (!(await alone.isVisible())) break;
    // As it is told: one seat further.
    const now = (await canvas.boundingBox()) ?? box;
    for (const down of [0, SEAT_PX]) {
      await page.touchscreen.tap(
        now.x + now.width / 2,
        now.y + now.height * 0.6 + moved * SEAT_PX + down,
      );
      await page.waitForTimeout(150);
    }
  }
  await isHeld.waitFor();
});

async function buyBest(page: Page): Promise<void> {
  await page.goto(`${evening.url}/seats`);
  await page.getByRole('button', { name: '锁座 2 张' }).tap();
  await payAsGuest(page);
}

async function fillBuyer(page: Page): Promise<void> {
  await page.getByLabel('姓名').fill('王芳');
  await page.getByLabel('邮箱或手机').fill('fang@example.org');
}

async function payAsGuest(page: Page): Promise<void> {
  await fillBuyer(page);
  await page.getByRole('button', { name: /去付款/ }).tap();
  await page.getByRole('button', { name: '支付', exact: true }).tap();
  await page.getByText('已付款，票已出').waitFor();
}
