// What the HTTP layer refuses, how it says so, and what it never says.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { problem as problemShape } from '#protocol/problem.ts';
import { makeCertificate } from '../../../testing/certificate.ts';
import { derbyFile, derbyTickets } from '../../../testing/derby.ts';
import { HttpNode } from '../../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../../testing/postgres.ts';
import { createLog } from '../log.ts';

const EVENT = '/api/v1/events/derby';
/** Headers must be there within ten seconds; the server looks every second. */
const SLOW_CLOSED_WITHIN_MS = 14_000;

let database: TestDatabase;
let node: HttpNode;
let device: { deviceId: string; token: string };
let codes: readonly string[];
let slowHeaders: Promise<number>;
let logged = '';

before(async () => {
  database = await testDatabase();
  const log = createLog({ level: 'debug', stream: { write: (line: string) => (logged += line) } });
  node = await HttpNode.start(database, { log });
  await node.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true }) });
  await node.ask(`${EVENT}/tickets/import`, { body: derbyTickets(10) });
  await node.ask(`${EVENT}/open`, { method: 'POST' });
  const rows = await node.ask<{ code: string }[]>(`${EVENT}/tickets/export?format=json`);
  codes = rows.map(({ code }) => code);
  device = await node.ask('/api/v1/devices', { body: { event: 'derby', gate: 'N1' } });
  slowHeaders = closedAfter('GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ');
  slowHeaders.catch(() => {});
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const scan = (changes: object = {}) => ({
  scanId: crypto.randomUUID(),
  code: codes[0],
  direction: 'in',
  scannedAt: new Date().toISOString(),
  ...changes,
});

test('every refusal is a problem document with safe headers, whatever was wrong', async () => {
  const json = { 'content-type': 'application/json' };
  const admin = { authorization: `Bearer ${node.adminToken}` };
  const lane = { authorization: `Bearer ${device.token}` };
  const cases: readonly [number, string, string, Record<string, string>, string?][] = [
    [401, 'GET', EVENT, {}],
    [401, 'POST', '/api/v1/scans', json, '{"not json'],
    [401, 'GET', '/api/v1/no-such-thing', {}],
    [401, 'GET', EVENT, { authorization: 'Bearer kmo_nobody' }],
    [401, 'GET', EVENT, { authorization: `Basic ${node.adminToken}` }],
    [401, 'GET', `${EVENT}?token=${node.adminToken}`, {}],
    [403, 'POST', '/api/v1/scans', { ...admin, ...json }, '{}'],
    [403, 'GET', '/api/v1/audit', lane],
    [404, 'GET', '/api/v1/no-such-thing', admin],
    [404, 'PATCH', EVENT, admin],
    [404, 'GET', '/api/v1/events/none', admin],
    [404, 'GET', '/API/V1/EVENTS', admin],
    [400, 'GET', '/api/v1/events/a%00b', admin],
    [400, 'POST', '/api/v1/scans', { ...lane, ...json }, ''],
    [400, 'POST', '/api/v1/scans', { ...lane, ...json }, '{"not json'],
    [400, 'POST', '/api/v1/scans', { ...lane, ...json }, '[]'],
    [400, 'POST', '/api/v1/scans', { ...lane, ...json }, 'null'],
    [400, 'POST', '/api/v1/scans', { ...lane, ...json }, '\u{FEFF}{}'],
    [413, 'POST', '/api/v1/scans', { ...lane, ...json }, JSON.stringify(' '.repeat(16 * 1024))],
    [413, 'POST', `${EVENT}/holds`, { ...admin, ...json }, JSON.stringify(' '.repeat(256 * 1024))],
    [415, 'POST', '/api/v1/scans', { ...lane, 'content-type': 'text/plain' }, '{}'],
    [415, 'POST', '/api/v1/scans', { ...lane, 'content-type': 'application/xml' }, '<a/>'],
    [415, 'POST', `${EVENT}/tickets/import`, { ...admin, ...json }, '{}'],
    [409, 'POST', `${EVENT}/archive`, admin],
    [410, 'GET', `${EVENT}/list?since=aaaa:1`, lane],
    [
      422,
      'POST',
      `${EVENT}/tickets/import`,
      { ...admin, 'content-type': 'text/csv' },
      'a,b\n1,2\n',
    ],
  ];
  for (const [status, method, address, headers, body] of cases) {
    const response = await fetch(`${node.url}${address}`, {
      method,
      headers,
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined ? {} : { body }),
    });
    const answer = await response.text();
    const what = `${method} ${address} ${body?.slice(0, 30) ?? ''}: ${response.status} ${answer}`;
    assert.equal(response.status, status, what);
    assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/, what);
    assert.equal(problemShape.parse(JSON.parse(answer)).status, status, what);
    assertSafe(response.headers, what);
    assert.ok(!answer.includes('    at '), 'no stack traces');
  }
});

test('every answer carries the safe headers, streams and files too', async () => {
  for (const address of [EVENT, '/healthz', '/metrics', '/openapi.json', `${EVENT}/live`]) {
    const response = await node.fetch(address);
    assert.equal(response.status, 200, address);
    assertSafe(response.headers, address);
    await response.body?.cancel();
  }
});

test('names the field at fault, also one that it does not know', async () => {
  const bad: readonly [string, object][] = [
    ['surprise', { surprise: 1 }],
    ['code', { code: undefined }],
    ['direction', { direction: 'sideways' }],
    ['scannedAt', { scannedAt: '2026-11-29T17:30:00' }],
    ['scanId', { scanId: 'a b' }],
    ['code', { code: 'x'.repeat(4_097) }],
  ];
  for (const [field, changes] of bad) {
    const { token } = device;
    const { errors, mend } = await node.refuses(400, '/api/v1/scans', {
      token,
      body: scan(changes),
    });
    assert.equal(errors?.[0]?.field, field);
    assert.ok(mend !== undefined);
  }
  const { errors } = await node.refuses(400, `${EVENT}/scans?surprise=1`);
  assert.equal(errors?.[0]?.field, 'surprise');
});

test('refuses keys that reach into prototypes, and they reach nothing', async () => {
  const body = JSON.stringify(scan()).slice(0, -1);
  const keys = ['"__proto__":{"isAdmin":true}', '"constructor":{"prototype":{"isAdmin":true}}'];
  for (const key of keys) {
    const response = await fetch(`${node.url}/api/v1/scans`, {
      method: 'POST',
      headers: { authorization: `Bearer ${device.token}`, 'content-type': 'application/json' },
      body: `${body},${key}}`,
      signal: AbortSignal.timeout(10_000),
    });
    assert.equal(response.status, 400, await response.text());
  }
  assert.equal(({} as { isAdmin?: boolean }).isAdmin, undefined);
});

test('floods of headers and bytes that are not HTTP close their own connection and no other', async () => {
  const floods = [
    `GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(100_000)}\r\n\r\n`,
    `GET /healthz HTTP/1.1\r\nhost: x\r\n${'x-many: 1\r\n'.repeat(20_000)}\r\n`,
    '\u0016\u0003\u0001\u0002\u0000 this is not HTTP\r\n\r\n',
    `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  ];
  for (const flood of floods) {
    assert.ok((await closedAfter(flood)) < 5_000, flood.slice(0, 60));
    assert.equal((await node.fetch('/healthz')).status, 200);
  }
});

test('neither token nor code nor name is in the log, whatever goes wrong', async () => {
  const { pool } = database;
  await pool.query(`ALTER TABLE scans ADD CONSTRAINT no_poison CHECK (scan_id <> 'poison')`);
  await pool.query(`ALTER TABLE holders ADD CONSTRAINT no_wang CHECK (name <> 'Wang Xiaoming')`);
  const { token } = device;
  await node.ask('/api/v1/scans', { token, body: scan() });
  await node.refuses(500, '/api/v1/scans', { token, body: scan({ scanId: 'poison' }) });
  const csv = 'ticket_ref,type,holder_name,phone\nRV-000001,adult,Wang Xiaoming,13800001111\n';
  await node.refuses(500, `${EVENT}/tickets/import?delta=true`, { body: csv });
  const entries = [
    { kind: 'outcome', seq: 1, scanId: 'poison', code: codes[1], direction: 'in' },
    { kind: 'nonsense', seq: 2, code: codes[2] },
  ].map((entry) => ({
    scannedAt: new Date().toISOString(),
    verdict: 'provisional',
    reason: null,
    rung: 'provisional',
    revision: null,
    ...entry,
  }));
  const journal = { journalId: crypto.randomUUID(), entries };
  await node.ask('/api/v1/journal', { token, body: journal });
  await node.refuses(401, EVENT, { token: `${node.adminToken}x` });
  assert.match(logged, /"msg":"bug"/, 'the log says that something is wrong');
  assert.match(logged, /set aside/);
  for (const secret of [token, node.adminToken, ...codes, 'Wang', '1380000', 'Bearer']) {
    assert.ok(!logged.includes(secret), `${secret} is in the log`);
  }
});

test('serves over TLS with the certificate it was given, and then nothing in the clear', async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'kaimen-tls-'));
  const { certFile, keyFile, cert } = makeCertificate(directory);
  {
    await using secure = await HttpNode.start(database, {
      beside: node,
      tls: { certFile, keyFile },
    });
    assert.match(secure.url, /^https:/);
    const request = https.get(`${secure.url}/readyz`, { ca: cert, timeout: 10_000 });
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
    });
    assert.equal(response.statusCode, 200);
    assert.match(await text(response), /ready/);
    const { port } = new URL(secure.url);
    const plain = http.get({ host: '127.0.0.1', port, timeout: 10_000 });
    await assert.rejects(
      new Promise((resolve, reject) => plain.once('response', resolve).once('error', reject)),
    );
  }
  rmSync(directory, { recursive: true });
});

test('closes a connection whose headers do not come to an end', async (t) => {
  const ms = await slowHeaders;
  t.diagnostic(`closed after ${Math.round(ms)} ms`);
  assert.ok(ms < SLOW_CLOSED_WITHIN_MS);
});

function assertSafe(headers: Headers, what: string): void {
  assert.equal(headers.get('x-content-type-options'), 'nosniff', what);
  assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, what);
  assert.equal(headers.get('referrer-policy'), 'no-referrer', what);
  assert.equal(headers.get('cache-control'), 'no-store', what);
  assert.equal(headers.get('server'), null, what);
  assert.equal(headers.get('x-powered-by'), null, what);
}

/** Sends these bytes and nothing more. @returns after how many ms the server closed the connection */
function closedAfter(bytes: string): Promise<number> {
  const since = performance.now();
  const socket = net.connect({ port: Number(new URL(node.url).port), host: '127.0.0.1' });
  return new Promise((resolve, reject) => {
    socket.on('error', () => {});
    socket.setTimeout(SLOW_CLOSED_WITHIN_MS, () => {
      socket.destroy();
      reject(new Error(`still open after ${SLOW_CLOSED_WITHIN_MS} ms`));
    });
    socket.once('close', () => resolve(performance.now() - since));
    socket.resume();
    socket.write(bytes, 'latin1');
  });
}
