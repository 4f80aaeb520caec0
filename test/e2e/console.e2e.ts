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

test('kick-off is delayed in one act, and put back in one', async () => {
  const controls = () =>
    evening.server.ask<{ fence: number; window: Record<string, string | null> }>(
      `/api/v1/events/${EVENT}/controls`,
    );
  const before = await controls();
  await using opened = await evening.page(browser, operator, 'controls', {
    viewport: DESK,
    language: 'en-GB',
  });
  const { page } = opened;
  await page.getByRole('button', { name: 'Move times' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Kick-off later by, minutes').fill('20');
  await dialog.getByLabel('Reason').fill('fog');
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await page.getByText('moved').first().waitFor();
  const { fence, window } = await controls();
  assert.equal(fence, before.fence + 1);
  assert.ok(window['startsAt'] != null && window['endsAt'] != null && window['doorsAt'] === null);
  await page.getByRole('button', { name: 'Back to the plan' }).click();
  await dialog.getByLabel('Reason').fill('fog has lifted');
  await dialog.getByRole('button', { name: 'Back to the plan' }).click();
  await page.getByText('moved').first().waitFor({ state: 'detached' });
});

test('a gate goes without codes and back, and its lane is handed to a spare phone by a code', async () => {
  await using opened = await evening.page(browser, operator, 'ground?gate=W1', {
    viewport: DESK,
    language: 'en-GB',
  });
  const { page } = opened;
  await page.getByRole('button', { name: 'Without codes' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('How people are let in').selectOption('open');
  await dialog.getByLabel('Each lane stops after, people').fill('300');
  await dialog.getByLabel('Reason').fill('turnstiles are dead');
  await dialog.getByRole('button', { name: 'Set' }).click();
  await page.getByRole('button', { name: 'Back to codes' }).waitFor();
  const { modes } = await evening.server.ask<{ modes: unknown[] }>(
    `/api/v1/events/${EVENT}/controls`,
  );
  assert.deepEqual(modes, [{ gate: 'W1', mode: 'open', stopAt: 300 }]);
  await page.getByRole('button', { name: 'Back to codes' }).click();
  await dialog.getByLabel('Reason').fill('they turn again');
  await dialog.getByRole('button', { name: 'Back to codes' }).click();
  await page.getByRole('button', { name: 'Without codes' }).waitFor();
  await page.getByRole('button', { name: 'Hand over' }).first().click();
  await dialog.getByRole('button', { name: 'Show the code' }).click();
  await dialog.getByRole('img', { name: 'Code that enrols a phone' }).waitFor();
});

test('the audit is searched whole, not only as far as it was read', async () => {
  const auditor = await evening.account('admin', 'Auditor');
  await evening.database.pool.query(
    `INSERT INTO audit SELECT 'old', n, now() - interval '1 day' + n * interval '1 second', 'p-old',
       'test.filled', CASE n WHEN 1 THEN 'needle' ELSE 'hay' END, '{}', '\\x00', '\\x00'
     FROM generate_series(1, 300) n`,
  );
  await using opened = await evening.page(browser, auditor, 'audit', {
    viewport: DESK,
    language: 'en-GB',
  });
  const { page } = opened;
  await page.getByRole('row').nth(50).waitFor();
  assert.equal(await page.getByRole('cell', { name: 'needle' }).count(), 0);
  await page.getByLabel('Find', { exact: true }).fill('NEEDLE');
  await page.getByRole('cell', { name: 'needle' }).waitFor();
  assert.equal(await page.getByRole('row').count(), 2);
});
