// The console in a real browser: a person signs in, sees the ground move, and does a whole task by keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, TestBrowser } from '#testing/browser.ts';
import { ConsoleEvening, EVENT, refAt } from '#testing/console-evening.ts';
import { PASSWORD, type SignedInBrowser } from '#testing/signed-in-browser.ts';

let evening: ConsoleEvening;
let browser: TestBrowser;
let operator: SignedInBrowser;

before(async () => {
  evening = await ConsoleEvening.open();
  browser = await TestBrowser.start();
  operator = await evening.account('control-room', '陈立');
});

after(async () => {
  await browser?.[Symbol.asyncDispose]();
  await evening?.[Symbol.asyncDispose]();
});

test('a person signs in with password and code, and sees the ground live', async () => {
  await using opened = await browser.open({ viewport: DESK, language: 'en-GB' });
  const { page } = opened;
  await page.goto(`${evening.server.url}/console/`);
  await page.getByLabel('Sign-in name').fill('user-1');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('One-time code').fill(operator.oneTimeCode(1));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`**/console/e/${EVENT}/ground`);
  await page
    .getByRole('button', { name: /^North 1: .* 0\/min/ })
    .first()
    .waitFor();
  assert.equal(await evening.scan('N1', refAt('N1', 0)), 'admitted');
  await page
    .getByRole('button', { name: /^North 1: .* 1\/min/ })
    .first()
    .waitFor();
});

test('a wrong code is refused in words, and signs nobody in', async () => {
  await using opened = await browser.open({ viewport: DESK, language: 'zh-CN' });
  const { page } = opened;
  await page.goto(`${evening.server.url}/console/`);
  await page.getByLabel('登录名').fill('user-1');
  await page.getByLabel('密码').fill('not the password at all');
  await page.getByLabel('动态口令').fill('000000');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('alert').getByText('登录名、密码或动态口令不对').waitFor();
});

test('by keyboard alone: find a ticket, read what became of it, block it with a reason', async () => {
  await using opened = await evening.page(browser, operator, 'ground', {
    viewport: DESK,
    language: 'en-GB',
  });
  const { page } = opened;
  const keys = page.keyboard;
  await keys.press('Control+k');
  await keys.type(refAt('S2', 1));
  await keys.press('Enter');
  await page.getByRole('option', { name: new RegExp(refAt('S2', 1)) }).waitFor();
  await keys.press('Enter');
  await page.getByText('Good and not used yet; the way in is South 2.').waitFor();
  // To the first act of the ticket, wherever the focus is.
  for (let presses = 0; presses < 80; presses += 1) {
    await keys.press('Tab');
    const focused = await page.evaluate('document.activeElement?.textContent');
    if (focused === 'Block') break;
  }
  await keys.press('Enter');
  await page.getByRole('dialog', { name: /Block S2/ }).waitFor();
  await keys.type('reported stolen');
  await keys.press('Enter');
  await page.getByText('This ticket is blocked. Find out why, then unblock it.').waitFor();
  assert.equal(await evening.scan('S2', refAt('S2', 1)), 'refused');
});

test('single keys go to pages, are off while typing, and can be switched off', async () => {
  await using opened = await evening.page(browser, operator, 'ground', {
    viewport: DESK,
    language: 'en-GB',
  });
  const { page } = opened;
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.waitForURL('**/tickets');
  await page.keyboard.press('/');
  await page.keyboard.type('g d');
  assert.equal(await page.getByLabel('Find a ticket').inputValue(), 'g d');
  await page.keyboard.press('Tab');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.getByLabel('Use single keys').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('g');
  assert.match(page.url(), /\/tickets$/);
  await page.keyboard.press('?');
  await page.evaluate("localStorage.removeItem('kaimen.keys')");
});

test('a gate is stopped from the plan with a reason, and its lane refuses at once', async () => {
  await using opened = await evening.page(browser, operator, 'ground?gate=E1', {
    viewport: DESK,
    language: 'en-GB',
  });
  const { page } = opened;
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop E1' });
  await dialog.getByLabel('Reason').fill('crowd at the turnstiles');
  await dialog.getByRole('button', { name: 'Stop' }).click();
  await page
    .getByRole('button', { name: /^East 1: .*Held/ })
    .first()
    .waitFor();
  assert.equal(await evening.scan('E1', refAt('E1', 0)), 'refused');
  await page.getByRole('button', { name: 'Open again' }).click();
  await page
    .getByRole('button', { name: /^East 1: .*(Idle|Flowing)/ })
    .first()
    .waitFor();
  assert.equal(await evening.scan('E1', refAt('E1', 0)), 'admitted');
});

test('a drill never looks like an evacuation, and letting people back in takes two', async () => {
  const second = await evening.account('safety-officer', 'Second');
  await using opened = await evening.page(browser, operator, 'evacuation', {
    viewport: DESK,
    language: 'en-GB',
  });
  const { page } = opened;
  await page.getByRole('button', { name: 'Begin a drill' }).click();
  const begin = page.getByRole('dialog');
  await begin.getByLabel('Reason').fill('monthly practice');
  await begin.getByRole('button', { name: 'Begin a drill' }).click();
  await page.getByText('DRILL · this is not an evacuation').waitFor();
  await page.getByRole('button', { name: 'End it', exact: true }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('done');
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
  await page.getByRole('button', { name: 'Evacuate', exact: true }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('smoke');
  await page.getByRole('dialog').getByRole('button', { name: 'Evacuate' }).click();
  await page.getByText('EVACUATION', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'End it and let people back in' }).click();
  const end = page.getByRole('dialog');
  await end.getByLabel('Reason').fill('all clear');
  const letBack = end.getByRole('button', { name: 'End it and let people back in' });
  assert.ok(await letBack.isDisabled());
  await end.getByLabel('Sign-in name').fill('user-2');
  await end.getByLabel('Password').fill(PASSWORD);
  await end.getByLabel('One-time code').fill(second.oneTimeCode(1));
  await end.getByRole('button', { name: 'Prove who you are' }).click();
  await end.getByText('A second person has agreed').waitFor();
  await letBack.click();
  await page.getByText(/Last evacuation/).waitFor();
  // Once more by the same ticket, and then no more.
  assert.equal(await evening.scan('N1', refAt('N1', 0)), 'admitted');
  assert.equal(await evening.scan('N1', refAt('N1', 0)), 'refused');
});

test('a passkey signs in without name, password or code', async () => {
  const owner = await evening.account('viewer', 'Key Holder');
  await using opened = await browser.open({ viewport: DESK, language: 'en-GB' });
  const { page, context } = opened;
  const debug = await context.newCDPSession(page);
  await debug.send('WebAuthn.enable');
  await debug.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  // A passkey belongs to a name, not to an address of numbers.
  const site = evening.server.url.replace('127.0.0.1', 'localhost');
  const session = await owner.ask<{ person: string }>('/session');
  const { rows } = await evening.database.pool.query<{ login: string }>(
    'SELECT login FROM account_names WHERE person = $1',
    [session.person],
  );
  await page.goto(`${site}/console/`);
  await page.getByLabel('Sign-in name').fill(rows[0]?.login ?? '');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('One-time code').fill(owner.oneTimeCode(1));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/ground');
  await page.goto(`${site}/console/e/${EVENT}/me`);
  await page.getByRole('button', { name: 'Add a passkey of this device' }).click();
  await page.getByRole('listitem').filter({ hasText: 'Key Holder' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByRole('heading', { level: 1, name: /Ground|Choose a match/ }).waitFor();
});
