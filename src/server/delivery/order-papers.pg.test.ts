// What whoever has the link of an order gets: tickets that open the gate, a receipt, the way in. And the routes by
// which people change a match.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { ChangePreview, ChangeView } from '#protocol/event-change.ts';
import type { OrderAdvice } from '#protocol/order-papers.ts';
import type { HoldView } from '#protocol/shop.ts';
import type { OrderCreated } from '#protocol/shop-orders.ts';
import { proofPages, readCodes, textOf } from '#testing/proof.ts';
import { derbyFile } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { saleFileWritten } from '../../testing/sale.ts';
import { until } from '../../testing/waiting.ts';
import { createCatalogue } from '../entry/catalogue.ts';
import { silentLog } from '../platform/log.ts';
import { loadMasterKey } from '../platform/secret-file.ts';
import { Sales } from '../sales/sales.ts';
import type { ServerContext } from '../server-context.ts';
import { countChanges, readFate } from '../venue/match-fate.ts';

const EVENT = '/api/v1/events/derby';
const SHOP = '/api/v1/shop';
const SEATS = Array.from({ length: 12 }, (_, n) => `north,N103,1,${n + 1}`);
const SELLER = {
  name: { 'zh-CN': '滨江足球俱乐部', en: 'Riverside Football Club' },
  address: { 'zh-CN': '滨江路 1 号', en: '1 Riverside Road' },
  taxId: '91310000775785552L',
};
let database: TestDatabase;
let node: HttpNode;
let sales: Sales;
const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-papers-'));

before(async () => {
  database = await testDatabase();
  const outboxFile = path.join(dir, 'outbox.json');
  writeFileSync(outboxFile, JSON.stringify({ publicUrl: 'https://club.example', seller: SELLER }));
  node = await HttpNode.start(database, { outboxFile });
  await node.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true }) });
  await node.ask('/api/v1/grounds/riverside/layouts/import', {
    body: ['stand,section,row,seat', ...SEATS, ''].join('\n'),
  });
  const file = { ...saleFileWritten(), quotas: [] };
  await node.ask(`${EVENT}/sale`, { method: 'PUT', body: { file, replaces: 0, reason: 'test' } });
  await node.ask(`${EVENT}/open`, { method: 'POST' });
  const masterKey = loadMasterKey(node.dataDir);
  const catalogue = createCatalogue(database.pool, masterKey, 'hub', null);
  const stopping = new AbortController().signal;
  const context = { pool: database.pool, masterKey, catalogue, stopping, log: silentLog };
  sales = new Sales(context as unknown as ServerContext);
});

after(async () => {
  sales.stop();
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

let carts = 0;

async function order(places: number): Promise<OrderCreated> {
  carts += 1;
  const cart = `cart-of-a-buyer-who-is-number-${carts}`;
  const headers = (what: string) => ({
    'kaimen-cart': cart,
    'idempotency-key': `"${what}-${carts}"`,
  });
  const best = { types: [{ type: 'adult', count: places }] };
  const hold = await node.ask<HoldView>(`${SHOP}/events/derby/holds`, {
    body: { best },
    headers: headers('hold-it-please'),
  });
  return await node.ask<OrderCreated>(`${SHOP}/orders`, {
    body: {
      hold: hold.id,
      totalMinor: hold.quote?.totalMinor,
      buyer: { name: '王芳', phone: '+8613800001234' },
      locale: 'zh-CN',
    },
    headers: headers('order-it-please'),
  });
}

async function pay({ id, quote }: OrderCreated): Promise<void> {
  const amountMinor = quote.totalMinor;
  const start = { payment: `pay-${id}`, provider: 'alipay', member: null, askedMinor: amountMinor };
  const capture = {
    payment: start.payment,
    amountMinor,
    currency: 'CNY',
    providerRef: `ref-${id}`,
  };
  await sales.withStock(1, (client) =>
    sales.applyPaymentFacts(client, 1, [
      { order: id, fact: { kind: 'payment-started', ...start } },
      { order: id, fact: { kind: 'captured', ...capture } },
    ]),
  );
}

const paper = async ({ id, secret }: OrderCreated, name: string) => {
  const headers = { 'kaimen-order': secret };
  const response = await node.fetch(`${SHOP}/orders/${id}/${name}`, { headers });
  assert.equal(response.status, 200, name);
  return new Uint8Array(await response.arrayBuffer());
};

test('the link of an order gives tickets that the gate admits, once each', async () => {
  const bought = await order(2);
  const headers = { 'kaimen-order': bought.secret };
  await node.refuses(409, `${SHOP}/orders/${bought.id}/tickets.pdf`, { headers });
  await pay(bought);
  await node.refuses(404, `${SHOP}/orders/${bought.id}/tickets.pdf`);
  const wrong = {
    'kaimen-order': bought.secret.replace(/^./, (first) => (first === 'a' ? 'b' : 'a')),
  };
  await node.refuses(404, `${SHOP}/orders/${bought.id}/tickets.pdf`, { headers: wrong });
  const pages = await proofPages(await paper(bought, 'tickets.pdf'), 120);
  const codes = (await Promise.all(pages.map((page) => readCodes(page)))).flat();
  assert.equal(new Set(codes).size, 2);
  const lane = await node.ask<{ token: string }>('/api/v1/devices', {
    body: { event: 'derby', gate: 'N1' },
  });
  const scan = async (code: string, scanId: string) => {
    const body = { scanId, code, direction: 'in', scannedAt: new Date().toISOString() };
    return (await node.ask<{ verdict: string }>('/api/v1/scans', { token: lane.token, body }))
      .verdict;
  };
  const [first = '', second = ''] = codes;
  assert.deepEqual(
    [await scan(first, 's-1'), await scan(second, 's-2'), await scan(first, 's-3')],
    ['admitted', 'admitted', 'refused'],
  );
});

test('a receipt has a number of its own, the taxes that are in the prices, and stays as it was issued', async () => {
  const [one, two] = [await order(2), await order(1)];
  await pay(one);
  await pay(two);
  const first = await paper(one, 'receipt.pdf');
  const again = await paper(one, 'receipt.pdf');
  assert.deepEqual(again, first);
  const [text = ''] = await textOf(first);
  const year = new Date().getFullYear();
  for (const said of [
    `R-${year}-000001`,
    one.id,
    '¥360.00',
    '6%',
    '支付宝',
    SELLER.taxId,
    'N103-1-',
  ]) {
    assert.ok(text.includes(said), `${said} in ${text}`);
  }
  const [other = ''] = await textOf(await paper(two, 'receipt.pdf'));
  assert.ok(other.includes(`R-${year}-000002`), 'numbers follow one another');
});

test('the link of an order says how to come in, by the ways that the club has described', async () => {
  const way = (gate: string, exit: string) => ({
    gate,
    from: { 'zh-CN': `地铁 ${exit} 口`, en: `metro exit ${exit}` },
    isStepFree: true,
    walkMinutes: 6,
  });
  const approaches = [way('N1', 'B'), way('S1', 'C')];
  await node.ask('/api/v1/venues/riverside/approaches', { method: 'PUT', body: { approaches } });
  const bought = await order(1);
  await pay(bought);
  const headers = { 'kaimen-order': bought.secret };
  const { tickets } = await node.ask<OrderAdvice>(`${SHOP}/orders/${bought.id}/advice`, {
    headers,
  });
  const [advice] = tickets;
  assert.equal(advice?.gate?.id, 'N1');
  assert.match(advice?.words.en ?? '', /^N1, from metro exit B: be there by \d\d:\d\d$/);
  assert.match(
    advice?.words['zh-CN'] ?? '',
    /^从地铁 B 口过来，由 N1 入场，请在 \d\d:\d\d 前到达$/,
  );
});

test('a change of a match is foreseen first, decided on what was foreseen, and worked through', async () => {
  const unpaid = await order(1);
  const change = { kind: 'postponed' };
  const { foreseen } = await node.ask<ChangePreview>(`${EVENT}/changes/preview`, {
    body: { change },
  });
  assert.deepEqual([foreseen.orders, foreseen.told, foreseen.refundMinor], [3, 3, 0]);
  const decided = { change, reason: 'storm', orders: 3, refundMinor: 0 };
  await node.refuses(409, `${EVENT}/changes`, { body: { ...decided, orders: 4 } });
  const token = await viewer();
  await node.refuses(403, `${EVENT}/changes`, { body: decided, token });
  const begun = await node.ask<ChangeView>(`${EVENT}/changes`, { body: decided });
  assert.equal(begun.reason, 'storm');
  const look = () => node.ask<{ changes: ChangeView[] }>(`${EVENT}/changes`);
  const { value } = await until(8_000, look, ({ changes }) => changes[0]?.finishedAt !== null);
  assert.deepEqual(value.changes[0]?.done, foreseen);
  const { status } = await node.ask<{ status: string }>(EVENT);
  assert.equal(status, 'closed', 'nobody enters a match that is not played tonight');
  const { messages } = await node.ask<{ messages: { template: string; to: string }[] }>(
    '/api/v1/outbox?state=waiting',
  );
  const postponed = messages.filter(({ template }) => template === 'match-postponed');
  assert.deepEqual([postponed.length, postponed[0]?.to], [3, '***1234']);
  assert.ok(unpaid.id.startsWith('k-'));
  assert.deepEqual(await readFate(database.pool, 1), { kind: 'postponed' });
  assert.equal(await countChanges(database.pool, 1), 1);
});

test('a cancelled match takes two people, and ends what is not paid', async () => {
  const change = { kind: 'cancelled' };
  const { foreseen } = await node.ask<ChangePreview>(`${EVENT}/changes/preview`, {
    body: { change },
  });
  assert.equal(foreseen.ended, 1);
  assert.equal(foreseen.entered, 2, 'their holders were inside: that is for the club to decide');
  const { orders, refundMinor } = foreseen;
  const decided = { change, reason: 'storm', orders, refundMinor };
  const alone = await node.refuses(400, `${EVENT}/changes`, { body: decided });
  assert.equal(alone.errors?.[0]?.field, 'secondPerson');
  const own = { ...decided, secondPerson: node.adminToken };
  await node.refuses(400, `${EVENT}/changes`, { body: own });
});

async function viewer(): Promise<string> {
  const body = { role: 'viewer', person: 'p-viewer' };
  return (await node.ask<{ token: string }>('/api/v1/tokens', { body })).token;
}
