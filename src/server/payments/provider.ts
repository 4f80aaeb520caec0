// What a way of paying is to the rest of the program. Everything that a provider says, in an answer, by a webhook,
// when it is asked, or in its file of the day, becomes facts; the program acts on facts alone (ADR-0027).

export const FACT_KINDS = ['authorised', 'captured', 'voided', 'failed', 'refunded'] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** In the order in which an order page offers them. */
export const PROVIDERS = [
  'sandbox',
  'wechat-pay',
  'alipay',
  'stripe',
  'transfer',
  'club-credit',
  'consignment',
  'cash',
  'card',
] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** Something that happened to money, as its provider tells it. */
export type ProviderFact = {
  /**
   * Names what happened, not the message that told it: a webhook, an answer and a file that tell of the same
   * capture name it alike. Unique with its provider.
   */
  readonly id: string;
  /** Ours, as it was given to the provider when the payment was begun. */
  readonly payment: string;
  readonly kind: FactKind;
  /** The provider's name of the charge that it happened to; one payment may meet with several. */
  readonly charge: string;
  /** 0 where nothing had been authorised: a payment that failed, or was closed unpaid. */
  readonly amountMinor: number;
  readonly currency: string;
  /** Of a refund: the key that we asked for it by; null: it was done without us. */
  readonly key: string | null;
};

export type BeginRequest = {
  readonly payment: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** What the buyer reads at the provider. */
  readonly description: string;
  /** Where the buyer's browser goes afterwards. */
  readonly returnUrl: string;
  readonly expiresAt: number;
  /** Which of the provider's ways: `native`, `h5`, `jsapi`, `page`, `wap`. */
  readonly method: string | null;
  /** Of the buyer, where the provider asks for it. */
  readonly buyer: { readonly ip: string; readonly openId: string | null };
};

/** What the buyer's browser, or whoever serves the buyer, must do next. */
export type NextStep =
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'qr'; readonly text: string }
  | { readonly kind: 'jsapi'; readonly params: Readonly<Record<string, string>> }
  | {
      readonly kind: 'transfer';
      readonly reference: string;
      readonly account: { readonly name: string; readonly number: string; readonly bank: string };
    }
  | { readonly kind: 'none' };

export type Begun = { readonly providerRef: string | null; readonly next: NextStep };

/** A payment as far as its provider has to know it. */
export type KnownPayment = {
  readonly id: string;
  readonly providerRef: string | null;
  readonly amountMinor: number;
  readonly currency: string;
};

export type ChargeRequest = {
  readonly payment: KnownPayment;
  /** null, where something is let go: all of the payment, begun or authorised. */
  readonly charge: string | null;
  readonly amountMinor: number;
  /** Letters, digits and “-”, at most 48: the same in every attempt, so that the provider does it once. */
  readonly key: string;
};

/**
 * `facts`: what is known to have happened, none when nothing has yet · `pending`: taken on, not done; asked again
 * later by the same key · `refused`: it will never be done this way, and `reason` says why.
 */
export type Outcome =
  | { readonly kind: 'facts'; readonly facts: readonly ProviderFact[] }
  | { readonly kind: 'pending'; readonly againMs: number }
  | {
      readonly kind: 'refused';
      readonly reason: 'already-captured' | 'not-captured' | 'too-old' | 'declined';
      readonly detail: string;
    };

export type WebhookRequest = {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** As it came over the wire: signatures are over these bytes. */
  readonly body: Buffer;
  readonly nowMs: number;
};

export type WebhookReply = { readonly type: string; readonly text: string };

export type WebhookReading =
  | {
      readonly kind: 'facts';
      readonly facts: readonly ProviderFact[];
      readonly reply: WebhookReply;
    }
  /** @param detail - never quotes the body */
  | { readonly kind: 'refused'; readonly detail: string };

export interface PaymentProvider {
  readonly name: ProviderName;
  /** Who begins it: a buyer in the shop, or somebody of ours at a desk. */
  readonly takenBy: 'buyer' | 'staff';
  /** It may charge twice for one payment: so long after it was settled it is asked once more; null: it cannot. */
  readonly looksAgainAfterMs: number | null;
  /** Repeated with the same request it answers the same. @throws ProviderFault */
  begin(request: BeginRequest): Promise<Begun>;
  /** @throws ProviderFault */
  capture(request: ChargeRequest): Promise<Outcome>;
  /** Gives an authorised charge back, or closes a payment that nobody has paid. @throws ProviderFault */
  void(request: ChargeRequest): Promise<Outcome>;
  /** @throws ProviderFault */
  refund(request: ChargeRequest): Promise<Outcome>;
  /** Everything that has happened to a payment. @throws ProviderFault */
  query(payment: KnownPayment): Promise<Outcome>;
  readWebhook(request: WebhookRequest): WebhookReading | Promise<WebhookReading>;
}

/** The provider could not be asked, or gave no answer that can be read: whether it was done is not known. */
export class ProviderFault extends Error {
  override name = 'ProviderFault';
  readonly code = 'provider-away';
}

/** The name of a fact: what happened, to which charge or refund of the provider. */
export function factId(kind: FactKind, ref: string): string {
  return `${kind}:${ref}`;
}
