// Pictures of the console into docs/screens: `npm run screens`. Every page at a desk, in both languages and
// themes; some also on a phone. Names of pages as arguments take those alone.
import path from 'node:path';
import { DESK, type PageOptions, PHONE, TestBrowser } from '../src/testing/browser.ts';
import { busyEvening, CONSOLE_PAGES, keepAlive } from '../src/testing/console-pages.ts';

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
