// What stewards and supervisors do at a phone beside scanning: typing a code, looking a ticket up, signing on,
// taking back, changing the way of checking.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestBrowser, type TestPage } from '#testing/browser.ts';
import { CameraVideo } from '#testing/camera-video.ts';
import { GATE_EVENT, GateEvening } from '#testing/gate-evening.ts';
import { GatePage } from '#testing/gate-page.ts';

const STEWARD = { name: '林小满', pin: '730956' };

let evening: GateEvening;
let video: CameraVideo;
let browser: TestBrowser;
let opened: TestPage;
let gate: GatePage;
before(async () => {
  evening = await GateEvening.open();
  await evening.act('/people', { ...STEWARD, role: 'steward' });
  video = new CameraVideo({ code: null, seconds: 1 });
  browser = await TestBrowser.start(video.file);
  opened = await browser.open();
  gate = new GatePage(opened);
  await gate.join((await evening.offer()).url);
  await gate.listIsWhole();
  await gate.start();
  await opened.page.locator('video').waitFor();
});
after(async () => {
  await opened?.[Symbol.asyncDispose]();
  await browser?.[Symbol.asyncDispose]();
  video?.[Symbol.dispose]();
  await evening?.[Symbol.asyncDispose]();
});

async function sheet(...words: string[]): Promise<void> {
  await gate.button('菜单').click();
  await gate.button(...words).click();
}

async function identify({ name, pin }: { name: string; pin: string }): Promise<void> {
  await opened.page.getByLabel('姓名').fill(name);
  await opened.page.getByLabel(/^密码/).fill(pin);
}

async function dismissed(verdict: string): Promise<void> {
  await gate.verdict(verdict).waitFor({ state: 'detached' });
}

test('a keyboard reader’s own keys are a scan, also with a button under the focus', async () => {
  const { page } = opened;
  await gate.button('菜单').focus();
  await gate.press(evening.code('HY-000001'));
  assert.equal((await gate.shown('admitted')).rung, 'hub');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await dismissed('admitted');
});

test('a short code is typed in: checked for slips here, then above, and let in when the seat was looked at', async () => {
  const { page } = opened;
  await sheet('查票');
  await page.getByLabel('座位').fill('N101-7-2');
  await gate.button('查找').click();
  const found = page.getByRole('status').filter({ hasText: 'HY-000002' });
  await found.waitFor();
  const shortId = /[A-Z2-7]{4}-[A-Z2-7]{4}/.exec((await found.textContent()) ?? '')?.[0] ?? '';
  await gate.button('关闭').click();

  await gate.button('手工输入').click();
  const wrong = shortId.startsWith('A') ? `B${shortId.slice(1)}` : `A${shortId.slice(1)}`;
  await page.getByLabel('票面短码').fill(wrong);
  await gate.button('核验').click();
  await page.getByText('短码有误').waitFor();
  await page.getByLabel('票面短码').fill(shortId.toLowerCase());
  await gate.button('核验').click();
  const asked = await gate.shown('referred');
  assert.equal(asked.reason, 'check-seat');
  assert.match(asked.text, /7排 2座/);
  await gate.button('核对无误，放行').click();
  await gate.shown('admitted');
  await dismissed('admitted');
});

test('a ticket is found by order and by phone, and offline by its seat in the phone’s own list', async () => {
  const { page } = opened;
  await sheet('查票');
  await gate.button('订单').click();
  await page.getByLabel('订单').last().fill('O-00001');
  await gate.button('查找').click();
  await page.getByText('HY-000003').waitFor();
  await gate.button('手机尾号').click();
  await page.getByLabel('手机尾号').last().fill('9999');
  await gate.button('查找').click();
  await page.getByText('没有找到').waitFor();
  await opened.context.setOffline(true);
  await gate.button('座位').click();
  await page.getByLabel('座位').last().fill('n101 9 20');
  await gate.button('查找').click();
  await page.getByText('HY-000006').waitFor();
  await page.getByText('离线：只按座位查本机名单').waitFor();
  await opened.context.setOffline(false);
  await gate.button('关闭').click();
});

test('a steward signs on by name and PIN, not by a wrong one, and stands in the record of every scan', async () => {
  const { page } = opened;
  await sheet('签到');
  await identify({ ...STEWARD, pin: '111111' });
  await gate.button('签到').click();
  await page.getByText('姓名或密码不对').waitFor();
  await identify(STEWARD);
  await gate.button('签到').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await gate.type(evening.code('HY-000006'));
  await gate.shown('admitted');
  await dismissed('admitted');
  const { scans } = await evening.hub.ask<{
    scans: { ticketRef: string; operator: string | null }[];
  }>(`${GATE_EVENT}/scans`);
  const operator = scans.find(({ ticketRef }) => ticketRef === 'HY-000006')?.operator;
  assert.match(operator ?? '', /./);
});

test('a supervisor takes the last admission back; the same ticket enters again, also when nobody answers', async () => {
  const { page } = opened;
  await sheet('撤回放行');
  await identify(STEWARD);
  await page.getByLabel('原因').fill('未通过');
  await gate.button('撤回').click();
  await page.getByText(/未能撤回/).waitFor();
  await identify(await evening.supervisor());
  await gate.button('撤回').click();
  await page.getByText('已撤回').waitFor();
  await gate.button('关闭').click();
  await gate.forgetLast();
  await opened.context.setOffline(true);
  await gate.type(evening.code('HY-000006'));
  await gate.shown('provisional');
  await dismissed('provisional');
  await opened.context.setOffline(false);
  await page.locator('[data-count="unsent"]', { hasText: /^0$/ }).waitFor();
});

test('only a supervisor changes how people are checked; without a server it is changed and marked', async () => {
  const { page } = opened;
  await sheet('验票方式');
  await gate.button('人工验票').click();
  await identify(STEWARD);
  await gate.button('改为此方式').click();
  await page.getByText('姓名或密码不对').waitFor();
  await identify(await evening.supervisor());
  await gate.button('改为此方式').click();
  await gate.button('\\+1 入场').click();
  await page.locator('[data-count="tally"]', { hasText: '1' }).waitFor();
  await opened.context.setOffline(true);
  await sheet('验票方式');
  await gate.button('扫码核验').click();
  await identify(await evening.supervisor());
  await gate.button('改为此方式').click();
  await page.locator('video').waitFor();
  await opened.context.setOffline(false);
});

test('a joining code on a phone that has a lane is told, not swallowed', async () => {
  const { page } = opened;
  const { url } = await evening.offer({ lane: 'N1-2' });
  await page.evaluate(`location.hash = ${JSON.stringify(new URL(url).hash)}`);
  await page.getByText('本机已是 N1-1').waitFor();
  await gate.button('知道了').click();
  await page.getByText('本机已是 N1-1').waitFor({ state: 'detached' });
});
