// Pictures of the shop for docs/screens: `npm run screens`. The real shop, served by the real server, in Chromium.
import { mkdirSync } from 'node:fs';
import type { Locator } from 'playwright-core';
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

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
/** A better price for now, and credit for coming early. */
const OFFERS = {
  incentives: [
    {
      id: 'night',
      name: { 'zh-CN': '错峰购票', en: 'Bought off peak' },
      slots: [{ from: inMinutes(-60), until: inMinutes(120) }],
      off: { kind: 'per-mille', perMille: 100 },
    },
  ],
  arrivals: [
    {
      id: 'early',
      name: { 'zh-CN': '早到优惠', en: 'Early arrival' },
      from: inMinutes(20),
      until: inMinutes(50),
      creditMinor: 1_000,
      budgetMinor: 1_000_000,
    },
  ],
};

mkdirSync(SCREENS, { recursive: true });
await globalSetup();
try {
  await using evening = await ShopEvening.open(undefined, { sale: OFFERS });
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
    await page.goto(new URL('/shop/', evening.url).href);
    await page.getByRole('heading', { level: 2 }).waitFor();
    await picture('matches');
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
    await chooseOnMap(page.locator('canvas'));
    await picture('map-seats');
    await page.getByRole('button', { name: isZh ? '列表选座' : 'From a list' }).click();
    await page.getByLabel(isZh ? '看台' : 'Stand').selectOption('north');
    await page.getByLabel(isZh ? '区' : 'Section', { exact: true }).selectOption('N101');
    await page.getByLabel(isZh ? '排' : 'Row', { exact: true }).selectOption('3');
    await picture('list');
    await page.getByRole('button', { name: isZh ? '为我选最佳' : 'Best seats' }).click();
    await hold.click();
    await page.getByRole('timer').waitFor();
    await picture('cart');
    await page
      .getByLabel(isZh ? '姓名' : 'Name', { exact: true })
      .fill(isZh ? '王芳' : 'Rosa Lindqvist');
    await page.getByLabel(isZh ? '邮箱或手机' : 'E-mail or phone').fill('fang@example.org');
    const pay = page.getByRole('button', { name: isZh ? /去付款/ : /^Pay / });
    await pay.click();
    await page.getByRole('button', { name: isZh ? '不支付' : 'Do not pay' }).click();
    await page.getByText(isZh ? /付款没有完成/ : /was not completed/).waitFor();
    await picture('unpaid');
    await page.getByRole('button', { name: isZh ? /^付款/ : /^Pay / }).click();
    await page.getByRole('button', { name: isZh ? '支付' : 'Pay', exact: true }).click();
    const code = page.getByRole('link', { name: isZh ? /出示入场码/ : /Show the entry code/ });
    await code.first().waitFor();
    await picture('order');
    await code.first().click();
    await page.getByRole('img', { name: isZh ? /入场码/ : /Entry code/ }).waitFor();
    await picture('ticket');
    await page.getByRole('link', { name: isZh ? '回到订单' : 'Back to the order' }).click();
    await page.getByRole('link', { name: isZh ? '退票' : 'Give tickets back' }).click();
    await page.getByRole('checkbox').first().click();
    await page.getByText(isZh ? /原价/ : /^Paid/).waitFor();
    await picture('give-back');
    await page.getByRole('link', { name: isZh ? '我的订单' : 'My orders' }).click();
    await page.getByLabel(isZh ? '邮箱' : 'E-mail', { exact: true }).waitFor();
    await picture('orders');
  }
} finally {
  await globalTeardown();
}

/** As a buyer does: presses on the stand behind the goal, then on what is in the middle, until that is a seat. */
async function chooseOnMap(canvas: Locator): Promise<void> {
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('there is no map');
  const page = canvas.page();
  const chosen = page.getByText(/已选；|Chosen;/);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height * 0.15);
  for (let away = 0; away < 16 && (await chosen.count()) === 0; away += 1) {
    await page.waitForTimeout(400);
    await page.mouse.click(box.x + box.width / 2 + away * 3, box.y + box.height / 2 + away * 5);
  }
}
