import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, PHONE, TestBrowser } from '#testing/browser.ts';
import { HttpNode } from '#testing/http-node.ts';
import { type TestDatabase, testDatabase } from '#testing/postgres.ts';

let database: TestDatabase;
let server: HttpNode;
let browser: TestBrowser;
before(async () => {
  database = await testDatabase();
  server = await HttpNode.start(database);
  browser = await TestBrowser.start();
});
after(async () => {
  await browser?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

test('pages come with a content policy, packed, and their assets never change', async () => {
  const page = await fetch(`${server.url}/gate/`, { headers: { 'accept-encoding': 'br' } });
  assert.equal(page.status, 200);
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  const asset = /src="(\/gate\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? '';
  const script = await fetch(server.url + asset, { headers: { 'accept-encoding': 'br, gzip' } });
  assert.equal(script.headers.get('content-encoding'), 'br');
  assert.match(script.headers.get('cache-control') ?? '', /immutable/);
  const etag = script.headers.get('etag') ?? '';
  const again = await fetch(server.url + asset, { headers: { 'if-none-match': etag } });
  assert.equal(again.status, 304);
});

test('an address inside an app is its page; a missing file and a way out are not there', async () => {
  const inside = await fetch(`${server.url}/console/tickets`);
  assert.equal(inside.headers.get('content-type'), 'text/html; charset=utf-8');
  for (const path of ['/gate/assets/nothing.js', '/gate/..%2f..%2fpackage.json', '/gate/stamp.x']) {
    const answer = await fetch(server.url + path);
    assert.equal(answer.status, 404, path);
  }
  const folder = await fetch(`${server.url}/gate`, { redirect: 'manual' });
  assert.equal(folder.headers.get('location'), '/gate/');
});

for (const [app, viewport] of [
  ['gate', PHONE],
  ['console', DESK],
] as const) {
  test(`${app} starts in both languages and themes without an error`, async () => {
    for (const [language, theme] of [
      ['zh-CN', 'light'],
      ['en-GB', 'dark'],
    ] as const) {
      await using opened = await browser.open({ language, theme, viewport });
      await opened.page.goto(`${server.url}/${app}/`);
      await opened.page.getByRole('main').waitFor();
      const root = opened.page.locator('html');
      assert.equal(await root.getAttribute('data-theme'), theme);
      assert.equal(await root.getAttribute('lang'), language === 'zh-CN' ? 'zh-CN' : 'en');
      assert.deepEqual(await opened.axeFindings(), []);
    }
  });
}
