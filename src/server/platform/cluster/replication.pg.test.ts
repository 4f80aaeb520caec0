import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#testing/postgres.ts';
import { judgeReplication, whyNotStrict } from './replication.ts';

test('says which setting lets a write be answered on one machine alone', async () => {
  await using database = await testDatabase();
  assert.match((await whyNotStrict(database.pool)) ?? '', /synchronous_standby_names is empty/);
  assert.match(
    judgeReplication({ commit: 'local', names: '*' }) ?? '',
    /synchronous_commit is local/,
  );
  assert.equal(judgeReplication({ commit: 'on', names: '"east-2"' }), null);
  assert.equal(judgeReplication({ commit: 'remote_apply', names: '*' }), null);
});
