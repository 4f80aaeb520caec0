// Rewards for another arrival on the real server: previewed, pledged within the budget, proved by scans.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import type { ArrivalPreview, ArrivalStanding, PledgesMade } from '#protocol/arrivals.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { NAME, saleFileWritten } from '../../testing/sale.ts';
import { pledgeTickets, settlePledges } from './arrival-pledges.ts';
import { SaleOffers } from './offer-store.ts';

const EVENT = '/api/v1/events/derby';
const ARRIVALS = `${EVENT}/sale/arrivals`;
const FILE = derbyFile({ isNow: true });
const HOUR_MS = 3_600_000;
const NOW = Date.now();
const hour = (hours: number) => new Date(NOW + hours * HOUR_MS).toISOString();
const instant = (hours: number) => (NOW + hours * HOUR_MS) as Instant;

const EARLY = {
  id: 'early',
  name: NAME,
  from: hour(-0.5),
  until: hour(0.5),
  creditMinor: 1_000,
  budgetMinor: 3_000,
};

let database: TestDatabase;
let node: HttpNode;
let number: number;
let tickets: { ticket_ref: string; code: string; gate: string }[];

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
  const put = { method: 'PUT' } as const;
  number = (await node.ask<{ number: number }>(EVENT, { ...put, body: FILE })).number;
  await node.ask(`${EVENT}/tickets/import`, { body: derbyTickets(8, ['adult']) });
  tickets = await node.ask(`${EVENT}/tickets/export?format=json`);
  const manifest = 'stand,section,row,seat\nnorth,N103,1,1\n';
  await node.ask('/api/v1/grounds/riverside/layouts/import', { body: manifest });
  const arrivals = [EARLY, { ...EARLY, id: 'north', gates: ['N1'], budgetMinor: 50_000 }];
  const file = { ...saleFileWritten(), arrivals };
  await node.ask(`${EVENT}/sale`, { ...put, body: { file, replaces: 0, reason: 'test' } });
  await node.ask(`${EVENT}/open`, { method: 'POST' });
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function pledge(offer: string, refs: readonly string[], at: Instant): Promise<PledgesMade> {
  const terms = await new SaleOffers().inForce(database.pool, { number, id: 'derby' });
  const of = terms?.arrivals.find(({ id }) => id === offer) ?? assert.fail(offer);
  const event = { number, match: matchEventOf(FILE) };
  return await inTransaction(database.pool, (client) => pledgeTickets(client, event, of, refs, at));
}

test('a reward is previewed: what it moves, what it costs, and where it makes things worse', async () => {
  const body = { arrivals: [EARLY], takeUpPerMille: 500, crowd: 'sold' };
  const preview = await node.ask<ArrivalPreview>(`${ARRIVALS}/preview`, { body });
  assert.equal(preview.gates.length, 3);
  assert.ok((preview.offers[0]?.costMinor ?? 0) <= EARLY.budgetMinor);
  const people = (part: 'before' | 'after') =>
    preview.bins.reduce((sum, bin) => sum + bin[part], 0);
  assert.equal(people('before'), people('after'));
  const wrong = { arrivals: [{ ...EARLY, until: EARLY.from }] };
  const { errors } = await node.refuses(400, `${ARRIVALS}/preview`, { body: wrong });
  assert.equal(errors?.[0]?.field, 'arrivals[0].until');
});

test('the budget is promised once, a ticket pledges once, and nobody after the slot has begun', async () => {
  const refs = tickets.map((ticket) => ticket.ticket_ref);
  const late = await node.ask<PledgesMade>(`${ARRIVALS}/early/pledges`, {
    body: { tickets: refs.slice(0, 1) },
  });
  assert.deepEqual(late.refused, [{ ticket: refs[0] ?? '', reason: 'offer-over' }]);
  const made = await pledge('early', [...refs.slice(0, 4), 'nobody'], instant(-2));
  assert.deepEqual(made.pledged, refs.slice(0, 3));
  assert.deepEqual(
    made.refused.map(({ reason }) => reason),
    ['budget-spent', 'no-such-ticket'],
  );
  const again = await pledge('north', refs.slice(0, 1), instant(-2));
  assert.equal(again.refused[0]?.reason, 'pledged-already');
  await node.refuses(404, `${ARRIVALS}/nothing/pledges`, { body: { tickets: ['x'] } });
});

test('scans prove who kept it; late journals add to that, and nothing takes it away', async () => {
  await node.refuses(409, `${ARRIVALS}/settle`, { method: 'POST' });
  const terms = await new SaleOffers().inForce(database.pool, { number, id: 'derby' });
  const settle = () =>
    inTransaction(database.pool, (client) =>
      settlePledges(client, number, terms?.arrivals ?? [], instant(1)),
    );
  await enter(0);
  const first = await settle();
  assert.equal(first.settled, 3);
  assert.deepEqual(first.credits, [
    { ticket: tickets[0]?.ticket_ref ?? '', offer: 'early', creditMinor: 1_000 },
  ]);
  assert.equal((await settle()).settled, 0, 'again is no harm');
  await enter(1);
  assert.equal((await settle()).credits.length, 2);
  const { offers } = await node.ask<ArrivalStanding>(ARRIVALS);
  const outcomes = { kept: 2, 'did-not-come': 1 };
  assert.deepEqual(offers[0], {
    ...{ id: 'early', budgetMinor: 3_000, pledged: 3, pledgedMinor: 3_000 },
    ...{ outcomes, owedMinor: 2_000 },
  });
});

async function enter(place: number): Promise<void> {
  const ticket = tickets[place] ?? assert.fail('no ticket');
  const { rows } = await database.pool.query<{ section: string }>(
    'SELECT section FROM tickets WHERE event = $1 AND ref = $2',
    [number, ticket.ticket_ref],
  );
  const section = FILE.sections.find(({ id }) => id === rows[0]?.section);
  const gate = section?.gates[0] ?? assert.fail('no gate');
  const device = { event: 'derby', gate };
  const { token } = await node.ask<{ token: string }>('/api/v1/devices', { body: device });
  const scan = { scanId: randomUUID(), code: ticket.code, direction: 'in' };
  const body = { ...scan, scannedAt: new Date().toISOString() };
  const answer = await node.ask<{ verdict: string }>('/api/v1/scans', { token, body });
  assert.equal(answer.verdict, 'admitted');
}
