// What becomes of a phone: read by a reader that types, told by control, handed over, revoked and wiped.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestBrowser, type TestPage } from '#testing/browser.ts';
import { CameraVideo } from '#testing/camera-video.ts';
import { GATE_EVENT, GateEvening } from '#testing/gate-evening.ts';
import { GatePage } from '#testing/gate-page.ts';

const HEARD_WITHIN_MS = 5_000;

let evening: GateEvening;
let video: CameraVideo;
let browser: TestBrowser;
before(async () => {
  evening = await GateEvening.open();
  video = new CameraVideo({ code: null, seconds: 1 });
  browser = await TestBrowser.start(video.file);
});
after(async () => {
  await browser?.[Symbol.asyncDispose]();
  video?.[Symbol.dispose]();
  await evening?.[Symbol.asyncDispose]();
});

async function working(opened: TestPage, more: object = {}): Promise<GatePage> {
  const gate = new GatePage(opened);
  await gate.join((await evening.offer(more)).url);
  await gate.listIsWhole();
  await gate.start();
  await opened.page.locator('video').waitFor();
  return gate;
}

test('a referral is confirmed by the steward, and a message stays until it is acknowledged', async () => {
  await using opened = await browser.open();
  const gate = await working(opened);
  await gate.type(evening.code('HY-000004'));
  assert.equal((await gate.shown('referred')).reason, 'check-id');
  await gate.button('核对无误，放行').click();
  await gate.shown('admitted');

  const { id } = await evening.act('/messages', { to: 'all', text: '请戴好工牌', urgency: 'info' });
  await opened.page.getByText('请戴好工牌').waitFor();
  await gate.button('知道了').click();
  await opened.page.getByText('请戴好工牌').waitFor({ state: 'detached' });
  const acknowledged = async () => {
    const { messages } = await evening.hub.ask<{
      messages: { id: string; acknowledged: unknown[] }[];
    }>(`${GATE_EVENT}/messages`);
    return messages.find((message) => message.id === id)?.acknowledged.length ?? 0;
  };
  for (const deadline = Date.now() + HEARD_WITHIN_MS; Date.now() < deadline; ) {
    if ((await acknowledged()) > 0) break;
    await opened.page.waitForTimeout(100);
  }
  assert.equal(await acknowledged(), 1);
});

test('a lane is handed over by a code: the new phone takes it, the old one wipes itself', async () => {
  await using old = await browser.open();
  const before = await working(old);
  await before.type(evening.code('HY-000001'));
  await before.shown('admitted');
  await before.verdict('admitted').waitFor({ state: 'detached' });

  const { url } = await evening.hub
    .ask<{ devices: { deviceId: string; revokedAt: string | null }[] }>(
      '/api/v1/devices?event=petrels-anchors',
    )
    .then(async ({ devices }) => {
      const replaces = devices.filter(({ revokedAt }) => revokedAt === null).at(-1)?.deviceId;
      assert.ok(replaces !== undefined);
      return await evening.offer({ replaces, gate: undefined, lane: undefined });
    });
  await using fresh = await browser.open();
  const after = new GatePage(fresh);
  await after.join(url);
  await old.page.getByText('本机已停用').waitFor();
  await old.page.getByText('名单和密钥已清除').waitFor();
  const left = await old.page.evaluate<string[]>(
    `indexedDB.databases().then((all) => all.map(({ name }) => name))`,
  );
  assert.deepEqual(left, []);
  await after.listIsWhole();
  await after.start();
  await after.type(evening.code('HY-000001'));
  assert.equal((await after.shown('refused')).reason, 'already-used');
});

test('a second window of the same lane says so instead of writing over the first', async () => {
  await using opened = await browser.open();
  await working(opened);
  const second = await opened.context.newPage();
  await second.goto(`${evening.hub.url}/gate/`);
  await second.getByText('本道已在另一个窗口打开').waitFor();
});
