import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { silentLog } from '../platform/log.ts';
import { openStoreState, type Seen } from './store-state.ts';

const EVENT = 1;
const MASTER_KEY = new Uint8Array(32).fill(7);

let database: TestDatabase;

before(async () => {
  database = await testDatabase();
  await database.pool.query(
    `INSERT INTO events (number, id, file, status, sealed_key, created_at)
     VALUES (1, 'derby', '{}', 'open', '', now())`,
  );
  await database.pool.query(
    `INSERT INTO claim_heads (event, scopes, inside, this_minute) VALUES (1, '{}', '{}', '{}')`,
  );
});

after(() => database[Symbol.asyncDispose]());

const start = () => openStoreState(database.pool, MASTER_KEY, silentLog);

async function comeTo(revision: number): Promise<void> {
  await database.pool.query('UPDATE claim_heads SET revision = $1', [revision]);
}

test('knows what it said itself, in this epoch and in those before', async () => {
  const first = await start();
  const { epoch } = first.current();
  await comeTo(60);
  const seen = (revision: number): Seen => ({
    epoch,
    revision,
    mark: first.markOf(EVENT, epoch, revision),
  });
  await first.observe(EVENT, seen(60));
  const second = await start();
  assert.notEqual(second.current().epoch, epoch);
  await second.observe(EVENT, seen(60));
  assert.equal(second.servingEpoch(), second.current().epoch);
});

test('is behind when an epoch went on elsewhere after it had ended here, and no later decision hides that', async () => {
  const earlier = await start();
  const { epoch } = earlier.current();
  // Copied here at revision 60; the store that went on said 65, this one has come to 90 by itself.
  const store = await start();
  await comeTo(90);
  const mark = store.markOf(EVENT, epoch, 65);
  await store.observe(EVENT, { epoch, revision: 65, mark: `${mark.slice(1)}A` });
  assert.equal(store.current().state, 'serving', 'without the mark it is hearsay');
  await store.observe(EVENT, { epoch, revision: 65, mark });
  assert.throws(() => store.servingEpoch(), { code: 'store-behind' });
  const again = await start();
  assert.equal(again.current().state, 'rebuilding', 'a new start does not mend it');
  await again.finishRebuild();
  await again.observe(EVENT, { epoch, revision: 65, mark });
  assert.equal(again.current().state, 'serving', 'what was seen of it has been settled');
});

test('is behind when it never had an epoch, until that is settled too', async () => {
  const store = await start();
  const unknown = { epoch: 'zzzz', revision: 1, mark: store.markOf(EVENT, 'zzzz', 1) };
  await store.observe(EVENT, unknown);
  assert.equal(store.current().state, 'rebuilding');
  await store.finishRebuild();
  await store.observe(EVENT, unknown);
  assert.equal(store.current().state, 'serving');
});

test('two nodes on one database serve in the same epoch', async () => {
  const one = await start();
  const other = await start();
  await one.refresh();
  assert.equal(one.servingEpoch(), other.servingEpoch());
});
