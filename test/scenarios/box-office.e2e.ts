// The box office in Chromium, by the keyboard alone: a sale in a few keys, slips from a printer that speaks bytes, a
// duplicate that says so, a drawer that adds up; and the code from the paper is admitted by the gate, once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { DESK, TestBrowser, type TestPage } from '#testing/browser.ts';
import { ConsoleEvening } from '#testing/console-evening.ts';
import { putOnSaleAtDesks } from '#testing/console-sale.ts';
import { codeOf, SerialPrinter, textOf } from '#testing/serial-printer.ts';

const TABS_MAX = 60;
/** In the page: the words of whatever has the focus. */
const FOCUSED = `(document.activeElement.labels?.[0] ?? document.activeElement).textContent ?? ''`;
let evening: ConsoleEvening;
let browser: TestBrowser;
let opened: TestPage;
let page: Page;
let printer: SerialPrinter;
let order = '';
let keys = 0;

before(async () => {
  evening = await ConsoleEvening.open(1);
  await putOnSaleAtDesks(evening);
  browser = await TestBrowser.start();
  const clerk = await evening.account('box-office', '何晴');
  opened = await evening.page(browser, clerk, 'me', {
    language: 'en-GB',
    theme: 'light',
    viewport: DESK,
  });
  ({ page } = opened);
  printer = await SerialPrinter.at(opened.context, page);
  await page.goto(`${evening.server.url}/console/e/derby/sell`);
  await page.getByRole('heading', { level: 1, name: 'Sell' }).waitFor();
});

after(async () => {
  await opened?.[Symbol.asyncDispose]();
  await browser?.[Symbol.asyncDispose]();
  await evening?.[Symbol.asyncDispose]();
});

async function press(key: string): Promise<void> {
  keys += 1;
  await page.keyboard.press(key);
}

/** As a keyboard gets there. */
async function tabTo(name: RegExp): Promise<void> {
  for (let n = 0; n < TABS_MAX; n++) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate<string>(FOCUSED);
    if (name.test(found)) return;
  }
  assert.fail(`the keyboard does not get to ${name}`);
}

async function sellTwo(): Promise<void> {
  await page.getByRole('button', { name: /Find seats/ }).waitFor();
  keys = 0;
  await press('2');
  await press('Enter');
  await page.getByLabel('Amount given').waitFor();
  await press('Enter');
  const sold = page.getByText(/2 sold, order k-/);
  await sold.waitFor();
  order = /k-[a-z2-7]+/.exec((await sold.textContent()) ?? '')?.[0] ?? '';
}

test('a drawer is opened with its float', async () => {
  await page.getByLabel('Float, yuan').waitFor();
  await tabTo(/Float/);
  await page.keyboard.type('500');
  await page.keyboard.press('Enter');
  await page.getByText('Cash in it').waitFor();
});

test('two seats are sold for cash in at most five keys, and two slips come out', async () => {
  await page.getByText('Connected', { exact: true }).waitFor();
  await sellTwo();
  assert.ok(keys <= 5, `it took ${keys} keys`);
  await page.getByText('Printed', { exact: true }).nth(1).waitFor();
  const slips = await printer.slips();
  assert.equal(slips.length, 2);
  assert.ok(slips.every((slip) => !textOf(slip).includes('DUPLICATE')));
});

test('the code from the paper is admitted by the gate, once', async () => {
  const [slip] = await printer.slips();
  assert.ok(slip !== undefined);
  const code = codeOf(slip);
  const section = /([NESW]\d)01/.exec(textOf(slip))?.[1] ?? '';
  assert.equal(await evening.scan(section, code), 'admitted');
  assert.equal(await evening.scan(section, code), 'refused');
});

test('it is found by its order and printed again: the paper says that it is a duplicate', async () => {
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /Find seats/ }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type(order);
  await page.keyboard.press('Enter');
  await page.getByText('Printed once').first().waitFor();
  await tabTo(/Print again/);
  await page.keyboard.press('Enter');
  await page.getByText('DUPLICATE 1').waitFor();
  await page.getByText('Printed', { exact: true }).waitFor();
  const slips = await printer.slips();
  assert.equal(slips.length, 3);
  assert.match(textOf(slips[2] ?? Buffer.alloc(0)), /副本 · DUPLICATE 1/);
});

test('without paper nothing is sent; after a jam the next slip is a duplicate', async () => {
  await page.evaluate('document.activeElement.blur()');
  await printer.set('paper-out');
  await sellTwo();
  await page.getByText('Out of paper: change the roll, print again').nth(1).waitFor();
  assert.equal((await printer.slips()).length, 3);
  await printer.set('jam');
  await tabTo(/Print again/);
  await page.keyboard.press('Enter');
  await page.getByText('Paper jam: clear it, print again').waitFor();
  await printer.set('well');
  await page.keyboard.press('Enter');
  await page.getByText('DUPLICATE 1').waitFor();
});

test('the drawer is closed with a count that agrees', async () => {
  const { rows } = await evening.database.pool.query<{ sum: string }>(
    `SELECT 50000 + sum(amount_minor) AS sum FROM desk_takings WHERE provider = 'cash'`,
  );
  await tabTo(/^Close$/);
  await page.keyboard.press('Enter');
  await page.getByLabel('Counted, yuan').waitFor();
  await page.keyboard.type(String(Number(rows[0]?.sum) / 100));
  await page.keyboard.press('Enter');
  await page.getByText(/window-1 closed: .* difference .*0\.00/).waitFor();
});
