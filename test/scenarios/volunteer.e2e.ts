// Volunteer: somebody's own phone becomes a lane by a code, dies in mid-queue with scans that it has not sent, and
// a spare takes its lane over. Who stood there can be told for every scan, and nothing is lost.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { z } from 'zod';
import type { personAdded, shiftList } from '../../src/protocol/people.ts';
import { TestBrowser, type TestPage } from '../../src/testing/browser.ts';
import { GatePage } from '../../src/testing/gate-page.ts';
import { until } from '../../src/testing/waiting.ts';
import { codeOnScreen, ScenarioNight } from './scenario-night.ts';
import { refAt } from './small-ground.ts';

const SOON_MS = 20_000;
const SENT = [0, 1, 2];
const UNSENT = [3, 4];

let night: ScenarioNight;
let browser: TestBrowser;
let control: TestPage;
let own: TestPage;
let spare: TestPage;
let volunteer: z.infer<typeof personAdded>;
let supervisor: Awaited<ReturnType<ScenarioNight['person']>>;

before(async () => {
  [night, browser] = await Promise.all([
    ScenarioNight.open({ id: 'volunteer', gates: { N1: ['N101'] }, ticketsEach: 20 }),
    TestBrowser.start(),
  ]);
  supervisor = await night.person('control-room', '陈立');
  control = await night.console(browser, supervisor, 'devices');
  volunteer = await night.ask('/people', { body: { name: '林小满', role: 'volunteer' } });
});

after(async () => {
  await own?.[Symbol.asyncDispose]();
  await spare?.[Symbol.asyncDispose]();
  await control?.[Symbol.asyncDispose]();
  await browser?.[Symbol.asyncDispose]();
  await night?.[Symbol.asyncDispose]();
});

test('a volunteer’s own phone joins lane N1-1 by the code on the screen, and its owner signs on', async () => {
  const { page } = control;
  await page.getByRole('button', { name: 'Enrol a phone' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Gate').selectOption('N1');
  await dialog.getByLabel('Lane').selectOption('N1-1');
  await dialog.getByLabel('Role').selectOption('volunteer');
  await dialog.getByRole('button', { name: 'Show the code' }).click();
  const offer = await codeOnScreen(control, /Code that enrols a phone/);
  await dialog.getByRole('button', { name: 'Close' }).click();
  own = await TestBrowser.switchOn(memory());
  await startLane(own, offer);
});

test('it lets people in live, and on its own when the network goes', async () => {
  const gate = new GatePage(own);
  for (const seat of SENT) assert.equal(await letIn(gate, seat, 'admitted'), 'hub');
  await own.page.locator('[data-count="unsent"]', { hasText: /^0$/ }).waitFor();
  await own.context.setOffline(true);
  for (const seat of UNSENT) assert.equal(await letIn(gate, seat, 'provisional'), 'provisional');
  assert.notEqual(await own.page.locator('[data-count="unsent"]').textContent(), '0');
});

test('it dies in mid-queue; a spare takes the lane over by a code, and the queue goes on', async (t) => {
  await own[Symbol.asyncDispose]();
  const startedAt = performance.now();
  const { page } = control;
  const row = page.getByRole('row').filter({ hasText: 'Gate N1, lane 1' });
  await row.getByRole('button', { name: 'Hand over' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('What the old one has not sent is still on it').waitFor();
  await dialog.getByLabel('Somebody else, who signs on at the new phone').check();
  await dialog.getByRole('button', { name: 'Show the code' }).click();
  const offer = await codeOnScreen(control, /Code that enrols a phone/);
  await dialog.getByRole('button', { name: 'Close' }).click();
  spare = await browser.open({ isPhone: true });
  await startLane(spare, offer);
  const gate = new GatePage(spare);
  assert.equal(await letIn(gate, 5, 'admitted'), 'hub');
  t.diagnostic(
    `queue goes on ${Math.round(performance.now() - startedAt)} ms after the phone died`,
  );
  await gate.type(night.code('N101', 0));
  assert.equal((await gate.shown('refused')).reason, 'already-used');
  await gate.button('下一位').click();
});

test('nothing is lost of what the dead phone had sent, and every scan says who stood there', async () => {
  assert.deepEqual(
    [...(await night.entries())],
    [...SENT, 5].map((seat) => [refAt('N101', seat), 1]),
  );
  await using history = await night.console(browser, supervisor, `tickets?ref=${refAt('N101', 0)}`);
  await history.page.getByText(volunteer.person).first().waitFor();
  const { shifts } = await night.ask<z.infer<typeof shiftList>>('/shifts');
  const stood = shifts
    .filter(({ person }) => person === volunteer.person)
    .map(({ name, lane, endedBy }) => [name, lane, endedBy]);
  assert.deepEqual(
    stood.sort(),
    [
      ['林小满', 'N1-1', 'replaced'],
      ['林小满', 'N1-1', null],
    ].sort(),
  );
  await using audit = await night.console(browser, supervisor, 'audit');
  await audit.page.getByText('Enrolled a device').first().waitFor();
  await audit.page.getByText('Signed on').first().waitFor();
});

test('what it had not sent is still on it: it says so when it is charged, sends it, and wipes itself', async () => {
  own = await TestBrowser.switchOn(memory());
  await own.context.setOffline(true);
  await own.page.goto(`${night.hub.url}/gate/`);
  const unsent = own.page.getByRole('listitem').filter({ hasText: '未上传' });
  await unsent.getByText(/\d+ 条/).waitFor();
  assert.equal((await night.entries()).size, SENT.length + 1);
  await own.context.setOffline(false);
  await own.page.getByText('本机已停用').waitFor();
  await own.page.getByText('记录已全部上传，名单和密钥已清除。').waitFor();
  const { value } = await until(
    SOON_MS,
    () => night.entries(),
    ({ size }) => size === 6,
  );
  for (const seat of [...SENT, ...UNSENT, 5]) assert.equal(value.get(refAt('N101', seat)), 1);
  assert.deepEqual(await night.conflicts(), []);
  const { history } = await night.ask<{ history: { operator?: string | null }[] }>(
    `/tickets/${refAt('N101', UNSENT[0] ?? 0)}/history`,
  );
  assert.equal(history[0]?.operator, volunteer.person);
});

/** Where the phone keeps what it keeps. */
function memory(): string {
  return path.join(night.dir, 'own-phone');
}

async function startLane(phone: TestPage, offer: string): Promise<void> {
  const gate = new GatePage(phone);
  await gate.join(offer);
  await gate.listIsWhole();
  await gate.button('菜单').click();
  await gate.button('签到').click();
  await phone.page.getByLabel('姓名').fill(volunteer.name);
  await phone.page.getByLabel(/^密码/).fill(volunteer.pin);
  await phone.page.locator('dialog[open] button[type="submit"]').click();
  await phone.page.getByRole('listitem').filter({ hasText: volunteer.name }).waitFor();
  await phone.page.waitForFunction('navigator.serviceWorker.controller !== null');
  await gate.start();
}

/** @returns who decided */
async function letIn(gate: GatePage, seat: number, verdict: string): Promise<string> {
  await gate.type(night.code('N101', seat));
  const { rung } = await gate.shown(verdict);
  await gate.verdict(verdict).waitFor({ state: 'detached' });
  return rung;
}
