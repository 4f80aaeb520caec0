// A desk whose hub goes away in Chromium: it sells what was counted out to it by the same keys, also after its page
// was loaded anew; the codes are admitted at once; and when the hub is back everything is told and adds up.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Consignments } from '#protocol/consignments.ts';
import type { SaleBooks } from '#protocol/sales.ts';
import { DESK, TestBrowser, type TestPage } from '#testing/browser.ts';
import { ConsoleEvening } from '#testing/console-evening.ts';
import { putOnSaleAtDesks } from '#testing/console-sale.ts';
import { dumpPage, wordsIn } from '#testing/dumped-storage.ts';
import { codeOf, SerialPrinter, textOf } from '#testing/serial-printer.ts';

const EVENT = '/api/v1/events/derby';
const PRICE = 380;
let evening: ConsoleEvening;
let browser: TestBrowser;
let opened: TestPage;
let page: Page;
let printer: SerialPrinter;
let unsold: readonly string[] = [];

before(async () => {
  evening = await ConsoleEvening.open(1);
  await putOnSaleAtDesks(evening);
  browser = await TestBrowser.start();
  const clerk = await evening.account('box-office', '何晴');
  const look = { language: 'en-GB', theme: 'light', viewport: DESK } as const;
  opened = await evening.page(browser, clerk, 'me', look);
  ({ page } = opened);
  printer = await SerialPrinter.at(opened.context, page);
  await page.goto(`${evening.server.url}/console/e/derby/sell`);
  await page.getByLabel('Float, yuan').fill('500');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByText('Cash in it').waitFor();
});

after(async () => {
  await opened?.[Symbol.asyncDispose]();
  await browser?.[Symbol.asyncDispose]();
  await evening?.[Symbol.asyncDispose]();
});

async function sellTwoAway(given: string): Promise<void> {
  await page.getByText(/The hub does not answer/).waitFor();
  await page.evaluate('document.activeElement.blur()');
  await page.keyboard.press('2');
  await page.keyboard.press('Enter');
  await page.getByLabel('Amount given').waitFor();
  await page.keyboard.type(given);
  await page.keyboard.press('Enter');
  await page.getByText('2 sold', { exact: true }).waitFor();
}

async function scanned(slip: Buffer): Promise<string> {
  const gate = /([NESW]\d)01/.exec(textOf(slip))?.[1] ?? '';
  return await evening.scan(gate, codeOf(slip));
}

test('six tickets are counted out: they are at the desk, and the drawer is as it was', async () => {
  await page.getByRole('button', { name: 'Count out' }).click();
  await page.getByLabel('How many').fill('6');
  await page.getByRole('dialog').getByRole('button', { name: 'Count out' }).click();
  await page.getByText(/6 tickets at this desk, worth/).waitFor();
  assert.deepEqual(await opened.axeFindings(), []);
  const found = wordsIn(['E101', 'W101', 'adult', '成人票'], await dumpPage(page));
  assert.deepEqual(found, [], 'what is kept here is sealed');
});

test('without the hub two are sold with their change, and their codes are admitted at once', async () => {
  await opened.context.setOffline(true);
  await sellTwoAway('1000');
  await page.getByText(`¥${1_000 - 2 * PRICE}.00`).waitFor();
  await page.getByText('Printed', { exact: true }).nth(1).waitFor();
  const slips = await printer.slips();
  assert.equal(slips.length, 2);
  assert.deepEqual(await opened.axeFindings(), []);
  const verdicts = await Promise.all(slips.map(scanned));
  assert.deepEqual(verdicts, ['admitted', 'admitted']);
});

test('the page is loaded anew without the hub, and the desk goes on selling', async () => {
  await page.reload();
  await sellTwoAway('');
  await page.getByText('Printed', { exact: true }).nth(1).waitFor();
  assert.deepEqual(await opened.axeFindings(), []);
});

test('the hub is back: sales are told by themselves, and the drawer has their cash', async () => {
  await opened.context.setOffline(false);
  await page.getByText(/2 tickets at this desk, worth/).waitFor({ timeout: 30_000 });
  await page.getByText(`¥${(500 + 4 * PRICE).toLocaleString('en')}.00`).waitFor();
  const { own, consignments } = await standing();
  unsold = own.map(({ ref }) => ref);
  assert.equal(unsold.length, 2);
  assert.deepEqual(consignments[0]?.sold, { tickets: 4, amountMinor: 4 * PRICE * 100 });
});

test('what is unsold is given back and void, and the drawer closes on the count', async () => {
  await page.getByRole('button', { name: 'Give back 2 unsold' }).click();
  await page.getByText(/None at this desk/).waitFor();
  const { own, consignments } = await standing();
  assert.deepEqual([own.length, consignments[0]?.returned.tickets], [0, 2]);
  const { rows } = await evening.database.pool.query<{ status: string }>(
    'SELECT status FROM tickets WHERE ref = ANY ($1)',
    [unsold],
  );
  assert.deepEqual(
    rows.map(({ status }) => status),
    ['cancelled', 'cancelled'],
  );
  const { faults } = await evening.server.ask<SaleBooks>(`${EVENT}/sale/books`);
  assert.deepEqual(faults, []);
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByLabel('Counted, yuan').fill(String(500 + 4 * PRICE));
  await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByText(/window-1 closed: .* difference .*0\.00/).waitFor();
});

/** As the clerk is told: whoever asks by another name has none of their own. */
async function standing(): Promise<Consignments> {
  return await page.evaluate(async (address) => {
    return (await (await fetch(address)).json()) as Consignments;
  }, `${EVENT}/box-office/consignments`);
}
