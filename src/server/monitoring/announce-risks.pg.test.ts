// A day before doors: one list of risks for all nodes, on the screens of the control room and in the letters of those
// who are set to receive it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import type { OutboxPage } from '#protocol/delivery.ts';
import type { EntryPlanAnswer } from '#protocol/entry-plan.ts';
import type { EventFile } from '#protocol/event-file.ts';
import type { Overview } from '#protocol/overview.ts';
import { derbyFile } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { loadMasterKey } from '../platform/secret-file.ts';
import { announceDueRisks } from './announce-risks.ts';

const EVENT = '/api/v1/events/derby';
const READERS = '/api/v1/grounds/riverside/risk-readers';
const HOUR_MS = 3_600_000;
let database: TestDatabase;
let node: HttpNode;
let file: EventFile;

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
  const now = Date.now();
  const at = (hours: number) => new Date(now + hours * HOUR_MS).toISOString();
  file = { ...derbyFile(), doorsAt: at(30), startsAt: at(32), endsAt: at(34) };
  await node.ask(EVENT, { method: 'PUT', body: file });
  // S1 has one turnstile: 660 an hour, of 700 who have bought.
  const rows = Array.from({ length: 700 }, (_, n) => `S-${n},adult,S101,${1 + (n % 20)},${n}`);
  await node.ask(`${EVENT}/tickets/import`, {
    body: ['ticket_ref,type,section,row,seat', ...rows, ''].join('\n'),
  });
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** As if a node looked so many hours before the doors of that time. */
async function look(hoursBefore: number, name = 'node-a', doorsAt = file.doorsAt) {
  const { pool } = database;
  const masterKey = loadMasterKey(node.dataDir);
  const now = () => (Date.parse(doorsAt) - hoursBefore * HOUR_MS) as Instant;
  return await announceDueRisks({ pool, masterKey, node: name, now });
}

const letters = async () =>
  (await node.ask<OutboxPage>('/api/v1/outbox')).messages.filter(
    ({ template }) => template === 'entry-risks',
  );

test('who is told is set by whoever keeps the ground, and shown masked', async () => {
  const readers = [
    { address: 'safety@club.example', language: 'zh-CN' },
    { address: 'Control@club.example', language: 'en' },
  ];
  const wrong = await node.refuses(400, READERS, {
    method: 'PUT',
    body: { readers: [{ address: 'nobody', language: 'en' }] },
  });
  assert.equal(wrong.errors?.[0]?.field, 'readers[0].address');
  await node.ask(READERS, { method: 'PUT', body: { readers } });
  const shown = await node.ask<{ readers: { address: string }[] }>(READERS);
  assert.deepEqual(
    shown.readers.map(({ address }) => address),
    ['s***@club.example', 'C***@club.example'],
  );
  const { rows } = await database.pool.query('SELECT r::text AS row FROM risk_readers r');
  assert.ok(!rows.some(({ row }) => row.includes(Buffer.from('safety').toString('hex'))));
});

test('a day before doors the list is made once, whichever nodes look, and its readers are written to', async () => {
  assert.deepEqual(await look(24.1), [], 'not yet');
  const twice = await Promise.all([look(24, 'node-a'), look(24, 'node-b')]);
  assert.deepEqual(twice.flat(), ['derby']);
  assert.deepEqual(await look(3), [], 'no second time');
  const sent = await letters();
  assert.deepEqual(sent.map(({ to, language }) => `${to} ${language}`).sort(), [
    'c***@club.example en'.replace('c', 'C'),
    's***@club.example zh-CN',
  ]);
  const { rows } = await database.pool.query('SELECT body FROM risk_lists');
  const kinds = rows[0]?.body.risks.map(({ kind }: { kind: string }) => kind);
  assert.deepEqual(kinds.slice(0, 2), ['sold-beyond-entry', 'lanes-missing']);
});

test('the control room sees that it is there, and the page of the ground says when and to whom', async () => {
  const { attention } = await node.ask<Overview>(`${EVENT}/overview`);
  const risks = attention.find(({ kind }) => kind === 'entry-risks');
  assert.ok((risks?.figure ?? 0) >= 2, JSON.stringify(attention));
  const plan = await node.ask<EntryPlanAnswer>(`${EVENT}/entry-plan`);
  assert.deepEqual([plan.announced?.risks, plan.announced?.told], [risks?.figure, 2]);
});

test('a match that is moved gets a list of its new day; one that is put off gets none', async () => {
  const later = (at: string) => new Date(Date.parse(at) + 72 * HOUR_MS).toISOString();
  const [doorsAt, startsAt] = [later(file.doorsAt), later(file.startsAt)];
  const change = { kind: 'moved', doorsAt, startsAt, endsAt: later(file.endsAt) };
  const decide = (what: object) =>
    node.ask(`${EVENT}/changes`, {
      body: { change: what, reason: 'storm', orders: 0, refundMinor: 0 },
    });
  await decide(change);
  const plan = await node.ask<EntryPlanAnswer>(`${EVENT}/entry-plan`);
  assert.equal(plan.announced, null);
  assert.deepEqual(await look(20, 'node-a', doorsAt), ['derby']);
  assert.equal((await letters()).length, 4);
  await database.pool.query('UPDATE event_changes SET finished_at = now()');
  await database.pool.query('DELETE FROM risk_lists');
  await decide({ kind: 'postponed' });
  assert.deepEqual(await look(20, 'node-a', doorsAt), []);
});
