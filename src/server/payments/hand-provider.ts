// Money that passes through people's hands: at the box office in cash or by its card terminal, by bank transfer, out
// of a member's credit, or owed by a desk for tickets that were counted out to it. Nobody can be asked about it; facts are what people of ours write down.
import {
  type BeginRequest,
  type Begun,
  type ChargeRequest,
  factId,
  type Outcome,
  type PaymentProvider,
  type WebhookReading,
} from './provider.ts';

/** Waits for a person; now and then somebody looks whether the fact is there. */
const BY_HAND_AGAIN_MS = 10 * 60_000;

export type BankAccount = { readonly name: string; readonly number: string; readonly bank: string };

export class HandProvider implements PaymentProvider {
  readonly name: 'cash' | 'card' | 'club-credit' | 'consignment' | 'transfer';
  readonly takenBy: 'staff' | 'buyer';
  readonly looksAgainAfterMs = null;
  readonly #account: BankAccount | null;

  /** @param account - that buyers transfer to; null: staff takes the money */
  constructor(name: HandProvider['name'], account: BankAccount | null) {
    this.name = name;
    this.takenBy = account === null ? 'staff' : 'buyer';
    this.#account = account;
  }

  begin({ payment }: BeginRequest): Promise<Begun> {
    const account = this.#account;
    if (account === null) return Promise.resolve({ providerRef: null, next: { kind: 'none' } });
    const reference = referenceOf(payment);
    return Promise.resolve({
      providerRef: reference,
      next: { kind: 'transfer', reference, account },
    });
  }

  capture(_request: ChargeRequest): Promise<Outcome> {
    const detail = 'there is nothing to capture';
    return Promise.resolve({ kind: 'refused', reason: 'declined', detail });
  }

  /** Nothing has come yet; what comes all the same is money without an order, and goes back. */
  void({ payment: { id, currency } }: ChargeRequest): Promise<Outcome> {
    const none = { charge: '', amountMinor: 0, key: null };
    const fact = {
      id: factId('voided', id),
      payment: id,
      kind: 'voided',
      currency,
      ...none,
    } as const;
    return Promise.resolve({ kind: 'facts', facts: [fact] });
  }

  /** Credit is back by the fact alone; everything else somebody hands out, and says so. */
  refund({ payment, charge, amountMinor, key }: ChargeRequest): Promise<Outcome> {
    if (this.name !== 'club-credit') {
      return Promise.resolve({ kind: 'pending', againMs: BY_HAND_AGAIN_MS });
    }
    const { id, currency } = payment;
    const what = { charge: charge ?? id, amountMinor, currency, key };
    const fact = { id: factId('refunded', key), payment: id, kind: 'refunded', ...what } as const;
    return Promise.resolve({ kind: 'facts', facts: [fact] });
  }

  query(): Promise<Outcome> {
    return Promise.resolve({ kind: 'facts', facts: [] });
  }

  readWebhook(): WebhookReading {
    return { kind: 'refused', detail: 'nobody tells of this by webhook' };
  }
}

/** Short enough to be written on a transfer by hand: `KM` and the payment's own letters. */
function referenceOf(payment: string): string {
  return `KM${payment.replace(/^pay-/, '').toUpperCase()}`;
}
