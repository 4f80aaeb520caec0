import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { derbyFile } from '#testing/derby.ts';
import { HttpNode } from '#testing/http-node.ts';
import { type TestDatabase, testDatabase } from '#testing/postgres.ts';

let database: TestDatabase;
let north: HttpNode;
let south: HttpNode;
let event = '';

before(async () => {
  database = await testDatabase();
  north = await HttpNode.start(database);
  south = await HttpNode.start(database, { beside: north });
  const file = derbyFile();
  event = file.id;
  await north.ask(`/api/v1/events/${event}`, { method: 'PUT', body: file });
});
after(async () => {
  await south[Symbol.asyncDispose]();
  await north[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const keyed = (key: string) => ({ 'idempotency-key': `"${key}"` });
const TOKEN = { role: 'viewer' };

async function tokens(): Promise<number> {
  const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM tokens');
  return rows[0].n;
}

test('the same write under the same key is done once and answered the same, at any node', async () => {
  const headers = keyed(randomUUID());
  const before = await tokens();
  const body = TOKEN;
  const first = await north.ask<{ token: string }>('/api/v1/tokens', { body, headers });
  for (const node of [north, south]) {
    const again = await node.fetch('/api/v1/tokens', { body, headers });
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
    assert.deepEqual(await again.json(), first);
  }
  assert.equal(await tokens(), before + 1);
});

test('another request under the key is refused by name', async () => {
  const headers = keyed(randomUUID());
  await north.ask('/api/v1/tokens', { body: TOKEN, headers });
  const refused = await south.refuses(422, '/api/v1/tokens', { body: { role: 'admin' }, headers });
  assert.equal(refused.code, 'idempotency-key-reused');
});

test('a refusal is repeated as it was', async () => {
  const headers = keyed(randomUUID());
  const address = `/api/v1/events/${event}/tickets/NO-SUCH/block`;
  const body = { reason: 'lost' };
  const first = await north.refuses(404, address, { body, headers });
  assert.deepEqual(await south.refuses(404, address, { body, headers }), first);
});

test('twenty at once under one key do it once; who comes too early is told to come again', async () => {
  const headers = keyed(randomUUID());
  const before = await tokens();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      (n % 2 === 0 ? north : south).fetch('/api/v1/tokens', { body: TOKEN, headers }),
    ),
  );
  const statuses = answers.map((answer) => answer.status);
  assert.ok(statuses.includes(200));
  assert.ok(
    statuses.every((status) => status === 200 || status === 409),
    String(statuses),
  );
  const early = answers.filter((answer) => answer.status === 409);
  for (const answer of early) assert.equal(answer.headers.get('retry-after'), '1');
  assert.equal(await tokens(), before + 1);
});

test('a repeat goes on behind the last transaction that was committed, and never does it twice', async () => {
  const headers = keyed(randomUUID());
  const body = TOKEN;
  const first = await north.ask<{ token: string }>('/api/v1/tokens', { body, headers });
  const before = await tokens();
  // As if the node had died between its commit and the answer.
  await database.pool.query(
    `UPDATE keyed_requests SET answer = NULL, status = NULL, run_until = now() - interval '1 s'`,
  );
  assert.deepEqual(await south.ask('/api/v1/tokens', { body, headers }), first);
  assert.equal(await tokens(), before);
});

test('what was shown once cannot be read out of the database', async () => {
  const headers = keyed(randomUUID());
  const { token } = await north.ask<{ token: string }>('/api/v1/tokens', {
    body: TOKEN,
    headers,
  });
  for (const table of ['keyed_requests', 'keyed_steps']) {
    const { rows } = await database.pool.query(`SELECT * FROM ${table}`);
    assert.ok(rows.length > 0);
    for (const row of rows) {
      const bytes = Object.values(row).map((value) =>
        Buffer.isBuffer(value) ? value.toString('latin1') : String(value),
      );
      assert.ok(!bytes.join('\n').includes(token));
    }
  }
});

test('an import may be repeated with its file, and with no other', async () => {
  const headers = keyed(randomUUID());
  const address = `/api/v1/events/${event}/tickets/import?delta=true`;
  const body = 'ticket_ref,type\nKEYED-1,adult\n';
  const first = await north.ask<{ added: number }>(address, { body, headers });
  assert.equal(first.added, 1);
  assert.deepEqual(await south.ask(address, { body, headers }), first);
  const other = 'ticket_ref,type\nKEYED-2,adult\n';
  const refused = await south.refuses(422, address, { body: other, headers });
  assert.equal(refused.code, 'idempotency-key-reused');
});

test('a key that is no key is refused, naming the header', async () => {
  const headers = { 'idempotency-key': 'short' };
  const refused = await north.refuses(400, '/api/v1/tokens', { body: TOKEN, headers });
  assert.equal(refused.errors?.[0]?.field, 'Idempotency-Key');
});

test('every write that a known caller may send says in the description that it takes a key', async () => {
  type Operation = { parameters?: { name: string; in: string }[]; 'x-kaimen-rule'?: unknown };
  const { paths } = await north.ask<{ paths: Record<string, Record<string, Operation>> }>(
    '/openapi.json',
  );
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const writes = operations.filter(({ method }) => ['post', 'put', 'delete'].includes(method));
  assert.ok(writes.length > 40);
  for (const { path, method, operation } of writes) {
    const { allow } = operation['x-kaimen-rule'] as { allow: string };
    const has = operation.parameters?.some(({ name }) => name === 'Idempotency-Key') ?? false;
    assert.equal(has, allow !== 'public', `${method} ${path}`);
  }
});
