import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkCharacter, type IdentityDocument, readDocument } from '#domain/identity/document.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { DocumentFound } from '#protocol/identity.ts';
import { derbyFile, derbyRef, derbyTickets } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { createCatalogue } from '../entry/catalogue.ts';
import { createActs } from '../platform/acts.ts';
import { loadMasterKey } from '../platform/secret-file.ts';
import { inTransaction } from '../platform/transaction.ts';
import { deleteDueDocuments } from './delete-due.ts';
import {
  bindDocuments,
  DOCUMENTS_KEPT_DAYS,
  type DocumentDeps,
  freeDocuments,
  keepDocuments,
  type LineDocument,
} from './documents.ts';

const EVENT = '/api/v1/events/derby';
const DAY_MS = 24 * 3_600_000;
const ENDS = (Date.now() + 2 * 3_600_000) as Instant;
let database: TestDatabase;
let node: HttpNode;
let deps: DocumentDeps;

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
  await node.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true }) });
  await node.ask(`${EVENT}/tickets/import`, { body: derbyTickets(10) });
  await node.ask(`${EVENT}/open`, { method: 'POST' });
  const masterKey = loadMasterKey(node.dataDir);
  const event = await createCatalogue(database.pool, masterKey, 'hub', null).get(1);
  deps = { masterKey, key: event.keyring.own, endsAt: ENDS };
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

function residentOf(n: number): IdentityDocument {
  const body = `11010519900101${String(n).padStart(3, '0')}`;
  const read = readDocument('resident-id', body + checkCharacter(body));
  assert.ok(read.kind === 'document');
  return read.document;
}

const keep = (...documents: LineDocument[]) =>
  inTransaction(database.pool, (client) => keepDocuments(client, deps, documents));
const bind = (line: string, serial: number) =>
  inTransaction(database.pool, (client) => bindDocuments(client, 1, [{ line, serial }]));
const find = (n: number, token?: string) =>
  node.ask<DocumentFound>(`${EVENT}/documents/find`, {
    body: { kind: 'resident-id', number: residentOf(n).number, reason: 'lost phone at gate N1' },
    ...(token === undefined ? {} : { token }),
  });

test('one document is one ticket, whoever asks at the same moment', async () => {
  const [first, second] = await Promise.all([
    keep({ line: 'a1', document: residentOf(1) }, { line: 'a2', document: residentOf(2) }),
    keep({ line: 'b1', document: residentOf(2) }, { line: 'b2', document: residentOf(1) }),
  ]);
  assert.deepEqual([first.kind, second.kind].sort(), ['kept', 'refused']);
  const twice = await keep(
    { line: 'c1', document: residentOf(3) },
    { line: 'c2', document: residentOf(3) },
  );
  assert.deepEqual(twice, { kind: 'refused', why: 'has-ticket', lines: ['c1', 'c2'] });
  assert.deepEqual(await keep({ line: 'c1', document: residentOf(3) }), { kind: 'kept' });
  await inTransaction(database.pool, (client) => freeDocuments(client, 1, ['c1']));
  assert.deepEqual(await keep({ line: 'd1', document: residentOf(3) }), { kind: 'kept' });
});

test('a document opens the gate for its ticket, and is found at the hub, masked, with the question written down', async () => {
  await keep({ line: 'e1', document: residentOf(5) });
  assert.deepEqual(await find(5), { ticket: null }, 'not bought yet');
  await bind('e1', 5);
  assert.deepEqual(await find(5), {
    ticket: {
      ref: derbyRef(5),
      section: 'N104',
      row: '4',
      seat: '5',
      document: { kind: 'resident-id', masked: `***${residentOf(5).number.slice(-3)}` },
    },
  });
  const lane = await node.ask<{ token: string }>('/api/v1/devices', {
    body: { event: 'derby', gate: 'N1' },
  });
  const scan = { scanId: 's-1', code: residentOf(5).number, direction: 'in' };
  const body = { ...scan, scannedAt: new Date().toISOString() };
  const answer = await node.ask<{ verdict: string }>('/api/v1/scans', { token: lane.token, body });
  assert.equal(answer.verdict, 'admitted');
  assert.ok(!JSON.stringify(answer).includes(residentOf(5).number));
  const { rows } = await database.pool.query(
    `SELECT subject, detail FROM audit WHERE act = 'document.looked-up' ORDER BY seq`,
  );
  assert.deepEqual(
    rows.map(({ subject }) => subject),
    ['derby', `derby/${derbyRef(5)}`],
  );
  assert.ok(rows.every(({ detail }) => !detail.includes(residentOf(5).number)));
});

test('nothing that is kept or listed for lanes holds a document, and who may not ask is not answered', async () => {
  await keep({ line: 'f1', document: residentOf(6) });
  await bind('f1', 6);
  const { number } = residentOf(6);
  const { rows } = await database.pool.query(
    `SELECT coalesce(string_agg(d::text, ''), '') || (SELECT string_agg(m::text, '') FROM media m) AS all_rows
     FROM documents d`,
  );
  for (const shape of [number, Buffer.from(number).toString('hex'), number.slice(6, 14)]) {
    assert.ok(!rows[0].all_rows.includes(shape), shape);
  }
  const lane = await node.ask<{ token: string }>('/api/v1/devices', {
    body: { event: 'derby', gate: 'N1' },
  });
  const list = await node.fetch(`${EVENT}/list`, { token: lane.token });
  const text = await list.text();
  assert.equal(list.status, 200);
  const hashes = await database.pool.query(
    `SELECT encode(hash, 'hex') AS hex, encode(hash, 'base64') AS b64 FROM media WHERE kind = 'document'`,
  );
  assert.ok(hashes.rows.length > 0);
  for (const secret of [
    number,
    ...hashes.rows.flatMap(({ hex, b64 }) => [hex, b64.slice(0, 20)]),
  ]) {
    assert.ok(!text.includes(secret), 'not even a hash of it goes to a lane');
  }
  const asked = { kind: 'resident-id', number, reason: 'curious' };
  await node.refuses(403, `${EVENT}/documents/find`, { token: lane.token, body: asked });
  const wrong = { ...asked, number: `${number.slice(0, 17)}${number.endsWith('0') ? '1' : '0'}` };
  const refusal = await node.refuses(400, `${EVENT}/documents/find`, { body: wrong });
  assert.equal(refusal.errors?.[0]?.field, 'number');
});

test('documents are deleted on the day that was written down for them, with their hashes', async () => {
  const runs = async (days: number) => {
    const at = () => (ENDS + days * DAY_MS) as Instant;
    return deleteDueDocuments({ acts: createActs(database.pool, 'test', at), now: at });
  };
  await keep({ line: 'g1', document: residentOf(7) });
  assert.equal(await runs(DOCUMENTS_KEPT_DAYS - 1), 0);
  assert.ok((await runs(DOCUMENTS_KEPT_DAYS + 2)) > 2);
  const left = await database.pool.query(
    `SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM media WHERE kind = 'document') AS n`,
  );
  assert.equal(Number(left.rows[0].n), 0);
  const { rows } = await database.pool.query(
    `SELECT detail FROM audit WHERE act = 'documents.deleted'`,
  );
  assert.equal(rows.length, 1);
});
