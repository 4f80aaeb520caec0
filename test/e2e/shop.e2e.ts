// The shop in Chromium at phone size, against the real server: by touch, and by the keyboard alone.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { TestBrowser } from '#testing/browser.ts';
import { boughtCodes, reach } from '#testing/shop-buyer.ts';
import { ShopEvening } from '#testing/shop-evening.ts';

const FIRST_LOAD_MAX_BYTES = 150 * 1024;

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

test('the first load is at most 150 KB of compressed JavaScript', () => {
  const folder = new URL('../../build/web/shop/', import.meta.url).pathname;
  const page = readFileSync(`${folder}index.html`, 'utf8');
  const first = globSync('assets/*.js.gz', { cwd: folder }).filter((name) =>
    page.includes(name.replace(/\.gz$/, '')),
  );
  assert.ok(first.length > 0);
  const bytes = first.reduce((total, name) => total + readFileSync(folder + name).length, 0);
  assert.ok(bytes <= FIRST_LOAD_MAX_BYTES, `${bytes} bytes`);
});

test('a phone finds the match, pays for the best two seats, and the gate admits the code once', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page } = opened;
  await page.goto(evening.url);
  await page.getByRole('button', { name: '选座购票' }).tap();
  assert.deepEqual(await opened.axeFindings(), []);
  await page.getByRole('button', { name: '锁座 2 张' }).tap();
  await page.getByRole('timer').waitFor();
  assert.deepEqual(await opened.axeFindings(), []);
  await page.getByText('2 个座位相邻').waitFor();
  await page.getByLabel('姓名').tap();
  await page.keyboard.type('王芳');
  await page.getByLabel('邮箱或手机').tap();
  await page.keyboard.type('fang@example.org');
  await page.getByRole('button', { name: /去付款/ }).tap();
  await page.getByRole('button', { name: '支付', exact: true }).tap();
  await page.getByText('已付款，票已出').waitFor();
  assert.ok(!page.url().includes('#'), 'no secret stands in the address');
  assert.deepEqual(await opened.axeFindings(), []);
  const [ticket] = await boughtCodes(page);
  assert.ok(ticket);
  assert.equal(await evening.scan(ticket.stand, ticket.code), 'admitted');
  assert.equal(await evening.scan(ticket.stand, ticket.code), 'refused already-used');
});

test('the keyboard alone leads from the match over the list to held seats', async () => {
  await using opened = await browser.open({ language: 'en-GB', theme: 'dark' });
  const { page } = opened;
  await page.goto(evening.url);
  await reach(page, 'button', 'Choose seats');
  await page.keyboard.press('Enter');
  await reach(page, 'button', 'From a list');
  await page.keyboard.press('Enter');
  await reach(page, 'combobox', 'Stand');
  await page.keyboard.type('North');
  await reach(page, 'combobox', 'Section');
  await page.keyboard.type('N101');
  await reach(page, 'combobox', 'Row');
  await page.keyboard.type('7');
  const tree = await page.getByRole('main').ariaSnapshot();
  assert.match(tree, /group "Seats in row 7"/);
  assert.match(tree, /button "5 ¥380"/);
  assert.deepEqual(await opened.axeFindings(), []);
  await reach(page, 'button', '5 ¥380');
  await page.keyboard.press('Space');
  await reach(page, 'button', '6 ¥380');
  await page.keyboard.press('Space');
  await reach(page, 'button', 'Hold 2 seats');
  await page.keyboard.press('Enter');
  await page.getByRole('timer').waitFor();
  await page.getByText('N101, row 7, seat 5').waitFor();
});

test('the map opens on a phone and says so to whoever cannot see it', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page } = opened;
  await page.goto(`${evening.url}/seats#map`);
  await page.getByRole('img', { name: /座位图/ }).waitFor();
  assert.deepEqual(await opened.axeFindings(), []);
});
