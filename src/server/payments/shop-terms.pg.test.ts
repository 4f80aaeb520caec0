// What a sale asks and promises beside the price, over HTTP from the seat to the money: codes, names, limits, returns,
// and credit for an arrival that the gate has seen.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { checkCharacter } from '#domain/identity/document.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { ArrivalsSettled, PledgesMade } from '#protocol/arrivals.ts';
import type { SaleBooks, SaleFileWritten } from '#protocol/sales.ts';
import type { QuoteView, SaleView } from '#protocol/shop.ts';
import { SHOP, shopPaths } from '#protocol/shop-addresses.ts';
import type { CancelQuote } from '#protocol/shop-orders.ts';
import { endedEvents } from '#server/sales/settle-arrivals.ts';
import { derbyFile } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { atBank, paid, ShopBuyer, seen, until } from '../../testing/order-buyer.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { NAME } from '../../testing/sale.ts';
import { saleOf } from '../../testing/sale-ground.ts';
import { SandboxServer } from './sandbox/bank-server.ts';

const SECRET = 'sandbox-secret';
const ADULT_MINOR = 18_000;
const OFF_MINOR = 5_000;
const CREDIT_MINOR = 1_500;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SALE = '/api/v1/events/derby/sale';
const CARDS = ['11010519491231002', '44052419800101001', '34052419850101001'].map(
  (start) => `${start}${checkCharacter(start)}`,
);
const later = (ms: number) => new Date(Date.now() + ms).toISOString();

let database: TestDatabase;
let sandbox: SandboxServer;
let node: HttpNode;
let version = 0;
const BASE: Partial<SaleFileWritten> = {
  areas: [{ category: 'b', section: 'N103' }],
  quotas: [{ id: 'four', per: 'person', ticketsMax: 4 }],
  refunds: { id: 'club', name: NAME, tiers: ['3h 10%', '0m 25%'] },
} as Partial<SaleFileWritten>;

before(async () => {
  database = await testDatabase();
  sandbox = await SandboxServer.start({ secret: SECRET });
  const config = { url: sandbox.url, secretFile: 'secret', looksAgainAfterSeconds: 1 };
  const files = { 'payments/sandbox.json': JSON.stringify(config), 'payments/secret': SECRET };
  node = await HttpNode.start(database, { files });
  const match = {
    ...derbyFile({ isNow: true }),
    startsAt: later(HOUR_MS),
    endsAt: later(3 * HOUR_MS),
  };
  await node.ask('/api/v1/events/derby', { method: 'PUT', body: match });
  const seats = Array.from({ length: 60 }, (_, at) => {
    return `north,N103,${1 + Math.floor(at / 20)},${1 + (at % 20)}`;
  });
  const manifest = ['stand,section,row,seat', ...seats, ''].join('\n');
  await node.ask('/api/v1/grounds/riverside/layouts/import', { body: manifest });
  await publish(BASE);
  await node.ask('/api/v1/events/derby/open', { method: 'POST' });
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function publish(changes: Partial<SaleFileWritten>): Promise<void> {
  const body = { file: saleOf(changes), replaces: version, reason: 'test' };
  await node.ask(SALE, { method: 'PUT', body });
  version += 1;
}

const at = () => ({ node, sandbox });

test('a code takes off what it says, once for each of its uses, and again when its order has ended', async () => {
  const terms = { name: NAME, off: { kind: 'fixed', amountMinor: OFF_MINOR }, usesMax: 1 };
  await node.ask(`${SALE}/vouchers`, {
    body: { vouchers: [{ id: 'fans', code: 'FANS2026', terms }] },
  });
  const buyer = new ShopBuyer(at());
  const hold = await buyer.hold(2);
  const codes = { vouchers: ['fans 2026'] };
  const quote = await node.ask<QuoteView>(shopPaths.quote(hold.id), {
    body: codes,
    headers: buyer.headers,
  });
  assert.equal(quote.totalMinor, 2 * ADULT_MINOR - OFF_MINOR);
  const unknown = { ...codes, vouchers: ['NOBODY99'] };
  const wrong = await node.refuses(409, shopPaths.orders(), buyer.wish(hold, unknown));
  assert.equal(wrong.why, 'voucher-unknown');
  const order = await buyer.order(hold, { ...codes, totalMinor: quote.totalMinor });
  const other = new ShopBuyer(at());
  const second = await other.hold(1);
  const spent = other.wish(second, { ...codes, totalMinor: ADULT_MINOR - OFF_MINOR });
  const refused = await node.refuses(409, shopPaths.orders(), spent);
  assert.equal(refused.why, 'voucher-used-up');
  await node.ask(shopPaths.hold(hold.id), { method: 'DELETE', headers: buyer.headers });
  assert.equal((await seen(at(), order)).state, 'cancelled');
  const again = await other.order(second, { ...codes, totalMinor: ADULT_MINOR - OFF_MINOR });
  const view = await seen(at(), await paid(at(), again));
  assert.equal(view.paidMinor, ADULT_MINOR - OFF_MINOR);
  assert.equal(atBank(at(), view).captured, ADULT_MINOR - OFF_MINOR);
});

test('one person has so many tickets, whatever carts they come with', async () => {
  const email = 'one.person@example.org';
  await new ShopBuyer(at(), email).buys(3);
  const again = new ShopBuyer(at(), email);
  const refused = await node.refuses(409, shopPaths.orders(), again.wish(await again.hold(2)));
  assert.equal(refused.why, 'person-limit');
  const greedy = { best: { types: [{ type: 'adult', count: 5 }] } };
  const cart = await node.refuses(409, shopPaths.holds('derby'), {
    body: greedy,
    headers: again.headers,
  });
  assert.equal(cart.why, 'person-limit');
});

test('what is given back brings what was quoted, once, and never more than was paid', async () => {
  const order = await new ShopBuyer(at()).buys(3);
  const headers = { 'kaimen-order': order.secret };
  const quoted = async (lines: string[] | null) =>
    await node.ask<CancelQuote>(shopPaths.cancelQuote(order.id), { body: { lines }, headers });
  const first = await quoted(['2']);
  assert.equal(first.refundMinor, ADULT_MINOR * 0.75);
  const ask = { lines: ['2'], refundMinor: first.refundMinor };
  const more = { body: { ...ask, refundMinor: first.refundMinor + 1 }, headers };
  assert.equal((await node.refuses(409, shopPaths.cancel(order.id), more)).why, 'refund-changed');
  const both = await Promise.all(
    [1, 2].map(() => node.fetch(shopPaths.cancel(order.id), { body: ask, headers })),
  );
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
  // Whoever edits the policy afterwards changes nothing of what was sold.
  await publish({ ...BASE, refunds: null });
  const rest = await quoted(null);
  assert.deepEqual(
    rest.lines.map(({ line }) => line),
    ['1', '3'],
  );
  await node.ask(shopPaths.cancel(order.id), {
    body: { lines: null, refundMinor: rest.refundMinor },
    headers,
  });
  const due = first.refundMinor + rest.refundMinor;
  const view = await until(at(), order, ({ returnedMinor }) => returnedMinor === due);
  assert.deepEqual(atBank(at(), view), { captured: 3 * ADULT_MINOR, refunded: due });
  assert.ok(view.tickets.every(({ status, code }) => status === 'cancelled' && code === null));
  assert.equal(
    (await node.refuses(409, shopPaths.cancelQuote(order.id), { body: { lines: null }, headers }))
      .why,
    'order-cancelled',
  );
});

test('a sale by name: one document, one ticket, kept from everybody, and free again with its place', async () => {
  await publish({
    ...BASE,
    realName: { kinds: ['resident-id', 'passport'], ages: [{ type: 'adult', fromYears: 18 }] },
  });
  const buyer = new ShopBuyer(at());
  const hold = await buyer.hold(2);
  const sale = await node.ask<SaleView>(shopPaths.event('derby'));
  assert.deepEqual(sale.realName, { kinds: ['resident-id', 'passport'], types: null });
  const named = (...numbers: string[]) => ({
    holders: numbers.map((number, index) => {
      const document = { kind: 'resident-id', number };
      return { line: String(index + 1), name: 'Fang Wang', document };
    }),
  });
  const [one = '', two = '', three = ''] = CARDS;
  const refuses = async (more: object) =>
    (await node.refuses(409, shopPaths.orders(), buyer.wish(hold, more))).why;
  assert.equal(await refuses({}), 'document-needed');
  assert.equal(await refuses(named(one)), 'document-needed');
  assert.equal(await refuses(named(one, one)), 'document-twice');
  const typo = await node.refuses(
    400,
    shopPaths.orders(),
    buyer.wish(hold, named(one, `${two.slice(0, -1)}${two.endsWith('5') ? '6' : '5'}`)),
  );
  assert.equal(typo.errors?.[0]?.field, 'holders[1].document.number');
  const order = await paid(at(), await buyer.order(hold, named(one, two)));
  const { rows } = await database.pool.query<{ row: string }>(
    `SELECT d::text AS row FROM documents d UNION ALL SELECT o::text FROM orders o
     UNION ALL SELECT p::text FROM order_people p UNION ALL SELECT h::text FROM holders h`,
  );
  for (const { row } of rows) for (const card of CARDS) assert.ok(!row.includes(card));
  const found = await node.ask<{ ticket: { ref: string } | null }>(
    '/api/v1/events/derby/documents/find',
    { body: { kind: 'resident-id', number: one, reason: 'lost ticket' } },
  );
  assert.equal(found.ticket?.ref, `${order.id}-1`);
  const other = new ShopBuyer(at());
  const second = await other.hold(2);
  const taken = await node.refuses(409, shopPaths.orders(), other.wish(second, named(three, one)));
  assert.equal(taken.why, 'document-has-ticket');
  const headers = { 'kaimen-order': order.secret };
  const lines = { lines: ['1'] };
  const { refundMinor } = await node.ask<CancelQuote>(shopPaths.cancelQuote(order.id), {
    body: lines,
    headers,
  });
  await node.ask(shopPaths.cancel(order.id), { body: { ...lines, refundMinor }, headers });
  await other.order(second, named(three, one));
  await publish(BASE);
  const last = new ShopBuyer(at());
  const needless = last.wish(await last.hold(1), named(one));
  const asked = await node.refuses(400, shopPaths.orders(), needless);
  assert.equal(asked.errors?.[0]?.field, 'holders[0].document');
});

test('who comes when they said is paid the credit as the scan has proved it, once', async () => {
  const [came, stayed] = await Promise.all([
    new ShopBuyer(at()).buys(2),
    new ShopBuyer(at()).buys(1),
  ]);
  assert.ok(came !== undefined && stayed !== undefined);
  const [from, end] = [Date.now() + 1_500, Date.now() + 3_000];
  const early = { id: 'early', name: NAME, creditMinor: CREDIT_MINOR, budgetMinor: 10_000 };
  const slot = { from: new Date(from).toISOString(), until: new Date(end).toISOString() };
  await publish({ ...BASE, arrivals: [{ ...early, ...slot }] });
  for (const order of [came, stayed]) {
    const made = await node.ask<PledgesMade>(`${SHOP}/orders/${order.id}/arrivals/early`, {
      body: {},
      headers: { 'kaimen-order': order.secret },
    });
    assert.deepEqual(made.refused, []);
  }
  const stranger = { body: {}, headers: { 'kaimen-order': 'a'.repeat(26) } };
  await node.refuses(404, `${SHOP}/orders/${came.id}/arrivals/early`, stranger);
  await pause(from - Date.now());
  const { tickets } = await seen(at(), came);
  const gate = { body: { event: 'derby', gate: 'N1' } };
  const { token } = await node.ask<{ token: string }>('/api/v1/devices', gate);
  const scan = { scanId: randomUUID(), code: tickets[0]?.code, direction: 'in' };
  const body = { ...scan, scannedAt: new Date().toISOString() };
  const entered = await node.ask<{ verdict: string }>('/api/v1/scans', { token, body });
  assert.equal(entered.verdict, 'admitted');
  await pause(Math.max(0, end - Date.now()));
  const settle = () => node.ask<ArrivalsSettled>(`${SALE}/arrivals/settle`, { method: 'POST' });
  const settled = await settle();
  assert.deepEqual(settled.credits, [
    { ticket: `${came.id}-1`, offer: 'early', creditMinor: CREDIT_MINOR },
  ]);
  const view = await until(at(), came, ({ returnedMinor }) => returnedMinor === CREDIT_MINOR);
  assert.deepEqual(atBank(at(), view), { captured: 2 * ADULT_MINOR, refunded: CREDIT_MINOR });
  assert.ok(
    view.tickets.every(({ status }) => status === 'valid'),
    'nothing was cancelled by it',
  );
  assert.equal((await settle()).settled, 0);
  assert.equal((await seen(at(), came)).returnDueMinor, 0, 'once');
  assert.equal((await seen(at(), stayed)).returnedMinor, 0);
  const ended = (ms: number) => endedEvents({ pool: database.pool }, (Date.now() + ms) as Instant);
  assert.deepEqual(await ended(0), [], 'the match goes on');
  assert.deepEqual(await ended(DAY_MS), [{ id: 'derby', isNew: false }]);
  const { faults } = await node.ask<SaleBooks>(`${SALE}/books`);
  assert.deepEqual(faults, []);
});
