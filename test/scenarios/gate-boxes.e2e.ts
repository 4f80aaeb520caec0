// The gate app loaded from one server, which then goes: the lane goes on with the other, also when the app is started
// anew meanwhile. Once the hub decides and the box goes, once the other way round.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePort } from '#drill/network/free-port.ts';
import { TestBrowser, type TestPage } from '../../src/testing/browser.ts';
import { CameraVideo } from '../../src/testing/camera-video.ts';
import { GatePage } from '../../src/testing/gate-page.ts';
import { DERBY, Ground } from '../../src/testing/ground.ts';
import type { HttpNode } from '../../src/testing/http-node.ts';
import { until } from '../../src/testing/waiting.ts';

const SOON_MS = 20_000;

let ground: Ground;
let box: HttpNode;
let video: CameraVideo;
let browser: TestBrowser;
let next = 0;

before(async () => {
  ground = await Ground.open(20);
  box = await ground.box('north', await freePort());
  const lane = await ground.enrol();
  await until(
    SOON_MS,
    async () => (await box.fetch(`${DERBY}/list`, { token: lane.token })).status,
    (status) => status === 200,
  );
  video = new CameraVideo({ code: null, seconds: 1 });
  browser = await TestBrowser.start(video.file);
});

after(async () => {
  await browser?.[Symbol.asyncDispose]();
  video?.[Symbol.dispose]();
  await ground?.[Symbol.asyncDispose]();
});

async function working(opened: TestPage, from: HttpNode): Promise<GatePage> {
  const body = { event: 'derby', gate: 'N1', gateUrl: from.url };
  const { url } = await ground.hub.ask<{ url: string }>('/api/v1/offers', { body });
  const gate = new GatePage(opened);
  await gate.join(url);
  await gate.listIsWhole();
  await opened.page.waitForFunction('navigator.serviceWorker.controller !== null');
  await opened.page.getByText('2 个地址有应答').waitFor();
  await gate.start();
  await opened.page.locator('video').waitFor();
  return gate;
}

/** @returns the rung on which the next ticket was let in: exact, whoever is gone */
async function letIn(gate: GatePage): Promise<string> {
  await gate.type(ground.codes[next] ?? '');
  next += 1;
  const { rung } = await gate.shown('admitted');
  await gate.verdict('admitted').waitFor({ state: 'detached' });
  return rung;
}

async function startedAnew(opened: TestPage, gate: GatePage): Promise<void> {
  await opened.page.reload();
  await gate.listIsWhole();
  await gate.start();
  await opened.page.locator('video').waitFor();
}

test('loaded from the box, which goes: the hub decides, also for an app that is started anew', async () => {
  await using opened = await browser.open();
  const gate = await working(opened, box);
  assert.equal(await letIn(gate), 'hub');
  await box.stop();
  assert.equal(await letIn(gate), 'hub');
  await startedAnew(opened, gate);
  assert.equal(await letIn(gate), 'hub');
  await nothingUnsent(opened);
});

test('loaded from the hub, which goes: the box decides, also for an app that is started anew', async () => {
  box = await ground.restartBox('north');
  await decidesAtBox();
  await using opened = await browser.open();
  const gate = await working(opened, ground.hub);
  assert.equal(await letIn(gate), 'edge');
  await ground.hub.stop();
  assert.equal(await letIn(gate), 'edge');
  await startedAnew(opened, gate);
  assert.equal(await letIn(gate), 'edge');
  await ground.restartHub();
  await nothingUnsent(opened);
  assert.equal(await admittedAtHub(), next, 'nobody is missing at the hub');
});

/** It catches up with the hub before it takes over, which its own health tells. */
async function decidesAtBox(): Promise<void> {
  await ground.hub.ask(`${DERBY}/authority`, { body: { to: 'north', reason: 'match day' } });
  await until(
    SOON_MS,
    () => box.ask<{ decides: readonly string[] }>('/healthz', { token: ground.adminToken }),
    ({ decides }) => decides.includes('derby'),
  );
}

async function nothingUnsent(opened: TestPage): Promise<void> {
  await opened.page.locator('[data-count="unsent"]', { hasText: /^0$/ }).waitFor();
}

/** What the box decided comes up within seconds of the hub's return. */
async function admittedAtHub(): Promise<number> {
  const { value } = await until(
    SOON_MS,
    () => ground.hub.ask<{ scans: { verdict: string }[] }>(`${DERBY}/scans`),
    ({ scans }) => scans.filter(({ verdict }) => verdict === 'admitted').length >= next,
  );
  return value.scans.length;
}
