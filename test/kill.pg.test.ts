// The short form of `npm run drill -- kill`, which also holds recovery to its three seconds: other tests
// run beside this one, and take the time they need.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { runKillDrill } from '../src/drill/kill/kill-drill.ts';
import { openTemporaryDirectory } from '../src/testing/postgres-process.ts';

const READY_MS_MAX = 15_000;

test('what was acknowledged outlives kill -9 of server, PostgreSQL and both, and nothing enters twice', async (t) => {
  using scratch = openTemporaryDirectory();
  const report = await runKillDrill({
    dataDir: path.join(scratch.path, 'data'),
    victims: ['postgres', 'server', 'both'],
    seed: 1,
    senders: 8,
  });
  assert.deepEqual(report.wrongs, []);
  assert.ok(report.admitted > 0);
  for (const { victim, readyMs } of report.rounds) {
    t.diagnostic(`${victim}: ready in ${readyMs} ms`);
    assert.ok(readyMs < READY_MS_MAX, `${victim}: ${readyMs} ms`);
  }
});
