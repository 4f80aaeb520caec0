// Two nodes that take payments are killed again and again, wherever they are, while a fifth of all steps at the
// provider go wrong. Afterwards no money is without its order, no order without its money, and the books agree.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { balancesOf } from '#domain/sales/ledger.ts';
import type { PaymentStarted } from '#protocol/shop-orders.ts';
import { SandboxServer } from '#server/payments/sandbox/bank-server.ts';
import { WELL_BEHAVED } from '#server/payments/sandbox/misbehaviour.ts';
import { OrderBook } from '#testing/order-book.ts';
import { beginAt, press } from '#testing/payments-node.ts';
import { type TestDatabase, testDatabase } from '#testing/postgres.ts';

const SEED = process.env['SEED'] ?? String(Date.now());
const ORDERS = 60;
const KILLS = 6;
const SECRET = 'sandbox-secret';
const SETTLED_WITHIN_MS = 60_000;
const CHILD = new URL('../../src/testing/payments-child.ts', import.meta.url).pathname;

class KilledNode {
  readonly #told: string;
  #child: ChildProcess | null = null;
  readonly port: number;

  constructor(database: TestDatabase, sandbox: SandboxServer, port: number, notifyUrl: string) {
    this.port = port;
    const { connection } = database;
    const at = { url: sandbox.url, secret: SECRET };
    this.#told = JSON.stringify({ database: connection, sandbox: at, port, notifyUrl });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [CHILD, this.#told], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    await once(child.stdout ?? child, 'data');
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

test(`killed ${KILLS} times, paid once each (SEED=${SEED})`, async () => {
  await using database = await testDatabase();
  await using sandbox = await SandboxServer.start({
    ...{ secret: SECRET, lateMs: 800, webhookDelayMs: 300 },
    misbehaviour: { seed: SEED, rate: 0.2, only: null },
  });
  const book = await OrderBook.create(database.pool);
  const first = 20_000 + (process.pid % 10_000) * 2;
  const notifyUrl = `http://127.0.0.1:${first}/api/v1/payments/sandbox/webhook`;
  const nodes = [0, 1].map((at) => new KilledNode(database, sandbox, first + at, notifyUrl));
  for (const node of nodes) await node.start();
  let isBuying = true;
  const killing = (async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(300 + ((Number(SEED) + kill * 7_919) % 700));
      const node = nodes[kill % 2];
      await node?.kill();
      await node?.start();
    }
  })();
  const buy = async (index: number) => {
    const id = `k-${[...String(10_000 + index)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}aaaaaaa`;
    await pause(index * 60);
    await book.order(id, 10_000 + index, 4_000);
    while (isBuying) {
      const node = nodes[index % 2] ?? assert.fail('there are two nodes');
      const answer = await beginAt(node.url, id, `key-of-${id}`).catch(() => null);
      if (answer?.status === 200) {
        const { next } = (await answer.json()) as PaymentStarted;
        assert.ok(next.kind === 'redirect');
        return await press(next.url, 'pay');
      }
      await answer?.body?.cancel();
      if (answer?.status === 409) return;
      await pause(50);
    }
  };
  await Promise.all(Array.from({ length: ORDERS }, (_, index) => buy(index)));
  isBuying = false;
  await killing;
  sandbox.misbehaviour = WELL_BEHAVED;
  await settled(database, book, sandbox);
  for (const node of nodes) await node.kill();
});

async function settled(
  { pool }: TestDatabase,
  book: OrderBook,
  sandbox: SandboxServer,
): Promise<void> {
  const until = Date.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const { rows } = await pool.query<{ n: string }>(
      'SELECT count(*) AS n FROM payment_jobs WHERE done_at IS NULL',
    );
    if (rows[0]?.n === '0') break;
    assert.ok(Date.now() < until, `${rows[0]?.n} jobs are left`);
    await pause(100);
  }
  const charges = [...sandbox.bank.all()].flatMap((payment) => payment.charges);
  assert.deepEqual(
    charges.filter(({ state }) => state === 'authorised'),
    [],
  );
  const held = charges
    .filter(({ state }) => state === 'captured')
    .reduce((sum, { amountMinor, refundedMinor }) => sum + amountMinor - refundedMinor, 0);
  const balances = balancesOf(await book.postings());
  const orders = await book.all();
  const paid = orders.filter(({ state }) => state === 'issued');
  const worth = paid.reduce((sum, { worth: { salesMinor } }) => sum + salesMinor, 0);
  assert.equal(balances.get('cash:sandbox') ?? 0, held);
  assert.equal(balances.get('refunds-due') ?? 0, 0);
  assert.equal(balances.get('receivable') ?? 0, 0);
  assert.equal(held, worth);
  assert.ok(paid.length > ORDERS / 3, `${paid.length} of ${ORDERS} orders were paid`);
}
