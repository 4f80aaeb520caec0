// From the seat to the gate: the real shop, two nodes of it, and a sandbox that misbehaves, over HTTP.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { HoldView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import type { OrderCreated, OrderView, PaymentStarted } from '#protocol/shop-orders.ts';
import { derbyFile } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { press } from '../../testing/payments-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { saleOf } from '../../testing/sale-ground.ts';
import { SandboxServer } from './sandbox/bank-server.ts';
import { WELL_BEHAVED } from './sandbox/misbehaviour.ts';

const SECRET = 'sandbox-secret';
const BUYERS = 12;
const SEATS = 40;
/** On a busy machine calls are cut off that are only slow, and come again at growing distances. */
const WAIT_MAX_MS = 30_000;
let database: TestDatabase;
let sandbox: SandboxServer;
let north: HttpNode;
let south: HttpNode;

before(async () => {
  database = await testDatabase();
  sandbox = await SandboxServer.start({ secret: SECRET, lateMs: 300, webhookDelayMs: 200 });
  const config = {
    ...{ url: sandbox.url, secretFile: 'secret', answerWithinSeconds: 1 },
    looksAgainAfterSeconds: 1,
  };
  const files = { 'payments/sandbox.json': JSON.stringify(config), 'payments/secret': SECRET };
  north = await HttpNode.start(database, { files });
  south = await HttpNode.start(database, { beside: north });
  await north.ask('/api/v1/events/derby', { method: 'PUT', body: derbyFile({ isNow: true }) });
  const seats = Array.from({ length: SEATS }, (_, at) => {
    return `north,N103,${1 + Math.floor(at / 20)},${1 + (at % 20)}`;
  });
  const manifest = ['stand,section,row,seat', ...seats, ''].join('\n');
  await north.ask('/api/v1/grounds/riverside/layouts/import', { body: manifest });
  const file = saleOf({ areas: [{ category: 'b', section: 'N103' }] });
  const body = { file, replaces: 0, reason: 'test' };
  await north.ask('/api/v1/events/derby/sale', { method: 'PUT', body });
  await north.ask('/api/v1/events/derby/open', { method: 'POST' });
});

after(async () => {
  await south[Symbol.asyncDispose]();
  await north[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function orderAt(node: HttpNode, buyer: string, count = 2): Promise<OrderCreated> {
  const headers = () => ({
    'kaimen-cart': `a-cart-that-nobody-else-knows-${buyer}`,
    'idempotency-key': `"${randomUUID()}"`,
  });
  const best = { types: [{ type: 'adult', count }] };
  const hold = await node.ask<HoldView>(shopPaths.holds('derby'), {
    body: { best },
    headers: headers(),
  });
  const order = {
    ...{ hold: hold.id, totalMinor: hold.quote?.totalMinor ?? 0, locale: 'en' },
    buyer: { name: 'Fang Wang', email: 'fang@example.org' },
  };
  return await node.ask<OrderCreated>(shopPaths.orders(), { body: order, headers: headers() });
}

async function payAt(node: HttpNode, { id, secret }: OrderCreated): Promise<PaymentStarted> {
  const key = `"${randomUUID()}"`;
  for (;;) {
    const answer = await node.fetch(shopPaths.payments(id), {
      body: { provider: 'sandbox', returnPath: '/shop/order' },
      headers: { 'kaimen-order': secret, 'idempotency-key': key },
    });
    if (answer.status === 503) continue;
    assert.equal(answer.status, 200);
    const started = (await answer.json()) as PaymentStarted;
    assert.ok(started.next.kind === 'redirect');
    await press(started.next.url, 'pay');
    return started;
  }
}

async function seen(node: HttpNode, { id, secret }: OrderCreated): Promise<OrderView> {
  return await node.ask<OrderView>(shopPaths.order(id), { headers: { 'kaimen-order': secret } });
}

async function issued(node: HttpNode, order: OrderCreated): Promise<OrderView> {
  const until = Date.now() + WAIT_MAX_MS;
  for (;;) {
    const view = await seen(node, order);
    if (view.state === 'issued') return view;
    assert.ok(Date.now() < until, `${order.id} is ${view.state}`);
    await pause(30);
  }
}

test('who pays has a ticket, and the gate admits it, once', async () => {
  const order = await orderAt(north, 'first');
  await payAt(north, order);
  const { tickets, paidMinor } = await issued(south, order);
  assert.equal(tickets.length, 2);
  assert.equal(paidMinor, order.quote.totalMinor);
  const lane = await north.ask<{ token: string }>('/api/v1/devices', {
    body: { event: 'derby', gate: 'N1' },
  });
  const scan = async () =>
    await north.ask<{ verdict: string; reason: string | null }>('/api/v1/scans', {
      token: lane.token,
      body: {
        ...{ scanId: randomUUID(), code: tickets[0]?.code, direction: 'in' },
        scannedAt: new Date().toISOString(),
      },
    });
  assert.equal((await scan()).verdict, 'admitted');
  assert.equal((await scan()).verdict, 'refused');
});

test('two nodes, a third of all steps going wrong: each order paid once, and the books agree', async () => {
  sandbox.misbehaviour = {
    ...{ seed: 'bought', rate: 0.3 },
    only: ['hang', 'fail-before', 'fail-after', 'double', 'twice', 'delayed'],
  };
  const buy = async (index: number) => {
    const node = index % 2 === 0 ? north : south;
    const order = await orderAt(node, `buyer-${index}`);
    await payAt(node, order);
    return await issued(node, order);
  };
  const views = await Promise.all(Array.from({ length: BUYERS }, (_, index) => buy(index)));
  sandbox.misbehaviour = WELL_BEHAVED;
  const places = views.flatMap((view) => view.places.map(({ seat }) => seat));
  assert.equal(new Set(places).size, BUYERS * 2);
  await agree();
});

/** What the sandbox holds is what our ledger says that it holds, and nothing is owed to anybody. */
async function agree(): Promise<void> {
  const until = Date.now() + WAIT_MAX_MS;
  for (;;) {
    const { rows } = await database.pool.query<{ account: string; minor: string }>(
      `SELECT account, sum(minor) AS minor FROM (
         SELECT debit AS account, amount_minor AS minor FROM ledger
         UNION ALL SELECT credit, -amount_minor FROM ledger) each GROUP BY account`,
    );
    const balances = new Map(rows.map(({ account, minor }) => [account, Number(minor)]));
    const charges = [...sandbox.bank.all()].flatMap((payment) => payment.charges);
    const held = charges
      .filter(({ state }) => state === 'captured')
      .reduce((sum, { amountMinor, refundedMinor }) => sum + amountMinor - refundedMinor, 0);
    const isAgreed =
      balances.get('cash:sandbox') === held &&
      (balances.get('refunds-due') ?? 0) === 0 &&
      balances.get('receivable') === 0 &&
      charges.every(({ state }) => state !== 'authorised');
    if (isAgreed) return;
    assert.ok(Date.now() < until, JSON.stringify([...balances, held]));
    await pause(50);
  }
}
