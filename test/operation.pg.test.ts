// The server as an operator starts and stops it.
import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runServerProgram, ServerProcess } from '../src/drill/server-process.ts';
import { derbyFile, derbyTickets } from '../src/testing/derby.ts';
import { LiveStream } from '../src/testing/live-stream.ts';
import { openTemporaryDirectory } from '../src/testing/postgres-process.ts';

/** Enough to be under way when the server is told to stop, few enough to end in its grace on a slow machine. */
const IMPORTED = 4_000;
const STOPS_WITHIN_MS = 5_000;
const EVENT = '/api/v1/events/derby';

const scratch = openTemporaryDirectory();
let server: ServerProcess;

before(async () => {
  server = await ServerProcess.start(path.join(scratch.path, 'data'));
});

after(async () => {
  await server[Symbol.asyncDispose]();
  scratch[Symbol.dispose]();
});

test('refuses a command line that it cannot follow, with exit code 2 and what to write instead', async () => {
  const data = ['--data', path.join(scratch.path, 'never')];
  const bad: readonly [string[], RegExp][] = [
    [
      ['serve', '--host', '0.0.0.0', ...data],
      /in the clear: add --tls-cert and --tls-key, or stay/,
    ],
    [['sing', ...data], /unknown command “sing”/],
  ];
  const results = await Promise.all(bad.map(([args]) => runServerProgram(args)));
  for (const [index, { code, out, err }] of results.entries()) {
    const [args, words] = bad[index] ?? assert.fail();
    assert.equal(code, 2, `${args}: ${err}`);
    assert.match(err, words);
    assert.doesNotMatch(err, /\n\s+at /);
    assert.equal(out, '');
  }
});

test('told to stop it answers what is under way, ends streams, waits for no dawdler, and exits with 0', async (t) => {
  const token = server.adminToken;
  const headers = { authorization: `Bearer ${token}` };
  const ask = (address: string, method: string, type?: string, body?: string) =>
    fetch(`${server.url}${address}`, {
      method,
      headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }) },
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body }),
    });
  const file = JSON.stringify(derbyFile({ isNow: true }));
  assert.equal((await ask(EVENT, 'PUT', 'application/json', file)).status, 200);
  using stream = await LiveStream.open(`${server.url}${EVENT}/live`, token);
  await stream.next('list', 5_000);
  const dawdler = net.connect({ port: server.port, host: '127.0.0.1' });
  dawdler.on('error', () => {});
  dawdler.write(
    `POST ${EVENT}/tickets/import?delta=true HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
      'content-type: text/csv\r\ncontent-length: 100000\r\n\r\nticket_ref,type\n',
  );
  const importing = ask(`${EVENT}/tickets/import`, 'POST', 'text/csv', derbyTickets(IMPORTED));
  await sleep(100);
  const startedMs = performance.now();
  const stopped = server.stop();
  const report = await importing;
  assert.equal(report.status, 200, await report.clone().text());
  assert.equal(((await report.json()) as { added: number }).added, IMPORTED);
  assert.equal(await stopped, 0, server.said());
  const ms = performance.now() - startedMs;
  t.diagnostic(`stopped after ${Math.round(ms)} ms`);
  assert.ok(ms < STOPS_WITHIN_MS, `${Math.round(ms)} ms`);
  await stream.closed(100);
  assert.ok(dawdler.destroyed || dawdler.readableEnded || dawdler.closed);
  for (const secret of [token, 'Bearer']) assert.ok(!server.said().includes(secret));
});
