// A disk that fills up while the gates are open: nothing breaks, nothing is forgotten, and once somebody
// has made room the server goes on without being told.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { ScanAnswer } from '#protocol/scans.ts';
import { DrillClient } from '../src/drill/drill-client.ts';
import { ServerProcess } from '../src/drill/server-process.ts';
import { entryScan, setUpMatch } from '../src/drill/small-match.ts';
import { mountDisk } from '../src/testing/small-disk.ts';

const DISK_MB = 256;
const TICKETS = 4_000;
const WAIT_MS_MAX = 60_000;

test('refuses cleanly while the disk is full, also when PostgreSQL has died of it, and goes on by itself', async (t) => {
  using disk = mountDisk(t, DISK_MB);
  if (disk === null) return;
  await using server = await ServerProcess.start(path.join(disk.path, 'data'));
  using client = await DrillClient.open(server.url, 8, server.adminToken);
  const match = await setUpMatch(client, server.adminToken, { tickets: TICKETS, lanes: 1 });
  const [lane] = match.lanes;
  assert.ok(lane);
  let next = 0;
  const admitted: string[] = [];
  const codes = new Set<string>();

  const present = async (scanId: string) => {
    const answered = await client.trySend(lane, entryScan(scanId, scanId));
    assert.ok(answered !== null, 'every request is answered');
    assert.ok([200, 503].includes(answered.status), JSON.stringify(answered));
    const { verdict, code } = answered.body as ScanAnswer & { code: string };
    if (answered.status === 200 && verdict === 'admitted') return true;
    codes.add(code);
    assert.ok(['storage-full', 'unavailable'].includes(code), JSON.stringify(answered.body));
    return false;
  };
  /** Presents new tickets until the server says no. */
  const presentUntilRefused = async () => {
    for (;;) {
      const code = match.codes[next++];
      assert.ok(code, 'the disk is full before the tickets are used up');
      if (!(await present(code))) return;
      admitted.push(code);
    }
  };
  const waitUntilAdmits = async () => {
    const began = performance.now();
    const code = match.codes[next++] ?? '';
    while (!(await present(code))) {
      assert.ok(performance.now() - began < WAIT_MS_MAX, `does not go on:\n${server.said()}`);
      await delay(100);
    }
    admitted.push(code);
    return Math.round(performance.now() - began);
  };

  for (const code of match.codes.slice(0, 50)) {
    assert.ok(await present(code));
    admitted.push(code);
    next += 1;
  }

  disk.fill(0);
  await presentUntilRefused();
  assert.deepEqual([...codes], ['storage-full']);
  disk.free();
  t.diagnostic(`full for rows: admits again after ${await waitUntilAdmits()} ms`);

  disk.fill(0);
  const { postmaster } = server;
  await exhaustLog(server.dataDir);
  codes.clear();
  const code = match.codes[next] ?? '';
  const until = performance.now() + 8_000;
  while (performance.now() < until) {
    assert.equal(await present(code), false);
    await delay(100);
  }
  assert.ok(codes.has('storage-full'), [...codes].join());
  assert.ok(server.isRunning);
  const health = await client.tryAsk({ path: '/healthz' });
  assert.equal(health?.status, 200);
  const ready = await client.tryAsk({ path: '/readyz' });
  assert.equal(ready?.status, 503);
  assert.equal(server.postmaster === postmaster, false, 'PostgreSQL has died of it');
  disk.free();
  t.diagnostic(`full for the log: admits again after ${await waitUntilAdmits()} ms`);

  for (const each of admitted) {
    const repeated = await client.scan(lane, entryScan(each, each));
    assert.equal(repeated.verdict, 'admitted', 'what was acknowledged is there');
    const again = await client.scan(lane, entryScan(`${each}-again`, each));
    assert.equal(again.reason, 'already-used');
  }
});

/** Asks for new files of the write-ahead log until there is no room for one. */
async function exhaustLog(dataDir: string): Promise<void> {
  const database = new pg.Client({
    host: path.join(dataDir, 'run'),
    user: 'kaimen',
    database: 'kaimen',
  });
  database.on('error', () => {});
  await database.connect();
  try {
    for (let file = 0; file < 100; file++) {
      await database.query(`SELECT pg_logical_emit_message(false, 'full', repeat('x', 1000000))`);
      await database.query('SELECT pg_switch_wal()');
    }
  } catch {
    // As intended: PostgreSQL stops when it cannot write its log.
  } finally {
    await database.end().catch(() => {});
  }
}
