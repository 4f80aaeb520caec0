// Pictures of the shop for docs/screens: `npm run screens`. The real shop, served by the real server, in Chromium.
import { mkdirSync } from 'node:fs';
import { DESK, PHONE, TestBrowser } from '#testing/browser.ts';
import { globalSetup, globalTeardown } from '#testing/global-setup.ts';
import { ShopEvening } from '#testing/shop-evening.ts';

const SCREENS = new URL('../docs/screens/shop/', import.meta.url).pathname;
const TOURS = [
  { language: 'zh-CN', theme: 'light', viewport: PHONE, size: '' },
  { language: 'en-GB', theme: 'dark', viewport: PHONE, size: '' },
  { language: 'zh-CN', theme: 'dark', viewport: DESK, size: '-desk' },
  { language: 'en-GB', theme: 'light', viewport: DESK, size: '-desk' },
] as const;

mkdirSync(SCREENS, { recursive: true });
await globalSetup();
try {
  await using evening = await ShopEvening.open();
  await using browser = await TestBrowser.start();
  for (const { language, theme, viewport, size } of TOURS) {
    await using opened = await browser.open({ language, theme, viewport });
    const { page } = opened;
    const isZh = language === 'zh-CN';
    const picture = async (name: string) => {
      await page.waitForTimeout(250);
      await page.screenshot({
        path: `${SCREENS}${name}-${language.slice(0, 2)}-${theme}${size}.png`,
      });
    };
    await page.goto(evening.url);
    await page.getByRole('button', { name: isZh ? '选座购票' : 'Choose seats' }).waitFor();
    await picture('match');
    await page.goto(`${evening.url}/seats`);
    const hold = page.getByRole('button', { name: isZh ? '锁座 2 张' : 'Hold 2 seats' });
    await hold.waitFor();
    await picture('best');
    await page.getByRole('button', { name: isZh ? '看图选座' : 'On the map' }).click();
    await page.locator('canvas').waitFor();
    await picture('map');
    for (let steps = 0; steps < 4; steps += 1) {
      await page.getByRole('button', { name: isZh ? '放大' : 'Zoom in' }).click();
    }
    await page.locator('canvas').focus();
    for (let steps = 0; steps < 26; steps += 1) await page.keyboard.press('ArrowUp');
    await picture('map-seats');
    await page.getByRole('button', { name: isZh ? '列表选座' : 'From a list' }).click();
    await page.getByLabel(isZh ? '看台' : 'Stand').selectOption('north');
    await page.getByLabel(isZh ? '区' : 'Section', { exact: true }).selectOption('N101');
    await page.getByLabel(isZh ? '排' : 'Row', { exact: true }).selectOption('3');
    await picture('list');
    await page.getByRole('button', { name: isZh ? '为我选最佳' : 'Best available' }).click();
    await hold.click();
    await page.getByRole('timer').waitFor();
    await picture('cart');
  }
} finally {
  await globalTeardown();
}
