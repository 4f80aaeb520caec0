import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { createActs } from './acts.ts';
import { appendAct, verifyChains } from './audit-chain.ts';
import { listActs } from './audit-list.ts';
import type { Operator } from './principal.ts';
import { inTransaction } from './transaction.ts';

const AT = Date.parse('2026-11-29T10:00:00Z') as Instant;

let database: TestDatabase;

before(async () => {
  database = await testDatabase();
});

after(async () => {
  await database[Symbol.asyncDispose]();
});

afterEach(async () => {
  await database.pool.query('DELETE FROM audit');
});

async function append(node: string, count: number, from = 0): Promise<void> {
  for (let index = from; index < from + count; index += 1) {
    await inTransaction(database.pool, (client) =>
      appendAct(client, node, (AT + index) as Instant, {
        actor: 'p-1',
        act: 'hold.set',
        subject: `derby/${index}`,
        detail: { reason: `“${index}” 原因` },
      }),
    );
  }
}

async function tamper(sql: string): Promise<{ seq: number; why: string } | null> {
  await append('one', 6);
  await append('two', 3);
  assert.equal((await verifyChains(database.pool)).isWhole, true);
  await database.pool.query(sql);
  const { isWhole, broken } = await verifyChains(database.pool);
  assert.equal(isWhole, broken === null);
  await database.pool.query('DELETE FROM audit');
  return broken === null ? null : { seq: broken.seq, why: broken.why };
}

test('a chain that nobody touched is whole, with one head a node that later acts build upon', async () => {
  await append('one', 3);
  await append('two', 2);
  const before = await verifyChains(database.pool);
  assert.deepEqual([before.isWhole, before.entries, before.broken], [true, 5, null]);
  assert.deepEqual(
    before.heads.map(({ node, seq }) => [node, seq]),
    [
      ['one', 3],
      ['two', 2],
    ],
  );
  await append('one', 1, 3);
  const after = await verifyChains(database.pool);
  assert.notEqual(after.heads[0]?.hash, before.heads[0]?.hash);
  assert.equal(after.heads[1]?.hash, before.heads[1]?.hash);
});

test('finds any word of an entry that was changed', async () => {
  const changes = [
    `actor = 'p-2'`,
    `act = 'hold.lifted'`,
    `subject = 'derby/9'`,
    `detail = replace(detail, '3', '4')`,
    `at = at + interval '1 millisecond'`,
    `hash = sha256(hash)`,
    `prev = sha256(prev)`,
  ];
  for (const change of changes) {
    const found = await tamper(`UPDATE audit SET ${change} WHERE node = 'one' AND seq = 4`);
    assert.ok(found !== null && found.seq >= 4, change);
  }
});

test('finds an entry that was removed, put in, moved or exchanged', async () => {
  const removed = await tamper(`DELETE FROM audit WHERE node = 'one' AND seq = 3`);
  assert.deepEqual(removed, { seq: 4, why: 'entry 3 is missing' });
  const first = await tamper(`DELETE FROM audit WHERE node = 'one' AND seq = 1`);
  assert.deepEqual(first, { seq: 2, why: 'entry 1 is missing' });
  const added = await tamper(
    `INSERT INTO audit SELECT node, 7, at, actor, 'token.created', subject, detail, hash, hash
     FROM audit WHERE node = 'one' AND seq = 6`,
  );
  assert.equal(added?.seq, 7);
  const renumbered = await tamper(
    `UPDATE audit SET seq = -seq WHERE node = 'one' AND seq IN (2, 3);
     UPDATE audit SET seq = CASE seq WHEN -2 THEN 3 ELSE 2 END WHERE node = 'one' AND seq < 0`,
  );
  assert.equal(renumbered?.seq, 2);
  const stolen = await tamper(
    `UPDATE audit SET node = 'one', seq = 7 WHERE node = 'two' AND seq = 3`,
  );
  assert.equal(stolen?.seq, 7);
});

test('an entry cut off at the end is found by whoever holds the head', async () => {
  await append('one', 4);
  const [held] = (await verifyChains(database.pool)).heads;
  await database.pool.query(`DELETE FROM audit WHERE seq = 4`);
  const [head] = (await verifyChains(database.pool)).heads;
  assert.ok(held !== undefined && head !== undefined);
  assert.ok(head.seq < held.seq);
});

test('acts at once on one node stand in one line, none lost, none twice', async () => {
  const acts = createActs(database.pool, 'one', () => AT);
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      acts.do(operator, async () => ({
        result: null,
        act: { act: 'ticket.blocked', subject: `derby/${index}`, detail: {} },
      })),
    ),
  );
  const { isWhole, entries } = await verifyChains(database.pool);
  assert.deepEqual([isWhole, entries], [true, 40]);
  const { rows } = await database.pool.query(
    'SELECT count(DISTINCT subject)::int AS n FROM audit WHERE seq > 0',
  );
  assert.equal(rows[0].n, 40);
});

test('an act that fails leaves neither its work nor its entry, and the line goes on', async () => {
  const acts = createActs(database.pool, 'one', () => AT);
  const act = { act: 'token.created', subject: 'x', detail: {} };
  const work = (fails: boolean) =>
    acts.do(operator, async (client) => {
      await client.query(`INSERT INTO store_epochs (epoch, started_at) VALUES ('${fails}', now())`);
      if (fails) throw new Error('changed my mind');
      return { result: null, act };
    });
  await assert.rejects(work(true), /changed my mind/);
  await work(false);
  await acts.do(operator, async () => ({ result: null, act: null }));
  const { isWhole, entries } = await verifyChains(database.pool);
  assert.deepEqual([isWhole, entries], [true, 1]);
  const { rows } = await database.pool.query('SELECT epoch FROM store_epochs');
  assert.deepEqual(rows, [{ epoch: 'false' }]);
});

test('an act whose entry cannot be written does not happen', async () => {
  const acts = createActs(database.pool, 'one', () => AT);
  const act = { act: 'x', subject: 'with a \u0000 in it', detail: {} };
  const work = acts.do(operator, async (client) => {
    await client.query(`INSERT INTO store_epochs (epoch, started_at) VALUES ('never', now())`);
    return { result: null, act };
  });
  await assert.rejects(work);
  const { rowCount } = await database.pool.query(
    `SELECT 1 FROM store_epochs WHERE epoch = 'never'`,
  );
  assert.equal(rowCount, 0);
});

test('reading page by page shows the acts of every node once', async () => {
  for (const node of ['one', 'two', 'three']) await append(node, 5);
  const shown: string[] = [];
  let after: string | null = null;
  do {
    const page = await listActs(database.pool, { order: 'oldest' }, after, 4);
    shown.push(...page.entries.map(({ node, seq }) => `${node} ${seq}`));
    after = page.next;
  } while (after !== null);
  assert.equal(shown.length, 15);
  assert.equal(new Set(shown).size, 15);
});

test('finds what matches in the whole record, the latest first, page by page', async () => {
  for (const node of ['one', 'two']) await append(node, 6);
  const read = async (wanted: object, after: string | null = null) => {
    const page = await listActs(database.pool, { order: 'newest', ...wanted }, after, 2);
    return {
      shown: page.entries.map(({ node, subject }) => `${node} ${subject}`),
      next: page.next,
    };
  };
  const first = await read({ q: 'DERBY/4' });
  assert.deepEqual(first, { shown: ['two derby/4', 'one derby/4'], next: null });
  const latest = await read({ node: 'one' });
  assert.deepEqual(latest.shown, ['one derby/5', 'one derby/4']);
  assert.deepEqual((await read({ node: 'one' }, latest.next)).shown, [
    'one derby/3',
    'one derby/2',
  ]);
  assert.equal((await read({ subject: 'derby', actor: 'p-1', act: 'hold.set' })).shown.length, 2);
  const range = { from: (AT + 1) as Instant, until: (AT + 2) as Instant };
  assert.deepEqual((await read(range)).shown, ['two derby/1', 'one derby/1']);
  assert.deepEqual((await read({ q: '%' })).shown, []);
});

const operator: Operator = { kind: 'operator', id: 'tok-1', role: 'admin', person: 'p-1' };
