// The shop over HTTP, as a buyer's browser asks it: from what is on sale to an order, by secrets in headers.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { EventOnSale, HoldView, SaleView, ShopLayout } from '#protocol/shop.ts';
import { type AvailabilityDelta, readSnapshot, SEAT_FREE, SEAT_TAKEN } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { unpackLayout } from '#protocol/shop-layout.ts';
import type { OrderCreated, OrderView } from '#protocol/shop-orders.ts';
import { derbyFile } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { LiveStream } from '../../testing/live-stream.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { saleOf } from '../../testing/sale-ground.ts';

const CART = 'a-cart-that-nobody-else-knows';
const BUYER = { name: '王芳', email: 'fang@example.org' };

let database: TestDatabase;
let node: HttpNode;

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
  await node.ask('/api/v1/events/derby', { method: 'PUT', body: derbyFile({ isNow: true }) });
  await node.ask('/api/v1/grounds/riverside/layouts/import', { body: manifest() });
  const sale = { file: saleOf({ areas: [{ category: 'b', section: 'N103' }] }) };
  await node.ask('/api/v1/events/derby/sale', {
    method: 'PUT',
    body: { ...sale, replaces: 0, reason: 'test' },
  });
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

function manifest(): string {
  const seats = Array.from({ length: 40 }, (_, at) => {
    return `north,N103,${1 + Math.floor(at / 20)},${1 + (at % 20)}`;
  });
  return ['stand,section,row,seat', ...seats, ''].join('\n');
}

function asBuyer(cart = CART, key: string = randomUUID()) {
  return { 'kaimen-cart': cart, 'idempotency-key': `"${key}"` };
}

const two = { seats: [4, 5].map((seat) => ({ seat, type: 'adult' })) };

test('shows what is on sale, its layout seat by seat, and what is left of it', async () => {
  const { events } = await node.ask<{ events: EventOnSale[] }>(shopPaths.events());
  assert.deepEqual(
    events.map(({ id, state, left }) => [id, state, left]),
    [['derby', 'on-sale', 40]],
  );
  const sale = await node.ask<SaleView>(shopPaths.event('derby'));
  assert.deepEqual(
    sale.types.map(({ id }) => id),
    ['adult'],
    'a hidden type is not shown',
  );
  const layout = await node.ask<ShopLayout>(shopPaths.layout('derby', sale.layout.version));
  const columns = unpackLayout(layout.sections);
  assert.equal(columns.count, sale.seats);
  assert.deepEqual([columns.names[0], columns.names[39]], ['1', '20']);
  assert.equal(columns.category[7], 0);
  await node.refuses(404, shopPaths.layout('derby', 9));
  const response = await node.fetch(shopPaths.availability('derby'));
  const tag = response.headers.get('etag') ?? '';
  const { seats } = (await response.json()) as { seats: string };
  assert.ok(readSnapshot(seats, 40).every((code) => code === SEAT_FREE));
  const same = await node.fetch(shopPaths.availability('derby'), {
    headers: { 'if-none-match': tag },
  });
  assert.equal(same.status, 304);
});

test('a hold is asked by a cart, known to it alone, and shown to everybody as taken', async () => {
  const { revision } = await node.ask<{ revision: number }>(shopPaths.availability('derby'));
  const noCart = await node.refuses(400, shopPaths.holds('derby'), { body: two });
  assert.match(noCart.detail ?? '', /Kaimen-Cart/);
  const hold = await node.ask<HoldView>(shopPaths.holds('derby'), {
    body: two,
    headers: asBuyer(),
  });
  assert.deepEqual(
    hold.places.map(({ row, number }) => `${row}-${number}`),
    ['1-5', '1-6'],
  );
  assert.equal(hold.quote?.totalMinor, 36_000);
  const delta = await node.ask<AvailabilityDelta>(shopPaths.availability('derby', revision));
  assert.deepEqual([delta.kind, delta.seats], ['delta', [4, SEAT_TAKEN, 5, SEAT_TAKEN]]);
  const taken = await node.refuses(409, shopPaths.holds('derby'), {
    body: two,
    headers: asBuyer('another-cart-of-somebody-else'),
  });
  assert.deepEqual([taken.why, taken.errors?.[0]?.field], ['seat-taken', 'seats[4]']);
  await node.refuses(404, shopPaths.hold(hold.id), {
    headers: asBuyer('another-cart-of-somebody-else'),
  });
  const own = { method: 'DELETE', headers: asBuyer() } as const;
  await node.ask(shopPaths.hold(hold.id), own);
  const after = await node.ask<AvailabilityDelta>(shopPaths.availability('derby', delta.revision));
  assert.deepEqual(after.seats, [4, SEAT_FREE, 5, SEAT_FREE]);
});

test('an order is made once of a hold, at the price that was quoted, and shown by its secret', async () => {
  const best = { best: { types: [{ type: 'adult', count: 2 }] } };
  const hold = await node.ask<HoldView>(shopPaths.holds('derby'), {
    body: best,
    headers: asBuyer(),
  });
  assert.deepEqual(hold.choice?.groups, [2]);
  const body = { hold: hold.id, totalMinor: 1, buyer: BUYER, locale: 'zh-CN' };
  const wrong = await node.refuses(409, shopPaths.orders(), { body, headers: asBuyer() });
  assert.equal(wrong.why, 'price-changed');
  const right = { body: { ...body, totalMinor: 36_000 }, headers: asBuyer() };
  const order = await node.ask<OrderCreated>(shopPaths.orders(), right);
  assert.deepEqual([order.state, order.tickets.length], ['ordered', 0]);
  const again = await node.ask<OrderCreated>(shopPaths.orders(), right);
  assert.deepEqual([again.id, again.secret], [order.id, order.secret]);
  const headers = { 'kaimen-order': order.secret };
  const seen = await node.ask<OrderView>(shopPaths.order(order.id), { headers });
  assert.equal(seen.places.length, 2);
  await node.refuses(404, shopPaths.order(order.id));
  await node.refuses(404, shopPaths.order(order.id), {
    headers: { 'kaimen-order': 'a'.repeat(26) },
  });
  const quoted = await node.refuses(409, `${shopPaths.hold(hold.id)}/quote`, {
    body: { types: [{ line: '1', type: 'staff' }] },
    headers: asBuyer(),
  });
  assert.equal(quoted.why, 'not-sold');
});

test('the live feed tells of seats that were taken', async () => {
  using stream = await LiveStream.openWith(`${node.url}${shopPaths.live('derby')}`, {});
  await stream.next('reload', 5_000);
  const body = { seats: [30, 31].map((seat) => ({ seat, type: 'adult' })) };
  await node.ask(shopPaths.holds('derby'), { body, headers: asBuyer() });
  const isOfThese = (data: unknown) => (data as AvailabilityDelta).seats.includes(30);
  const { data } = await stream.next('delta', 5_000, { isIt: isOfThese });
  assert.deepEqual((data as AvailabilityDelta).seats, [30, SEAT_TAKEN, 31, SEAT_TAKEN]);
});

test('who asks faster than people choose is told to wait', async () => {
  const headers = () => asBuyer('a-program-that-tries-all-seats');
  const wish = { body: { seats: [{ seat: 4_000, type: 'adult' }] } };
  const answers = await Promise.all(
    Array.from({ length: 30 }, () =>
      node.fetch(shopPaths.holds('derby'), { ...wish, headers: headers() }),
    ),
  );
  assert.ok(answers.some(({ status }) => status === 429));
});
