// What becomes of a phone over an evening: its lane and shift go to another by a code on its screen, people are
// trained at it, and the app renews itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { practiceCode } from '../../src/domain/credentials/practice-code.ts';
import { TestBrowser } from '../../src/testing/browser.ts';
import { CameraVideo } from '../../src/testing/camera-video.ts';
import { sha256 } from '../../src/testing/credentials.ts';
import { GATE_EVENT, GateEvening } from '../../src/testing/gate-evening.ts';
import { GatePage } from '../../src/testing/gate-page.ts';
import { readCodes } from '../../src/testing/proof.ts';
import { UpdatingProxy } from '../../src/testing/updating-proxy.ts';

const STEWARD = { name: '林小满', pin: '730956' };

let evening: GateEvening;
let video: CameraVideo;
let browser: TestBrowser;
before(async () => {
  evening = await GateEvening.open();
  await evening.act('/people', { ...STEWARD, role: 'steward' });
  video = new CameraVideo({ code: null, seconds: 1 });
  browser = await TestBrowser.start(video.file);
});
after(async () => {
  await browser?.[Symbol.asyncDispose]();
  video?.[Symbol.dispose]();
  await evening?.[Symbol.asyncDispose]();
});

test('lane and shift go to another phone by the code on this one’s screen', async () => {
  await using opened = await browser.open();
  const gate = new GatePage(opened);
  await gate.join((await evening.offer()).url);
  await gate.listIsWhole();
  await gate.start();
  await gate.button('菜单').click();
  await gate.button('签到').click();
  await opened.page.getByLabel('姓名').fill(STEWARD.name);
  await opened.page.getByLabel(/^密码/).fill(STEWARD.pin);
  await gate.button('签到').click();
  await opened.page.getByRole('dialog').waitFor({ state: 'detached' });
  await gate.type(evening.code('HY-000006'));
  await gate.shown('admitted');
  await gate.verdict('admitted').waitFor({ state: 'detached' });
  await gate.button('菜单').click();
  await gate.button('交接本道').click();
  await gate.button('生成交接码').click();
  const code = opened.page.getByRole('img', { name: '交接二维码' });
  const [url = ''] = await readCodes(await code.screenshot());
  await using fresh = await browser.open();
  const after = new GatePage(fresh);
  await after.join(url);
  await opened.page.getByText('名单和密钥已清除').waitFor();
  await after.listIsWhole();
  await fresh.page.getByText(STEWARD.name).waitFor();
  await after.start();
  await after.type(evening.code('HY-000006'));
  assert.equal((await after.shown('refused')).reason, 'already-used');
  const { people } = await evening.hub.ask<{
    people: { name: string; standsAt: { lane: string } | null }[];
  }>(`${GATE_EVENT}/people`);
  assert.equal(people.find(({ name }) => name === STEWARD.name)?.standsAt?.lane, 'N1-1');
});

test('training answers by the lesson, also offline, and leaves nothing to send', async () => {
  await using training = await browser.open();
  const practised = new GatePage(training);
  await practised.join((await evening.offer({ lane: 'N1-2', isPractice: true })).url);
  await practised.start();
  await training.context.setOffline(true);
  await practised.type(practiceCode('admitted', 1, sha256));
  assert.match((await practised.shown('admitted')).text, /练习/);
  await practised.verdict('admitted').waitFor({ state: 'detached' });
  await practised.type(practiceCode('blocked', 2, sha256));
  assert.equal((await practised.shown('refused')).reason, 'blocked');
  await practised.button('下一位').click();
  assert.equal(await training.page.locator('[data-count="unsent"]').textContent(), '0');
});

test('a new version waits until it is taken, and the lane is there afterwards', async () => {
  await using proxy = await UpdatingProxy.to(evening.hub.url);
  await using updated = await browser.open();
  const { page } = updated;
  const lane = new GatePage(updated);
  const { url } = await evening.offer({ lane: 'N1-2', gateUrl: proxy.url });
  await lane.join(url);
  await lane.listIsWhole();
  await page.waitForFunction('navigator.serviceWorker.controller !== null');
  proxy.ship('2');
  await page.reload();
  await page.getByText('新版本已下载').waitFor();
  await lane.button('现在更新').click();
  await page.getByText('新版本已下载').waitFor({ state: 'detached' });
  await lane.listIsWhole();
});
