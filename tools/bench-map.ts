// How fast the buyer's map is: `npm run bench:map`. 81,000 seats from the real server in headless Chromium at phone
// size, with the same seats as plain SVG beside it. Prints a line of JSON for each.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';
import { PHONE, TestBrowser, type TestPage } from '#testing/browser.ts';
import { globalSetup, globalTeardown } from '#testing/global-setup.ts';
import { LARGE, ShopEvening } from '#testing/shop-evening.ts';

const STEPS = 240;
/** A step of the reference takes long. */
const STEPS_OF_SVG = 12;
const KILOBYTES = 1024;
const SAMPLE_EVERY_MS = 250;

execFileSync('node', ['tools/build-web.ts', 'shop']);
await globalSetup();
try {
  await using evening = await ShopEvening.open(LARGE);
  await using browser = await TestBrowser.start();
  for (const isSvg of [false, true]) {
    const figures = {
      ...(await measured(browser, evening, isSvg)),
      ...(await memoryOf(evening, isSvg)),
    };
    process.stdout.write(`${JSON.stringify({ drawnAs: isSvg ? 'svg' : 'canvas', ...figures })}\n`);
  }
} finally {
  await globalTeardown();
}

async function measured(browser: TestBrowser, evening: ShopEvening, isSvg: boolean) {
  await using opened = await browser.open({ isPhone: true, viewport: PHONE });
  const { page } = opened;
  const devtools = await opened.context.newCDPSession(page);
  await page.goto(evening.url);
  await page.getByRole('main').waitFor();
  const firstMs = isSvg ? await drawSvg(page) : await openMap(page, evening);
  const frames = await tracedFrames(devtools, () => panAndZoom(page, isSvg));
  return {
    firstPictureMs: Math.round(firstMs),
    frames: frames.length,
    ...quantilesOf('frame', frames, ({ elapsedMs }) => elapsedMs),
    // Without the time in which the machine had given the processor to others.
    ...quantilesOf('frameWork', frames, ({ workedMs }) => workedMs),
  };
}

/**
 * Memory of the page's own process, as Linux counts it: what is its own, and its part of what it shares (PSS). In a
 * browser of its own, without tracing, which takes memory itself. The highest of many samples, and what it has grown by
 * since the page before.
 */
async function memoryOf(evening: ShopEvening, isSvg: boolean) {
  await using browser = await TestBrowser.start();
  await using opened = await browser.open({ isPhone: true, viewport: PHONE });
  const { page } = opened;
  await page.goto(evening.url);
  await page.getByRole('main').waitFor();
  const before = await processMegabytes(opened);
  let [most, isOver] = [before, false];
  const watching = (async () => {
    while (!isOver) {
      const now = await processMegabytes(opened);
      most = { page: Math.max(most.page, now.page), all: Math.max(most.all, now.all) };
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY_MS));
    }
  })();
  if (isSvg) await drawSvg(page);
  else await openMap(page, evening);
  await panAndZoom(page, isSvg);
  isOver = true;
  await watching;
  return {
    pageMegabytesBefore: before.page,
    pageMegabytesMost: most.page,
    chromiumGrewMegabytes: most.all - before.all,
  };
}

/** Of the largest page process, and of all processes of this browser together. */
async function processMegabytes({ context }: TestPage): Promise<{ page: number; all: number }> {
  const devtools = await context.browser()?.newBrowserCDPSession();
  if (devtools === undefined) throw new Error('this browser tells nothing of its processes');
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  const sizes = processInfo.map(({ type, id }) => ({ type, megabytes: megabytesOf(id) }));
  const pages = sizes.filter(({ type }) => type === 'renderer');
  return {
    page: Math.max(0, ...pages.map(({ megabytes }) => megabytes)),
    all: sizes.reduce((sum, { megabytes }) => sum + megabytes, 0),
  };
}

/** 0: it has ended meanwhile. */
function megabytesOf(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Math.round(Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / KILOBYTES);
  } catch {
    return 0;
  }
}

/** From the press to the first frame that shows all sections. */
async function openMap(page: Page, evening: ShopEvening): Promise<number> {
  await page.goto(`${evening.url}/seats`);
  const button = page.getByRole('button', { name: '看图选座' });
  await button.waitFor();
  return await page.evaluate<number>(`new Promise((done) => {
    const from = performance.now();
    const look = () => {
      const canvas = document.querySelector('canvas');
      if (canvas === null || canvas.width < 100) requestAnimationFrame(look);
      else requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from)));
    };
    [...document.querySelectorAll('button')].find((each) => each.textContent === '看图选座').click();
    look();
  })`);
}

/** The same seats, a circle each, as most maps draw them. */
async function drawSvg(page: Page): Promise<number> {
  return await page.evaluate<number>(`(async () => {
    const from = performance.now();
    const event = '/api/v1/shop/events/derby';
    const layout = await (await fetch(event + '/layout?version=1')).json();
    const circles = layout.sections.flatMap(({ rows = [] }) => rows.flatMap((row) =>
      Array.from({ length: row.n }, (_, at) => {
        const [dx, dy] = row.steps ? [row.steps[0], row.steps[1]] : [row.dx, row.dy];
        return '<circle r="20" fill="#5b3f99" cx="' + (row.x + at * dx) + '" cy="' + (row.y + at * dy) + '"/>';
      })));
    document.body.innerHTML = '<svg width="390" height="600" viewBox="-14000 -16000 28000 32000">' + circles.join('') + '</svg>';
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - from;
  })()`);
}

/** The same way over the ground for both: nearer, across, back. */
async function panAndZoom(page: Page, isSvg: boolean): Promise<void> {
  const steps = isSvg ? STEPS_OF_SVG : STEPS;
  await page.evaluate(`new Promise((done) => {
    const target = document.querySelector(${isSvg ? "'svg'" : "'canvas'"});
    const box = target.getBoundingClientRect();
    let step = 0;
    let view = { x: -14000, y: -16000, w: 28000, h: 32000 };
    const act = () => {
      const isZoom = step % 3 === 0;
      const isIn = step < ${steps} / 2;
      if (${isSvg}) {
        const factor = isZoom ? (isIn ? 0.94 : 1 / 0.94) : 1;
        view = { x: view.x + (isZoom ? view.w * (1 - factor) / 2 : view.w * 0.01), y: view.y + view.h * (1 - factor) / 2, w: view.w * factor, h: view.h * factor };
        target.setAttribute('viewBox', [view.x, view.y, view.w, view.h].join(' '));
      } else if (isZoom) {
        target.dispatchEvent(new WheelEvent('wheel', { deltaY: isIn ? -60 : 60, clientX: box.left + box.width / 2, clientY: box.top + box.height * 0.3, cancelable: true }));
      } else {
        target.dispatchEvent(new KeyboardEvent('keydown', { key: step % 6 < 3 ? 'ArrowRight' : 'ArrowLeft', cancelable: true }));
      }
      step += 1;
      if (step < ${steps}) requestAnimationFrame(act);
      else requestAnimationFrame(done);
    };
    requestAnimationFrame(act);
  })`);
}

type TraceEvent = {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur?: number;
  /** Of the processor's time. */
  readonly tdur?: number;
  readonly tid: number;
};

type Frame = { readonly elapsedMs: number; readonly workedMs: number };

function quantilesOf(name: string, frames: readonly Frame[], of: (frame: Frame) => number) {
  const values = frames.map(of);
  return {
    [`${name}MedianMs`]: quantile(values, 0.5),
    [`${name}P95Ms`]: quantile(values, 0.95),
    [`${name}MaxMs`]: quantile(values, 1),
  };
}

/** Milliseconds that the page's main thread worked in each frame: scripts, style, layout, paint. */
async function tracedFrames(devtools: CDPSession, act: () => Promise<void>): Promise<Frame[]> {
  const events: TraceEvent[] = [];
  devtools.on('Tracing.dataCollected', ({ value }) =>
    events.push(...(value as unknown as TraceEvent[])),
  );
  await devtools.send('Tracing.start', {
    traceConfig: {
      includedCategories: [
        'devtools.timeline',
        'disabled-by-default-devtools.timeline',
        'toplevel',
      ],
    },
    transferMode: 'ReportEvents',
  });
  await act();
  const ended = new Promise((done) => devtools.once('Tracing.tracingComplete', done));
  await devtools.send('Tracing.end');
  await ended;
  const drawn = events.filter(({ name }) => name === 'FireAnimationFrame');
  const main = drawn[0]?.tid;
  const starts = [...new Set(drawn.map(({ ts }) => ts))].sort((a, b) => a - b);
  const tasks = events.filter(
    ({ name, ph, tid }) =>
      ph === 'X' &&
      tid === main &&
      (name === 'RunTask' || name === 'ThreadControllerImpl::RunTask'),
  );
  const name = tasks.some((task) => task.name === 'RunTask')
    ? 'RunTask'
    : 'ThreadControllerImpl::RunTask';
  const frames: Frame[] = [];
  for (const [index, start] of starts.entries()) {
    const next = starts[index + 1];
    if (next === undefined || next - start < 4_000) continue;
    let [elapsed, worked] = [0, 0];
    for (const task of tasks) {
      if (task.name === name && task.ts + (task.dur ?? 0) > start && task.ts < next - 1) {
        const within = Math.min(task.ts + (task.dur ?? 0), next) - Math.max(task.ts, start);
        elapsed += within;
        worked += Math.min(within, ((task.tdur ?? 0) * within) / Math.max(1, task.dur ?? 0));
      }
    }
    frames.push({ elapsedMs: elapsed / 1_000, workedMs: worked / 1_000 });
  }
  return frames;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.floor(part * sorted.length));
  return Math.round((sorted[at] ?? 0) * 10) / 10;
}
