// Pictures of the gate app for docs/screens: `npm run screens`. The real app, served by the real server, in
// Chromium at 390 × 844, and at 1440 × 900 as on a laptop beside a turnstile.
import { mkdirSync } from 'node:fs';
import { DESK, TestBrowser } from '#testing/browser.ts';
import { CameraVideo } from '#testing/camera-video.ts';
import { GateEvening, type GateTicket } from '#testing/gate-evening.ts';
import { gateTour } from '#testing/gate-tour.ts';
import { globalSetup, globalTeardown } from '#testing/global-setup.ts';

const SCREENS = new URL('../docs/screens/gate/', import.meta.url).pathname;
const TOURS = [
  { language: 'zh-CN', theme: 'light', fresh: ['HY-000001', 'HY-000002'] },
  { language: 'en-GB', theme: 'dark', fresh: ['HY-000006', 'HY-000007'] },
  { language: 'zh-CN', theme: 'dark', fresh: ['HY-000008', 'HY-000009'], viewport: DESK },
  { language: 'en-GB', theme: 'light', fresh: ['HY-000010', 'HY-000011'], viewport: DESK },
] as const satisfies readonly {
  fresh: readonly [GateTicket, GateTicket];
  [key: string]: unknown;
}[];

mkdirSync(SCREENS, { recursive: true });
await globalSetup();
try {
  await using evening = await GateEvening.open(600);
  using video = new CameraVideo({ code: null, seconds: 1 });
  await using browser = await TestBrowser.start(video.file);
  for (const tour of TOURS) {
    await gateTour(browser, evening, tour, async (name, { page }) => {
      const size = 'viewport' in tour ? '-desk' : '';
      const kind = `${tour.language.slice(0, 2)}-${tour.theme}${size}`;
      await page.screenshot({ path: `${SCREENS}${name}-${kind}.png` });
    });
  }
} finally {
  await globalTeardown();
}
