import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScanAnswer } from '#protocol/scans.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { testDatabase } from '../../testing/postgres.ts';

const EVENT = '/api/v1/events/derby';
const NOTICED_WITHIN_MS = 3_000;

test('what one node finds behind and reconciles, the other stops and serves by, without being asked', async () => {
  await using database = await testDatabase();
  await using here = await HttpNode.start(database);
  await using there = await HttpNode.start(database, { beside: here });
  await here.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true }) });
  await here.ask(`${EVENT}/tickets/import`, { body: derbyTickets(5) });
  await here.ask(`${EVENT}/open`, { method: 'POST' });
  const [ticket] = await here.ask<{ code: string }[]>(`${EVENT}/tickets/export?format=json`);
  const body = { event: 'derby', gate: 'N1' };
  const lane = await here.ask<{ deviceId: string; token: string }>('/api/v1/devices', { body });
  const scan = (node: HttpNode, headers: Record<string, string> = {}) =>
    node.fetch('/api/v1/scans', {
      token: lane.token,
      headers,
      body: {
        scanId: randomUUID(),
        code: ticket?.code,
        direction: 'in',
        scannedAt: new Date().toISOString(),
      },
    });
  const first = (await (await scan(there)).json()) as ScanAnswer;
  assert.equal(first.verdict, 'admitted');
  // Somebody puts back a database of before: it has the epoch, and has not come as far.
  await database.pool.query('UPDATE claim_heads SET revision = 0');
  const { storeEpoch, revision, mark } = first;
  const seen = { 'kaimen-seen': `${storeEpoch}:${revision}:${mark}` };
  assert.equal((await scan(here, { 'kaimen-seen': `${storeEpoch}:9:forged` })).status, 200);
  await database.pool.query('UPDATE claim_heads SET revision = 0');
  assert.equal((await scan(here, seen)).status, 503);
  await until(async () => (await scan(there)).status === 503);
  await until(async () => (await there.fetch('/readyz')).status === 503);
  const journal = { journalId: randomUUID(), entries: [], isComplete: true };
  const store = '/api/v1/store';
  const early = await here.refuses(409, `${store}/reconcile`, { body: { reason: 'test' } });
  assert.ok(early.detail?.includes(lane.deviceId));
  await there.ask('/api/v1/journal', { token: lane.token, body: journal });
  await here.ask(`${store}/reconcile`, { body: { reason: 'test' } });
  await until(async () => (await there.fetch('/readyz')).status === 200);
  const again = (await (await scan(there)).json()) as ScanAnswer;
  assert.equal(again.reason, 'already-used');
  assert.notEqual(again.storeEpoch, storeEpoch);
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + NOTICED_WITHIN_MS;
  while (!(await isSo())) {
    assert.ok(performance.now() < end, `not within ${NOTICED_WITHIN_MS} ms`);
    await sleep(50);
  }
}
