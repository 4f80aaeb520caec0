// The stock of a sale on PostgreSQL, by two nodes that share nothing but the database.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Channel } from '#domain/sales/price-list.ts';
import type { HoldRequest } from '#protocol/shop.ts';
import { HubNode } from '../../testing/hub-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { ADULT_MINOR as ADULT, SaleBuyer } from '../../testing/sale-buyer.ts';
import { publish, putOnSale, STANDING_PLACES, saleLayout } from '../../testing/sale-ground.ts';
import { giveBack } from './give-back.ts';
import { askForHold, askToExtend, askToRelease } from './hold-asks.ts';
import { loadOrders } from './order-store.ts';
import { booksOf } from './sale-books.ts';
import { Sales } from './sales.ts';

const SEATS_PER_ROW = 20;

const FREE = { id: 'free', name: { 'zh-CN': '随时退', en: 'Any time' }, tiers: ['0d 0%'] };

let database: TestDatabase;
let nodes: readonly [HubNode, HubNode];
let sales: readonly [Sales, Sales];
let events = 0;

before(async () => {
  database = await testDatabase();
  const now = Date.now() as Instant;
  nodes = [
    await HubNode.open(database, { now }),
    await HubNode.open(database, { now, name: 'node-2' }),
  ];
  sales = [new Sales(nodes[0].context), new Sales(nodes[1].context)];
});

after(async () => {
  for (const one of sales) one.stop();
  for (const node of nodes) await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function sale(rows: number, changes: Parameters<typeof putOnSale>[2] = { refunds: FREE }) {
  events += 1;
  const id = `derby-${events}`;
  const event = await putOnSale(nodes[0], saleLayout(rows, SEATS_PER_ROW), changes, id);
  return { event, id };
}

function hold(
  at: Sales,
  event: number,
  wish: HoldRequest,
  cart: string = randomUUID(),
  channel: Channel = 'web',
) {
  return new SaleBuyer(at, event, cart).hold(wish, channel);
}

const adults = (count: number, best: object = {}): HoldRequest => ({
  best: {
    types: [{ type: 'adult', count }],
    wheelchairs: 0,
    isStepFree: false,
    maySplit: true,
    ...best,
  },
});
const named = (...seats: number[]): HoldRequest => ({
  seats: seats.map((seat) => ({ seat, type: 'adult' })),
});

async function held(at: Sales, event: number, wish: HoldRequest, cart: string) {
  const made = await hold(at, event, wish, cart);
  assert.equal(made.kind, 'held', JSON.stringify(made));
  return made.kind === 'held' ? made.hold : assert.fail();
}

async function ordered(at: Sales, event: number, holdId: string, cart: string, places: number) {
  const made = await new SaleBuyer(at, event, cart).order(holdId, places);
  assert.equal(made.kind, 'ordered', JSON.stringify(made));
  return made.kind === 'ordered' ? made.order : assert.fail();
}

function pay(at: Sales, event: number, order: string, places: number) {
  return new SaleBuyer(at, event).pay(order, places);
}

async function books(event: number, id: string) {
  return await booksOf(database.pool, { number: event, id }, Date.now() as Instant);
}

test('hundreds of buyers at two nodes never get a seat twice, and the books balance', async () => {
  const { event, id } = await sale(15);
  const seats = 2 * 15 * SEATS_PER_ROW;
  let soldOut = 0;
  const buy = async (buyer: number): Promise<void> => {
    const at = sales[buyer % 2] ?? sales[0];
    const cart = `cart-${id}-${buyer}`;
    const from = (buyer * 37) % (seats - 4);
    const wish = buyer % 3 === 0 ? named(from, from + 1) : adults(2 + (buyer % 2) * 2);
    const made = await hold(at, event, wish, cart);
    if (made.kind === 'refused') {
      if (made.reason === 'sold-out') soldOut += 1;
      return;
    }
    const { places, id: holdId } = made.hold;
    if (buyer % 7 === 0) return void (await at.line(event).ask(askToRelease(holdId, cart)));
    const other = sales[(buyer + 1) % 2] ?? sales[0];
    const order = await ordered(other, event, holdId, cart, places.length);
    if (buyer % 11 === 0) return;
    const paid = await pay(at, event, order, places.length);
    assert.equal(paid?.decision, 'paid');
  };
  await Promise.all(Array.from({ length: 400 }, (_, buyer) => buy(buyer)));
  assert.ok(soldOut > 0, 'more came than there was room for');
  const { faults, accounts, seats: counts, tickets } = await books(event, id);
  assert.deepEqual(faults, []);
  assert.equal(counts.sold, tickets);
  assert.ok(
    counts.sold + counts.held <= seats && counts.sold > seats * 0.6,
    JSON.stringify(counts),
  );
  const sum = accounts.reduce((total, { balanceMinor }) => total + balanceMinor, 0);
  assert.equal(sum, 0);
  const cash = accounts.find(({ account }) => account === 'cash:sandbox');
  assert.equal(cash?.balanceMinor, counts.sold * ADULT);
});

test('a bought ticket is admitted by the gate, once', async () => {
  const { event, id } = await sale(2);
  const { id: holdId } = await held(sales[0], event, named(2, 3), 'cart-gate');
  const order = await ordered(sales[0], event, holdId, 'cart-gate', 2);
  await pay(sales[1], event, order, 2);
  const [stored] = await loadOrders(database.pool, [order]);
  assert.equal(stored?.order.state, 'issued');
  const { rows } = await database.pool.query<{ serial: number; row: string; seat: string }>(
    'SELECT serial, "row", seat FROM tickets WHERE event = $1 AND order_ref = $2 ORDER BY serial',
    [event, order],
  );
  assert.deepEqual(
    rows.map(({ row, seat }) => [row, seat]),
    [
      ['1', '3'],
      ['1', '4'],
    ],
  );
  const device = await nodes[1].enrol(event, id, 'N1');
  const code = await nodes[1].code(event, rows[0]?.serial ?? 0);
  const verdicts = [];
  for (const scanId of ['a', 'b']) {
    const answer = await nodes[1].scan(device, scanId, code);
    assert.ok(typeof answer === 'object');
    verdicts.push([answer.verdict, answer.reason]);
  }
  assert.deepEqual(verdicts, [
    ['admitted', null],
    ['refused', 'already-used'],
  ]);
});

test('the same request is the same hold, also when two come at once and at another node', async () => {
  const { event } = await sale(2);
  const ask = {
    cart: 'cart-same',
    request: 'request-same',
    channel: 'web',
    wish: adults(2),
  } as const;
  const made = await Promise.all([
    sales[0].line(event).ask(askForHold(ask)),
    sales[0].line(event).ask(askForHold(ask)),
    sales[1].line(event).ask(askForHold(ask)),
  ]);
  const ids = new Set(made.map((each) => (each.kind === 'held' ? each.hold.id : each.reason)));
  assert.equal(ids.size, 1);
});

test('a hold that nobody paid for frees itself, whoever looks first, and its late money goes back', async () => {
  const { event, id } = await sale(2);
  const { id: holdId } = await held(sales[0], event, named(0, 1), 'cart-late');
  const order = await ordered(sales[0], event, holdId, 'cart-late', 2);
  // The node that held it is gone, and so is its time.
  await database.pool.query(`UPDATE holds SET expires_at = now() - interval '1 s' WHERE id = $1`, [
    holdId,
  ]);
  await database.pool.query(
    `UPDATE orders SET body = jsonb_set(body::jsonb, '{holdUntil}', '1000')::json WHERE id = $1`,
    [order],
  );
  const third = new Sales(nodes[1].context);
  const { id: next } = await held(third, event, named(0, 1), 'cart-next');
  third.stop();
  const late = await pay(sales[1], event, order, 2);
  assert.equal(late?.decision, 'return-money');
  assert.deepEqual(
    late?.effects.map(({ kind }) => kind),
    ['refund'],
  );
  const second = await ordered(sales[0], event, next, 'cart-next', 2);
  const paid = await pay(sales[0], event, second, 2);
  assert.equal(paid?.decision, 'paid');
  const { faults, accounts } = await books(event, id);
  assert.deepEqual(faults, []);
  const owed = accounts.find(({ account }) => account === 'refunds-due');
  assert.equal(owed?.balanceMinor, -2 * ADULT);
});

test('a hold extends once, and is released by its cart alone', async () => {
  const { event } = await sale(2);
  const { id, until } = await held(sales[0], event, adults(2), 'cart-own');
  const line = sales[1].line(event);
  const stranger = await line.ask(askToExtend(id, 'cart-other'));
  assert.deepEqual(stranger, { kind: 'refused', reason: 'not-held' });
  const longer = await line.ask(askToExtend(id, 'cart-own'));
  assert.ok(longer.kind === 'done' && (longer.hold?.until ?? 0) >= until);
  const again = await sales[0].line(event).ask(askToExtend(id, 'cart-own'));
  assert.deepEqual(again, { kind: 'refused', reason: 'extended-already' });
  const released = await sales[0].line(event).ask(askToRelease(id, 'cart-own'));
  assert.equal(released.kind, 'done');
  const gone = await line.ask(askToRelease(id, 'cart-own'));
  assert.deepEqual(gone, { kind: 'refused', reason: 'not-held' });
});

test('all channels sell from one stock, each within its quota, nobody above a limit of their own', async () => {
  const { event } = await sale(2, {
    channels: (['web', 'box-office'] as const).map((channel) => {
      return { channel, opensAt: hour(-1), closesAt: hour(1) };
    }),
    quotas: [
      { id: 'desk', per: 'event', channels: ['box-office'], ticketsMax: 3 },
      { id: 'each', per: 'person', ticketsMax: 4 },
    ],
  });
  const desk = (wish: HoldRequest) => hold(sales[0], event, wish, randomUUID(), 'box-office');
  assert.equal((await desk(adults(3))).kind, 'held');
  assert.deepEqual(reasonOf(await desk(adults(1))), 'sold-out-here');
  assert.equal(reasonOf(await hold(sales[1], event, adults(5))), 'person-limit');
  await held(sales[1], event, adults(3), 'cart-four');
  assert.equal(reasonOf(await hold(sales[0], event, adults(2), 'cart-four')), 'person-limit');
  assert.equal((await hold(sales[0], event, adults(1), 'cart-four')).kind, 'held');
});

test('standing places are counted, allotments are kept back until a later version lets them go', async () => {
  const kept = [{ name: 'sponsor', seats: [0, 1] }];
  const { event, id } = await sale(2, { allotments: kept });
  const standing = (count: number): HoldRequest => ({
    standing: [{ section: 'S101', type: 'adult', count }],
  });
  const crowd = await Promise.all(
    Array.from({ length: 9 }, (_, index) => hold(sales[index % 2] ?? sales[0], event, standing(5))),
  );
  const taken = crowd.filter(({ kind }) => kind === 'held').length;
  assert.equal(taken * 5, STANDING_PLACES);
  assert.equal(reasonOf(await hold(sales[0], event, named(0, 1))), 'seat-taken');
  await publish(nodes[0], event, { allotments: [] });
  assert.equal((await hold(sales[1], event, named(0, 1))).kind, 'held');
  assert.equal(reasonOf(await hold(sales[0], event, named(0, 1))), 'seat-taken');
  assert.deepEqual((await books(event, id)).faults, []);
});

test('what is given back brings what was quoted, once, and its seat is sold again', async () => {
  const { event, id } = await sale(2);
  sales[0].onMoney(async () => {});
  const { id: holdId } = await held(sales[0], event, named(4, 5), 'cart-back');
  const order = await ordered(sales[0], event, holdId, 'cart-back', 2);
  await pay(sales[0], event, order, 2);
  const line = sales[0].line(event);
  const wrong = await line.withStock((turn) => giveBack(turn, order, ['1'], ADULT + 1));
  assert.ok('reason' in wrong && wrong.reason === 'refund-changed', JSON.stringify(wrong));
  const back = await line.withStock((turn) => giveBack(turn, order, ['1'], ADULT));
  assert.ok('totalMinor' in back, JSON.stringify(back));
  const again = await line.withStock((turn) => giveBack(turn, order, ['1'], ADULT));
  assert.ok('reason' in again && again.reason === 'line-returned');
  const { id: next } = await held(sales[1], event, named(4), 'cart-after');
  const second = await ordered(sales[1], event, next, 'cart-after', 1);
  await pay(sales[1], event, second, 1);
  const { faults, tickets } = await books(event, id);
  assert.deepEqual(faults, []);
  assert.equal(tickets, 2);
});

function reasonOf(made: Awaited<ReturnType<typeof hold>>): string {
  return made.kind === 'refused' ? made.reason : made.kind;
}

function hour(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}
