// A buyer begins to pay: written down before the provider is asked, so that whatever happens at the provider
// happens to a payment that we know.
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Payment } from './payment-store.ts';
import type { Payments } from './payments.ts';
import { type NextStep, type PaymentProvider, ProviderFault } from './provider.ts';
import { notNow } from './write-begun.ts';

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

/**
 * @param onAsking - called before the provider is: from there on nothing of ours is waited for
 * @throws HttpProblem `not-found`, `conflict`, `unavailable`
 */
export async function beginPayment(
  payments: Payments,
  options: BeginOptions,
  onAsking: () => void,
): Promise<{ readonly payment: Payment; readonly next: NextStep }> {
  const provider = buyersProvider(payments, options.provider);
  const payable = await payments.orders.payable(options.order, options.secret);
  const payment = await payments.begins.add(payable.event, {
    ...{ payable, provider, method: options.method, requestKey: options.requestKey },
    ...{ amountMinor: payable.amountMinor, takenBy: null, member: null },
  });
  if ('reason' in payment) throw notNow(payment.reason);
  if (payment.provider !== provider.name || payment.method !== options.method) throw keyReused();
  onAsking();
  try {
    const { providerRef, next } = await payments.asking.of(provider.name, () =>
      provider.begin({
        payment: payment.id,
        amountMinor: payment.amountMinor,
        currency: payment.currency,
        description: payable.description,
        returnUrl: `${payments.publicUrl()}${options.returnPath}`,
        expiresAt: payment.expiresAt,
        method: payment.method,
        buyer: { ip: options.ip, openId: options.openId },
      }),
    );
    if (providerRef !== null && providerRef !== payment.providerRef) {
      await payments.noteProviderRef(payment.id, providerRef);
    }
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

function keyReused(): HttpProblem {
  return new HttpProblem('idempotency-key-reused', {
    detail: 'this Idempotency-Key was sent with another way to pay',
    mend: 'give each payment a key of its own',
  });
}
