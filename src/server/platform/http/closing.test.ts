import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { silentLog } from '../log.ts';
import { buildApp } from './app.ts';
import { addRoute } from './route.ts';

const ANSWER_AFTER_MS = 200;
const CLOSED_WITHIN_MS = 5_000;

test('a server that closes lets go of a connection as soon as its last answer has left', async () => {
  const app = await buildApp({
    authenticate: () => Promise.resolve(null),
    prove: () => Promise.resolve(null),
    log: silentLog,
    version: '0.0.0',
    translate: () => null,
    tls: null,
    shedding: { install: () => {} },
  });
  addRoute(app, {
    method: 'GET',
    url: '/slow',
    rule: { allow: 'public' },
    summary: 'Takes its time',
    tag: 'test',
    handle: async () => {
      await pause(ANSWER_AFTER_MS);
      return { done: true };
    },
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const agent = new http.Agent({ keepAlive: true });
  const answered = new Promise<number>((resolve, reject) => {
    http
      .get(`${url}/slow`, { agent }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      })
      .once('error', reject);
  });
  await pause(ANSWER_AFTER_MS / 2);
  const startedAt = performance.now();
  await app.close();
  assert.ok(performance.now() - startedAt < CLOSED_WITHIN_MS, 'it did not wait for the connection');
  assert.equal(await answered, 200);
  agent.destroy();
});
