// Stripe: a page of theirs (Checkout), money set aside there and captured when its seats are sure.
import { z } from 'zod';
import {
  type BeginRequest,
  type Begun,
  type ChargeRequest,
  factId,
  type KnownPayment,
  type Outcome,
  type PaymentProvider,
  type ProviderFact,
  ProviderFault,
  type WebhookReading,
  type WebhookRequest,
} from '../provider.ts';
import { whyNotStripe } from './stripe-signature.ts';

export type StripeConfig = {
  readonly secretKey: string;
  readonly webhookSecret: string;
  readonly baseUrl: string;
  readonly answerWithinMs: number;
};

const intent = z.object({
  object: z.literal('payment_intent'),
  id: z.string(),
  status: z.string(),
  amount: z.int(),
  amount_received: z.int(),
  currency: z.string(),
  metadata: z.object({ payment: z.string().optional() }),
});
type Intent = z.infer<typeof intent>;

const session = z.object({
  object: z.literal('checkout.session'),
  id: z.string(),
  url: z.string().nullable(),
  status: z.string().nullable(),
  client_reference_id: z.string().nullable(),
  payment_intent: z.union([z.string(), intent]).nullable(),
});

const refund = z.object({
  object: z.literal('refund'),
  id: z.string(),
  status: z.string().nullable(),
  amount: z.int(),
  currency: z.string(),
  payment_intent: z.string().nullable(),
  metadata: z.object({ payment: z.string().optional(), key: z.string().optional() }).nullable(),
});
type Refund = z.infer<typeof refund>;

const event = z.object({ type: z.string(), data: z.object({ object: z.unknown() }) });
const failure = z.object({ error: z.object({ code: z.string().optional() }) });

type Answer =
  | { readonly kind: 'ok'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly code: string };

/** The shortest that Stripe keeps a page open; we close it ourselves when the seats lapse. */
const PAGE_OPEN_MS = 31 * 60_000;
const REFUND_AGAIN_MS = 60_000;
const REPLY = { type: 'application/json', text: '{}' };

export class Stripe implements PaymentProvider {
  readonly name = 'stripe';
  readonly takenBy = 'buyer';
  readonly looksAgainAfterMs = null;
  readonly #config: StripeConfig;

  constructor(config: StripeConfig) {
    this.#config = config;
  }

  async begin(request: BeginRequest): Promise<Begun> {
    const { payment, amountMinor, currency, description, returnUrl, expiresAt } = request;
    const price = 'line_items[0][price_data]';
    const answer = await this.#ask('/v1/checkout/sessions', payment, {
      mode: 'payment',
      client_reference_id: payment,
      success_url: returnUrl,
      cancel_url: returnUrl,
      // From what is written down alone: repeated under its key, the request must be the same.
      expires_at: String(Math.ceil((expiresAt + PAGE_OPEN_MS) / 1_000)),
      'line_items[0][quantity]': '1',
      [`${price}[currency]`]: currency.toLowerCase(),
      [`${price}[unit_amount]`]: String(amountMinor),
      [`${price}[product_data][name]`]: description || payment,
      'payment_intent_data[capture_method]': 'manual',
      'payment_intent_data[metadata][payment]': payment,
    });
    if (answer.kind === 'refused') throw new ProviderFault(`Stripe refused: ${answer.code}`);
    const made = readAs(session, answer.body);
    if (made.url === null) throw new ProviderFault('Stripe began without a page');
    return { providerRef: made.id, next: { kind: 'redirect', url: made.url } };
  }

  async capture({ charge, amountMinor, key }: ChargeRequest): Promise<Outcome> {
    if (charge === null) return { kind: 'refused', reason: 'not-captured', detail: 'no charge' };
    const path = `/v1/payment_intents/${charge}`;
    const answer = await this.#ask(`${path}/capture`, key, {
      amount_to_capture: String(amountMinor),
    });
    if (answer.kind === 'ok') return told(intentFacts(readAs(intent, answer.body)));
    const facts = intentFacts(readAs(intent, await this.#look(path)));
    if (facts.some(({ kind }) => kind === 'captured')) return told(facts);
    return { kind: 'refused', reason: 'declined', detail: answer.code };
  }

  async void(request: ChargeRequest): Promise<Outcome> {
    const { payment, charge } = request;
    if (charge !== null) return await this.#letGo(charge, request.key);
    if (payment.providerRef === null) return told([closed(payment)]);
    const path = `/v1/checkout/sessions/${payment.providerRef}`;
    const answer = await this.#ask(`${path}/expire`, `${request.key}-s`, {});
    const known = readAs(session, answer.kind === 'ok' ? answer.body : await this.#look(path));
    if (known.status === 'open') throw new ProviderFault('Stripe did not close the page');
    const { payment_intent: begun } = known;
    if (begun === null || known.status === 'expired') return told([closed(payment)]);
    return await this.#letGo(typeof begun === 'string' ? begun : begun.id, request.key);
  }

  async refund({ payment, charge, amountMinor, key }: ChargeRequest): Promise<Outcome> {
    if (charge === null) return { kind: 'refused', reason: 'not-captured', detail: 'no charge' };
    const answer = await this.#ask('/v1/refunds', key, {
      payment_intent: charge,
      amount: String(amountMinor),
      'metadata[payment]': payment.id,
      'metadata[key]': key,
    });
    if (answer.kind === 'refused') {
      return { kind: 'refused', reason: 'declined', detail: answer.code };
    }
    const made = readAs(refund, answer.body);
    if (made.status === 'succeeded') return told(refundFacts(made));
    if (made.status === 'pending') return { kind: 'pending', againMs: REFUND_AGAIN_MS };
    return { kind: 'refused', reason: 'declined', detail: made.status ?? 'failed' };
  }

  async query({ providerRef, ...payment }: KnownPayment): Promise<Outcome> {
    if (providerRef === null) return told([]);
    const path = `/v1/checkout/sessions/${providerRef}?expand[]=payment_intent`;
    const known = readAs(session, await this.#look(path));
    const { payment_intent: begun, status } = known;
    if (begun !== null && typeof begun !== 'string') return told(intentFacts(begun));
    return told(status === 'expired' ? [closed({ ...payment, providerRef })] : []);
  }

  readWebhook({ headers, body, nowMs }: WebhookRequest): WebhookReading {
    const header = headers['stripe-signature'];
    const signature = typeof header === 'string' ? header : '';
    const why = whyNotStripe(this.#config.webhookSecret, signature, body, nowMs);
    if (why !== null) return { kind: 'refused', detail: why };
    const read = event.safeParse(parsed(body.toString('utf8')));
    if (!read.success) return { kind: 'refused', detail: 'not an event of Stripe' };
    const { object } = read.data.data;
    const asIntent = intent.safeParse(object);
    const asRefund = refund.safeParse(object);
    let facts: readonly ProviderFact[] = [];
    if (asIntent.success) facts = intentFacts(asIntent.data);
    else if (asRefund.success) facts = refundFacts(asRefund.data);
    return { kind: 'facts', facts, reply: REPLY };
  }

  async #letGo(charge: string, key: string): Promise<Outcome> {
    const path = `/v1/payment_intents/${charge}`;
    const answer = await this.#ask(`${path}/cancel`, key, {});
    const body = answer.kind === 'ok' ? answer.body : await this.#look(path);
    const facts = intentFacts(readAs(intent, body));
    if (!facts.some(({ kind }) => kind === 'captured')) return told(facts);
    return { kind: 'refused', reason: 'already-captured', detail: 'it was captured before' };
  }

  async #look(path: string): Promise<unknown> {
    const answer = await this.#ask(path, null, null);
    if (answer.kind === 'ok') return answer.body;
    throw new ProviderFault(`Stripe did not tell: ${answer.code}`);
  }

  async #ask(
    path: string,
    key: string | null,
    form: Readonly<Record<string, string>> | null,
  ): Promise<Answer> {
    const { baseUrl, secretKey, answerWithinMs } = this.#config;
    let response: Response;
    let body: unknown;
    try {
      response = await fetch(`${baseUrl}${path}`, {
        method: form === null ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${secretKey}`,
          ...(key === null ? {} : { 'idempotency-key': key }),
        },
        ...(form === null ? {} : { body: new URLSearchParams(form) }),
        signal: AbortSignal.timeout(answerWithinMs),
      });
      body = parsed(await response.text());
    } catch (error) {
      throw new ProviderFault('Stripe did not answer', { cause: error });
    }
    if (response.ok) return { kind: 'ok', body };
    const { status } = response;
    if (status >= 500 || [401, 409, 429].includes(status)) {
      throw new ProviderFault(`Stripe answered ${status}`);
    }
    const read = failure.safeParse(body);
    return { kind: 'refused', code: (read.success ? read.data.error.code : null) ?? `${status}` };
  }
}

function intentFacts(found: Intent): ProviderFact[] {
  const payment = found.metadata.payment;
  if (payment === undefined) return [];
  const currency = found.currency.toUpperCase();
  const what = { payment, charge: found.id, currency, key: null };
  const { amount, amount_received: received } = found;
  switch (found.status) {
    case 'requires_capture':
      return [
        { id: factId('authorised', found.id), kind: 'authorised', amountMinor: amount, ...what },
      ];
    case 'succeeded':
      return [
        { id: factId('captured', found.id), kind: 'captured', amountMinor: received, ...what },
      ];
    case 'canceled':
      return [{ id: factId('voided', found.id), kind: 'voided', amountMinor: amount, ...what }];
    default:
      return [];
  }
}

function refundFacts({
  id,
  status,
  amount,
  currency,
  payment_intent: charge,
  metadata,
}: Refund): ProviderFact[] {
  const payment = metadata?.payment;
  if (status !== 'succeeded' || payment === undefined || charge === null) return [];
  const money = {
    amountMinor: amount,
    currency: currency.toUpperCase(),
    key: metadata?.key ?? null,
  };
  return [{ id: factId('refunded', id), payment, kind: 'refunded', charge, ...money }];
}

function closed({ id, currency }: KnownPayment): ProviderFact {
  const none = { charge: '', amountMinor: 0, key: null };
  return { id: factId('voided', id), payment: id, kind: 'voided', currency, ...none };
}

function told(facts: readonly ProviderFact[]): Outcome {
  return { kind: 'facts', facts };
}

function readAs<Shape extends z.ZodType>(shape: Shape, body: unknown): z.infer<Shape> {
  const read = shape.safeParse(body);
  if (read.success) return read.data;
  throw new ProviderFault('Stripe answered something else');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
