import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Role } from '#domain/access/roles.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { PASSWORD, SignedInBrowser } from '../../testing/signed-in-browser.ts';

let database: TestDatabase;
let node: HttpNode;

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('an invited person chooses a password, shows a code and is signed in', async () => {
  const { browser, recoveryCodes } = await invite('chen', 'control-room');
  assert.equal(recoveryCodes.length, 10);
  const session = await browser.ask<{ name: string; role: string; rules: unknown[] }>('/session');
  assert.deepEqual([session.name, session.role], ['chen', 'control-room']);
  assert.ok(session.rules.some((rule) => JSON.stringify(rule).includes('block')));
  await browser.ask('/events');
  assert.match(String(browser.cookies.get('__Host-kaimen')), /^kms_/);
});

test('an invitation is good once, and a new one takes the place of the old', async () => {
  const first = await invitationFor('li', 'viewer');
  const second = await node.ask<{ code: string }>(`/api/v1/accounts/${first.person}/invite`, {
    method: 'POST',
  });
  const browser = new SignedInBrowser(node.url);
  await browser.refused(404, '/session/invitation', { body: { code: first.code } });
  await browser.accept(second.code);
  await browser.refused(404, '/session/invitation', { body: { code: second.code } });
});

test('the description of the server names the cookie, and which addresses take it', async () => {
  type Described = {
    components: { securitySchemes: Record<string, { in?: string; name?: string }> };
    paths: Record<string, Record<string, { security?: Record<string, unknown>[] }>>;
  };
  const { components, paths } = await node.ask<Described>('/openapi.json');
  const { session } = components.securitySchemes;
  assert.deepEqual([session?.in, session?.name], ['cookie', '__Host-kaimen']);
  const ways = (path: string, method: string) =>
    (paths[path]?.[method]?.security ?? []).flatMap((way) => Object.keys(way));
  assert.deepEqual(ways('/api/v1/events/{id}/overview', 'get'), ['bearer', 'session']);
  assert.deepEqual(ways('/api/v1/scans', 'post'), ['bearer', 'proof']);
  assert.deepEqual(ways('/api/v1/session', 'post'), []);
});

test('whatever is wrong is refused with the same words', async () => {
  const { browser: known } = await invite('wu', 'viewer');
  const code = known.oneTimeCode(1);
  const texts: string[] = [];
  for (const body of [
    { login: 'nobody-of-this-name', password: PASSWORD, code },
    { login: 'wu', password: 'not the password', code },
    { login: 'wu', password: PASSWORD, code: code === '000000' ? '111111' : '000000' },
  ]) {
    texts.push(await new SignedInBrowser(node.url).refused(401, '/session', { body }));
  }
  assert.equal(new Set(texts).size, 1, texts.join('\n'));
  assert.ok(!/password is|login is/.test(texts[0] ?? ''));
});

test('a one-time code is taken once, a recovery code too', async () => {
  const { browser: known, recoveryCodes } = await invite('zhao', 'viewer');
  const code = known.oneTimeCode(1);
  const body = { login: 'Zhao', password: PASSWORD, code };
  await new SignedInBrowser(node.url).ask('/session', { body });
  await new SignedInBrowser(node.url).refused(401, '/session', { body });
  const recovery = { ...body, code: ` ${recoveryCodes[3]?.toUpperCase()} ` };
  await new SignedInBrowser(node.url).ask('/session', { body: recovery });
  await new SignedInBrowser(node.url).refused(401, '/session', { body: recovery });
});

test('a write that another page makes the browser send is refused', async () => {
  const { browser } = await invite('qian', 'control-room');
  for (const origin of ['https://elsewhere.example', 'null', null]) {
    await browser.refused(403, '/session', { method: 'DELETE', origin });
  }
  await browser.ask('/session', { origin: null });
  const body = { login: 'qian', password: PASSWORD, code: '123456' };
  await browser.refused(403, '/session', { body, origin: 'https://elsewhere.example' });
});

test('signing out ends the session, also for whoever kept the cookie', async () => {
  const { browser } = await invite('sun', 'viewer');
  const kept = new Map(browser.cookies);
  await browser.ask('/session', { method: 'DELETE' });
  assert.equal(browser.cookies.has('__Host-kaimen'), false);
  const thief = new SignedInBrowser(node.url);
  for (const [name, value] of kept) thief.cookies.set(name, value);
  await thief.refused(401, '/session');
});

test('a session’s secret is no token, and a token no session', async () => {
  const { browser } = await invite('zhou', 'viewer');
  const secret = browser.cookies.get('__Host-kaimen') ?? '';
  await node.refuses(401, '/api/v1/events', { token: secret });
  const other = new SignedInBrowser(node.url);
  other.cookies.set('__Host-kaimen', node.adminToken);
  await other.refused(401, '/events');
});

test('an administrator disables an account, and its sessions end at once', async () => {
  const { browser, person } = await invite('zheng', 'control-room');
  await browser.ask('/session');
  await node.ask(`/api/v1/accounts/${person}`, { method: 'PUT', body: { isDisabled: true } });
  await browser.refused(401, '/session');
  const body = { login: 'zheng', password: PASSWORD, code: browser.oneTimeCode(1) };
  await new SignedInBrowser(node.url).refused(401, '/session', { body });
});

test('a changed role binds the next request', async () => {
  const { browser, person } = await invite('feng', 'control-room');
  await browser.refused(403, '/accounts');
  await node.ask(`/api/v1/accounts/${person}`, { method: 'PUT', body: { role: 'volunteer' } });
  assert.equal((await browser.ask<{ role: string }>('/session')).role, 'volunteer');
});

test('whoever hammers a name makes strangers wait, not the browser of its owner', async () => {
  const { browser: owner } = await invite('wang', 'viewer');
  const guess = { login: 'wang', password: 'a guess at the password', code: '123456' };
  const attacker = new SignedInBrowser(node.url);
  for (let tries = 0; tries < 6; tries += 1) {
    await attacker.refused(401, '/session', { body: guess });
  }
  const blocked = await attacker.fetch('/session', { body: guess });
  assert.equal(blocked.status, 429);
  assert.ok(
    Number(blocked.headers.get('retry-after')) <= 300,
    'nobody waits longer than 5 minutes',
  );
  await owner.ask('/session', { method: 'DELETE' });
  const body = { login: 'wang', password: PASSWORD, code: owner.oneTimeCode(1) };
  await owner.ask('/session', { body });
});

test('wrong invitations keep nobody from accepting a right one', async () => {
  const { code } = await invitationFor('han', 'viewer');
  const guesser = new SignedInBrowser(node.url);
  for (let tries = 0; tries < 8; tries += 1) {
    await guesser.refused(404, '/session/invitation', { body: { code: `guess-${tries}` } });
  }
  await new SignedInBrowser(node.url).accept(code);
});

test('every sign-in, failed or not, is in the audit, without names', async () => {
  const { person } = await invite('jiang', 'viewer');
  await new SignedInBrowser(node.url).refused(401, '/session', {
    body: { login: 'jiang', password: 'wrong, wrong, wrong', code: '123456' },
  });
  const { rows } = await database.pool.query<{ act: string; subject: string; detail: string }>(
    'SELECT act, subject, actor, detail FROM audit WHERE actor = $1 OR subject = $1 ORDER BY seq',
    [person],
  );
  const acts = rows.map(({ act }) => act);
  assert.deepEqual(acts, [
    'account.created',
    'invitation.accepted',
    'session.opened',
    'session.refused',
  ]);
  assert.ok(!JSON.stringify(rows).includes('jiang'));
});

test('a password too short, or that holds the name, is refused with what to do', async () => {
  const { code } = await invitationFor('shen-yun', 'viewer');
  const browser = new SignedInBrowser(node.url);
  for (const password of ['short', 'shen-yun shen-yun', 'aaaaaaaaaaaaaaa']) {
    const body = { code, password, oneTimeCode: '123456' };
    assert.match(await browser.refused(400, '/session/invitation/accept', { body }), /password/);
  }
});

async function invitationFor(login: string, role: Role): Promise<{ person: string; code: string }> {
  return node.ask('/api/v1/accounts', { body: { login, name: login, role } });
}

async function invite(login: string, role: Role) {
  const { person, code } = await invitationFor(login, role);
  const browser = new SignedInBrowser(node.url);
  const recoveryCodes = await browser.accept(code);
  return { browser, person, recoveryCodes };
}
