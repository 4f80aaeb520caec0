// Who may do what, asked of every address that the API describes: the rule that the description states
// is the rule that is kept.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { may, type Role, TOKEN_ROLES } from '#domain/access/roles.ts';
import { DrillClient, type Lane } from '../src/drill/drill-client.ts';
import { Connection, type Request } from '../src/drill/load/connection.ts';
import { ServerProcess } from '../src/drill/server-process.ts';
import { refOf, type SmallMatch, setUpMatch } from '../src/drill/small-match.ts';
import { type Device, deviceAt, isAllowed } from '../src/server/platform/principal.ts';
import { openTemporaryDirectory } from '../src/testing/postgres-process.ts';
import { addressOf, type DescribedRoute, describedRoutes } from './every-route.ts';

const ANSWER_WITHIN_MS = 10_000;
const NO_TOKEN = '';
const SHOP = '/api/v1/shop';
/**
 * What anybody may ask. In the shop a buyer is known by the key of a hold or of an order, which the request
 * carries; a payment provider by the signature under its notice.
 */
const PUBLIC = [
  '/healthz',
  '/readyz',
  '/metrics',
  '/openapi.json',
  '/api/v1/enrolment',
  '/api/v1/payments/{provider}/webhook',
  ...[
    '',
    '/{id}',
    '/{id}/layout',
    '/{id}/availability',
    '/{id}/availability/live',
    '/{id}/holds',
  ].map((rest) => `${SHOP}/events${rest}`),
  ...['', '/extend', '/quote'].map((rest) => `${SHOP}/holds/{id}${rest}`),
  `${SHOP}/orders`,
  `${SHOP}/order-links`,
  ...['', '/cancel-quote', '/cancel', '/advice', '/tickets.pdf', '/receipt.pdf', '/payments'].map(
    (rest) => `${SHOP}/orders/{id}${rest}`,
  ),
  ...['/calendar.ics', '/arrivals/{offer}', '/tickets/{line}/wallet.pkpass'].map(
    (rest) => `${SHOP}/orders/{id}${rest}`,
  ),
];

const scratch = openTemporaryDirectory();
let server: ServerProcess;
let client: DrillClient;
let match: SmallMatch;
let routes: DescribedRoute[];
const tokens = new Map<Role, string>();
const ids = new Map<string, string>();

before(async () => {
  server = await ServerProcess.start(path.join(scratch.path, 'data'));
  client = await DrillClient.open(server.url, 8, server.adminToken);
  match = await setUpMatch(client, server.adminToken, { tickets: 10, lanes: 2 });
  routes = await describedRoutes(client);
  for (const role of TOKEN_ROLES) tokens.set(role, await newToken({ role }));
});

after(async () => {
  client?.[Symbol.dispose]();
  await server?.stop();
  scratch[Symbol.dispose]();
});

async function newToken(body: object): Promise<string> {
  const made = await client.ask<{ id: string; token: string }>({ path: '/api/v1/tokens', body });
  ids.set(made.token, made.id);
  return made.token;
}

function lane(): Lane {
  const [first] = match.lanes;
  assert.ok(first);
  return first;
}

/** Addresses of things that exist: a refusal must come before any look at them. */
function real(route: DescribedRoute): string {
  const id = /\/(tokens|devices)\//.test(route.template) ? lane().deviceId : match.eventId;
  return addressOf(route, { id, ref: refOf(1), gate: 'N1' });
}

async function statusOf(request: Request): Promise<number> {
  const answered = await client.tryAsk(request);
  assert.ok(answered, `${request.method} ${request.path} was not answered`);
  return answered.status;
}

async function isRefused(request: Request, status: 401 | 403, why = ''): Promise<void> {
  const answered = await client.tryAsk(request);
  const code = status === 401 ? 'unauthenticated' : 'forbidden';
  const { code: found } = (answered?.body ?? {}) as { code?: string };
  const what = `${request.method} ${request.path} ${why}`;
  assert.deepEqual([answered?.status, found], [status, code], what);
}

const guarded = () => routes.filter(({ rule }) => rule.allow !== 'public');

/** Where somebody signs in by a browser: what they say is judged there, as is the page that asks. */
const isSigningIn = ({ rule, template }: DescribedRoute) =>
  rule.allow === 'public' && template.startsWith('/api/v1/session');

test('the description names every context, and only health, itself, the shop and ways in are public', () => {
  const open = routes.filter(({ rule }) => rule.allow === 'public');
  const others = open.filter((route) => !isSigningIn(route)).map(({ template }) => template);
  assert.deepEqual(new Set(others), new Set(PUBLIC));
  assert.ok(routes.length > 40, `there are only ${routes.length} routes`);
  for (const word of ['scans', 'journal', 'tokens', 'audit', 'backup', 'list', 'live', 'limits']) {
    assert.ok(
      routes.some(({ template }) => template.includes(`/${word}`)),
      word,
    );
  }
});

test('without a token every address answers 401, whatever is sent to it', async () => {
  const bodies: Partial<Request>[] = [
    {},
    { body: '{"a":' },
    { body: 'x'.repeat(2 * 1024 * 1024) },
    { body: '<a/>', headers: { 'content-type': 'text/xml' } },
    { body: 'a,b\n', headers: { 'content-type': 'text/csv' } },
  ];
  for (const route of guarded()) {
    const { method } = route;
    for (const [index, body] of bodies.entries()) {
      const request = { method, path: real(route), token: NO_TOKEN, ...body };
      await isRefused(request, 401, `with body ${index}`);
    }
  }
});

test('without a token the answer does not wait for a body that was announced', async () => {
  const connection = new Connection(server.url, { timeoutMs: ANSWER_WITHIN_MS });
  for (const route of guarded().filter(({ method }) => method !== 'GET')) {
    const head = `${route.method} ${real(route)} HTTP/1.1\r\nhost: kaimen\r\n`;
    const { status } = await connection.send(`${head}content-length: 1000\r\n\r\n{`);
    assert.equal(status, 401, route.template);
    connection.close();
  }
});

test('without a token HEAD answers 401 where GET does', async () => {
  for (const route of guarded().filter(({ method }) => method === 'GET')) {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const { status } = await fetch(server.url + real(route), { method: 'HEAD', signal });
    assert.equal(status, 401, route.template);
  }
});

test('what is no token, or none any more, answers 401 everywhere', async () => {
  const revoked = await newToken({ role: 'admin' });
  const expired = await newToken({ role: 'admin', expiresAt: '2026-01-01T00:00:00Z' });
  const gone = await client.ask<Lane>({
    path: '/api/v1/devices',
    body: { event: match.eventId, gate: 'N1' },
  });
  // Both are known to the server by now: what it remembers must not outlive them.
  assert.equal(await statusOf({ method: 'GET', path: '/api/v1/events', token: revoked }), 200);
  assert.equal(await statusOf({ method: 'GET', path: '/api/v1/device', token: gone.token }), 200);
  await client.ask({ method: 'POST', path: `/api/v1/tokens/${ids.get(revoked)}/revoke` });
  await client.ask({ method: 'POST', path: `/api/v1/devices/${gone.deviceId}/revoke` });
  const good = server.adminToken;
  const headers = [
    ...[revoked, expired, 'kmo_', 'kmd_', 'x'.repeat(8_000), `${good}x`, ` ${good}`],
    ...[good.slice(0, -1), good.toUpperCase(), `${good}, ${good}`, `"${good}"`, '\u00e9', '0'],
  ].map((token) => `Bearer ${token}`);
  headers.push(`Basic ${btoa(`admin:${good}`)}`, good, 'Bearer', 'Bearer null');
  for (const route of guarded()) {
    const { method } = route;
    for (const authorization of headers) {
      const request = { method, path: real(route), token: NO_TOKEN, headers: { authorization } };
      await isRefused(request, 401, authorization.slice(0, 60));
    }
  }
  // A device is told that its time is over, so that it wipes itself; what it has seen it may still send.
  for (const { method, template, rule, ...route } of guarded()) {
    const path = real({ method, template, rule, ...route });
    const answered = await client.tryAsk({ method, path, token: gone.token });
    const { code, wipe } = (answered?.body ?? {}) as { code?: string; wipe?: boolean };
    const isOpen = 'afterwards' in rule && rule.afterwards === true;
    const found = [answered?.status, code, wipe];
    if (isOpen)
      assert.deepEqual(
        [template, ...found],
        ['/api/v1/journal', 400, 'malformed-request', undefined],
      );
    else assert.deepEqual(found, [401, 'device-revoked', true], `${method} ${template}`);
  }
});

test('a token that expires while it is in use is refused from then on', async () => {
  const expiresAt = new Date(Date.now() + 3_000).toISOString();
  const request = {
    method: 'GET',
    path: '/api/v1/events',
    token: await newToken({ role: 'viewer', expiresAt }),
  };
  assert.equal(await statusOf(request), 200);
  await pause(Date.parse(expiresAt) - Date.now() + 10);
  await isRefused(request, 401);
});

for (const role of TOKEN_ROLES) {
  test(`${role}: 403 for what the table does not grant, neither 401 nor 403 for what it grants`, async () => {
    const token = tokens.get(role);
    assert.ok(token);
    for (const route of routes.filter((each) => !isSigningIn(each))) {
      const { method, rule } = route;
      const isGranted =
        rule.allow === 'public' || (rule.allow !== 'device' && may(role, rule.allow));
      if (isGranted) {
        // Of things that are not there, so that asking changes nothing.
        const status = await statusOf({ method, path: addressOf(route, {}), token });
        assert.ok(status !== 401 && status !== 403, `${method} ${route.template}: ${status}`);
        assert.ok(status < 500, `${method} ${route.template}: ${status}`);
      } else {
        await isRefused({ method, path: real(route), token }, 403);
        await isRefused({ method, path: real(route), token, body: '{"a":' }, 403, 'malformed');
      }
    }
  });
}

test('a device: 403 for what is for operators alone, neither 401 nor 403 for what is for devices', async () => {
  const { token } = lane();
  for (const route of routes.filter((each) => !isSigningIn(each))) {
    const { method, rule } = route;
    if (isAllowed(laneOf(match), rule)) {
      // A stream that is granted would have no end.
      const id = route.answers === 'text/event-stream' ? 'nothing' : match.eventId;
      const status = await statusOf({ method, path: addressOf(route, { id }), token });
      assert.ok(status !== 401 && status !== 403, `${method} ${route.template}: ${status}`);
      assert.ok(status < 500, `${method} ${route.template}: ${status}`);
    } else {
      await isRefused({ method, path: real(route), token }, 403);
      await isRefused({ method, path: real(route), token, body: '{"a":' }, 403, 'malformed');
    }
  }
});

function laneOf({ eventId }: SmallMatch): Device {
  return deviceAt({ id: lane().deviceId, eventNumber: 1, eventId, gate: 'N1', lane: null });
}

test('a device of one match is given no list, no stream and no scan of another', async () => {
  const eventId = 'other';
  const other = await setUpMatch(client, server.adminToken, { eventId, tickets: 5, lanes: 1 });
  const { token } = lane();
  for (const page of ['list', 'live']) {
    await isRefused({ method: 'GET', path: `/api/v1/events/${eventId}/${page}`, token }, 403);
  }
  const [stranger] = other.lanes;
  assert.ok(stranger);
  const scan = {
    scanId: 'mine',
    code: other.codes[0] ?? '',
    direction: 'in',
    scannedAt: new Date().toISOString(),
  } as const;
  assert.equal((await client.scan(stranger, scan)).verdict, 'admitted');
  // It names the other’s scanId, which is no scan of its own.
  const body = { cause: 'not-turned' };
  const annul = { path: '/api/v1/scans/mine/annul', body, token };
  assert.equal(await statusOf(annul), 409);
  assert.equal(
    await statusOf({ ...annul, path: `${annul.path}?device=${stranger.deviceId}` }),
    409,
  );
  assert.equal(await statusOf({ ...annul, token: stranger.token }), 200);
});

const ODD_PATHS = [
  ...['/', '*', '/api', '/api/v1', '/api/v2/events', '/admin', '/api/v1/events/', '/healthz/'],
  ...['//api/v1/events', '/API/V1/EVENTS', '/api/v1/events;x=1', '/healthz/../api/v1/events'],
  ...['/api/v1/%65vents/%6', '/%', '/%zz', '/%00', '/api/v1/tokens/%ff/revoke', '/.git/config'],
  ...[`/api/v1/events/${'a'.repeat(1_000)}`, '/openapi.json/x', '/metrics%2f', '/api/v1/events#x'],
];

test('unknown addresses answer 401 without a token, so that nobody learns which exist', async () => {
  for (const odd of ODD_PATHS) {
    for (const method of ['GET', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      await isRefused({ method, path: odd, token: NO_TOKEN }, 401);
    }
  }
});

test('unknown addresses answer 404 with a token, and so do known ones asked with an unknown method', async () => {
  const unknown = ODD_PATHS.filter((odd) => !odd.startsWith('/api/v1/events'));
  for (const token of [server.adminToken, lane().token]) {
    for (const odd of unknown)
      assert.equal(await statusOf({ method: 'GET', path: odd, token }), 404);
    for (const method of ['PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      assert.equal(await statusOf({ method, path: '/api/v1/events', token }), 404);
    }
  }
});
