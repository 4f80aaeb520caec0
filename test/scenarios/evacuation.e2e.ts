// Evacuation: practised while nothing changes, then real. Nobody is kept inside, how many are inside is a range,
// and afterwards nine thousand come back in by the tickets they have, each once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Lane } from '../../src/drill/drill-client.ts';
import { type Connections, openConnections } from '../../src/drill/load/connections.ts';
import type { Overview } from '../../src/protocol/overview.ts';
import { TestBrowser, type TestPage } from '../../src/testing/browser.ts';
import { GatePage } from '../../src/testing/gate-page.ts';
import { PASSWORD } from '../../src/testing/signed-in-browser.ts';
import { type Answers, present, scanAt } from '../presentations.ts';
import { ScenarioNight } from './scenario-night.ts';

const SECTIONS = ['N101', 'E101', 'S101'] as const;
const STAYED_EACH = 3_000;
const LEFT_EACH = 20;
const INSIDE = SECTIONS.length * STAYED_EACH;
const SCANNED_OUT = 300;
const AGAIN_EACH = 500;

let night: ScenarioNight;
let browser: TestBrowser;
let control: TestPage;
let phone: TestPage;
let gate: GatePage;
let connections: Connections;
let second: Awaited<ReturnType<ScenarioNight['person']>>;
const lanes = new Map<string, Lane>();

before(async () => {
  const gates = { N1: ['N101'], E1: ['E101'], S1: ['S101'] };
  const ticketsEach = STAYED_EACH + LEFT_EACH + 10;
  [night, browser] = await Promise.all([
    ScenarioNight.open({ id: 'evacuation', gates, ticketsEach, kickOffInMinutes: -20 }),
    TestBrowser.start(),
  ]);
  connections = await openConnections(night.hub.url, 32);
  for (const section of SECTIONS) {
    const at = `${section.slice(0, 1)}1`;
    lanes.set(section, await night.enrol(at, `${at}-1`));
  }
  const first = await night.person('control-room', '陈立');
  second = await night.person('safety-officer', '周敏');
  control = await night.console(browser, first, 'evacuation');
  const place = { event: night.event, gate: 'N1', lane: 'N1-2' };
  const { url } = await night.client.ask<{ url: string }>({ path: '/api/v1/offers', body: place });
  phone = await browser.open({ isPhone: true, language: 'en-GB' });
  gate = new GatePage(phone);
  await gate.join(url);
  await gate.listIsWhole();
  await gate.start();
});

after(async () => {
  connections?.close();
  await phone?.[Symbol.asyncDispose]();
  await control?.[Symbol.asyncDispose]();
  await browser?.[Symbol.asyncDispose]();
  await night?.[Symbol.asyncDispose]();
});

test('the ground fills, and a few go home early', async () => {
  const entered = await showAll('first', STAYED_EACH + LEFT_EACH);
  assert.equal(countOf(entered, 'admitted'), INSIDE + SECTIONS.length * LEFT_EACH);
  const gone = await showAll('home', LEFT_EACH, { from: STAYED_EACH, direction: 'out' });
  assert.equal(countOf(gone, 'admitted'), SECTIONS.length * LEFT_EACH);
  assert.equal(await night.inside(), INSIDE);
});

test('a drill is named as one on every screen, stops no gate and changes no number', async () => {
  const { page } = control;
  await begin('Begin a drill', 'monthly practice');
  await page.getByText('DRILL · this is not an evacuation').waitFor();
  assert.equal(await page.getByText('EVACUATION', { exact: true }).count(), 0);
  const fresh = STAYED_EACH + LEFT_EACH;
  await gate.type(night.code('N101', fresh));
  await gate.shown('admitted');
  await page.getByText('9,001', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'End it', exact: true }).click();
  const end = page.getByRole('dialog');
  await end.getByLabel('Reason').fill('practised');
  await end.getByRole('button', { name: 'End it' }).click();
  await page.getByText('DRILL · this is not an evacuation').waitFor({ state: 'detached' });
  const { low, high } = await insideRange();
  assert.deepEqual([low, high], [INSIDE + 1, INSIDE + 1]);
});

test('in a real one nobody is let in, nobody is kept inside, and inside becomes a range', async () => {
  const { page } = control;
  await begin('Evacuate', 'smoke in the east stand');
  await page.getByText('EVACUATION', { exact: true }).waitFor();
  assert.equal(await page.getByText('DRILL · this is not an evacuation').count(), 0);
  await gate.verdict('admitted').waitFor({ state: 'detached' });
  await gate.type(night.code('N101', STAYED_EACH + LEFT_EACH + 1));
  assert.equal((await gate.shown('refused')).reason, 'held');
  await gate.button('Next').click();
  const leaving = await showAll('out', SCANNED_OUT / SECTIONS.length, { direction: 'out' });
  assert.equal(countOf(leaving, 'admitted'), SCANNED_OUT);
  await gate.button('Menu').click();
  await gate.button('Out').click();
  await gate.button('Close').click();
  await gate.type(night.code('N101', 2_000));
  assert.match((await gate.shown('admitted')).text, /Let out/);
  await gate.verdict('admitted').waitFor({ state: 'detached' });
  await gate.type('SOMETHING-ELSE-ALTOGETHER');
  assert.match((await gate.shown('admitted')).text, /Let out/, 'nobody is kept inside for a code');
  const { low, high } = await insideRange();
  assert.deepEqual([low, high], [0, INSIDE + 1 - SCANNED_OUT - 1]);
  for (const place of [page.getByRole('banner'), page.getByRole('region', { name: 'Under way' })]) {
    await place.getByText('0–8,700', { exact: true }).waitFor();
  }
});

test('a stand that is reported empty is out of the range', async () => {
  const { page } = control;
  await page.getByRole('button', { name: 'Report empty' }).first().click();
  await page
    .getByText(/empty since/)
    .first()
    .waitFor();
  const { low, high } = await insideRange();
  assert.equal(low, 0);
  assert.equal(high, INSIDE - SCANNED_OUT - (STAYED_EACH - SCANNED_OUT / SECTIONS.length));
  assert.equal(await page.getByText('EVACUATION', { exact: true }).count(), 1);
});

test('two people end it, and nine thousand come back by the tickets they have, none of them twice', async (t) => {
  const { page } = control;
  await page.getByRole('button', { name: 'End it and let people back in' }).click();
  const end = page.getByRole('dialog');
  await end.getByLabel('Reason').fill('all clear');
  const letBack = end.getByRole('button', { name: 'End it and let people back in' });
  assert.ok(await letBack.isDisabled(), 'it takes two');
  await end.getByLabel('Sign-in name').fill(second.login);
  await end.getByLabel('Password').fill(PASSWORD);
  await end.getByLabel('One-time code').fill(second.browser.oneTimeCode(1));
  await end.getByRole('button', { name: 'Prove who you are' }).click();
  await end.getByText('A second person has agreed').waitFor();
  await letBack.click();
  await page.getByText(/Last evacuation/).waitFor();
  assert.equal(await night.inside(), 0);
  const startedAt = performance.now();
  const back = await showAll('back', STAYED_EACH);
  const seconds = (performance.now() - startedAt) / 1_000;
  t.diagnostic(`${back.size} scans, ${Math.round(back.size / seconds)} a second`);
  const refs = [...back.values()].flatMap(({ verdict, ticket }) =>
    verdict === 'admitted' ? [ticket?.ref] : [],
  );
  assert.equal(refs.length, INSIDE);
  assert.equal(new Set(refs).size, INSIDE);
  const again = await showAll('again', AGAIN_EACH);
  assert.equal(countOf(again, 'refused'), SECTIONS.length * AGAIN_EACH);
  const gone = await showAll('gone', LEFT_EACH, { from: STAYED_EACH });
  assert.equal(countOf(gone, 'admitted'), 0, 'who had left before stays out');
  assert.equal(await night.inside(), INSIDE);
  assert.deepEqual(await night.conflicts(), []);
});

async function begin(button: string, reason: string): Promise<void> {
  const { page } = control;
  await page.getByRole('button', { name: button, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function insideRange(): Promise<Overview['inside']> {
  return (await night.ask<Overview>('/overview')).inside;
}

type Shown = {
  readonly from?: number;
  readonly direction?: 'in' | 'out';
};

/** So many tickets of each section at its gate, all sections at once. */
function showAll(
  round: string,
  each: number,
  { from = 0, direction = 'in' }: Shown = {},
): Promise<Answers> {
  const scans = Array.from({ length: each }, (_, at) => {
    const index = from + at;
    return SECTIONS.map((section) => {
      const lane = lanes.get(section) ?? assert.fail(section);
      return scanAt(lane, `${round}-${section}-${at}`, night.code(section, index), direction);
    });
  });
  return present(connections, scans.flat());
}

function countOf(answers: Answers, verdict: string): number {
  return [...answers.values()].filter((answer) => answer.verdict === verdict).length;
}
