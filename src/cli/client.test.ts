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
  const upload = { type: 'text/csv', bytes: zeros(2000) };
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

function isFailure(code: string) {
  return (error: unknown) => error instanceof CommandFailure && error.code === code;
}

async function* zeros(chunks: number): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < chunks; sent += 1) yield new Uint8Array(65_536);
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}
