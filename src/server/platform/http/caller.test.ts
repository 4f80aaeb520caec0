import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { makeCertificate } from '../../../testing/certificate.ts';
import { Caller, NoAnswerError } from './caller.ts';

const scratch = mkdtempSync(path.join(os.tmpdir(), 'kaimen-caller-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

test('believes a node whose certificate it was told to trust, and no other', async () => {
  const { certFile, keyFile, cert } = makeCertificate(scratch);
  const server = https.createServer(
    { cert: readFileSync(certFile), key: readFileSync(keyFile) },
    (request, response) => response.end(JSON.stringify(request.headers.authorization)),
  );
  const address = await listen(server).then((port) => `https://127.0.0.1:${port}`);
  using trusting = new Caller(address, 'kmo_x', cert);
  const answer = await trusting.send({ path: '/', timeoutMs: 2_000 });
  assert.equal(answer.text, '"Bearer kmo_x"');
  using wary = new Caller(address, 'kmo_x', null);
  await assert.rejects(wary.send({ path: '/', timeoutMs: 2_000 }), NoAnswerError);
  server.close();
});

test('takes packed answers, and gives up on a node that says nothing in time', async () => {
  const server = http.createServer((request, response) => {
    if (request.url === '/never') return;
    response.writeHead(200, { 'content-encoding': 'zstd', 'content-type': 'application/json' });
    response.end(zstdCompressSync(Buffer.from('{"a":1}')));
  });
  const port = await listen(server);
  using caller = new Caller(`http://127.0.0.1:${port}`, 'kmo_x', null);
  const { status, text } = await caller.send({ path: '/', body: {}, timeoutMs: 2_000 });
  assert.deepEqual([status, text], [200, '{"a":1}']);
  const startedAt = performance.now();
  await assert.rejects(caller.send({ path: '/never', timeoutMs: 100 }), NoAnswerError);
  assert.ok(performance.now() - startedAt < 1_000);
  server.closeAllConnections();
  server.close();
});

async function listen(server: http.Server | https.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
