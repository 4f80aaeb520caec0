// A sale by name in Chromium at phone size, and orders found again by a letter: the real server, its outbox and a
// mail server.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { checkCharacter } from '#domain/identity/document.ts';
import { TestBrowser } from '#testing/browser.ts';
import { MailServer } from '#testing/mail-server.ts';
import { boughtCodes } from '#testing/shop-buyer.ts';
import { ShopEvening } from '#testing/shop-evening.ts';
import { until } from '#testing/waiting.ts';

const ADDRESS = 'fang@fans.example';
const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-by-name-'));

let mail: MailServer;
let evening: ShopEvening;
let browser: TestBrowser;
before(async () => {
  mail = await MailServer.open();
  const outboxFile = path.join(dir, 'outbox.json');
  const from = { name: { 'zh-CN': '滨江票务', en: 'Riverside' }, address: 't@club.example' };
  writeFileSync(
    outboxFile,
    JSON.stringify({
      publicUrl: 'https://club.example',
      mail: { host: '127.0.0.1', port: mail.port, security: 'none', from },
    }),
  );
  const realName = { kinds: ['resident-id', 'passport'] };
  evening = await ShopEvening.open(undefined, { sale: { realName }, outboxFile });
  browser = await TestBrowser.start();
});
after(async () => {
  await browser?.[Symbol.asyncDispose]();
  await evening?.[Symbol.asyncDispose]();
  await mail?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

test('each holder shows a document, a slip of the pen is told at once, and the gate admits who paid', async () => {
  await using opened = await browser.open({ isPhone: true });
  const { page } = opened;
  await page.goto(`${evening.url}/seats`);
  await page.getByRole('button', { name: '锁座 2 张' }).tap();
  await page.getByText('观赛人', { exact: true }).waitFor();
  await page.getByLabel('姓名', { exact: true }).fill('王芳');
  await page.getByLabel('邮箱或手机').fill(ADDRESS);
  const pay = page.getByRole('button', { name: /去付款/ });
  await pay.tap();
  await page.getByText('号码的位数或写法不对').first().waitFor();
  assert.deepEqual(await opened.axeFindings(), []);
  const names = page.getByLabel('姓名（同证件）');
  const numbers = page.getByLabel('居民身份证号码');
  const number = residentNumber('31010119900307001');
  const wrong = number.slice(0, -1) + (number.endsWith('1') ? '2' : '1');
  await names.nth(0).fill('王芳');
  await numbers.nth(0).fill(wrong);
  await page.getByText('号码有一位不对').waitFor();
  await numbers.nth(0).fill(number);
  await page.getByLabel('证件', { exact: true }).nth(1).selectOption('passport');
  await names.nth(1).fill('Rosa Lindqvist');
  await page.getByLabel('护照号码').fill('E12345678');
  await pay.tap();
  await page.getByRole('button', { name: '支付', exact: true }).tap();
  await page.getByText('已付款，票已出').waitFor();
  const [ticket] = await boughtCodes(page);
  assert.ok(ticket);
  assert.equal(await evening.scan(ticket.stand, ticket.code), 'admitted');
  const kept = await page.evaluate<string>('JSON.stringify({ ...localStorage })');
  assert.ok(!kept.includes(number) && !kept.includes('E12345678'), 'no number stays here');
});

test('another phone has the links sent, and the letter brings the order', async () => {
  await using opened = await browser.open({ isPhone: true, language: 'en-GB' });
  const { page } = opened;
  await page.goto(evening.url);
  await page.getByRole('link', { name: 'My orders' }).tap();
  await page.getByText('No order is kept on this device yet').waitFor();
  assert.deepEqual(await opened.axeFindings(), []);
  await page.getByLabel('E-mail').fill(ADDRESS);
  await page.getByRole('button', { name: 'Send the link' }).tap();
  await page.getByText(/If there are orders of fang@fans.example/).waitFor();
  const look = async () =>
    mail.received.flatMap(({ raw, parts }) => {
      const text = parts.map(({ bytes }) => bytes.toString('utf8')).join('\n');
      return /(\/shop\/orders#[\w.~-]+)/.exec(`${text}\n${raw}`)?.[1] ?? [];
    });
  const [link = ''] = (await until(10_000, look, (found) => found.length > 0)).value;
  await page.goto(new URL(link, evening.url).href);
  await page.getByRole('link', { name: /Order k-/ }).tap();
  await page.getByText('Paid. Your tickets are ready').waitFor();
  assert.ok(!page.url().includes('#'), 'no secret stands in the address');
  assert.equal((await boughtCodes(page)).length, 2);
});

function residentNumber(first: string): string {
  return first + checkCharacter(first);
}
