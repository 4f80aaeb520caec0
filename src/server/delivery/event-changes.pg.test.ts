// A match that was sold is moved, postponed or cancelled: what was foreseen happens, once, whoever dies meanwhile.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { EventChange } from '#domain/delivery/event-change.ts';
import { type Instant, MINUTE_MS } from '#domain/kernel/instant.ts';
import { HubNode, MASTER_KEY } from '../../testing/hub-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { putOnSale, saleLayout } from '../../testing/sale-ground.ts';
import { openedAddressee } from '../outbox/outbox.ts';
import { inTransaction } from '../platform/transaction.ts';
import { askForHold } from '../sales/hold-asks.ts';
import { askToOrder } from '../sales/order-asks.ts';
import type { ToldFact } from '../sales/order-facts.ts';
import { loadOrders } from '../sales/order-store.ts';
import { booksOf } from '../sales/sale-books.ts';
import { Sales } from '../sales/sales.ts';
import { orderSecret, personOf } from '../sales/secrets.ts';
import { findEventNumbered } from '../venue/store.ts';
import { CHANGE_LEASE_MS } from './carry-out-change.ts';
import { ChangeWorker } from './change-worker.ts';
import { foresee, insertChange, listChanges } from './event-changes.ts';
import { matchOf } from './match-of.ts';

const ADULT = 18_000;
let database: TestDatabase;
let node: HubNode;
let sales: Sales;
const refunds = new Map<string, number>();
let events = 0;

before(async () => {
  database = await testDatabase();
  node = await HubNode.open(database, { now: Date.now() as Instant });
  sales = new Sales(node.context);
  sales.onMoney(async (_client, _event, money) => {
    for (const { order, effect } of money) {
      if (effect.kind !== 'refund') continue;
      refunds.set(order, (refunds.get(order) ?? 0) + effect.amountMinor);
    }
  });
});

after(async () => {
  sales.stop();
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

type Buying = { readonly count: number; readonly email: string | null; readonly pays?: false };

async function sell(
  buyers: readonly Buying[],
): Promise<{ event: number; id: string; orders: string[] }> {
  events += 1;
  const id = `derby-${events}`;
  const event = await putOnSale(node, saleLayout(8, 20), {}, id);
  const orders = await Promise.all(buyers.map((buyer) => buy(event, buyer)));
  return { event, id, orders };
}

async function buy(event: number, { count, email, pays }: Buying): Promise<string> {
  const cart = randomUUID();
  const best = {
    types: [{ type: 'adult', count }],
    wheelchairs: 0,
    isStepFree: false,
    maySplit: true,
  };
  const ask = { cart, request: randomUUID(), channel: 'web', wish: { best } } as const;
  const held = await sales.line(event).ask(askForHold(ask));
  assert.ok(held.kind === 'held', JSON.stringify(held));
  const made = await sales.line(event).ask(
    askToOrder({
      hold: held.hold.id,
      cart,
      types: new Map(),
      totalMinor: count * ADULT,
      person: personOf(MASTER_KEY, cart),
      people: [{ line: '', name: '王芳', email, phone: null }],
      locale: 'zh-CN',
      kickOffAt: (Date.now() + 30 * 24 * 60 * MINUTE_MS) as Instant,
    }),
  );
  assert.ok(made.kind === 'ordered', JSON.stringify(made));
  if (pays !== false) await pay(event, made.order, count * ADULT);
  return made.order;
}

async function pay(event: number, order: string, amountMinor: number): Promise<void> {
  const payment = `pay-${order}`;
  const start = { payment, provider: 'sandbox', member: null, askedMinor: amountMinor };
  const providerRef = `ref-${order}`;
  await sales.withStock(event, (client) =>
    sales.applyPaymentFacts(client, event, [
      { order, fact: { kind: 'payment-started', ...start } },
      { order, fact: { kind: 'captured', payment, amountMinor, currency: 'CNY', providerRef } },
    ]),
  );
}

async function begin(event: number, id: string, change: EventChange): Promise<void> {
  const row = await findEventNumbered(database.pool, event);
  assert.ok(row);
  const before = matchOf(row.file);
  const at = Date.now() as Instant;
  const foreseen = await foresee(database.pool, event, change, before.startsAt as Instant, at);
  const asked = { askedBy: 'p-1', approvedBy: 'p-2', at, reason: 'storm' };
  await inTransaction(database.pool, (client) =>
    insertChange(client, { id, event, change, before, foreseen, ...asked }),
  );
}

/** @param diesAfter - pages that it does before it is gone, without a word */
function worker(clock: { at: number }, diesAfter = Number.POSITIVE_INFINITY): ChangeWorker {
  let pages = 0;
  const deps = {
    sales,
    masterKey: MASTER_KEY,
    now: () => clock.at as Instant,
    matchOf: async (event: number) => {
      pages += 1;
      if (pages > diesAfter) throw new Error('kill -9');
      const row = await findEventNumbered(database.pool, event);
      assert.ok(row);
      return matchOf(row.file);
    },
  };
  return new ChangeWorker(database.pool, deps, node.context.log);
}

async function messages(event: number, template: string) {
  const { rows } = await database.pool.query<{
    key: string;
    facts: { orderRef: string; refund?: { amountMinor: number } };
    addressee: Buffer;
  }>('SELECT key, facts, addressee FROM outbox WHERE event = $1 AND template = $2', [
    event,
    template,
  ]);
  return rows;
}

test('whoever has paid is told in the transaction that pays, with the link of the order; nobody else is', async () => {
  const { event, orders } = await sell([
    { count: 2, email: 'anna@fans.example' },
    { count: 1, email: 'bo@fans.example', pays: false },
    { count: 1, email: null },
  ]);
  const [message, ...more] = await messages(event, 'order-paid');
  assert.ok(message);
  assert.equal(more.length, 0);
  const [order = ''] = orders;
  assert.equal(message.key, `order-paid/${order}/mail`);
  const { tickets, total } = message.facts as unknown as {
    tickets: { seat: string }[];
    total: object;
  };
  assert.match(tickets.map(({ seat }) => seat).join(), /^N10[34]-\d+-\d+,N10[34]-\d+-\d+$/);
  assert.deepEqual(total, { amountMinor: 2 * ADULT, currency: 'CNY' });
  const addressee = openedAddressee(MASTER_KEY, message.key, message.addressee);
  assert.equal(addressee.address, 'anna@fans.example');
  assert.equal(addressee.path, `/shop/order/${order}#${orderSecret(MASTER_KEY, order)}`);
});

test('a cancelled match gives back what was foreseen, to each once, also when nodes die at it', async () => {
  const buyers: Buying[] = Array.from({ length: 70 }, (_, n) => ({
    count: 1 + (n % 3),
    email: n % 10 === 9 ? null : `fan-${n}@fans.example`,
  }));
  const { event, id, orders } = await sell([...buyers, { count: 2, email: null, pays: false }]);
  const paid = buyers.reduce((sum, { count }) => sum + count * ADULT, 0);
  await begin(event, `ec-${id}`, { kind: 'cancelled' });
  const [begun] = await listChanges(database.pool, event);
  assert.deepEqual(
    [
      begun?.foreseen.orders,
      begun?.foreseen.refundMinor,
      begun?.foreseen.unreachable,
      begun?.foreseen.ended,
    ],
    [71, paid, 7, 1],
  );
  const clock = { at: Date.now() };
  await assert.rejects(worker(clock, 1).workOnce(), /kill -9/);
  assert.equal(await worker(clock).workOnce(), false, 'somebody is believed to be at it');
  clock.at += CHANGE_LEASE_MS;
  const [first, second] = await Promise.all([worker(clock).workOnce(), worker(clock).workOnce()]);
  assert.deepEqual([first, second].sort(), [false, true]);
  const [finished] = await listChanges(database.pool, event);
  assert.ok(finished?.finishedAt);
  assert.deepEqual(finished.done, finished.foreseen);
  assert.equal(
    orders.reduce((sum, order) => sum + (refunds.get(order) ?? 0), 0),
    paid,
  );
  for (const { order, id: orderId } of await loadOrders(database.pool, orders)) {
    assert.ok(order.returns.length <= 1, orderId);
    assert.equal(order.state, 'cancelled', orderId);
  }
  const told = await messages(event, 'match-cancelled');
  assert.equal(told.length, 63);
  const toldMinor = told.reduce((sum, { facts }) => sum + (facts.refund?.amountMinor ?? 0), 0);
  assert.ok(toldMinor < paid && new Set(told.map(({ key }) => key)).size === 63);
  const tickets = await database.pool.query(
    `SELECT count(*)::int AS good FROM tickets WHERE event = $1 AND status = 'valid'`,
    [event],
  );
  assert.equal(tickets.rows[0].good, 0);
  const books = await booksOf(database.pool, { number: event, id }, Date.now() as Instant);
  assert.deepEqual(books.faults, []);
});

test('a match that is moved leaves orders as they are, and tells each buyer of both times', async () => {
  const { event, id, orders } = await sell([
    { count: 2, email: 'anna@fans.example' },
    { count: 1, email: 'bo@fans.example' },
  ]);
  const startsAt = (Date.now() + 40 * 24 * 60 * MINUTE_MS) as Instant;
  const hour = 60 * MINUTE_MS;
  await begin(event, `ec-${id}`, {
    kind: 'moved',
    doorsAt: (startsAt - 2 * hour) as Instant,
    startsAt,
    endsAt: (startsAt + 2 * hour) as Instant,
  });
  assert.equal(await worker({ at: Date.now() }).workOnce(), true);
  const told = await messages(event, 'match-moved');
  assert.deepEqual(told.map(({ facts }) => facts.orderRef).sort(), [...orders].sort());
  for (const { order } of await loadOrders(database.pool, orders))
    assert.equal(order.state, 'issued');
});

test('money that comes when its order is over goes back, and whoever paid is told so, once', async () => {
  const { event, orders } = await sell([{ count: 1, email: 'late@fans.example', pays: false }]);
  const [order = ''] = orders;
  const payment = `pay-${order}`;
  const tell = (fact: ToldFact['fact']) =>
    sales.withStock(event, (client) => sales.applyPaymentFacts(client, event, [{ order, fact }]));
  const start = { payment, provider: 'sandbox', member: null, askedMinor: ADULT };
  await tell({ kind: 'payment-started', ...start });
  await sales.line(event).withStock(async ({ book }) => {
    await book.load([order]);
    book.act(order, { kind: 'hold-lost' });
  });
  const captured = { payment, amountMinor: ADULT, currency: 'CNY', providerRef: 'late' };
  for (const _ of ['told', 'and told again']) await tell({ kind: 'captured', ...captured });
  const told = await messages(event, 'payment-returned');
  assert.deepEqual(
    told.map(({ key, facts }) => [key, (facts as unknown as { amount: object }).amount]),
    [[`payment-returned/${order}/pay-${order}/mail`, { amountMinor: ADULT, currency: 'CNY' }]],
  );
  assert.equal((await messages(event, 'order-paid')).length, 0);
});
