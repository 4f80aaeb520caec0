// Every page of the console, in both languages and themes: no serious finding of axe, no word missing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { GroundLayout } from '#domain/seating/ground-layout.ts';
import { DESK, PHONE, TestBrowser } from '#testing/browser.ts';
import type { ConsoleEvening } from '#testing/console-evening.ts';
import { busyEvening, CONSOLE_PAGES } from '#testing/console-pages.ts';
import type { SignedInBrowser } from '#testing/signed-in-browser.ts';

let evening: ConsoleEvening;
let browser: TestBrowser;
let operator: SignedInBrowser;

before(async () => {
  evening = await busyEvening(60);
  browser = await TestBrowser.start();
  operator = await evening.account('admin', '陈立');
});

after(async () => {
  await browser?.[Symbol.asyncDispose]();
  await evening?.[Symbol.asyncDispose]();
});

const ON_A_PHONE: readonly string[] = ['ground', 'ticket', 'sell', 'devices', 'evacuation'];

const OFTEN = [['en-GB', 'dark', PHONE]] as const;
/** Looked at by `npm run test:whole`. */
const BESIDES = [
  ['zh-CN', 'light', DESK],
  ['en-GB', 'dark', DESK],
  ['zh-CN', 'dark', DESK],
  ['en-GB', 'light', DESK],
  ['zh-CN', 'dark', PHONE],
  ['zh-CN', 'light', PHONE],
] as const;
const LOOKS = process.env['KAIMEN_WHOLE'] === '1' ? [...OFTEN, ...BESIDES] : OFTEN;

for (const [language, theme, viewport] of LOOKS) {
  test(`no page has a serious finding: ${language}, ${theme}, ${viewport.width} wide`, async () => {
    await using opened = await evening.page(browser, operator, 'ground', {
      language,
      theme,
      viewport,
    });
    const findings: string[] = [];
    for (const [name, address] of CONSOLE_PAGES) {
      if (viewport === PHONE && !ON_A_PHONE.includes(name)) continue;
      await opened.page.goto(`${evening.server.url}/console/e/derby/${address}`);
      await opened.page.getByRole('heading', { level: 1 }).waitFor();
      await opened.page.waitForTimeout(300);
      findings.push(...(await opened.axeFindings()).map((finding) => `${name}: ${finding}`));
    }
    assert.deepEqual(findings, []);
  });
}

test('a section is moved by eye, and what is saved is the next layout', async () => {
  const options = { language: 'en-GB', theme: 'light', viewport: DESK } as const;
  await using opened = await evening.page(browser, operator, 'seats?ref=N301', options);
  const { page } = opened;
  await page.getByLabel('To the south, metres').fill('-12.5');
  await page.getByText('1 section has been moved and not saved').waitFor();
  await page.getByRole('button', { name: 'Save as the next layout' }).click();
  await page.getByText('Version 2').waitFor();
  const yOf = async (version: number) => {
    const address = `/api/v1/grounds/riverside/layouts/${version}`;
    const { sections } = await evening.server.ask<GroundLayout>(address);
    const section = sections.find(({ id }) => id === 'N301');
    return section?.kind === 'seats' ? (section.rows[0]?.seats[0]?.y ?? 0) : 0;
  };
  assert.ok(Math.abs((await yOf(2)) - (await yOf(1)) + 12.5) < 0.02);
});

test('signing in and accepting an invitation have no serious finding either', async () => {
  const { code } = await evening.server.ask<{ code: string }>('/api/v1/accounts', {
    body: { login: 'new-one', name: 'New One', role: 'viewer' },
  });
  for (const [language, theme] of [
    ['zh-CN', 'light'],
    ['en-GB', 'dark'],
  ] as const) {
    await using opened = await browser.open({ language, theme, viewport: DESK });
    await opened.page.goto(`${evening.server.url}/console/`);
    await opened.page.getByRole('button').first().waitFor();
    assert.deepEqual(await opened.axeFindings(), []);
    await opened.page.goto(`${evening.server.url}/console/#invitation=${code}`);
    await opened.page.getByRole('img').first().waitFor();
    assert.equal(new URL(opened.page.url()).hash, '', 'the secret leaves the address');
    assert.deepEqual(await opened.axeFindings(), []);
  }
});
