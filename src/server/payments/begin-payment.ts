// A buyer begins to pay: written down before the provider is asked, so that whatever happens at the provider
// happens to a payment that we know.
import type { PoolClient } from 'pg';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { postJobs } from './job-store.ts';
import { keyOf } from './money-jobs.ts';
import type { Payable } from './orders-seam.ts';
import { findByKey, insertPayment, type NewPayment, type Payment } from './payment-store.ts';
import type { Payments } from './payments.ts';
import { type NextStep, type PaymentProvider, ProviderFault } from './provider.ts';

export type BeginOptions = {
  readonly order: string;
  readonly secret: string;
  readonly provider: string;
  readonly method: string | null;
  /** Of the caller: the same key is the same payment. */
  readonly requestKey: string;
  readonly returnPath: string;
  readonly ip: string;
  readonly openId: string | null;
};

/** @throws HttpProblem `not-found`, `conflict`, `unavailable` */
export async function beginPayment(
  payments: Payments,
  options: BeginOptions,
): Promise<{ readonly payment: Payment; readonly next: NextStep }> {
  const provider = buyersProvider(payments, options.provider);
  const payable = await payments.orders.payable(options.order, options.secret);
  const payment = await payments.orders.withStock(payable.event, async (client) =>
    writeBegun(payments, client, payable, {
      provider,
      method: options.method,
      requestKey: options.requestKey,
      amountMinor: payable.amountMinor,
      takenBy: null,
      member: null,
    }),
  );
  if (payment.provider !== provider.name || payment.method !== options.method) throw keyReused();
  try {
    const { providerRef, next } = await provider.begin({
      payment: payment.id,
      amountMinor: payment.amountMinor,
      currency: payment.currency,
      description: payable.description,
      returnUrl: `${payments.publicUrl()}${options.returnPath}`,
      expiresAt: payment.expiresAt,
      method: payment.method,
      buyer: { ip: options.ip, openId: options.openId },
    });
    if (providerRef !== null) await payments.noteProviderRef(payment.id, providerRef);
    return { payment, next };
  } catch (error) {
    if (!(error instanceof ProviderFault)) throw error;
    payments.log.warn({ provider: provider.name, trouble: error.message }, 'could not begin');
    throw new HttpProblem('unavailable', {
      detail: 'the payment provider does not answer',
      mend: 'send the same request again under the same Idempotency-Key, or choose another way to pay',
      retryAfterSeconds: 2,
    });
  }
}

/** Within the stock of its event. */
export async function writeBegun(
  { orders, queries }: Payments,
  client: PoolClient,
  payable: Payable,
  begun: Pick<NewPayment, 'method' | 'requestKey' | 'amountMinor' | 'takenBy'> & {
    readonly provider: PaymentProvider;
    readonly member: string | null;
  },
): Promise<Payment> {
  const { provider, member, ...rest } = begun;
  const before = await findByKey(client, payable.order, begun.requestKey);
  if (before !== null) return before;
  const id = randomName('pay-', 8);
  const [verdict] = await orders.applyPaymentFacts(client, payable.event, [
    {
      order: payable.order,
      fact: {
        kind: 'payment-started',
        payment: id,
        provider: provider.name,
        member,
        askedMinor: begun.amountMinor,
      },
    },
  ]);
  if (verdict?.decision !== 'done') throw notNow(verdict?.reason ?? 'not-ordered');
  const { event, order, currency, expiresAt } = payable;
  const payment = await insertPayment(client, {
    ...{ id, event, order, currency, expiresAt, provider: provider.name },
    ...rest,
  });
  await postJobs(client, [
    {
      ...{ payment: id, kind: 'query', charge: '', amountMinor: 0, key: keyOf('q', id, '') },
      ...{ returnKey: null, toMember: null, dueInMs: queries.firstMs },
    },
  ]);
  return payment;
}

function buyersProvider({ providers }: Payments, name: string): PaymentProvider {
  const provider = providers.get(name);
  if (provider?.takenBy === 'buyer') return provider;
  const known = [...providers.values()].filter(({ takenBy }) => takenBy === 'buyer');
  const names = known.map((one) => one.name).join(', ');
  throw new HttpProblem('conflict', {
    detail: `“${name.slice(0, 64)}” is no way to pay here`,
    mend: names === '' ? 'pay at the box office' : `choose one of ${names}`,
  });
}

const MENDS: Readonly<Record<string, string>> = {
  'paid-already': 'there is nothing to pay any more: look at the order',
  'too-many-payments': 'too many tries for one order: ask the box office',
  'over-asked': 'another payment of this order is under way: wait for it, or let it end',
};

function notNow(reason: string): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `this order cannot be paid: ${reason}`,
    mend: MENDS[reason] ?? 'its seats are not held any more: choose seats again',
    more: { why: reason },
  });
}

function keyReused(): HttpProblem {
  return new HttpProblem('idempotency-key-reused', {
    detail: 'this Idempotency-Key was sent with another way to pay',
    mend: 'give each payment a key of its own',
  });
}
