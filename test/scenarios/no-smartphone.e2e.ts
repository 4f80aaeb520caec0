// No smartphone: a holder with a paper ticket loses it while the hub is down. The box in the ground goes on; when
// the desk is back it re-issues; whoever found the paper gets in at a lane that is cut off, and is found out.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '#drill/network/free-port.ts';
import { healthOf, startBox } from '../../src/drill/ground-edge.ts';
import { ServerProcess } from '../../src/drill/server-process.ts';
import { TestBrowser, type TestPage } from '../../src/testing/browser.ts';
import { proofPages, readCodes } from '../../src/testing/proof.ts';
import { until } from '../../src/testing/waiting.ts';
import type { GateLane } from './gate-lane.ts';
import { printed, ScenarioNight } from './scenario-night.ts';
import { refAt } from './small-ground.ts';

const SOON_MS = 20_000;
const LOST = 4;
const SLIP_DOTS_PER_INCH = 203;

let night: ScenarioNight;
let browser: TestBrowser;
let box: ServerProcess;
let desk: TestPage;
let lane: GateLane;
let isolated: GateLane;
let newCode = '';
let person: Awaited<ReturnType<ScenarioNight['person']>>;

before(async () => {
  const gates = { N1: ['N101'], N2: ['N101'] };
  [night, browser] = await Promise.all([
    ScenarioNight.open({ id: 'paper', gates, ticketsEach: 20 }),
    TestBrowser.start(),
  ]);
  const { hub, client, dir } = night;
  const at = { url: hub.url, client, token: hub.adminToken };
  const place = { name: 'north', dataDir: path.join(dir, 'north'), port: await freePort() };
  box = await startBox(at, place);
  const named = { path: `${night.path}/authority`, body: { to: 'north', reason: 'match day' } };
  await until(
    SOON_MS,
    () => client.tryAsk(named),
    (answer) => answer?.status === 200,
  );
  await until(
    SOON_MS,
    () => healthOf(box.url),
    ({ decides }) => decides.includes('paper'),
  );
  const urls = [box.url, hub.url];
  [lane, isolated] = await Promise.all([
    night.lane('N1', 'N1-1', urls),
    night.lane('N2', 'N2-1', urls),
  ]);
  person = await night.person('box-office', '吴强');
  desk = await night.console(browser, person, 'tickets');
});

after(async () => {
  await desk?.[Symbol.asyncDispose]();
  await browser?.[Symbol.asyncDispose]();
  await box?.[Symbol.asyncDispose]();
  await night?.[Symbol.asyncDispose]();
});

test('the hub is down: the box lets people in, and the desk is told that gates go on', async () => {
  for (const each of [lane, isolated]) {
    const { verdict, rung } = await each.scan(night.code('N101', each === lane ? 0 : 1));
    assert.deepEqual([verdict, rung], ['admitted', 'edge']);
  }
  await night.hub.kill();
  const { verdict, rung } = await lane.scan(night.code('N101', 2));
  assert.deepEqual([verdict, rung], ['admitted', 'edge']);
  assert.equal((await isolated.scan(night.code('N101', 2))).reason, 'already-used');
  await find('N101-1-5');
  await desk.page.getByText('The server does not answer. Gates go on deciding').first().waitFor();
  isolated.cut();
  assert.equal((await isolated.scan(night.code('N101', 3))).rung, 'provisional');
});

test('as soon as the hub is back the desk finds the seat, re-issues and prints a slip', async () => {
  night.hub = await ServerProcess.start(night.hub.dataDir, night.hub.port);
  const { page } = desk;
  await page.reload();
  await find('N101-1-5');
  await page.getByText('Good and not used yet').waitFor();
  await page.getByRole('button', { name: 'Re-issue' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('paper lost, no phone, ID checked');
  await dialog.getByRole('button', { name: 'Re-issue' }).click();
  await page.getByText('Re-issued. Print the new ticket now.').waitFor();
  const [slip] = await proofPages(await printed(desk, 'Slip'), SLIP_DOTS_PER_INCH);
  assert.ok(slip !== undefined);
  [newCode = ''] = await readCodes(slip);
  assert.notEqual(newCode, '');
  assert.notEqual(newCode, night.code('N101', LOST));
});

test('the slip lets its holder in by the box, the lost paper no more', async () => {
  const revoked = () => lane.scan(night.code('N101', LOST));
  await until(SOON_MS, revoked, ({ reason }) => reason === 'revoked');
  const { verdict, rung } = await lane.scan(newCode);
  assert.deepEqual([verdict, rung], ['admitted', 'edge']);
});

test('the lost paper at the lane that is cut off becomes a conflict that names both gates', async () => {
  const found = await isolated.scan(night.code('N101', LOST));
  assert.deepEqual([found.verdict, found.rung], ['provisional', 'provisional']);
  isolated.mend();
  const { value } = await until(
    SOON_MS,
    () => night.conflicts(),
    (all) => all.length > 0,
  );
  const [conflict] = value;
  assert.equal(value.length, 1);
  assert.equal(conflict?.ticketRef, refAt('N101', LOST));
  assert.deepEqual([conflict?.holder.gate, conflict?.intruder.gate], ['N1', 'N2']);
  const control = await night.person('control-room', '陈立');
  await using room = await night.console(browser, control, 'conflicts');
  const row = room.page.getByRole('row').filter({ hasText: refAt('N101', LOST) });
  await row.waitFor();
  const text = (await row.textContent()) ?? '';
  assert.match(text, /Gate N1, lane 1.*Gate N2, lane 1/);
  await row.getByRole('button', { name: 'Settle' }).click();
  const dialog = room.page.getByRole('dialog');
  await dialog.getByLabel('What was found at the seat').selectOption('The first stays');
  await dialog.getByRole('button', { name: 'Settle' }).click();
  await row.getByText('The first stays').waitFor();
});

test('the night adds up: everyone whom box and lane let in is at the hub, nobody else twice', async () => {
  await until(
    SOON_MS,
    () => night.entries(),
    (all) => all.size === 5,
  );
  const twice = [...(await night.entries())].filter(([, times]) => times > 1);
  assert.deepEqual(twice, [[refAt('N101', LOST), 2]]);
});

async function find(text: string): Promise<void> {
  await desk.page.getByLabel('Find a ticket').fill(text);
  await desk.page.getByRole('button', { name: 'Find', exact: true }).click();
}
