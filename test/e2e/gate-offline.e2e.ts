// The evening of one phone: joined by a code, online, the server gone, the phone restarted meanwhile, the
// server back, and nothing missing. Real Chromium, with a video of codes for its camera.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestBrowser } from '#testing/browser.ts';
import { CameraVideo } from '#testing/camera-video.ts';
import { GatePage } from '#testing/gate-page.ts';
import { HttpNode } from '#testing/http-node.ts';
import { EVENT, PhoneNight } from '#testing/phone-night.ts';

let night: PhoneNight;
let video: CameraVideo;
let browser: TestBrowser;
before(async () => {
  night = await PhoneNight.open();
  video = new CameraVideo({ code: null, seconds: 1 });
  browser = await TestBrowser.start(video.file);
});
after(async () => {
  await browser?.[Symbol.asyncDispose]();
  video?.[Symbol.dispose]();
  await night?.[Symbol.asyncDispose]();
});

test('scan to verdict: online, with the server stopped, after a reload, and healed with nothing missing', async () => {
  const [first = '', second = '', third = '', ...others] = night.codes;
  await using opened = await browser.open();
  const gate = new GatePage(opened);
  const { page } = opened;

  await gate.join((await night.offer()).url);
  assert.equal(new URL(page.url()).hash, '', 'the secret does not stay in the address');
  await gate.listIsWhole();
  // From now on the app is on the phone.
  await page.waitForFunction('navigator.serviceWorker.controller !== null');

  video.show({ code: first, seconds: 1 });
  await gate.start();
  assert.equal((await gate.shown('admitted')).rung, 'hub');
  await gate.verdict('admitted').waitFor({ state: 'detached' });

  await night.hub.stop();
  video.show({ code: second, seconds: 1 });
  await gate.lookAgain();
  const alone = await gate.shown('provisional');
  assert.equal(alone.rung, 'provisional');
  assert.match(alone.text, /先放行，后核对/);
  await gate.verdict('provisional').waitFor({ state: 'detached' });

  video.show({ code: third, seconds: 1 });
  await page.reload();
  await gate.listIsWhole();
  await gate.start();
  assert.equal((await gate.shown('provisional')).rung, 'provisional');
  await gate.verdict('provisional').waitFor({ state: 'detached' });
  // What this phone let in itself, also before the reload, it does not let in again.
  video.show({ code: second, seconds: 1 });
  await gate.lookAgain();
  assert.equal((await gate.shown('refused')).reason, 'already-used');
  await gate.button('下一位').click();
  assert.notEqual(await page.locator('[data-count="unsent"]').textContent(), '0');

  await using healed = await HttpNode.start(night.database, {
    beside: night.hub,
    port: Number(new URL(night.hub.url).port),
  });
  await page.locator('[data-count="unsent"]', { hasText: /^0$/ }).waitFor();
  // A node that has just started may take longer over its first scan than a lane waits.
  const rungs: string[] = [];
  for (const code of others.slice(0, 3)) {
    video.show({ code, seconds: 1 });
    await gate.lookAgain();
    const { rung } = await gate.shown('admitted', 'provisional');
    rungs.push(rung);
    if (rung === 'hub') break;
    await gate.verdict('provisional').waitFor({ state: 'detached' });
  }
  assert.equal(rungs.at(-1), 'hub', `after it was healed: ${rungs.join(', ')}`);
  await page.locator('[data-count="unsent"]', { hasText: /^0$/ }).waitFor();

  const { scans } = await healed.ask<{
    scans: { verdict: string; rung: string; ticketRef: string; direction: string }[];
  }>(`${EVENT}/scans`);
  const admitted = scans
    .filter(({ verdict }) => verdict === 'admitted' || verdict === 'provisional')
    .map(({ ticketRef, rung }) => `${ticketRef} ${rung}`)
    .sort();
  assert.deepEqual(admitted, [
    'RV-000001 hub',
    'RV-000002 provisional',
    'RV-000003 provisional',
    ...rungs.map((rung, at) => `RV-00000${4 + at} ${rung}`),
  ]);
  const { conflicts } = await healed.ask<{ conflicts: unknown[] }>(`${EVENT}/conflicts`);
  assert.deepEqual(conflicts, []);
});
