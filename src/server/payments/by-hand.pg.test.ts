import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { balancesOf } from '#domain/sales/ledger.ts';
import type {
  PaymentDetail,
  PaymentList,
  PaymentView,
  Reconciliation,
} from '#protocol/payments.ts';
import type { Problem } from '#protocol/problem.ts';
import type { PaymentStarted } from '#protocol/shop-orders.ts';
import { BOOK_EVENT } from '../../testing/order-book.ts';
import { beginAt, PaymentsNode, press, STAFF_TOKEN } from '../../testing/payments-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { HandProvider } from './hand-provider.ts';
import { billCsv } from './sandbox/bank-bill.ts';
import { SandboxServer } from './sandbox/bank-server.ts';

const SECRET = 'sandbox-secret';
const ACCOUNT = { name: 'Club', number: '6222 0000', bank: 'Bank of the Town' };
let database: TestDatabase;
let sandbox: SandboxServer;
let node: PaymentsNode;

before(async () => {
  database = await testDatabase();
  sandbox = await SandboxServer.start({ secret: SECRET });
  node = await PaymentsNode.start(database.pool, {
    sandbox: { url: sandbox.url, secret: SECRET },
    capture: 'automatic',
    more: [
      new HandProvider('cash', null),
      new HandProvider('club-credit', null),
      new HandProvider('transfer', ACCOUNT),
    ],
  });
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function send<T>(status: number, address: string, body?: unknown): Promise<T> {
  const isText = typeof body === 'string';
  const answer = await fetch(`${node.url}/api/v1/payments${address}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${STAFF_TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': isText ? 'text/csv' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  return JSON.parse(text) as T;
}

const CASH = { provider: 'cash', amountMinor: 20_000, currency: 'CNY' };

test('an order is paid half in cash and half another way; the same request is one payment', async () => {
  const order = await node.book.order('k-handaaaaaaaa', 38_000);
  const request = { ...CASH, order, requestId: 'desk-1' };
  const first = await send<PaymentView>(200, '/by-hand', request);
  assert.equal(first.state, 'captured');
  assert.equal(first.takenBy, 'clerk');
  assert.equal((await send<PaymentView>(200, '/by-hand', request)).id, first.id);
  const other = await send<Problem>(409, '/by-hand', { ...request, amountMinor: 1 });
  assert.match(other.detail ?? '', /another payment/);
  assert.equal((await node.book.find(order)).state, 'paying');
  const more = { ...request, amountMinor: 30_000, requestId: 'desk-2' };
  assert.match((await send<Problem>(409, '/by-hand', more)).detail ?? '', /over-asked/);
  await send(200, '/by-hand', { ...request, amountMinor: 18_000, requestId: 'desk-3' });
  assert.equal((await node.book.find(order)).state, 'issued');
  const { rows } = await database.pool.query(
    `SELECT actor, detail FROM audit WHERE act = 'payment.taken' ORDER BY seq`,
  );
  assert.deepEqual(
    rows.map(({ actor }) => actor),
    ['clerk', 'clerk'],
  );
});

test('club credit is spent by its member’s name, and no more than there is', async () => {
  const order = await node.book.order('k-handbbbbbbbb', 5_000);
  const request = { provider: 'club-credit', amountMinor: 5_000, currency: 'CNY', order };
  const nameless = await send<Problem>(400, '/by-hand', { ...request, requestId: 'credit-1' });
  assert.equal(nameless.errors?.[0]?.field, 'member');
  const member = { ...request, member: 'm-1', requestId: 'credit-2' };
  assert.match((await send<Problem>(409, '/by-hand', member)).detail ?? '', /less credit/);
  await database.pool.query(
    `INSERT INTO book_postings (order_id, posting) VALUES ('k-credit', $1)`,
    [
      {
        ...{ kind: 'returned', payment: null, debit: 'refunds-due', credit: 'credit:m-1' },
        ...{ amountMinor: 6_000, currency: 'CNY' },
      },
    ],
  );
  assert.equal((await send<PaymentView>(200, '/by-hand', member)).state, 'captured');
  assert.equal((await node.book.find(order)).state, 'issued');
  const left = balancesOf(await node.book.postings()).get('credit:m-1');
  assert.equal(left, -1_000);
});

test('a transfer is matched by what the buyer wrote on it; another amount goes back by hand', async () => {
  const order = await node.book.order('k-handcccccccc', 9_000);
  const answer = await beginAt(node.url, order, 'transfer-key', 'transfer');
  const { next, payment } = (await answer.json()) as PaymentStarted;
  assert.ok(next.kind === 'transfer');
  assert.deepEqual(next.account, ACCOUNT);
  const wrong = { reference: next.reference, amountMinor: 8_000, currency: 'CNY', bankRef: 'B-1' };
  await send(200, '/transfers', wrong);
  assert.equal((await node.book.find(order)).state, 'ordered');
  const detail = await send<PaymentDetail>(200, `/${payment}`);
  const refund = detail.jobs.find(({ kind }) => kind === 'refund');
  assert.equal(refund?.amountMinor, 8_000);
  await send(404, `/${payment}/handed-back`, { key: 'r-other', reference: 'x' });
  await send(200, `/${payment}/handed-back`, { key: refund?.key, reference: 'booking 7' });
  const { returns } = await node.book.find(order);
  assert.equal(returns[0]?.returnedMinor, 8_000);
  const again = await beginAt(node.url, order, 'transfer-again', 'transfer');
  const second = (await again.json()) as PaymentStarted;
  assert.ok(second.next.kind === 'transfer');
  const right = { reference: second.next.reference, amountMinor: 9_000, currency: 'CNY' };
  await send(200, '/transfers', { ...right, bankRef: 'B-2' });
  assert.equal((await node.book.find(order)).state, 'issued');
  await send(404, '/transfers', { ...right, reference: 'KMAAAAAAAA', bankRef: 'B-3' });
});

test('the day’s file and our facts agree, or each difference is told by its line', async () => {
  const order = await node.book.order('k-handdddddddd', 7_000);
  const begun = (await (await beginAt(node.url, order, 'bill-key')).json()) as PaymentStarted;
  assert.ok(begun.next.kind === 'redirect');
  await press(begun.next.url, 'pay');
  while ((await node.book.find(order)).state !== 'issued')
    await new Promise((go) => setTimeout(go, 20));
  const today = new Date().toISOString().slice(0, 10);
  const bill = billCsv(sandbox.bank.all(), '');
  const address = `/reconcile?provider=sandbox&day=${today}`;
  const good = await send<Reconciliation>(200, address, bill);
  assert.deepEqual(good.differences, []);
  assert.equal(good.matched, 1);
  assert.deepEqual(good.theirs, [{ currency: 'CNY', capturedMinor: 7_000, refundedMinor: 0 }]);
  assert.deepEqual(good.ours, good.theirs);

  const [header = '', line = ''] = bill.split('\n');
  const other = line.replace(',7000,', ',6999,');
  const unknown = line.replaceAll(/ch-[a-z2-7]+/g, 'ch-unheard');
  const nobodys = unknown.replace('ch-unheard', 'ch-2').replace(begun.payment, 'pay-nobody');
  const spoilt = [header, other, line, unknown, nobodys.replaceAll('ch-unheard', 'ch-2'), ''];
  const bad = await send<Reconciliation>(200, address, spoilt.join('\n'));
  const told = bad.differences.map(({ line: at, kind }) => [at, kind]);
  assert.deepEqual(told, [
    [2, 'amount'],
    [3, 'twice'],
    [4, 'missing-here'],
    [5, 'unmatched'],
  ]);
  const refused = await send<Problem>(
    422,
    address,
    `${header}\n${line.replace(',7000,', ',x,')}\n`,
  );
  assert.match(refused.errors?.[0]?.field ?? '', /line 2/);
});

test('staff see payments of an event, and each with what is known of it', async () => {
  const { payments } = await send<PaymentList>(200, '?provider=cash&state=captured');
  assert.equal(payments.length, 2);
  assert.ok(payments.every(({ event }) => event === BOOK_EVENT));
  await send(404, '/pay-nobody');
  await send(400, '?state=lost');
});
