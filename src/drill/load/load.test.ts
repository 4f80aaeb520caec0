import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { NoAnswerError } from './connection.ts';
import { openConnections } from './connections.ts';
import { Histogram } from './histogram.ts';
import { closedLoop, openLoop } from './loops.ts';
import { NotHttpError, ResponseReader } from './response-reader.ts';

async function serving(listener: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('reads a response whatever the sizes of the pieces it comes in', () => {
  const bytes = Buffer.from(
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello' +
      'HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
  );
  for (const size of [1, 2, 3, 7, 20, 45]) {
    const reader = new ResponseReader();
    const found: string[] = [];
    let from = 0;
    while (from < bytes.length) {
      // A connection never holds more than one answer, so pieces end where answers do.
      const until = found.length === 0 ? bytes.indexOf('HTTP/1.1 404') : bytes.length;
      const piece = bytes.subarray(from, Math.min(from + size, until));
      from += piece.length;
      const response = reader.push(piece);
      if (response !== null) found.push(`${response.status} ${response.body}`);
    }
    assert.deepEqual(found, ['200 hello', '404 abcde'], `pieces of ${size}`);
  }
});

test('refuses what is not HTTP', () => {
  assert.throws(() => new ResponseReader().push(Buffer.from('SSH-2.0\r\n\r\n')), NotHttpError);
});

test('sends JSON with the token and gives back status and body', async () => {
  await using server = await serving((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      response.statusCode = 201;
      response.end(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
    });
  });
  const connections = await openConnections(server.url, 2, 'secret');
  const { status, body, ms } = await connections.request({ path: '/x', body: { 票: 1 } });
  assert.equal(status, 201);
  assert.equal(body, 'POST /x Bearer secret {"票":1}');
  assert.ok(ms > 0);
  const other = await connections.request({ method: 'DELETE', path: '/y', token: 'mine' });
  assert.equal(other.body, 'DELETE /y Bearer mine ');
  connections.close();
});

test('says that an answer did not come, and connects anew for the next', async () => {
  let asked = 0;
  await using server = await serving((request, response) => {
    asked += 1;
    if (asked === 1) request.socket.destroy();
    else response.end('here');
  });
  const connections = await openConnections(server.url, 1);
  await assert.rejects(connections.request({ path: '/' }), NoAnswerError);
  assert.equal((await connections.request({ path: '/' })).body, 'here');
  connections.close();
});

test('a closed loop asks on every connection until nothing is left', async () => {
  await using server = await serving((_request, response) => response.end('ok'));
  const connections = await openConnections(server.url, 8);
  const seen = new Set<number>();
  const result = await closedLoop(
    connections.all,
    {
      next: (connection, index) => {
        if (index >= 500) return null;
        seen.add(index);
        return connection.bytesOf({ path: `/${index}` });
      },
    },
    10_000,
  );
  assert.equal(result.answered, 500);
  assert.equal(result.failed, 0);
  assert.equal(seen.size, 500);
  connections.close();
});

test('an open loop keeps its rate and counts the wait behind a stalled answer', async () => {
  let asked = 0;
  await using server = await serving((_request, response) => {
    asked += 1;
    setTimeout(() => response.end('ok'), asked === 10 ? 200 : 0);
  });
  const connections = await openConnections(server.url, 1);
  const loop = {
    next: (connection: (typeof connections.all)[number]) => connection.bytesOf({ path: '/' }),
  };
  const result = await openLoop(connections, loop, 100, 500);
  assert.equal(result.answered, 50);
  // Twenty fans stood behind the slow one.
  assert.ok(result.latency.quantileMs(0.75) > 20);
  connections.close();
});

test('a histogram finds a quantile within its bucket', () => {
  const histogram = new Histogram();
  for (let ms = 1; ms <= 1_000; ms++) histogram.add(ms);
  assert.ok(Math.abs(histogram.quantileMs(0.5) - 500) < 20);
  assert.ok(Math.abs(histogram.quantileMs(0.99) - 990) < 35);
  assert.equal(histogram.quantileMs(1), 1_000);
});
