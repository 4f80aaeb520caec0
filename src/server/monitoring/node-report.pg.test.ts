// What a node says of itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeView } from '#protocol/node.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { testDatabase } from '../../testing/postgres.ts';

test('a node tells its version, clock, migrations and last backup to whoever looks after it', async () => {
  await using database = await testDatabase();
  await using node = await HttpNode.start(database);
  const before = nodeView.parse(await node.ask('/api/v1/node'));
  assert.equal(before.node, 'hub');
  assert.equal(before.version, '0.0.0');
  assert.ok(Math.abs(Date.parse(before.time) - Date.now()) < 5_000);
  assert.deepEqual(before.migrations.applied, before.migrations.known);
  assert.ok(before.migrations.known.includes('0001_gate'));
  assert.equal(before.store.state, 'serving');
  assert.equal(before.lastBackupAt, null);
  const stranger = await fetch(`${node.url}/api/v1/node`, { signal: AbortSignal.timeout(5_000) });
  assert.equal(stranger.status, 401);

  const backup = await fetch(`${node.url}/api/v1/backup`, {
    headers: { authorization: `Bearer ${node.adminToken}` },
    signal: AbortSignal.timeout(20_000),
  });
  await backup.arrayBuffer();
  const after = nodeView.parse(await node.ask('/api/v1/node'));
  assert.ok(Date.parse(after.lastBackupAt ?? '') >= Date.parse(before.time));
});
