import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { kaimen, problemBody, sendJson, standIn, standInEarly } from './stand-in-server.ts';

const CONTENT = 'ticket_ref,code\n'.repeat(50_000);

let directory = '';
let file = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'kaimen-cli-'));
  file = path.join(directory, 'out');
});
afterEach(() => rmSync(directory, { recursive: true }));

const EXPORT = ['tickets', 'export', '--event', 'derby', '--format', 'csv'];

test('an export goes to stdout as it is', async () => {
  await using server = await standIn((_asked, response) => response.end(CONTENT));
  const { code, stdout } = await kaimen(EXPORT, { KAIMEN_URL: server.url });
  assert.equal(code, 0);
  assert.equal(stdout, CONTENT);
  assert.equal(server.asked[0]?.url, '/api/v1/events/derby/tickets/export?format=csv');
});

test('an export goes to a file, with --json reporting where and how much', async () => {
  await using server = await standIn((_asked, response) => response.end(CONTENT));
  const { stdout } = await kaimen([...EXPORT, '--json', '--out', file], { KAIMEN_URL: server.url });
  assert.deepEqual(JSON.parse(stdout), { file, bytes: CONTENT.length });
  assert.equal(readFileSync(file, 'utf8'), CONTENT);
});

test('--json without a file is refused before anything is asked, unless the export is JSON', async () => {
  await using server = await standIn((_asked, response) => response.end('[]'));
  const env = { KAIMEN_URL: server.url };
  assert.equal((await kaimen([...EXPORT, '--json'], env)).code, 2);
  const json = await kaimen(
    ['tickets', 'export', '--event', 'e', '--format', 'json', '--json'],
    env,
  );
  assert.deepEqual([json.code, json.stdout, server.asked.length], [0, '[]', 1]);
});

test('a backup is readable by its owner alone and comes with its SHA-256', async () => {
  await using server = await standIn((_asked, response) => response.end(CONTENT));
  const { stdout } = await kaimen(['backup', '--out', file, '--json'], { KAIMEN_URL: server.url });
  const sha256 = createHash('sha256').update(CONTENT).digest('hex');
  assert.deepEqual(JSON.parse(stdout), { file, bytes: CONTENT.length, sha256 });
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('nothing is left of an answer that breaks off or is refused', async () => {
  await using broken = await standInEarly((_request, response) => {
    response.writeHead(200, { 'content-length': String(CONTENT.length) });
    response.write(CONTENT.slice(0, 1000), () => response.socket?.destroy());
  });
  const cut = await kaimen(['backup', '--out', file], { KAIMEN_URL: broken.url });
  assert.equal(cut.code, 1);
  assert.match(cut.stderr, /cannot be reached/);
  await using refusing = await standIn((_asked, response) =>
    sendJson(response, problemBody(403, 'forbidden'), 403),
  );
  assert.equal((await kaimen(['backup', '--out', file], { KAIMEN_URL: refusing.url })).code, 1);
  assert.deepEqual(readdirSync(directory), []);
});
