import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { test } from 'node:test';
import { createSession } from 'better-sse';
import type { Operator } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { derbyFile } from '../../testing/derby.ts';
import { at } from '../../testing/entry.ts';
import { HubNode } from '../../testing/hub-node.ts';
import { testDatabase } from '../../testing/postgres.ts';
import { Feed } from './feed.ts';

const PUSHES_MAX = 1_000_000;
const VERDICT = {
  revision: 1,
  gate: 'N1',
  lane: null,
  direction: 'in',
  verdict: 'admitted',
  reason: null,
  rung: 'hub',
  at: '2026-11-29T10:00:00.000Z',
} as const;

test('drops whoever has stopped reading, before what they have not read fills the memory', async () => {
  await using database = await testDatabase();
  await using node = await HubNode.open(database, { now: at('18:00') });
  const event = await node.importEvent(derbyFile());
  const { access, pool } = node.context;
  const { token } = await inTransaction(pool, (client) =>
    access.createToken(client, { role: 'viewer', person: 'p-1', createdBy: 'x', expiresAt: null }),
  );
  const principal: Operator = { kind: 'operator', id: 'tok-1', role: 'viewer', person: 'p-1' };
  let isEmpty = false;
  const feed = new Feed(node.context, event, () => {
    isEmpty = true;
  });
  const server = http.createServer(async (request, response) => {
    const session = await createSession(request, response);
    await feed.add({ session, response, principal, token, lastId: '' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stalled = net.connect({ port, host: '127.0.0.1' });
  stalled.on('error', () => {});
  stalled.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(stalled, 'data');
  stalled.pause();
  let pushes = 0;
  for (; pushes < PUSHES_MAX && !isEmpty; pushes += 1) {
    feed.followed([{ live: VERDICT }]);
    if (pushes % 1_000 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.ok(isEmpty, `${pushes} messages are kept for somebody who reads none`);
  stalled.destroy();
  server.close();
});
