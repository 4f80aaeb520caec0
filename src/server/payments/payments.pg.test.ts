import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { balancesOf } from '#domain/sales/ledger.ts';
import type { Order } from '#domain/sales/order.ts';
import type { PaymentStarted } from '#protocol/shop-orders.ts';
import { beginAt, PaymentsNode, press } from '../../testing/payments-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { factsOf } from './fact-store.ts';
import { jobsOf } from './job-store.ts';
import { listPayments, loadPayments } from './payment-store.ts';
import { SandboxServer } from './sandbox/bank-server.ts';
import { WELL_BEHAVED } from './sandbox/misbehaviour.ts';
import { SIGNATURE_HEADER, sign } from './sandbox/signature.ts';

const SECRET = 'sandbox-secret';
const WAIT_MAX_MS = 8_000;
let database: TestDatabase;
let sandbox: SandboxServer;
let node: PaymentsNode;
let orders = 0;

before(async () => {
  database = await testDatabase();
  sandbox = await SandboxServer.start({ secret: SECRET, lateMs: 900, webhookDelayMs: 200 });
  node = await PaymentsNode.start(database.pool, { sandbox: { url: sandbox.url, secret: SECRET } });
});

afterEach(() => {
  sandbox.misbehaviour = WELL_BEHAVED;
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

function misbehave(only: string[], rate = 1): void {
  sandbox.misbehaviour = { seed: 'test', rate, only };
}

async function newOrder(amountMinor = 38_000, holdMs = 60_000): Promise<string> {
  orders += 1;
  return await node.book.order(
    `k-${String(orders)
      .padStart(12, 'a')
      .replace(/[0-9]/g, (n) => 'bcdefghijk'[Number(n)] ?? '')}`,
    amountMinor,
    holdMs,
  );
}

async function begin(order: string, key: string = crypto.randomUUID()): Promise<PaymentStarted> {
  const answer = await beginAt(node.url, order, key);
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text) as PaymentStarted;
}

function payUrlOf({ next }: PaymentStarted): string {
  return next.kind === 'redirect' ? next.url : assert.fail(`a sandbox redirects, not ${next.kind}`);
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MAX_MS;
  while (!(await isSo())) {
    if (Date.now() > end) assert.fail(`waited for: ${what}`);
    await pause(20);
  }
}

async function becomes(order: string, state: Order['state']): Promise<void> {
  await until(`${order} ${state}`, async () => (await node.book.find(order)).state === state);
}

async function comesBack(order: string, amountMinor: number): Promise<void> {
  await until(`${order} returns ${amountMinor}`, async () => {
    const { returns } = await node.book.find(order);
    return returns.reduce((sum, one) => sum + one.returnedMinor, 0) === amountMinor;
  });
}

/** What the provider holds for us by our books is what it holds by its own. */
async function balances(): Promise<ReadonlyMap<string, number>> {
  const posted = balancesOf(await node.book.postings());
  const held = [...sandbox.bank.all()].flatMap(({ charges }) => charges);
  const atBank = held
    .filter(({ state }) => state === 'captured')
    .reduce((sum, charge) => sum + charge.amountMinor - charge.refundedMinor, 0);
  assert.equal(posted.get('cash:sandbox') ?? 0, atBank);
  assert.equal(posted.get('refunds-due') ?? 0, 0);
  return posted;
}

test('an order is paid: authorised, captured against its seats, and issued', async () => {
  const order = await newOrder();
  const started = await begin(order);
  await press(payUrlOf(started), 'pay');
  await becomes(order, 'issued');
  const payment = (await loadPayments(database.pool, [started.payment])).get(started.payment);
  assert.equal(payment?.state, 'captured');
  assert.equal(payment?.capturedMinor, 38_000);
  const kinds = (await factsOf(database.pool, [started.payment])).map(({ kind }) => kind);
  assert.deepEqual(kinds.sort(), ['authorised', 'captured']);
  await balances();
});

test('the same key is the same payment, for the buyer and at the provider', async () => {
  const order = await newOrder();
  const [first, again] = await Promise.all([
    begin(order, 'the-same-key'),
    begin(order, 'the-same-key'),
  ]);
  assert.deepEqual(first, again);
  const other = await begin(order, 'another-key');
  assert.notEqual(other.payment, first.payment);
});

test('a payment without a key, a secret or a known provider is refused, saying which', async () => {
  const order = await newOrder();
  const refused = await beginAt(node.url, order, 'a-good-key', 'alipay');
  assert.equal(refused.status, 409);
  assert.match(await refused.text(), /choose one of sandbox/);
  const nameless = await beginAt(node.url, order, 'short');
  assert.equal(nameless.status, 400);
  assert.match(await nameless.text(), /Idempotency-Key/);
});

test('who declines may try again, and pays once', async () => {
  const order = await newOrder();
  const declined = await begin(order);
  await press(payUrlOf(declined), 'decline');
  await until('declined', async () => {
    const found = await node.book.find(order);
    return found.payments[0]?.state === 'failed';
  });
  await press(payUrlOf(await begin(order)), 'pay');
  await becomes(order, 'issued');
  await balances();
});

test('a webhook that never comes is found by asking', async () => {
  misbehave(['lost']);
  const order = await newOrder();
  await press(payUrlOf(await begin(order)), 'pay');
  await becomes(order, 'issued');
  await balances();
});

test('webhooks that come twice, or overtaken by later ones, change nothing', async () => {
  misbehave(['twice', 'delayed'], 0.9);
  const all = await Promise.all(Array.from({ length: 6 }, () => newOrder()));
  for (const order of all) await press(payUrlOf(await begin(order)), 'pay');
  for (const order of all) await becomes(order, 'issued');
  await balances();
});

test('a second charge of a hasty buyer is let go, or given back where it was captured', async () => {
  misbehave(['double']);
  const order = await newOrder();
  const started = await begin(order);
  await press(payUrlOf(started), 'pay');
  await becomes(order, 'issued');
  await until('the spare charge is voided', async () => {
    const charges = sandbox.bank.find(started.payment)?.charges ?? [];
    return (
      charges
        .map(({ state }) => state)
        .sort()
        .join() === 'captured,voided'
    );
  });
  await using automatic = await PaymentsNode.start(database.pool, {
    sandbox: { url: sandbox.url, secret: SECRET },
    capture: 'automatic',
  });
  const twice = await newOrder(12_000);
  const answer = await beginAt(automatic.url, twice, 'paid-twice');
  await press(payUrlOf((await answer.json()) as PaymentStarted), 'pay');
  await comesBack(twice, 12_000);
  await becomes(twice, 'issued');
  await balances();
});

test('money that is not what was asked for goes back, whole, and the order waits', async () => {
  misbehave(['wrong-amount']);
  await using automatic = await PaymentsNode.start(database.pool, {
    sandbox: { url: sandbox.url, secret: SECRET },
    capture: 'automatic',
  });
  const order = await newOrder(18_000);
  const answer = await beginAt(automatic.url, order, 'wrong-amount');
  await press(payUrlOf((await answer.json()) as PaymentStarted), 'pay');
  await comesBack(order, 18_001);
  assert.notEqual((await node.book.find(order)).state, 'issued');
  await balances();
});

test('money that comes when the seats are gone is let go', async () => {
  misbehave(['late']);
  const order = await newOrder(18_000, 500);
  const started = await begin(order);
  await press(payUrlOf(started), 'pay');
  await until('closed or voided at the provider', async () => {
    const at = sandbox.bank.find(started.payment);
    return at?.isClosed === true && at.charges.every(({ state }) => state === 'voided');
  });
  await until('known here', async () => {
    const payment = (await loadPayments(database.pool, [started.payment])).get(started.payment);
    return payment?.state === 'failed' || payment?.state === 'voided';
  });
  assert.notEqual((await node.book.find(order)).state, 'issued');
  await balances();
});

test('calls that hang, fail, or fail after they were done are made again under their key', async () => {
  misbehave(['hang', 'fail-before', 'fail-after'], 0.5);
  const all = await Promise.all(Array.from({ length: 5 }, () => newOrder()));
  for (const order of all) {
    let answer: Response;
    do answer = await beginAt(node.url, order, `key-of-${order}`);
    while (answer.status === 503);
    await press(payUrlOf((await answer.json()) as PaymentStarted), 'pay');
  }
  for (const order of all) await becomes(order, 'issued');
  await balances();
});

test('a forged, stale, malformed or outsized webhook is refused, and says why without quoting it', async () => {
  const body = JSON.stringify({ event: 'e', fact: {} });
  const send = async (text: string, signature: string) =>
    await fetch(`${node.url}/api/v1/payments/sandbox/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature },
      body: text,
    });
  for (const [text, signature, why] of [
    [body, sign('another', body, Date.now()), /does not match/],
    [`${body} `, sign(SECRET, body, Date.now()), /does not match/],
    [body, sign(SECRET, body, Date.now() - 600_000), /too long ago/],
    [body, 'nonsense', /not of the form/],
    [body, sign(SECRET, body, Date.now()), /not a message of a sandbox/],
  ] as const) {
    const refused = await send(text, signature);
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), why);
  }
  const large = 'x'.repeat(200_000);
  assert.equal((await send(large, sign(SECRET, large, Date.now()))).status, 413);
  const nowhere = await fetch(`${node.url}/api/v1/payments/stripe/webhook`, { method: 'POST' });
  assert.equal(nowhere.status, 404);
});

test('money of a payment that nobody here began is kept for people to look at', async () => {
  const fact = {
    ...{ kind: 'captured', payment: 'pay-nobodys', ref: 'ch-nobodys', charge: 'ch-nobodys' },
    ...{ amountMinor: 100, currency: 'CNY', key: null, at: new Date().toISOString() },
  };
  const body = JSON.stringify({ event: 'e', fact });
  const answer = await fetch(`${node.url}/api/v1/payments/sandbox/webhook`, {
    method: 'POST',
    headers: { [SIGNATURE_HEADER]: sign(SECRET, body, Date.now()) },
    body,
  });
  assert.equal(answer.status, 200);
  const [kept] = await factsOf(database.pool, ['pay-nobodys']);
  assert.equal(kept?.decision, 'unmatched');
});

test('when all is told, nothing is left to be asked', async () => {
  const payments = await listPayments(database.pool, {
    ...{ event: null, provider: null, state: 'captured', before: null, limit: 100 },
  });
  assert.ok(payments.length > 10);
  for (const { id } of payments) {
    await until(`jobs of ${id}`, async () => {
      const jobs = await jobsOf(database.pool, id);
      return jobs.every(({ doneAt }) => doneAt !== null);
    });
  }
});
