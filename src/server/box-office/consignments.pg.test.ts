// Tickets counted out to a desk over HTTP: good at once, sold without the hub, and each answered for.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { DeskHold, DeskShift } from '#protocol/box-office.ts';
import type { ConsignedOutcomes, Consignment, Consignments } from '#protocol/consignments.ts';
import type { SaleBooks } from '#protocol/sales.ts';
import { derbyFile } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { saleOf } from '../../testing/sale-ground.ts';

const BOX = '/api/v1/events/derby/box-office';
const SHIFTS = '/api/v1/desk/shifts';
const ADULT = 18_000;
let database: TestDatabase;
let node: HttpNode;
let clerk: string;
let shift: DeskShift;

before(async () => {
  database = await testDatabase();
  const providers = ['cash', 'card', 'consignment'];
  const files = { 'payments/hand.json': JSON.stringify({ providers }) };
  node = await HttpNode.start(database, { files });
  await node.ask('/api/v1/events/derby', { method: 'PUT', body: derbyFile({ isNow: true }) });
  const seats = Array.from({ length: 40 }, (_, at) => {
    return `north,N103,${1 + Math.floor(at / 20)},${1 + (at % 20)}`;
  });
  const manifest = ['stand,section,row,seat', ...seats, ''].join('\n');
  await node.ask('/api/v1/grounds/riverside/layouts/import', { body: manifest });
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const channels = (['web', 'box-office'] as const).map((channel) => {
    return { channel, opensAt: hour(-1), closesAt: hour(1) };
  });
  const file = saleOf({ channels, areas: [{ category: 'b', section: 'N103' }] });
  await node.ask('/api/v1/events/derby/sale', {
    method: 'PUT',
    body: { file, replaces: 0, reason: 'test' },
  });
  await node.ask('/api/v1/events/derby/open', { method: 'POST' });
  clerk = await tokenFor('box-office');
  const opening = { desk: 'desk-1', currency: 'CNY', floatMinor: 50_000 };
  shift = await node.ask<DeskShift>(SHIFTS, { token: clerk, body: opening });
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function tokenFor(role: string): Promise<string> {
  const { token } = await node.ask<{ token: string }>('/api/v1/tokens', { body: { role } });
  return token;
}

async function countOut(count: number, token = clerk) {
  const sale = randomUUID();
  const wish = { best: { types: [{ type: 'adult', count }] } };
  const held = await node.ask<DeskHold>(`${BOX}/holds`, { token, body: { sale, wish } });
  const body = { sale, hold: held.id, totalMinor: count * ADULT, locale: 'zh-CN' };
  return {
    body,
    counted: () => node.ask<Consignment>(`${BOX}/consignments`, { token, body }),
  };
}

function saleOfRefs(refs: readonly string[], payments: readonly object[]) {
  return { sale: randomUUID(), refs, payments, soldAt: new Date().toISOString() };
}

const inCash = (amountMinor: number) => ({ provider: 'cash', amountMinor });
const returned = (refs: readonly string[], token = clerk) =>
  node.ask<ConsignedOutcomes>(`${BOX}/consigned-returns`, { token, body: { refs } });

async function booksOf(): Promise<SaleBooks> {
  return await node.ask<SaleBooks>('/api/v1/events/derby/sale/books');
}

async function owedByDesks(): Promise<number> {
  const { faults, accounts } = await booksOf();
  assert.deepEqual(faults, []);
  return accounts.find(({ account }) => account === 'cash:consignment')?.balanceMinor ?? 0;
}

async function ownShift(): Promise<DeskShift> {
  return (await node.ask<{ shift: DeskShift }>(SHIFTS, { token: clerk })).shift;
}

test('what is counted out is good at once, owed by the desk, and the same sale again is the same', async () => {
  const { counted } = await countOut(3);
  const made = await counted();
  const again = await counted();
  assert.deepEqual([made.tickets.length, again.order], [3, made.order]);
  assert.deepEqual(
    again.tickets.map(({ code, slip }) => [code, slip.length > 0]),
    made.tickets.map(({ code }) => [code, true]),
  );
  const text = (slip: string) => new TextDecoder('gb18030').decode(Buffer.from(slip, 'base64'));
  const [first] = made.tickets;
  assert.ok(first !== undefined);
  assert.doesNotMatch(text(first.slip), /DUPLICATE/);
  assert.match(text(first.again), /副本 · DUPLICATE 1/);
  const { rows } = await database.pool.query<{ status: string }>(
    'SELECT status FROM tickets WHERE order_ref = $1',
    [made.order],
  );
  assert.deepEqual(
    rows.map(({ status }) => status),
    ['valid', 'valid', 'valid'],
  );
  assert.equal(await owedByDesks(), 3 * ADULT);
  const view = await ownShift();
  assert.deepEqual(view.consigned, { out: 3, entered: 0, owedMinor: 3 * ADULT });
  assert.equal(view.expectedMinor, 50_000, 'no cash before it was sold');
  // Printed at the hub later, it is a third piece of paper.
  const { prints } = await node.ask<{ prints: { id: string }[] }>(`${BOX}/prints`, {
    token: clerk,
    body: { requestId: randomUUID(), refs: [first.ref] },
  });
  const started = await node.ask<{ copy: number }>(`${BOX}/prints/${prints[0]?.id}/start`, {
    token: clerk,
    method: 'POST',
  });
  assert.equal(started.copy, 2);
});

test('a sale without the hub is told once, with its money; what is unsold is cancelled and its seats are free', async () => {
  const { counted } = await countOut(4);
  const refs = (await counted()).tickets.map(({ ref }) => ref);
  const before = await owedByDesks();
  const cashBefore = (await ownShift()).expectedMinor;
  const sold = saleOfRefs(refs.slice(0, 2), [
    inCash(ADULT),
    { provider: 'card', amountMinor: ADULT, reference: 'T-1' },
  ]);
  const tell = (body: object) =>
    node.ask<ConsignedOutcomes>(`${BOX}/consigned-sales`, { token: clerk, body });
  const short = { ...sold, payments: [inCash(ADULT)] };
  await node.refuses(400, `${BOX}/consigned-sales`, { token: clerk, body: short });
  assert.deepEqual(await tell(sold), await tell(sold));
  assert.equal(await owedByDesks(), before - 2 * ADULT);
  assert.equal((await ownShift()).expectedMinor, cashBefore + ADULT);
  const other = await node.refuses(409, `${BOX}/consigned-sales`, {
    token: clerk,
    body: saleOfRefs(refs.slice(1, 3), [inCash(2 * ADULT)]),
  });
  assert.equal(other.why, 'was-sold');
  const refused = await node.refuses(409, `${BOX}/consigned-returns`, {
    token: clerk,
    body: { refs: refs.slice(1, 3) },
  });
  assert.equal(refused.why, 'was-sold');
  const unsold = refs.slice(2);
  const free = (await booksOf()).seats.sold;
  const { outcomes } = await returned(unsold);
  assert.deepEqual(await returned(unsold), { outcomes });
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    ['returned', 'returned'],
  );
  assert.equal(await owedByDesks(), before - 4 * ADULT);
  assert.equal((await booksOf()).seats.sold, free - 2);
  const late = await node.refuses(409, `${BOX}/consigned-sales`, {
    token: clerk,
    body: saleOfRefs(unsold.slice(0, 1), [inCash(ADULT)]),
  });
  assert.equal(late.why, 'was-returned');
});

test('said to be unsold though somebody came in with it, it stays, and stays owed by name', async () => {
  const { counted } = await countOut(2);
  const made = await counted();
  const refs = made.tickets.map(({ ref }) => ref);
  const before = await owedByDesks();
  await enter(made.tickets[0]?.code ?? '');
  const { outcomes } = await returned(refs);
  assert.deepEqual(
    new Map(outcomes.map(({ ref, outcome }) => [ref, outcome])).get(refs[0] ?? ''),
    'entered',
  );
  assert.equal(await owedByDesks(), before - ADULT);
  const { consignments } = await node.ask<Consignments>(`${BOX}/consignments`, { token: clerk });
  const own = consignments.find(({ order }) => order === made.order);
  assert.deepEqual(
    [own?.entered, own?.returned, own?.out.tickets],
    [{ tickets: 1, amountMinor: ADULT }, { tickets: 1, amountMinor: ADULT }, 0],
  );
});

async function enter(code: string): Promise<void> {
  const section = derbyFile({}).sections.find(({ id }) => id === 'N103');
  const device = { event: 'derby', gate: section?.gates[0] };
  const { token } = await node.ask<{ token: string }>('/api/v1/devices', { body: device });
  const scan = { scanId: randomUUID(), code, direction: 'in' };
  const body = { ...scan, scannedAt: new Date().toISOString() };
  const answer = await node.ask<{ verdict: string }>('/api/v1/scans', { token, body });
  assert.equal(answer.verdict, 'admitted');
}

test('nobody answers for what another was given, and no drawer is closed before all is answered for', async () => {
  const { counted } = await countOut(1);
  const refs = (await counted()).tickets.map(({ ref }) => ref);
  const other = await tokenFor('box-office');
  await node.refuses(404, `${BOX}/consigned-returns`, { token: other, body: { refs } });
  const body = { countedMinor: 0 };
  const closing = await node.refuses(409, `${SHIFTS}/${shift.id}/close`, { token: clerk, body });
  assert.equal(closing.why, 'consigned-out');
  const { own } = await node.ask<Consignments>(`${BOX}/consignments`, { token: clerk });
  await returned(own.map(({ ref }) => ref));
  const { expectedMinor } = await ownShift();
  const closed = await node.ask<DeskShift>(`${SHIFTS}/${shift.id}/close`, {
    token: clerk,
    body: { countedMinor: expectedMinor },
  });
  assert.deepEqual([closed.differenceMinor, closed.consigned.entered], [0, 1]);
  assert.deepEqual((await booksOf()).faults, []);
});

test('without an open drawer nothing is counted out, and nobody but a seller is asked', async () => {
  const { body } = await countOut(1);
  const refused = await node.refuses(409, `${BOX}/consignments`, { token: clerk, body });
  assert.equal(refused.why, 'no-shift');
  const helper = await tokenFor('help-desk');
  await node.refuses(403, `${BOX}/consignments`, { token: helper, body });
});
