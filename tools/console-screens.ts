// Pictures of the console into docs/screens: `npm run screens`. Every page at a desk, in both languages and
// themes; some also on a phone. Names of pages as arguments take those alone.
import path from 'node:path';
import { DESK, type PageOptions, PHONE, TestBrowser } from '../src/testing/browser.ts';
import { busyEvening, CONSOLE_PAGES, keepAlive } from '../src/testing/console-pages.ts';
import { CONSIGNED_WORDS } from '../src/web/console/words/consigned-words.ts';
import { SELL_WORDS } from '../src/web/console/words/sell-words.ts';

/** What the desk says, by the key of the word. */
const WORDS = { ...SELL_WORDS, ...CONSIGNED_WORDS };

const OUT = new URL('../docs/screens/', import.meta.url).pathname;
const SCANS = 700;
/** One overview is told, and the fonts are there. */
const SETTLE_MS = 1_500;

const ALSO_ON_A_PHONE = new Set(['ground', 'ticket', 'controls', 'devices', 'sell']);

const evening = await busyEvening(SCANS);
const browser = await TestBrowser.start();
const operator = await evening.account('admin', '陈立');
await evening.account('safety-officer', '林红');
try {
  const wanted = process.argv.slice(2);
  for (const [name, address] of CONSOLE_PAGES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await take(name, address, 'zh', { language: 'zh-CN', theme: 'light', viewport: DESK });
    await take(name, address, 'en', { language: 'en-GB', theme: 'light', viewport: DESK });
    await take(name, address, 'en-dark', { language: 'en-GB', theme: 'dark', viewport: DESK });
    if (ALSO_ON_A_PHONE.has(name)) {
      await take(name, address, 'zh-phone', { language: 'zh-CN', theme: 'light', viewport: PHONE });
    }
  }
  await takeSignIn();
  if (wanted.length === 0 || wanted.includes('sell-away')) {
    await takeDeskWithoutHub('zh', '何晴', { language: 'zh-CN', theme: 'light', viewport: DESK });
    await takeDeskWithoutHub('en-dark', '罗敏', {
      language: 'en-GB',
      theme: 'dark',
      viewport: DESK,
    });
  }
} finally {
  await browser[Symbol.asyncDispose]();
  await evening[Symbol.asyncDispose]();
}

async function take(name: string, address: string, kind: string, options: PageOptions) {
  await keepAlive(evening);
  const opened = await evening.page(browser, operator, address, options);
  await opened.page.waitForTimeout(SETTLE_MS);
  await opened.page.screenshot({ path: path.join(OUT, `console-${name}-${kind}.png`) });
  await opened.context.close();
  process.stdout.write(`console-${name}-${kind}\n`);
}

async function takeSignIn() {
  for (const [kind, options] of [
    ['zh', { language: 'zh-CN', theme: 'light', viewport: DESK }],
    ['en-dark-phone', { language: 'en-GB', theme: 'dark', viewport: PHONE }],
  ] as const) {
    const opened = await browser.open(options);
    await opened.page.goto(`${evening.server.url}/console/`);
    await opened.page.waitForTimeout(SETTLE_MS);
    await opened.page.screenshot({ path: path.join(OUT, `console-sign-in-${kind}.png`) });
    await opened.context.close();
  }
}

/** Four tickets counted out, the hub away, one of them about to be sold. */
async function takeDeskWithoutHub(kind: string, who: string, options: PageOptions) {
  await keepAlive(evening);
  const clerk = await evening.account('box-office', who);
  const { context, page } = await evening.page(browser, clerk, 'sell', options);
  const word = (id: keyof typeof WORDS) => WORDS[id][options.language === 'zh-CN' ? 'zh' : 'en'];
  const countOut = { name: word('consigned.count-out'), exact: true };
  // Each desk has one drawer.
  await page
    .getByLabel(word('drawer.desk'), { exact: true })
    .fill(kind === 'zh' ? 'window-1' : 'window-2');
  await page.getByLabel(word('drawer.float')).fill('500');
  await page.getByRole('button', { name: word('drawer.open'), exact: true }).click();
  await page.getByText(word('drawer.should')).waitFor();
  await page.getByRole('button', countOut).click();
  await page.getByLabel(word('consigned.count'), { exact: true }).fill('4');
  await page.getByRole('dialog').getByRole('button', countOut).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await context.setOffline(true);
  await page.getByText(/连不上中心|The hub does not answer/).waitFor();
  await page.evaluate('document.activeElement.blur()');
  await page.keyboard.press('1');
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: path.join(OUT, `console-sell-away-${kind}.png`) });
  await context.close();
  process.stdout.write(`console-sell-away-${kind}\n`);
}
