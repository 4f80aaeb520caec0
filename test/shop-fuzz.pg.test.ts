// Requests that no browser sends, at everything that buyers and sellers may ask: none is answered as a bug, and the
// books agree after them. `npm run test:whole` sends twenty times as many.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { SaleBooks } from '#protocol/sales.ts';
import type { HoldView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import type { OrderCreated } from '#protocol/shop-orders.ts';
import { SandboxServer } from '#server/payments/sandbox/bank-server.ts';
import { derbyFile } from '#testing/derby.ts';
import { HttpNode } from '#testing/http-node.ts';
import { paid, ShopBuyer } from '#testing/order-buyer.ts';
import { type TestDatabase, testDatabase } from '#testing/postgres.ts';
import { NAME } from '#testing/sale.ts';
import { manifestOf, saleLayout, saleOf } from '#testing/sale-ground.ts';
import { Chance } from '../src/drill/demo/seed/chance.ts';
import { DrillClient } from '../src/drill/drill-client.ts';
import { openConnections } from '../src/drill/load/connections.ts';
import { describedRoutes } from './every-route.ts';
import { type Ground, oddRequest } from './fuzz-requests.ts';
import { sendAll } from './fuzz-sending.ts';
import { oddText } from './fuzz-values.ts';

const SEED = process.env['KAIMEN_SEED'] ?? 'shop';
const REQUESTS = process.env['KAIMEN_WHOLE'] === '1' ? 20_000 : 1_000;
const CONNECTIONS = 16;
const SHOWN_MAX = 8;
const SECRET = 'sandbox-secret';
const OURS = /^\/api\/v1\/(shop|payments|events\/\{id\}\/sale|grounds)/;
const CARTS = ['a', 'b', 'c'].map((letter) => letter.repeat(30));

let database: TestDatabase;
let sandbox: SandboxServer;
let node: HttpNode;
let orders: readonly OrderCreated[] = [];
let holds: readonly HoldView[] = [];

before(async () => {
  database = await testDatabase();
  sandbox = await SandboxServer.start({ secret: SECRET });
  const config = { url: sandbox.url, secretFile: 'secret' };
  const files = { 'payments/sandbox.json': JSON.stringify(config), 'payments/secret': SECRET };
  node = await HttpNode.start(database, { files });
  const later = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const match = { ...derbyFile({ isNow: true }), startsAt: later(1), endsAt: later(3) };
  await node.ask('/api/v1/events/derby', { method: 'PUT', body: match });
  const layout = saleLayout(20, 20);
  const manifest = manifestOf(layout);
  await node.ask('/api/v1/grounds/riverside/layouts/import', { body: manifest });
  const areas = ['N103', 'N104'].map((section) => ({ category: 'b', section }));
  const early = { id: 'early', name: NAME, from: later(0.5), until: later(0.9) };
  const file = saleOf({ areas, arrivals: [{ ...early, creditMinor: 100, budgetMinor: 1_000 }] });
  const body = { file, replaces: 0, reason: 'test' };
  await node.ask('/api/v1/events/derby/sale', { method: 'PUT', body });
  const buyer = new ShopBuyer({ node, sandbox });
  const [first, second] = [
    await buyer.order(await buyer.hold(2)),
    await buyer.order(await buyer.hold(2)),
  ];
  orders = [await paid({ node, sandbox }, first), second];
  holds = await Promise.all(
    CARTS.map((cart) =>
      node.ask<HoldView>(shopPaths.holds('derby'), {
        body: { best: { types: [{ type: 'adult', count: 1 }] } },
        headers: { 'kaimen-cart': cart, 'idempotency-key': `"${randomUUID()}"` },
      }),
    ),
  );
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function groundOf(client: DrillClient): Promise<Ground> {
  const routes = (await describedRoutes(client)).filter(({ template }) => OURS.test(template));
  assert.ok(routes.length > 30, `only ${routes.length} routes`);
  const { token } = await client.ask<{ token: string }>({
    path: '/api/v1/tokens',
    body: { role: 'viewer' },
  });
  const ids = [...orders.map(({ id }) => id), ...holds.map(({ id }) => id), 'derby', 'riverside'];
  return {
    routes,
    tokens: { admin: node.adminToken, devices: [token], others: [token] },
    eventFile: {},
    words: {
      id: ids,
      hold: holds.map(({ id }) => id),
      order: orders.map(({ id }) => id),
      offer: ['early', 'nothing'],
      provider: ['sandbox', 'cash', 'alipay'],
      type: ['adult', 'season'],
      section: ['N103', 'N104'],
      categories: ['b'],
      line: ['1', '2', '3'],
      lines: ['1', '2'],
      version: ['1', '9'],
      since: ['1', '0', '-1', '1e9'],
      name: ['张伟'],
      email: ['a@example.org'],
      number: ['110105194912310021', 'E12345678'],
      returnPath: ['/shop/order'],
      tickets: orders.map(({ id }) => `${id}-1`),
      day: ['2026-11-29'],
      near: ['1,2'],
    },
  };
}

test(`${REQUESTS} requests that were spoilt hurt neither shop nor books`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  using client = await DrillClient.open(node.url, 2, node.adminToken);
  const ground = await groundOf(client);
  const connections = await openConnections(node.url, CONNECTIONS, undefined, {
    timeoutMs: 20_000,
  });
  const chance = new Chance(`${SEED} requests`);
  const make = () => {
    const request = oddRequest(chance, ground);
    const odd = () => encodeURI(oddText(chance).toWellFormed().slice(0, 80));
    const shown = (known: readonly string[]) => (chance.happens(0.9) ? chance.one(known) : odd());
    const headers = {
      ...request.headers,
      ...(chance.happens(0.9) ? { 'kaimen-cart': shown(CARTS) } : {}),
      ...(chance.happens(0.9) ? { 'kaimen-order': shown(orders.map(({ secret }) => secret)) } : {}),
      ...(chance.happens(0.9) ? { 'idempotency-key': shown([`"${chance.below(500)}"`]) } : {}),
    };
    return { request: { ...request, headers } };
  };
  const faults = await sendAll(connections, REQUESTS, make);
  connections.close();
  assert.deepEqual(faults.slice(0, SHOWN_MAX), [], `${faults.length} faults`);
  const books = await node.ask<SaleBooks>('/api/v1/events/derby/sale/books');
  assert.deepEqual(books.faults, []);
});
