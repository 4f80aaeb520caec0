import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyAnswer } from './answers.ts';
import { at, createClient } from './client.ts';
import { CommandFailure } from './failure.ts';
import { problemBody, sendJson, standIn, standInEarly } from './stand-in-server.ts';

test('escapes every part of a path', () => {
  assert.equal(at`/events/${'a b'}/tickets/${'../x?'}`, '/events/a%20b/tickets/..%2Fx%3F');
  assert.equal(at`/events`, '/events');
});

test('leaves out what was not said, passes on fields it does not know', async () => {
  await using server = await standIn((_asked, response) => sendJson(response, { later: 1 }));
  const client = createClient(server.url, 't');
  const query = { delta: true, skipBad: undefined };
  const answer = await client.ask(anyAnswer, { method: 'POST', path: '/x', query, body: {} });
  assert.deepEqual(answer, { later: 1 });
  assert.equal(server.asked[0]?.url, '/api/v1/x?delta=true');
});

test('hears a refusal that comes before the upload has ended', async () => {
  await using server = await standInEarly((_request, response) =>
    sendJson(response, problemBody(401, 'unauthenticated'), 401),
  );
  const client = createClient(server.url, 't');
  const upload = { type: 'text/csv', open: () => zeros(2000) };
  const call = { method: 'POST', path: '/x', upload } as const;
  await assert.rejects(client.ask(anyAnswer, call), isFailure('unauthenticated'));
});

test('names several fields each on its own, under what happened as a whole', async () => {
  const errors = [1, 2].map((line) => ({ field: `line ${line}`, message: 'bad' }));
  const refused = problemBody(422, 'refused-file', { detail: 'line 1: bad (and 1 more)', errors });
  await using server = await standIn((_asked, response) => sendJson(response, refused, 422));
  await assert.rejects(createClient(server.url, 't').ask(anyAnswer, { path: '/x' }), (error) => {
    assert.ok(error instanceof CommandFailure);
    assert.equal(error.message, 'A title');
    assert.deepEqual(error.errors, errors);
    return true;
  });
});

test('says when the connection breaks in the middle of an answer', async () => {
  await using server = await standInEarly((_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half', () => response.socket?.destroy());
  });
  const client = createClient(server.url, 't');
  await assert.rejects(client.ask(anyAnswer, { path: '/x' }), isFailure('unreachable'));
  const { body } = await client.stream({ path: '/x' });
  await assert.rejects(drain(body), isFailure('unreachable'));
});

test('quotes a proxy that answers in our server’s place', async () => {
  await using server = await standIn((_asked, response) =>
    response.writeHead(502).end('<h1>Bad   gateway</h1>'),
  );
  const asking = createClient(server.url, 't').ask(anyAnswer, { path: '/x' });
  await assert.rejects(asking, /502 Bad Gateway: <h1>Bad gateway<\/h1>/);
});

test('sends a write again under its key when the line breaks or the hub says “not now”, and a read never', async () => {
  const keys: (string | undefined)[] = [];
  await using server = await standIn((asked, response) => {
    keys.push(asked.headers['idempotency-key'] as string | undefined);
    if (keys.length === 1) response.socket?.destroy();
    else if (keys.length === 2) sendJson(response, problemBody(503, 'outcome-unknown'), 503);
    else if (keys.length === 3) response.writeHead(503).end('no server is available');
    else if (keys.length === 4) sendJson(response, problemBody(409, 'idempotency-key-in-use'), 409);
    else sendJson(response, { isDone: true });
  });
  const client = createClient(server.url, 't');
  const call = { method: 'POST', path: '/x', body: {} } as const;
  assert.deepEqual(await client.ask(anyAnswer, call), { isDone: true });
  assert.equal(keys.length, 5);
  assert.match(keys[0] ?? '', /^"[0-9a-f-]{36}"$/);
  assert.equal(new Set(keys).size, 1);
  await client.ask(anyAnswer, call);
  await client.ask(anyAnswer, { path: '/x' });
  assert.notEqual(keys[5], keys[0]);
  assert.equal(keys[6], undefined);
});

function isFailure(code: string) {
  return (error: unknown) => error instanceof CommandFailure && error.code === code;
}

async function* zeros(chunks: number): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < chunks; sent += 1) yield new Uint8Array(65_536);
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}
