import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { LaneRequest } from '#lane/ports.ts';
import { createHttpTransport } from './http-transport.ts';

const PACKED = gzipSync(JSON.stringify({ list: 'x'.repeat(5_000) }));
let address = '';
let closedStreams = 0;

const server = http.createServer(async (request, response) => {
  const sent = (await request.toArray()).join('');
  const { method, url, headers } = request;
  switch (url) {
    case '/echo':
      response.writeHead(409).end(JSON.stringify({ method, sent, device: headers['x-device'] }));
      return;
    case '/packed':
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(PACKED);
      return;
    case '/half-packed':
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': PACKED.length });
      response.write(PACKED.subarray(0, 20), () => response.destroy());
      return;
    case '/half':
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"verdict":', () => response.destroy());
      return;
    case '/elsewhere':
      response.writeHead(302, { location: '/echo' }).end();
      return;
    case '/live':
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
      response.once('close', () => {
        closedStreams += 1;
      });
      return;
    case '/page':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      return;
    default:
      // Never answered.
      return;
  }
});

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  transport[Symbol.dispose]();
  server.closeAllConnections();
  server.close();
});

const transport = createHttpTransport(() => ({ 'x-device': 'lane-1' }));

const asking = (path: string, changes: Partial<LaneRequest> = {}): LaneRequest => ({
  ...{ method: 'GET', path, json: null, headers: {}, signal: AbortSignal.timeout(5_000) },
  ...changes,
});

test('sends what it is given, with the proof of who asks, and hands on whatever is answered', async () => {
  const json = '{"scanId":"1"}';
  const reply = await transport.send(address, asking('/echo', { method: 'POST', json }));
  assert.equal(reply.status, 409);
  assert.deepEqual(JSON.parse(reply.text), { method: 'POST', sent: json, device: 'lane-1' });
});

test('unpacks what comes packed', async () => {
  const { text } = await transport.send(address, asking('/packed'));
  assert.equal((JSON.parse(text) as { list: string }).list.length, 5_000);
});

for (const path of ['/half', '/half-packed', '/elsewhere']) {
  test(`${path} is no answer`, async () => {
    await assert.rejects(transport.send(address, asking(path)));
  });
}

test('gives up when it is told to, also before it has begun', async () => {
  await assert.rejects(
    transport.send(address, asking('/never', { signal: AbortSignal.timeout(50) })),
  );
  await assert.rejects(transport.send(address, asking('/echo', { signal: AbortSignal.abort() })));
});

test('an event stream is read as it comes, and closed when nobody reads on', async () => {
  const stream = await transport.stream(address, asking('/live'));
  assert.ok('bytes' in stream);
  for await (const chunk of stream.bytes) {
    assert.equal(Buffer.from(chunk).toString(), 'data: 1\n\n');
    break;
  }
  for (const end = Date.now() + 2_000; closedStreams === 0 && Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(closedStreams, 1);
});

test('a stream that breaks ends in an error, and a page is no stream', async () => {
  const over = new AbortController();
  const stream = await transport.stream(address, asking('/live', { signal: over.signal }));
  assert.ok('bytes' in stream);
  const { bytes } = stream;
  setTimeout(() => over.abort(), 50);
  await assert.rejects(async () => {
    for await (const _ of bytes);
  });
  await assert.rejects(transport.stream(address, asking('/page')), /no event stream/);
});
