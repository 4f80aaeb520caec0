// Every screen of the gate app by axe-core: no serious finding, in Chinese and English, light and dark.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestBrowser } from '#testing/browser.ts';
import { CameraVideo } from '#testing/camera-video.ts';
import { GateEvening } from '#testing/gate-evening.ts';
import { gateTour } from '#testing/gate-tour.ts';

let evening: GateEvening;
let video: CameraVideo;
let browser: TestBrowser;
before(async () => {
  evening = await GateEvening.open();
  video = new CameraVideo({ code: null, seconds: 1 });
  browser = await TestBrowser.start(video.file);
});
after(async () => {
  await browser?.[Symbol.asyncDispose]();
  video?.[Symbol.dispose]();
  await evening?.[Symbol.asyncDispose]();
});

const OFTEN = [['zh-CN', 'light', 'dark', ['HY-000001', 'HY-000002']]] as const;
const BESIDES = [['en-GB', 'dark', 'light', ['HY-000006', 'HY-000007']]] as const;
const LOOKS = process.env['KAIMEN_WHOLE'] === '1' ? [...OFTEN, ...BESIDES] : OFTEN;

for (const [language, theme, other, fresh] of LOOKS) {
  test(`no screen in ${language} has a serious finding, in ${theme} or in ${other}`, async () => {
    const findings: string[] = [];
    await gateTour(browser, evening, { language, theme, fresh }, async (name, opened) => {
      const themed = (value: string) =>
        opened.page.evaluate(`document.documentElement.dataset.theme = '${value}'`);
      const found = await opened.axeFindings();
      // The words are the same in the other theme: only the colours differ.
      await themed(other);
      found.push(...(await opened.axeFindings('color-contrast')));
      await themed(theme);
      findings.push(...found.map((finding) => `${name}: ${finding}`));
    });
    assert.deepEqual(findings, []);
  });
}
