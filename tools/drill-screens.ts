// Pictures of a report into docs/screens: `node tools/drill-screens.ts drills/…/drill.html`. Ends with 1 when axe
// finds anything serious on it.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { DESK, type PageOptions, PHONE, TestBrowser } from '../src/testing/browser.ts';

const OUT = new URL('../docs/screens/', import.meta.url).pathname;
const LOOKS: readonly [string, PageOptions][] = [
  ['zh', { language: 'zh-CN', theme: 'light', viewport: DESK }],
  ['en-dark', { language: 'en-GB', theme: 'dark', viewport: DESK }],
  ['zh-dark-phone', { language: 'zh-CN', theme: 'dark', viewport: PHONE }],
  ['en-phone', { language: 'en-GB', theme: 'light', viewport: PHONE }],
];

const [file = 'drill.html', out = OUT] = process.argv.slice(2);
const findings: string[] = [];
await using browser = await TestBrowser.start();
for (const [kind, options] of LOOKS) {
  const opened = await browser.open(options);
  await opened.page.goto(pathToFileURL(file).href);
  await opened.page.screenshot({ path: path.join(out, `drill-${kind}.png`), fullPage: true });
  findings.push(...(await opened.axeFindings()).map((finding) => `${kind}: ${finding}`));
  await opened.context.close();
}
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
