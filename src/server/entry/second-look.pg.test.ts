// What takes a second look or a second person, and cannot be had without.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { ScanAnswer } from '#protocol/scans.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';

const EVENT = '/api/v1/events/derby';

let database: TestDatabase;
let hub: HttpNode;
let codes: readonly string[];
let token: string;

before(async () => {
  database = await testDatabase();
  hub = await HttpNode.start(database);
  await hub.ask(EVENT, { method: 'PUT', body: eventFile(10) });
  await hub.ask(`${EVENT}/tickets/import`, { body: derbyTickets(4) });
  await hub.ask(`${EVENT}/open`, { method: 'POST' });
  const rows = await hub.ask<{ code: string }[]>(`${EVENT}/tickets/export?format=json`);
  codes = rows.map(({ code }) => code);
  token = (
    await hub.ask<{ token: string }>('/api/v1/devices', { body: { event: 'derby', gate: 'N1' } })
  ).token;
});

after(async () => {
  await hub[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('admits a referred ticket only after this lane was told to look at this very code', async () => {
  const [mine = '', other = ''] = codes;
  const referred = await scan(mine);
  assert.equal(referred.verdict, 'referred');
  assert.equal((await scan(mine, 'never-scanned')).verdict, 'referred');
  assert.equal((await scan(other, referred.scanId)).verdict, 'referred');
  assert.equal((await scan(mine, referred.scanId)).verdict, 'admitted');
});

test('raises no limit by a corrected file while the event is open, and lowers any', async () => {
  const wider = await hub.fetch(EVENT, { method: 'PUT', body: eventFile(11) });
  assert.equal(wider.status, 409);
  assert.match(await wider.text(), /section\/N103 from 10/);
  await hub.ask(EVENT, { method: 'PUT', body: eventFile(9) });
});

function scan(code: string, confirms?: string): Promise<ScanAnswer> {
  const said = confirms === undefined ? {} : { confirms };
  const scannedAt = new Date().toISOString();
  const body = { scanId: randomUUID(), code, direction: 'in', scannedAt, ...said };
  return hub.ask<ScanAnswer>('/api/v1/scans', { token, body });
}

function eventFile(sectionLimit: number) {
  const file = derbyFile({ isNow: true, sectionLimit });
  const [adult, ...others] = file.ticketTypes;
  return { ...file, ticketTypes: [{ ...adult, entry: { referral: 'id' } }, ...others] };
}
