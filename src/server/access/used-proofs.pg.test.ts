import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#testing/postgres.ts';
import { UsedProofs } from './used-proofs.ts';

test('a proof that one node has taken is taken by no other, however many come at once', async () => {
  await using database = await testDatabase();
  const nodes = [new UsedProofs(database.pool), new UsedProofs(database.pool)];
  const names = Array.from({ length: 40 }, (_, n) => `jti-${n}`);
  const taken = await Promise.all(
    names.flatMap((jti) => nodes.map((node) => node.take('dev-1', jti))),
  );
  assert.equal(taken.filter(Boolean).length, names.length);
  assert.equal(await nodes[0]?.take('dev-1', 'jti-0'), false);
  assert.equal(await nodes[1]?.take('dev-2', 'jti-0'), true);
});

test('a database that is away keeps nobody out: what this node has seen itself it knows', async () => {
  await using database = await testDatabase();
  const node = new UsedProofs(database.pool);
  await database.pool.end();
  assert.equal(await node.take('dev-1', 'jti-1'), true);
});
