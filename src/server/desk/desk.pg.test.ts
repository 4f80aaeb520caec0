import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DeskConflict, NightReport, TicketHistory, TicketsFound } from '#protocol/desk.ts';
import { derbyFile } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';

const EVENT = '/api/v1/events/derby';
let database: TestDatabase;
let node: HttpNode;
const codes = new Map<string, string>();
let lane: { deviceId: string; token: string };

const TICKETS = [
  'ticket_ref,type,section,row,seat,holder_name,phone,order_ref,code',
  ...Array.from({ length: 20 }, (_, index) => {
    const phone = index === 3 ? '+8613800001234' : '';
    const code = index === 4 ? 'OLD-000004' : '';
    return `T-${index},adult,N104,4,${index},王小明,${phone},O-${Math.floor(index / 2)},${code}`;
  }),
  '',
].join('\n');

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
  await node.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true, sectionLimit: 5 }) });
  await node.ask(`${EVENT}/tickets/import`, { body: TICKETS });
  await node.ask(`${EVENT}/open`, { method: 'POST' });
  const rows = await node.ask<{ ticket_ref: string; code: string }[]>(
    `${EVENT}/tickets/export?format=json`,
  );
  for (const { ticket_ref, code } of rows) codes.set(ticket_ref, code);
  lane = await node.ask('/api/v1/devices', { body: { event: 'derby', gate: 'N1' } });
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function scan(ref: string): Promise<{ verdict: string; reason: string | null }> {
  const body = {
    scanId: crypto.randomUUID(),
    code: codes.get(ref),
    direction: 'in',
    scannedAt: new Date().toISOString(),
  };
  return node.ask('/api/v1/scans', { token: lane.token, body });
}

const search = (q: string) => node.ask<TicketsFound>(`${EVENT}/tickets/search`, { body: { q } });
const history = (ref: string) => node.ask<TicketHistory>(`${EVENT}/tickets/${ref}/history`);
const admit = (body: object) => node.ask<{ isConflict: boolean }>(`${EVENT}/admissions`, { body });

test('finds a ticket by whatever somebody holds up or reads out, and masks whose it is', async () => {
  for (const [q, by] of [
    ['T-3', 'reference'],
    [codes.get('T-3')?.toLowerCase() ?? '', 'code'],
    ['N104-4-3', 'seat'],
    ['N104 4 3', 'seat'],
    ['O-1', 'order'],
    ['1234', 'phone'],
  ] as const) {
    const found = await search(q);
    assert.equal(found.by, by, q);
    assert.ok(
      found.tickets.some(({ ref }) => ref === 'T-3'),
      q,
    );
    assert.ok(
      !JSON.stringify(found).includes('王小明') && !JSON.stringify(found).includes('1380000'),
    );
  }
  assert.equal((await search('OLD-000004')).tickets[0]?.ref, 'T-4');
  assert.deepEqual(await search('nothing like it'), { by: 'nothing', tickets: [], hasMore: false });
});

test('writes down that somebody searched, and not what for', async () => {
  await search('1234');
  const { rows } = await database.pool.query<{ detail: string }>(
    `SELECT detail FROM audit WHERE act = 'tickets.searched' ORDER BY seq DESC LIMIT 1`,
  );
  assert.ok(!rows[0]?.detail.includes('1234'), rows[0]?.detail);
});

test('tells a ticket’s whole story, latest first, and what it comes to', async () => {
  assert.equal((await history('T-0')).diagnosis.key, 'good');
  await scan('T-0');
  await node.ask(`${EVENT}/tickets/T-0/block`, { body: { reason: 'reported stolen' } });
  const blocked = await history('T-0');
  assert.deepEqual([blocked.diagnosis.key, blocked.diagnosis.mend], ['blocked', 'unblock']);
  await node.ask(`${EVENT}/tickets/T-0/unblock`, { body: { reason: 'found' } });
  const { diagnosis, history: entries } = await history('T-0');
  assert.equal(diagnosis.key, 'inside');
  assert.deepEqual(
    entries.map((each) => (each.kind === 'act' ? each.act : each.kind)),
    ['ticket.unblocked', 'ticket.blocked', 'scan'],
  );
});

test('an old code at a gate is told apart, with the mend', async () => {
  await node.ask(`${EVENT}/tickets/T-1/reissue`, { body: { reason: 'paper lost' } });
  assert.equal((await scan('T-1')).reason, 'revoked');
  const { diagnosis } = await history('T-1');
  assert.deepEqual([diagnosis.key, diagnosis.mend], ['old-code', 'reissue']);
});

test('lets somebody in by hand once, however often it is asked, and counts them', async () => {
  const request = { requestId: 'hand-1', gate: 'N3', ref: 'T-2', reason: 'phone flat, ID checked' };
  await admit(request);
  await admit(request);
  assert.equal((await scan('T-2')).reason, 'already-used');
  const { diagnosis, history: entries } = await history('T-2');
  assert.equal(diagnosis.key, 'inside');
  assert.equal(
    entries.filter((each) => each.kind === 'scan' && each.deviceId === 'desk').length,
    1,
  );
});

test('a ticket that was used becomes a conflict, which is listed with both gates and settled', async () => {
  await scan('T-5');
  const { isConflict } = await admit({
    requestId: 'hand-2',
    gate: 'N3',
    ref: 'T-5',
    reason: 'seat was empty',
  });
  assert.equal(isConflict, true);
  const list = () => node.ask<{ conflicts: DeskConflict[] }>(`${EVENT}/desk/conflicts`);
  const [conflict] = (await list()).conflicts;
  assert.deepEqual(
    [conflict?.ticketRef, conflict?.holder.gate, conflict?.intruder.gate, conflict?.state],
    ['T-5', 'N1', 'N3', 'open'],
  );
  assert.equal((await history('T-5')).diagnosis.key, 'conflict');
  await node.ask(`${EVENT}/desk/conflicts/${conflict?.id}/settle`, {
    body: { as: 'both-stay', note: 'father and son' },
  });
  const [settled] = (await list()).conflicts;
  assert.deepEqual([settled?.state, settled?.settledBy], ['settled', 'first-admin']);
});

test('a full section binds hands as it binds codes, unless two people agree', async () => {
  const people = { gate: 'N1', section: 'N103', people: 5, reason: 'school class, list checked' };
  await admit({ ...people, requestId: 'hand-3' });
  const sixth = { ...people, people: 1, requestId: 'hand-4' };
  await node.refuses(409, `${EVENT}/admissions`, { body: sixth });
  await node.refuses(400, `${EVENT}/admissions`, {
    body: { ...sixth, secondPerson: node.adminToken },
  });
  const { token } = await node.ask<{ token: string }>('/api/v1/tokens', {
    body: { role: 'safety-officer', person: 'p-second' },
  });
  await admit({ ...sixth, secondPerson: token });
});

test('cash is written down once for a request, and summed by person', async () => {
  const body = {
    requestId: 'cash-1',
    kind: 'replacement',
    ref: 'T-6',
    minor: 2_000,
    reason: 'new paper',
  };
  await node.ask(`${EVENT}/cash`, { body });
  await node.ask(`${EVENT}/cash`, { body });
  await node.refuses(409, `${EVENT}/cash`, { body: { ...body, minor: 3_000 } });
  const correction = {
    requestId: 'cash-2',
    kind: 'correction',
    minor: -500,
    reason: 'wrong change',
  };
  await node.ask(`${EVENT}/cash`, { body: correction });
  const { entries, totals } = await node.ask<{ entries: unknown[]; totals: { minor: number }[] }>(
    `${EVENT}/cash`,
  );
  assert.deepEqual([entries.length, totals[0]?.minor], [2, 1_500]);
});

test('the report adds up, as JSON, CSV and a page that opens', async () => {
  const report = await node.ask<NightReport>(`${EVENT}/report`);
  // T-0, T-2, T-5 twice, five of a class and one more.
  assert.equal(report.people.admitted, 10);
  assert.deepEqual([report.tickets.sold, report.tickets.used], [20, 3]);
  assert.deepEqual(report.entries, {
    exact: 10,
    provisional: 0,
    byHand: 8,
    withoutTicket: 6,
    annulled: 0,
  });
  assert.deepEqual(report.refused, { revoked: 1, 'already-used': 1 });
  assert.deepEqual(report.conflicts, { all: 1, open: 0, settled: 1, dissolved: 0 });
  assert.deepEqual(report.cash, [{ currency: 'CNY', minor: 1_500 }]);
  assert.equal(report.isFinal, false);
  const csv = await (await node.fetch(`${EVENT}/report?format=csv`)).text();
  assert.ok(csv.includes('people,admitted,10\r\n'), csv);
  const pdf = Buffer.from(await (await node.fetch(`${EVENT}/report?format=pdf`)).arrayBuffer());
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
});

test('a report is final when every device has been heard out, or is named as written off', async () => {
  const journalId = crypto.randomUUID();
  const upload = () =>
    node.ask('/api/v1/journal', {
      token: lane.token,
      body: { journalId, entries: [], isComplete: true, lastSeq: 0 },
    });
  const report = () => node.ask<NightReport>(`${EVENT}/report`);
  await upload();
  assert.deepEqual((await report()).unheard, [], 'it has just said that it has nothing to send');
  await node.ask(`${EVENT}/close`, { method: 'POST' });
  const closed = await report();
  assert.equal(closed.isFinal, false, 'it may have let people in between');
  const [waiting, ...more] = closed.unheard;
  assert.deepEqual([waiting?.deviceId, waiting?.unsent, more], [lane.deviceId, null, []]);
  const device = lane.deviceId;
  const lost = { body: { device, reason: 'fell into the river' } };
  await node.ask(`${EVENT}/report/written-off`, lost);
  await node.refuses(404, `${EVENT}/report/written-off`, {
    body: { device: 'dev-none', reason: 'x' },
  });
  const final = await report();
  assert.deepEqual([final.isFinal, final.unheard[0]?.writtenOff?.by], [true, 'first-admin']);
  const csv = await (await node.fetch(`${EVENT}/report?format=csv`)).text();
  assert.ok(csv.includes(`unheard_written_off,${device}`), csv);
  await upload();
  const heard = await report();
  assert.deepEqual([heard.isFinal, heard.unheard], [true, []]);
});
