// Limit: a stand may hold 300. 200 are let in by hand, three lanes are cut off and let in alone, others go on
// scanning; it stops on the number, and going past it takes two people.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Lane } from '../../src/drill/drill-client.ts';
import { TestBrowser, type TestPage } from '../../src/testing/browser.ts';
import { GatePage } from '../../src/testing/gate-page.ts';
import { PASSWORD } from '../../src/testing/signed-in-browser.ts';
import { until } from '../../src/testing/waiting.ts';
import type { GateLane } from './gate-lane.ts';
import { ScenarioNight } from './scenario-night.ts';

const LIMIT = 300;
const BY_HAND = 200;
const ALONE_EACH = 12;
const RAISED = LIMIT + 5;
/** Of the whole ground: reached by those who break in. */
const GROUND_LIMIT = RAISED + 300 + 2;
const SOON_MS = 20_000;
const STAND = 'stand/N';

let night: ScenarioNight;
let browser: TestBrowser;
let desk: TestPage;
let alone: GateLane[];
let connected: Lane[];
let nextSeat = 0;
let secondPerson: Awaited<ReturnType<ScenarioNight['person']>>;

before(async () => {
  const gates = { N1: ['N101'], S1: ['S101'] };
  const limits = { standLimit: LIMIT, groundLimit: GROUND_LIMIT };
  [night, browser] = await Promise.all([
    ScenarioNight.open({ id: 'limit', gates, ticketsEach: 200, ...limits }),
    TestBrowser.start(),
  ]);
  alone = await Promise.all(['N1-1', 'N1-2', 'N1-3'].map((lane) => night.lane('N1', lane)));
  connected = await Promise.all(['N1-4', 'N1-5', 'N1-6'].map((lane) => night.enrol('N1', lane)));
  const first = await night.person('control-room', '陈立');
  secondPerson = await night.person('safety-officer', '周敏');
  desk = await night.console(browser, first, 'desk');
});

after(async () => {
  await desk?.[Symbol.asyncDispose]();
  await browser?.[Symbol.asyncDispose]();
  await night?.[Symbol.asyncDispose]();
});

test('two hundred are let in by hand, and counted in the stand', async () => {
  const { page } = desk;
  await page.getByRole('button', { name: 'Admit without a ticket' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Gate').selectOption('N1');
  await dialog.getByLabel('Section').selectOption('N101');
  await dialog.getByLabel('People').fill('50');
  await dialog.getByLabel('Reason').fill('school choir, tickets with their teacher');
  await dialog.getByRole('button', { name: 'Admit', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  const byHand = Array.from({ length: BY_HAND - 50 }, (_, index) => ({
    requestId: `hand-${index}`,
    gate: 'N1',
    section: 'N101',
    reason: 'printer at the desk was down',
  }));
  await Promise.all(byHand.map((body) => night.ask('/admissions', { body })));
  assert.equal(await night.inside(STAND), BY_HAND);
});

test('three lanes are cut off and let in alone; the others count without them', async () => {
  for (const lane of alone) assert.equal((await lane.scan(nextCode())).rung, 'hub');
  for (const lane of alone) lane.cut();
  await Promise.all(
    alone.map(async (lane) => {
      for (let person = 0; person < ALONE_EACH; person += 1) {
        assert.equal((await lane.scan(nextCode())).verdict, 'provisional');
      }
    }),
  );
  assert.deepEqual(await scanMany(30), { admitted: 30, held: 0 });
  assert.equal(await night.inside(STAND), BY_HAND + alone.length + 30);
});

test('what they let in counts as soon as they are back, and it stops on the number', async () => {
  for (const lane of alone) lane.mend();
  const known = BY_HAND + alone.length * (1 + ALONE_EACH) + 30;
  const { value } = await until(
    SOON_MS,
    () => night.inside(STAND),
    (people) => people === known,
  );
  const free = LIMIT - value;
  assert.deepEqual(await scanMany(free + 20), { admitted: free, held: 20 });
  assert.equal(await night.inside(STAND), LIMIT);
  const [lane] = alone;
  assert.ok(lane !== undefined);
  await lane.says('Live again');
  assert.deepEqual((await lane.scan(nextCode())).reason, 'held');
  const byHand = { requestId: 'one-more', gate: 'N1', section: 'N101', reason: 'a friend' };
  const refused = await night.client.tryAsk({ path: `${night.path}/admissions`, body: byHand });
  assert.equal(refused?.status, 409);
  assert.equal(await night.inside(STAND), LIMIT);
});

test('one person cannot go past it at the console; two can, and it stops on the new number', async () => {
  const { page } = desk;
  await page.getByRole('link', { name: 'Controls' }).click();
  await page.getByText(`${LIMIT} / ${LIMIT}`).waitFor();
  await page.getByRole('button', { name: 'Set a limit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Where').selectOption(STAND);
  await dialog.getByLabel('People at most').fill(String(RAISED));
  await dialog.getByLabel('Reason').fill('five seats of the press box are free');
  await dialog.getByRole('button', { name: 'Set' }).click();
  await dialog.getByText('This takes two: a second person agrees').waitFor();
  assert.deepEqual(await scanMany(3), { admitted: 0, held: 3 });
  await dialog.getByLabel('Sign-in name').fill(secondPerson.login);
  await dialog.getByLabel('Password').fill(PASSWORD);
  await dialog.getByLabel('One-time code').fill(secondPerson.browser.oneTimeCode(1));
  await dialog.getByRole('button', { name: 'Prove who you are' }).click();
  await dialog.getByText('A second person has agreed').waitFor();
  await dialog.getByRole('button', { name: 'Set' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual(await scanMany(20), { admitted: 5, held: 15 });
  assert.equal(await night.inside(STAND), RAISED);
  await page.getByText(`${RAISED} / ${RAISED}`).waitFor();
});

test('three hundred who break in are counted at the open gate, and the ground stops on its number', async () => {
  await using phone = await browser.open({ isPhone: true, language: 'en-GB' });
  const gate = new GatePage(phone);
  const place = { event: night.event, gate: 'S1', lane: 'S1-1' };
  const { url } = await night.client.ask<{ url: string }>({ path: '/api/v1/offers', body: place });
  await gate.join(url);
  await gate.listIsWhole();
  await gate.start();
  const mode = { gate: 'S1', mode: 'open', stopAt: 300, reason: 'the gate was forced' };
  await night.ask('/modes', { method: 'PUT', body: mode });
  const five = gate.button('\\+5');
  await five.waitFor();
  for (let people = 5; people <= 300; people += 5) await five.click();
  await phone.page.getByText('The limit of 300 is reached: stop').waitFor();
  await phone.page.locator('[data-count="unsent"]', { hasText: /^0$/ }).waitFor();
  await until(
    SOON_MS,
    () => night.inside(),
    (people) => people === RAISED + 300,
  );
  const south = await night.enrol('S1', 'S1-2');
  const verdicts: string[] = [];
  for (let seat = 0; seat < 6; seat += 1) {
    verdicts.push((await night.scan(south, night.code('S101', seat))).verdict);
  }
  assert.equal(verdicts.filter((verdict) => verdict === 'admitted').length, 2);
  assert.equal(await night.inside(), GROUND_LIMIT);
  assert.deepEqual(await night.conflicts(), []);
});

function nextCode(): string {
  nextSeat += 1;
  return night.code('N101', nextSeat - 1);
}

/** So many fresh tickets at the connected lanes, all at once. */
async function scanMany(people: number): Promise<{ admitted: number; held: number }> {
  const codes = Array.from({ length: people }, nextCode);
  const answers = await Promise.all(
    codes.map((code, index) => night.scan(connected[index % connected.length] as Lane, code)),
  );
  return {
    admitted: answers.filter(({ verdict }) => verdict === 'admitted').length,
    held: answers.filter(({ reason }) => reason === 'held').length,
  };
}
