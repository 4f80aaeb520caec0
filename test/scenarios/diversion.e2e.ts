// Diversion: 35 minutes before kick-off a gate is dead. Two of its sections are sent to the neighbour, where
// a volunteer's phone becomes one more point; boards are printed; when the gate is back it all ends by itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestBrowser, type TestPage } from '../../src/testing/browser.ts';
import { GatePage } from '../../src/testing/gate-page.ts';
import { inkIn, proofPages } from '../../src/testing/proof.ts';
import { until } from '../../src/testing/waiting.ts';
import type { GateLane } from './gate-lane.ts';
import { codeOnScreen, printed, ScenarioNight, WITHIN_MS } from './scenario-night.ts';

const LAST_CALL_MS = 3_000;

let night: ScenarioNight;
let browser: TestBrowser;
let control: TestPage;
let dead: GateLane;
let neighbour: GateLane;
let isolated: GateLane;
let phone: TestPage;
let point: GatePage;

before(async () => {
  const gates = { N2: ['N103', 'N104'], N3: ['N105'] };
  [night, browser] = await Promise.all([
    ScenarioNight.open({ id: 'diversion', gates, ticketsEach: 12, kickOffInMinutes: 35 }),
    TestBrowser.start(),
  ]);
  [dead, neighbour, isolated] = await Promise.all([
    night.lane('N2', 'N2-1'),
    night.lane('N3', 'N3-1'),
    night.lane('N3', 'N3-2'),
  ]);
  const person = await night.person('control-room', '陈立');
  control = await night.console(browser, person, 'ground?gate=N2');
});

after(async () => {
  await phone?.[Symbol.asyncDispose]();
  await control?.[Symbol.asyncDispose]();
  await browser?.[Symbol.asyncDispose]();
  await night?.[Symbol.asyncDispose]();
});

test('the gate works, then it is dead, and its people are wrong at the neighbour', async () => {
  await control.page
    .getByText(/3[45] min/)
    .first()
    .waitFor();
  assert.equal((await dead.scan(night.code('N103', 0))).verdict, 'admitted');
  dead.kill();
  const sentBack = await neighbour.scan(night.code('N103', 1));
  assert.deepEqual([sentBack.verdict, sentBack.reason], ['refused', 'wrong-gate']);
  assert.equal((await isolated.scan(night.code('N104', 1))).reason, 'wrong-gate');
});

test('a phone becomes one more point at the neighbour by the code on the screen', async (t) => {
  const startedAt = performance.now();
  const { page } = control;
  await page.getByRole('link', { name: 'Devices' }).click();
  await page.getByRole('button', { name: 'Enrol a phone' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Gate').selectOption('N3');
  await dialog.getByLabel('Lane').selectOption({ label: 'A temporary point' });
  await dialog.getByRole('button', { name: 'Show the code' }).click();
  const offer = await codeOnScreen(control, /Code that enrols a phone/);
  await dialog.getByRole('button', { name: 'Close' }).click();
  phone = await browser.open({ isPhone: true });
  point = new GatePage(phone);
  await point.join(offer);
  await point.listIsWhole();
  await point.start();
  t.diagnostic(`ready ${Math.round(performance.now() - startedAt)} ms after control began`);
});

test('the diversion reaches the lane and the phone within two seconds', async (t) => {
  const { page } = control;
  await page.goto(`${night.hub.url}/console/e/${night.event}/ground?gate=N2`);
  await page.getByRole('button', { name: 'Divert' }).click();
  const dialog = page.getByRole('dialog', { name: 'Divert N2' });
  for (const section of ['N103', 'N104']) {
    assert.ok(await dialog.getByLabel(section).isChecked(), section);
  }
  await dialog.getByLabel(/^N3 /).check();
  await dialog.getByLabel('Reason').fill('turnstiles dead');
  const scan = () => neighbour.scan(night.code('N103', 1));
  const startedAt = performance.now();
  await dialog.getByRole('button', { name: 'Divert' }).click();
  const { value } = await until(WITHIN_MS, scan, ({ verdict }) => verdict === 'admitted');
  const tookMs = performance.now() - startedAt;
  assert.equal(value.rung, 'hub');
  await point.type(night.code('N104', 2));
  assert.equal((await point.shown('admitted')).rung, 'hub');
  const phoneMs = performance.now() - startedAt;
  assert.ok(phoneMs <= WITHIN_MS, `${phoneMs} ms`);
  t.diagnostic(`lane ${Math.round(tookMs)} ms, phone ${Math.round(phoneMs)} ms after the click`);
});

test('the board for the dead gate is drawn by the server', async () => {
  await control.page.getByText('Diverted. It ends by itself in 45 minutes.').waitFor();
  const [board, ...more] = await proofPages(await printed(control, 'Print the board'), 40);
  assert.ok(board !== undefined && more.length === 0);
  const { width, height } = board;
  assert.ok(inkIn(board, { x: 0, y: 0, width, height }) > 0.02, 'something stands on it');
  await control.page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
});

test('both sections come in at both points, each ticket once', async () => {
  for (const index of [3, 4, 5]) {
    assert.equal((await neighbour.scan(night.code('N103', index))).verdict, 'admitted');
    assert.equal((await isolated.scan(night.code('N104', index))).verdict, 'admitted');
  }
  assert.equal((await neighbour.scan(night.code('N104', 2))).reason, 'already-used');
  assert.equal((await neighbour.scan(night.code('N103', 0))).reason, 'already-used');
  await point.verdict('admitted').waitFor({ state: 'detached' });
  await point.type(night.code('N103', 3));
  assert.equal((await point.shown('refused')).reason, 'already-used');
  await point.button('下一位').click();
});

test('when the gate is back the diversion ends by itself, also where nobody can be told', async () => {
  const untilAt = Date.now() + LAST_CALL_MS;
  const [sections, gates] = [['N103', 'N104'], ['N3']];
  const reason = 'N2 is mended: the last who are on their way';
  const short = new Date(untilAt).toISOString();
  await night.ask('/diversions', { body: { sections, gates, until: short, reason } });
  const { page } = control;
  await page.getByRole('link', { name: 'Controls' }).click();
  const long = page.locator('[data-row]').filter({ hasText: 'turnstiles dead' });
  await long.getByRole('button', { name: 'End' }).click();
  await long.waitFor({ state: 'detached' });
  assert.equal((await isolated.scan(night.code('N103', 6))).verdict, 'admitted');
  isolated.cut();
  await page.getByText('Nobody is diverted.').waitFor();
  assert.ok(Date.now() >= untilAt);
  for (const lane of [neighbour, isolated]) {
    const { reason: why, rung } = await lane.scan(night.code('N104', 7));
    assert.deepEqual([why, rung], ['wrong-gate', 'local']);
  }
  await point.type(night.code('N103', 8));
  const shown = await point.shown('refused');
  assert.equal(shown.reason, 'wrong-gate');
  assert.match(shown.text, /请走N2 入口/);
  isolated.mend();
});

test('the mended gate lets in whoever is left; nobody came in twice', async () => {
  const mended = await night.lane('N2', 'N2-2');
  for (let index = 0; index < 12; index += 1) {
    for (const section of ['N103', 'N104']) await mended.scan(night.code(section, index));
  }
  const entries = await night.entries();
  assert.equal(entries.size, 24);
  assert.deepEqual(new Set(entries.values()), new Set([1]));
  assert.deepEqual(await night.conflicts(), []);
});
