// A sold-out ground of 80,000 on one phone: how soon it is ready, and how soon a verdict is on the screen,
// without any network and on a phone four times slower than this machine. And how much the app weighs.
import assert from 'node:assert/strict';
import { globSync, statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { TestBrowser, type TestPage } from '#testing/browser.ts';
import { CameraVideo } from '#testing/camera-video.ts';
import { GateEvening } from '#testing/gate-evening.ts';
import { GatePage } from '#testing/gate-page.ts';

const TICKETS = 80_000;
const READY_MAX_MS = 10_000;
const PAINTED_MAX_MS = 100;
const SCANS = 15;
const SCRIPT_MAX_BYTES = 300 * 1024;

let evening: GateEvening;
let video: CameraVideo;
let browser: TestBrowser;
before(async () => {
  evening = await GateEvening.open(TICKETS);
  video = new CameraVideo({ code: null, seconds: 1 });
  browser = await TestBrowser.start(video.file);
});
after(async () => {
  await browser?.[Symbol.asyncDispose]();
  video?.[Symbol.dispose]();
  await evening?.[Symbol.asyncDispose]();
});

test('from the code to ready in ten seconds, and a verdict a tenth of a second after the code was read', async (context) => {
  const codes: string[] = [];
  for (let n = 0; n < SCANS; n += 1) codes.push(await evening.reissue(`MORE-${n * 5_000 + 17}`));
  // On a busy machine one phone may be unlucky; the next one then shows what the app can do.
  let readyMs = await readyAfterMs(await browser.open({ isPhone: true }));
  context.diagnostic(`ready with ${TICKETS} tickets after ${Math.round(readyMs)} ms`);
  await using opened = await browser.open({ isPhone: true });
  const gate = new GatePage(opened);
  readyMs = Math.min(readyMs, await readyAfterMs(opened));
  context.diagnostic(`the better of two phones after ${Math.round(readyMs)} ms`);
  assert.ok(readyMs <= READY_MAX_MS, `ready after ${readyMs} ms`);

  await gate.start();
  await opened.page.locator('video').waitFor();
  await opened.context.setOffline(true);
  const slow = await opened.context.newCDPSession(opened.page);
  await slow.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  const painted: number[] = [];
  for (const code of codes) {
    await gate.type(code);
    await gate.verdict('provisional').waitFor();
    await gate.verdict('provisional').waitFor({ state: 'detached' });
    painted.push(await paintedAfterMs(opened));
  }
  // The first finds out that nobody answers; that is the ladder's deadline, not the screen's. Other work
  // on the machine only ever adds: half of them are above what the app itself takes.
  const alone = painted.slice(1).sort((a, b) => a - b);
  const median = alone[Math.floor(alone.length / 2)] ?? Number.POSITIVE_INFINITY;
  const figures = alone.map(Math.round).join(' ');
  context.diagnostic(`painted after ${figures} ms; the first after ${Math.round(painted[0] ?? 0)}`);
  assert.ok(median <= PAINTED_MAX_MS, `painted after ${figures} ms`);
});

test('the app loads less than 300 KB of packed script besides the decoder’s WebAssembly', (context) => {
  const folder = new URL('../../build/web/gate/', import.meta.url).pathname;
  const packed = globSync('**/*.js.br', { cwd: folder });
  const bytes = packed.reduce((sum, name) => sum + statSync(folder + name).size, 0);
  context.diagnostic(`${bytes} bytes of script, brotli, in ${packed.length} files`);
  assert.ok(packed.length > 1 && bytes <= SCRIPT_MAX_BYTES, `${bytes} bytes`);
});

async function readyAfterMs(opened: TestPage): Promise<number> {
  const gate = new GatePage(opened);
  const { url } = await evening.offer();
  const startedMs = performance.now();
  await gate.join(url);
  await gate.listIsWhole();
  return performance.now() - startedMs;
}

/** From the mark that the code was read to the one that the frame with its verdict was drawn. */
function paintedAfterMs(opened: TestPage): Promise<number> {
  return opened.page.evaluate<number>(`(() => {
    const last = (name) => performance.getEntriesByName(name).at(-1).startTime;
    return last('gate:painted') - last('gate:decoded');
  })()`);
}
