// A desk over HTTP: sells in one request, keeps a drawer, prints slips, and takes orders by phone.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type {
  DeskHold,
  DeskOffer,
  DeskOrder,
  DeskShift,
  OrdersFound,
  Prints,
  StartedPrint,
} from '#protocol/box-office.ts';
import type { SaleBooks } from '#protocol/sales.ts';
import { derbyFile } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { saleOf } from '../../testing/sale-ground.ts';

const BOX = '/api/v1/events/derby/box-office';
const SHIFTS = '/api/v1/desk/shifts';
const CALLER = { name: '赵敏', phone: '+86 138 0000 4321' };
const ADULT = 18_000;
let database: TestDatabase;
let node: HttpNode;
let clerk: string;
let helper: string;

before(async () => {
  database = await testDatabase();
  const files = { 'payments/hand.json': JSON.stringify({ providers: ['cash', 'card'] }) };
  node = await HttpNode.start(database, { files });
  await node.ask('/api/v1/events/derby', { method: 'PUT', body: derbyFile({ isNow: true }) });
  const seats = Array.from({ length: 40 }, (_, at) => {
    return `north,N103,${1 + Math.floor(at / 20)},${1 + (at % 20)}`;
  });
  const manifest = ['stand,section,row,seat', ...seats, ''].join('\n');
  await node.ask('/api/v1/grounds/riverside/layouts/import', { body: manifest });
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const channels = (['web', 'box-office', 'help-desk'] as const).map((channel) => {
    return { channel, opensAt: hour(-1), closesAt: hour(1) };
  });
  const file = saleOf({ channels, areas: [{ category: 'b', section: 'N103' }] });
  await node.ask('/api/v1/events/derby/sale', {
    method: 'PUT',
    body: { file, replaces: 0, reason: 'test' },
  });
  clerk = await tokenFor('box-office');
  helper = await tokenFor('help-desk');
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function tokenFor(role: string): Promise<string> {
  const { token } = await node.ask<{ token: string }>('/api/v1/tokens', { body: { role } });
  return token;
}

async function hold(token: string, sale: string, count: number): Promise<DeskHold> {
  const wish = { best: { types: [{ type: 'adult', count }] } };
  return await node.ask<DeskHold>(`${BOX}/holds`, { token, body: { sale, wish } });
}

async function sellTwo(token: string, payments: readonly object[]) {
  const sale = randomUUID();
  const held = await hold(token, sale, 2);
  const body = { sale, hold: held.id, totalMinor: 2 * ADULT, payments, locale: 'zh-CN' };
  return { body, sold: () => node.ask<DeskOrder>(`${BOX}/sales`, { token, body }) };
}

const inCash = (amountMinor: number) => ({ provider: 'cash', amountMinor });

test('no cash is taken without an open drawer, and nobody has two', async () => {
  const { body } = await sellTwo(clerk, [inCash(2 * ADULT)]);
  const refused = await node.refuses(409, `${BOX}/sales`, { token: clerk, body });
  assert.equal(refused.why, 'no-shift');
  const opening = { desk: 'desk-1', currency: 'CNY', floatMinor: 50_000 };
  const shift = await node.ask<DeskShift>(SHIFTS, { token: clerk, body: opening });
  assert.equal(shift.expectedMinor, 50_000);
  const again = await node.refuses(409, SHIFTS, {
    token: clerk,
    body: { ...opening, desk: 'desk-2' },
  });
  assert.equal(again.why, 'shift-open');
  const other = await node.refuses(409, SHIFTS, {
    token: await tokenFor('box-office'),
    body: opening,
  });
  assert.equal(other.why, 'shift-open');
});

test('two seats are sold for cash and card in one request, once, and their codes are on the list', async () => {
  const offer = await node.ask<DeskOffer>(`${BOX}/offer`, { token: clerk });
  assert.deepEqual(
    [offer.channel, offer.state, offer.ways],
    ['box-office', 'on-sale', ['cash', 'card']],
  );
  const { body, sold } = await sellTwo(clerk, [
    inCash(20_000),
    { provider: 'card', amountMinor: 16_000, reference: 'T-77' },
  ]);
  const short = { ...body, payments: [inCash(20_000)] };
  await node.refuses(400, `${BOX}/sales`, { token: clerk, body: short });
  const order = await sold();
  assert.deepEqual(
    [order.state, order.channel, order.handover],
    ['issued', 'box-office', 'at-once'],
  );
  assert.equal(order.tickets.filter(({ code }) => code !== null).length, 2);
  const again = await sold();
  assert.deepEqual([again.id, again.paidMinor], [order.id, 2 * ADULT]);
  const books = await node.ask<SaleBooks>('/api/v1/events/derby/sale/books');
  assert.deepEqual(books.faults, []);
  const { shift } = await node.ask<{ shift: DeskShift }>(SHIFTS, { token: clerk });
  assert.deepEqual(
    shift.sums.map(({ provider, count, amountMinor }) => [provider, count, amountMinor]),
    [
      ['card', 1, 16_000],
      ['cash', 1, 20_000],
    ],
  );
  assert.equal(shift.expectedMinor, 70_000);
});

test('a slip that was sent to a printer makes the next one a numbered duplicate', async () => {
  const { sold } = await sellTwo(clerk, [inCash(2 * ADULT)]);
  const ref = (await sold()).tickets[0]?.ref ?? '';
  const print = async () => {
    const body = { requestId: randomUUID(), refs: [ref] };
    const { prints } = await node.ask<Prints>(`${BOX}/prints`, { token: clerk, body });
    const id = prints[0]?.id ?? '';
    const start = () =>
      node.ask<StartedPrint>(`${BOX}/prints/${id}/start`, { token: clerk, method: 'POST' });
    return { id, start };
  };
  const end = (id: string, body: object) =>
    node.ask(`${BOX}/prints/${id}/end`, { token: clerk, body });
  // Refused by the printer before a byte was sent: no paper, no copy.
  const empty = await print();
  await end(empty.id, { state: 'failed', trouble: 'paper-out' });
  const first = await print();
  const started = await first.start();
  assert.deepEqual([started.copy, (await first.start()).copy], [0, 0]);
  const text = ({ slip }: StartedPrint) =>
    new TextDecoder('gb18030').decode(Buffer.from(slip, 'base64'));
  assert.doesNotMatch(text(started), /DUPLICATE/);
  await end(first.id, { state: 'failed', trouble: 'jam' });
  const second = await print();
  const copy = await second.start();
  assert.equal(copy.copy, 1);
  assert.match(text(copy), /副本 · DUPLICATE 1/);
  await end(second.id, { state: 'printed' });
  await node.refuses(409, `${BOX}/prints/${second.id}/end`, {
    token: clerk,
    body: { state: 'failed', trouble: 'jam' },
  });
  const { rows } = await database.pool.query<{ detail: string }>(
    `SELECT detail FROM audit WHERE act = 'ticket.printed' AND subject = $1 ORDER BY seq`,
    [`derby/${ref}`],
  );
  assert.deepEqual(
    rows.map(({ detail }) => (JSON.parse(detail) as { copy: number }).copy),
    [0, 1],
  );
});

test('the help desk reserves by phone, takes no money, and the box office hands it over for cash', async () => {
  const sale = randomUUID();
  const held = await hold(helper, sale, 2);
  const body = { sale, hold: held.id, totalMinor: 2 * ADULT, buyer: CALLER, locale: 'zh-CN' };
  const until = new Date(Date.now() + 20 * 60_000).toISOString();
  const kept = { ...body, handover: 'collect', until };
  const order = await node.ask<DeskOrder>(`${BOX}/reservations`, { token: helper, body: kept });
  assert.deepEqual([order.state, order.channel, order.payUntil], ['ordered', 'help-desk', until]);
  const again = await node.ask<DeskOrder>(`${BOX}/reservations`, { token: helper, body: kept });
  assert.equal(again.id, order.id);
  const { orders } = await node.ask<OrdersFound>(`${BOX}/orders/search`, {
    token: helper,
    body: { q: '4321' },
  });
  assert.deepEqual(
    [orders[0]?.id, orders[0]?.name, orders[0]?.handover],
    [order.id, '赵*', 'to-collect'],
  );
  const address = `${BOX}/orders/${order.id}/collect`;
  await node.refuses(404, address, { token: clerk, body: { phoneEnd: '0000' } });
  await node.refuses(409, address, { token: clerk, body: { phoneEnd: '4321' } });
  const payments = [inCash(2 * ADULT)];
  await node.refuses(403, address, { token: helper, body: { name: '赵敏', payments } });
  const collected = await node.ask<DeskOrder>(address, {
    token: clerk,
    body: { name: '赵敏', payments },
  });
  assert.deepEqual([collected.state, collected.handover], ['issued', 'collected']);
});

test('an order that is posted keeps its address encrypted, and looking at it is written down', async () => {
  const sale = randomUUID();
  const held = await hold(clerk, sale, 1);
  const where = '青岛市市南区香港中路 10 号';
  const body = {
    ...{ sale, hold: held.id, totalMinor: ADULT, buyer: CALLER, locale: 'zh-CN' },
    ...{ handover: 'post', until: new Date(Date.now() + 20 * 60_000).toISOString() },
  };
  await node.refuses(400, `${BOX}/reservations`, { token: clerk, body });
  const order = await node.ask<DeskOrder>(`${BOX}/reservations`, {
    token: clerk,
    body: { ...body, address: where },
  });
  const { rows } = await database.pool.query<{ address: Buffer }>(
    'SELECT address FROM desk_orders WHERE order_id = $1',
    [order.id],
  );
  assert.equal(rows[0]?.address.includes(Buffer.from('青岛')), false);
  const at = `${BOX}/orders/${order.id}`;
  await node.refuses(409, `${at}/posted`, { token: clerk, method: 'POST' });
  await node.ask(`${at}/pay`, { token: clerk, body: { payments: [inCash(ADULT)] } });
  const shown = await node.ask<{ address: string }>(`${at}/address`, {
    token: clerk,
    method: 'POST',
  });
  assert.equal(shown.address, where);
  const posted = await node.ask<DeskOrder>(`${at}/posted`, { token: clerk, method: 'POST' });
  assert.equal(posted.handover, 'posted');
  const acts = await database.pool.query<{ act: string }>(
    'SELECT act FROM audit WHERE subject = $1 ORDER BY seq',
    [`derby/${order.id}`],
  );
  assert.deepEqual(
    acts.rows.map(({ act }) => act),
    ['order.made', 'address.read', 'order.posted'],
  );
});

test('a drawer is closed with a count, keeps the difference, and takes no more', async () => {
  const { shift } = await node.ask<{ shift: DeskShift }>(SHIFTS, { token: clerk });
  const move = { requestId: 'bank-1', amountMinor: -30_000, reason: '存入保险柜' };
  for (const _ of [1, 2])
    await node.ask(`${SHIFTS}/${shift.id}/moves`, { token: clerk, body: move });
  const expected = shift.expectedMinor - 30_000;
  const closed = await node.ask<DeskShift>(`${SHIFTS}/${shift.id}/close`, {
    token: clerk,
    body: { countedMinor: expected - 500 },
  });
  assert.deepEqual([closed.expectedMinor, closed.differenceMinor], [expected, -500]);
  await node.refuses(409, `${SHIFTS}/${shift.id}/moves`, {
    token: clerk,
    body: { ...move, requestId: 'bank-2' },
  });
  assert.equal((await node.ask<{ shift: null }>(SHIFTS, { token: clerk })).shift, null);
});
