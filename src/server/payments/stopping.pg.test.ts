// A node that is stopped while a provider keeps it waiting.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { PaymentStarted } from '#protocol/shop-orders.ts';
import { beginAt, PaymentsNode, press } from '../../testing/payments-node.ts';
import { testDatabase } from '../../testing/postgres.ts';
import { jobsOf } from './job-store.ts';
import { SandboxServer } from './sandbox/bank-server.ts';

const SECRET = 'sandbox-secret';
const AMOUNT_MINOR = 18_000;
const HANGING_MS = 30_000;
const WAIT_MAX_MS = 8_000;

test('what a stopped node had taken and not ended is anybody’s at once', async () => {
  await using database = await testDatabase();
  await using sandbox = await SandboxServer.start({ secret: SECRET });
  const at = { url: sandbox.url, secret: SECRET };
  const node = await PaymentsNode.start(database.pool, {
    sandbox: at,
    answerWithinMs: HANGING_MS,
    leaseMs: HANGING_MS,
  });
  const order = await node.book.order('k-bcdefghbcdef', AMOUNT_MINOR);
  const answer = await beginAt(node.url, order, 'a-good-key');
  const { payment, next } = (await answer.json()) as PaymentStarted;
  sandbox.misbehaviour = { seed: 'stop', rate: 1, only: ['hang'] };
  await press(next.kind === 'redirect' ? next.url : '', 'pay');
  await until(async () => (await captureOf(payment))?.attempts === 1);
  await node[Symbol.asyncDispose]();
  const left = await captureOf(payment);
  assert.ok(
    left !== undefined && left.doneAt === null && left.dueAt <= Date.now(),
    'left to others',
  );
  sandbox.misbehaviour = { seed: 'stop', rate: 0, only: null };
  await using other = await PaymentsNode.start(database.pool, { sandbox: at });
  await until(async () => (await other.book.find(order)).state === 'issued');
  assert.equal(sandbox.bank.find(payment)?.charges.length, 1);

  async function captureOf(of: string) {
    return (await jobsOf(database.pool, of)).find(({ kind }) => kind === 'capture');
  }
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MAX_MS;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, 'waited for too long');
    await pause(20);
  }
}
