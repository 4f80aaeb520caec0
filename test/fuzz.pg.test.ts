// 200,000 things that nobody should send: none may hurt, and none may let anybody in. `npm test` sends a fifth
// of them, `npm run test:whole` all.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { TOKEN_ROLES } from '#domain/access/roles.ts';
import { Chance } from '../src/drill/demo/seed/chance.ts';
import { DrillClient, type Lane } from '../src/drill/drill-client.ts';
import type { Request, Response } from '../src/drill/load/connection.ts';
import { type Connections, openConnections } from '../src/drill/load/connections.ts';
import type { RawResponse } from '../src/drill/load/response-reader.ts';
import { ServerProcess } from '../src/drill/server-process.ts';
import { entryScan, refOf, type SmallMatch, setUpMatch } from '../src/drill/small-match.ts';
import { openTemporaryDirectory } from '../src/testing/postgres-process.ts';
import { describedRoutes } from './every-route.ts';
import { oddBytes, wholeRequest } from './fuzz-bytes.ts';
import { type Ground, oddRequest, strangersRequest } from './fuzz-requests.ts';
import { type Asked, sendAll, sendRaw, sendTogether } from './fuzz-sending.ts';
import { document, falseCode, oddText, oddValue } from './fuzz-values.ts';

const SEED = process.env['KAIMEN_SEED'] ?? 'fuzz';
const CONNECTIONS = 50;
const SHARE = process.env['KAIMEN_WHOLE'] === '1' ? 1 : 0.05;
const SCANS = 60_000 * SHARE;
const REQUESTS = 37_000 * SHARE;
const KNOCKS = 100_000 * SHARE;
const KNOCKS_AT_ONCE = 20;
const SOCKETS = 3_000 * SHARE;
const ANSWER_WITHIN_MS = 30_000;
const SHOWN_MAX = 8;
const REFUSED = Buffer.from('"verdict":"refused"');

const scratch = openTemporaryDirectory();
let server: ServerProcess;
let client: DrillClient;
let connections: Connections;
/** Nobody spoils this one’s controls: what is good must stay good here. */
let match: SmallMatch;
let playground: SmallMatch;
let good = 0;

before(async () => {
  server = await ServerProcess.start(path.join(scratch.path, 'data'));
  client = await DrillClient.open(server.url, 4, server.adminToken);
  connections = await openConnections(server.url, CONNECTIONS, undefined, {
    timeoutMs: ANSWER_WITHIN_MS,
  });
  match = await setUpMatch(client, server.adminToken, { tickets: 200, lanes: 8 });
  const size = { eventId: 'playground', tickets: 5, lanes: 2 };
  playground = await setUpMatch(client, server.adminToken, size);
});

after(async () => {
  connections?.close();
  client?.[Symbol.dispose]();
  await server?.stop();
  scratch[Symbol.dispose]();
});

afterEach(async () => {
  assert.ok(server.isRunning, server.said());
  const code = match.codes[good++] ?? '';
  const scan = entryScan(`good-${good}`, code);
  assert.equal((await client.scan(laneOf(match), scan)).verdict, 'admitted');
  assert.equal(
    (await client.scan(laneOf(match), { ...scan, scanId: `again-${good}` })).reason,
    'already-used',
  );
});

/** What the server wrote down of them, with where each came from. */
function bugs(): string {
  return server
    .said()
    .split('\n')
    .filter((line) => line.includes('"bug"'))
    .slice(-SHOWN_MAX)
    .join('\n');
}

function laneOf({ lanes: [lane] }: SmallMatch): Lane {
  assert.ok(lane);
  return lane;
}

function isRefused(response: Response): string | null {
  const isSo = response.status === 200 && response.bytes.includes(REFUSED);
  return isSo ? null : `${response.status} ${response.body}`;
}

/** Codes as printed and as signed, of a match that is none of this lane’s. */
async function otherCodes(): Promise<string[]> {
  const codes: string[] = [];
  for (const signed of ['false', 'true']) {
    const path = `/api/v1/events/playground/tickets/export?format=json&signed=${signed}`;
    const { body } = (await client.tryAsk({ method: 'GET', path })) ?? {};
    for (const row of body as { code: string; signed_code?: string }[]) {
      codes.push(row.signed_code ?? row.code);
    }
  }
  assert.equal(new Set(codes).size, codes.length);
  return codes;
}

test(`${SCANS} codes that are no tickets let nobody in, whatever is in them`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const chance = new Chance(`${SEED} codes`);
  const others = await otherCodes();
  const make = (index: number): Asked => {
    const { token } = chance.one(match.lanes);
    const code = index < others.length ? (others[index] ?? '') : falseCode(chance, others);
    const scan = entryScan(`c-${index}`, code);
    const request = { path: '/api/v1/scans', token, body: scan };
    if (code.length > 4_096) return { request, check: ({ status }) => only(status, 400, 413) };
    if (chance.happens(0.85)) return { request, check: isRefused };
    const field = chance.one(['scanId', 'code', 'direction', 'scannedAt', 'lane', 'operator', 'x']);
    const spoilt = { ...scan, [field]: chance.happens(0.5) ? oddText(chance) : oddValue(chance) };
    return { request: { ...request, body: document(chance, spoilt) } };
  };
  const faults = await sendAll(connections, SCANS, make);
  assert.deepEqual(faults.slice(0, SHOWN_MAX), [], `${faults.length} faults\n${bugs()}`);
  const counts = await client.ask<{ inside: Record<string, number> }>({
    method: 'GET',
    path: '/api/v1/events/drill/counts',
  });
  assert.equal(counts.inside['ground'], good);
});

function only(status: number, ...expected: readonly number[]): string | null {
  return expected.includes(status) ? null : `answered ${status}`;
}

async function groundOf(): Promise<Ground> {
  const others: string[] = [];
  for (const role of TOKEN_ROLES.filter((each) => each !== 'admin')) {
    const made = { path: '/api/v1/tokens', body: { role } };
    others.push((await client.ask<{ token: string }>(made)).token);
  }
  const path = '/api/v1/events/playground';
  const { file } = await client.ask<{ file: unknown }>({ method: 'GET', path });
  const devices = playground.lanes.map(({ deviceId }) => deviceId);
  return {
    routes: await describedRoutes(client),
    tokens: {
      admin: server.adminToken,
      devices: playground.lanes.map(({ token }) => token),
      others,
    },
    eventFile: file,
    words: {
      id: ['playground', 'playground', 'playground', 'nothing'],
      event: ['playground'],
      ref: [1, 2, 3, 4, 5, 6].map(refOf),
      gate: ['N1', 'N2', 'N3'],
      gates: ['N1', 'N2'],
      lane: ['N1-1'],
      item: ['hold-aaaa', 'div-aaaa'],
      type: ['adult'],
      section: ['N101'],
      sections: ['N101'],
      scope: ['ground', 'stand/north', 'section/N101', 'gate/N1', 'gate/N9', 'zone/north'],
      code: [...playground.codes, 'OLD-9999999', ''],
      scanId: ['a', 'b', 'c', 'raw-1'],
      confirms: ['a'],
      device: devices,
      journalId: ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'],
      kind: ['intent', 'outcome', 'turned', 'annulled', 'rung'],
      direction: ['in', 'out'],
      verdict: ['admitted', 'provisional', 'refused'],
      rung: ['hub', 'provisional', 'local'],
      from: ['hub'],
      to: ['provisional', 'all', 'gate/N1', 'lane/N1/N1-1', 'device/x'],
      cause: ['not-turned', 'never-shown', 'supervisor'],
      at: ['2026-11-29T17:30:00+08:00'],
      scannedAt: ['2026-11-29T17:30:00+08:00', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
      since: ['aaaaaaaa:1', 'x'],
      admits: ['1', '2', '99', '100', '-1', 'x'],
      operator: ['p-1', 'p-2'],
      node: ['hub'],
      reason: ['crush', '人多'],
      q: ['N101', '1234'],
      secret: ['A'.repeat(26), 'B'.repeat(26)],
      badge: [`KMP-${'A'.repeat(26)}`],
      pin: ['1234', '123456'],
      name: ['张伟', 'Anna Berg'],
      phone: ['1234'],
      replaces: devices,
      callId: ['call-1'],
      call: devices.map((device) => `${device}.call-1`),
      cursor: ['aaaa:1'],
    },
  };
}

test(`${REQUESTS} requests that were spoilt hurt nobody`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const ground = await groundOf();
  const chance = new Chance(`${SEED} requests`);
  const make = () => ({ request: oddRequest(chance, ground) });
  const faults = await sendAll(connections, REQUESTS, make);
  assert.deepEqual(faults.slice(0, SHOWN_MAX), [], `${faults.length} faults\n${bugs()}`);
});

test(`${KNOCKS} requests of strangers, ${KNOCKS_AT_ONCE} at a time on each line, are refused one by one`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const all = await groundOf();
  const ground = { ...all, routes: all.routes.filter(({ rule }) => rule.allow !== 'public') };
  const chance = new Chance(`${SEED} strangers`);
  const batchesPerLine = KNOCKS / CONNECTIONS / KNOCKS_AT_ONCE;
  // An address may be guarded for one method and a way in for another.
  const open = all.routes.filter(({ rule }) => rule.allow === 'public');
  const isWayIn = ({ path }: Request) => open.some(({ template }) => template === bare(path));
  const knock = (): Request => {
    const request = strangersRequest(chance, ground);
    return isWayIn(request) ? knock() : request;
  };
  const isPreflight = ({ method }: Request) => method === 'OPTIONS';
  // To OPTIONS no token is looked at: an address without this method is one that is not there.
  // A server with more to do than it can sends strangers away before it looks who they are.
  const isShed = ({ status, body }: RawResponse) =>
    status === 503 && (JSON.parse(String(body)) as { code?: string }).code === 'overloaded';
  const judge = (request: Request, response: RawResponse) => {
    if (isShed(response)) return null;
    return isPreflight(request) ? only(response.status, 401, 404) : only(response.status, 401);
  };
  const batch = () => Array.from({ length: KNOCKS_AT_ONCE }, knock);
  const faults = await Promise.all(
    Array.from({ length: CONNECTIONS }, () =>
      sendTogether(server.url, Array.from({ length: batchesPerLine }, batch), judge),
    ),
  );
  assert.deepEqual(faults.flat().slice(0, SHOWN_MAX), [], `${faults.flat().length} faults`);
});

function bare(path: string): string {
  return path.split(/[?#;]/, 1)[0] ?? '';
}

test(`${SOCKETS} conversations that are hardly HTTP hurt nobody and hold nothing open`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const chance = new Chance(`${SEED} bytes`);
  const { token } = laneOf(playground);
  const conversations = Array.from({ length: SOCKETS }, () => [
    Buffer.concat(Array.from({ length: chance.below(4) }, () => wholeRequest(chance, token))),
    Buffer.concat(Array.from({ length: 1 + chance.below(3) }, () => oddBytes(chance, token))),
  ]);
  const faults: string[] = [];
  let answered = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let parts = conversations.pop(); parts !== undefined; parts = conversations.pop()) {
        const answer = await sendRaw(server.url, parts, ANSWER_WITHIN_MS);
        if (/^HTTP\/1\.1 5/m.test(answer)) faults.push(answer.slice(0, 2_000));
        answered += answer.match(/^HTTP\/1\.1 200/gm)?.length ?? 0;
      }
    }),
  );
  assert.deepEqual(faults.slice(0, SHOWN_MAX), [], `${faults.length} faults\n${bugs()}`);
  assert.ok(answered > SOCKETS / 2, `only ${answered} of the good parts were answered`);
});
