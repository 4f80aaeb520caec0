import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Wire } from './wire.ts';

const server = createServer((_request, response) => response.end('here'));
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => {
  server.close();
  server.closeAllConnections();
});

async function ask(wire: Wire, withinMs: number): Promise<string | null> {
  const answer = await fetch(wire.url, { signal: AbortSignal.timeout(withinMs) }).catch(() => null);
  return answer === null ? null : await answer.text().catch(() => null);
}

function address(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a whole wire passes everything on; a cut one is silent, and goes on when mended', async () => {
  await using wire = await Wire.lay(address());
  assert.equal(await ask(wire, 2_000), 'here');
  wire.become({ kind: 'cut' });
  assert.equal(await ask(wire, 150), null);
  const waiting = ask(wire, 2_000);
  await delay(100);
  wire.become({ kind: 'whole' });
  assert.equal(await waiting, 'here');
});

test('a slow wire brings every answer later, in order', async () => {
  await using wire = await Wire.lay(address());
  wire.become({ kind: 'slow', ms: 200 });
  const askedAt = performance.now();
  assert.equal(await ask(wire, 2_000), 'here');
  assert.ok(performance.now() - askedAt >= 195);
});
