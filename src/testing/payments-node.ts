// A node that takes payments and nothing else: its real routes and jobs over orders of the test's own book, with a
// sandbox that may run anywhere.
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { QueryTimes } from '#server/payments/carry-out.ts';
import { Payments } from '#server/payments/payments.ts';
import type { PaymentProvider } from '#server/payments/provider.ts';
import type { JobTimes } from '#server/payments/run-jobs.ts';
import { SandboxProvider } from '#server/payments/sandbox/sandbox-provider.ts';
import { addShopPaymentRoutes } from '#server/payments/shop-payment-routes.ts';
import { addStaffPaymentRoutes } from '#server/payments/staff-routes.ts';
import { addWebhookRoutes } from '#server/payments/webhook-routes.ts';
import { systemClock } from '#server/platform/clock.ts';
import { problemOfFault } from '#server/platform/database-fault.ts';
import { buildApp } from '#server/platform/http/app.ts';
import { acceptCsv } from '#server/platform/http/upload.ts';
import { silentLog } from '#server/platform/log.ts';
import { OrderBook } from './order-book.ts';

/** Of minutes seconds, so that a test need not wait. */
const QUERIES: QueryTimes = { firstMs: 300, lastMs: 600, authorisedMs: 3_000 };
const JOBS: JobTimes = {
  pollMs: 100,
  leaseMs: 1_000,
  againFirstMs: 50,
  againLastMs: 400,
  stopWithinMs: 500,
};
const LOOKS_AGAIN_MS = 400;
const ANSWER_WITHIN_MS = 400;

export const STAFF_TOKEN = 'kt_box_office';
const STAFF = { kind: 'operator', id: 'op', role: 'admin', person: 'clerk' } as const;

export type PaymentsNodeOptions = {
  readonly sandbox: { readonly url: string; readonly secret: string };
  readonly capture?: 'manual' | 'automatic';
  /** Where webhooks go; null: to this node. */
  readonly notifyUrl?: string | null;
  readonly port?: number;
  readonly more?: readonly PaymentProvider[];
  readonly answerWithinMs?: number;
  readonly leaseMs?: number;
};

export class PaymentsNode implements AsyncDisposable {
  readonly book: OrderBook;
  readonly payments: Payments;
  readonly app: FastifyInstance;
  #url = '';

  private constructor(book: OrderBook, payments: Payments, app: FastifyInstance) {
    this.book = book;
    this.payments = payments;
    this.app = app;
  }

  static async start(pool: pg.Pool, options: PaymentsNodeOptions): Promise<PaymentsNode> {
    const { sandbox, capture = 'manual', notifyUrl = null, port = 0, more = [] } = options;
    const book = await OrderBook.create(pool);
    const app = await buildApp({
      authenticate: (token) => Promise.resolve(token === STAFF_TOKEN ? STAFF : null),
      prove: () => Promise.resolve(null),
      log: silentLog,
      version: '0.0.0',
      translate: (error) => problemOfFault(error, false),
      tls: null,
      shedding: { install: () => {} },
    });
    const providers = new Map<string, PaymentProvider>(more.map((each) => [each.name, each]));
    const payments = new Payments({
      pool,
      log: silentLog,
      orders: book,
      providers,
      publicUrl: () => 'https://club.example',
      nowMs: systemClock,
      queries: QUERIES,
      jobs: { ...JOBS, leaseMs: options.leaseMs ?? JOBS.leaseMs },
    });
    acceptCsv(app);
    addShopPaymentRoutes(app, payments);
    addStaffPaymentRoutes(app, payments, 'node');
    await addWebhookRoutes(app, payments);
    const node = new PaymentsNode(book, payments, app);
    node.#url = await app.listen({ host: '127.0.0.1', port });
    providers.set(
      'sandbox',
      new SandboxProvider({
        ...sandbox,
        capture,
        notifyUrl: () => notifyUrl ?? `${node.#url}/api/v1/payments/sandbox/webhook`,
        looksAgainAfterMs: LOOKS_AGAIN_MS,
        answerWithinMs: options.answerWithinMs ?? ANSWER_WITHIN_MS,
      }),
    );
    payments.start();
    return node;
  }

  get url(): string {
    return this.#url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
    await this.payments.stop();
  }
}

/** As a buyer's browser asks; again when it is told to come again. */
export async function beginAt(
  url: string,
  order: string,
  key: string,
  provider = 'sandbox',
): Promise<Response> {
  return await fetch(`${url}/api/v1/shop/orders/${order}/payments`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': key,
      'kaimen-order': 'a'.repeat(26),
    },
    body: JSON.stringify({ provider, returnPath: '/shop/order' }),
  });
}

/** The buyer presses a button at the provider. */
export async function press(payUrl: string, outcome: 'pay' | 'decline'): Promise<void> {
  const answer = await fetch(payUrl, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `outcome=${outcome}`,
  });
  await answer.body?.cancel();
}
