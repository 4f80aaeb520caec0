// The sandbox as a provider: for demonstrations, tests and drills.
import type { z } from 'zod';
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
import {
  type SandboxAct,
  type SandboxFact,
  sandboxAnswer,
  sandboxBegun,
  sandboxWebhook,
} from './sandbox-messages.ts';
import { SIGNATURE_HEADER, whyNotSigned } from './signature.ts';

export type SandboxConfig = {
  readonly url: string;
  readonly secret: string;
  /** Where webhooks are to come; known once the server listens. */
  readonly notifyUrl: () => string;
  readonly capture: 'manual' | 'automatic';
  readonly looksAgainAfterMs: number;
  /** Whoever does not answer within it is asked again later. */
  readonly answerWithinMs: number;
};

export class SandboxProvider implements PaymentProvider {
  readonly name = 'sandbox';
  readonly takenBy = 'buyer';
  readonly looksAgainAfterMs: number;
  readonly #config: SandboxConfig;

  constructor(config: SandboxConfig) {
    this.#config = config;
    this.looksAgainAfterMs = config.looksAgainAfterMs;
  }

  async begin(request: BeginRequest): Promise<Begun> {
    const { payment, amountMinor, currency, description, returnUrl } = request;
    const { capture, notifyUrl } = this.#config;
    const asked = { payment, amountMinor, currency, description, capture, returnUrl };
    const body = { ...asked, notifyUrl: notifyUrl() };
    const { ref, payUrl } = await this.#ask(sandboxBegun, '/payments', body);
    return { providerRef: ref, next: { kind: 'redirect', url: payUrl } };
  }

  capture(request: ChargeRequest): Promise<Outcome> {
    return this.#act('capture', request);
  }

  void(request: ChargeRequest): Promise<Outcome> {
    return this.#act('void', request);
  }

  refund(request: ChargeRequest): Promise<Outcome> {
    return this.#act('refund', request);
  }

  async query({ id }: KnownPayment): Promise<Outcome> {
    const answer = await this.#fetch(`/payments/${id}`, null);
    // It was never begun there, or we were cut off before it was.
    if (answer === null) return { kind: 'facts', facts: [] };
    return outcomeOf(answer);
  }

  readWebhook({ headers, body, nowMs }: WebhookRequest): WebhookReading {
    const header = headers[SIGNATURE_HEADER];
    const signature = typeof header === 'string' ? header : undefined;
    const why = whyNotSigned(this.#config.secret, signature, body, nowMs);
    if (why !== null) return { kind: 'refused', detail: why };
    const read = sandboxWebhook.safeParse(parsed(body));
    if (!read.success) return { kind: 'refused', detail: 'not a message of a sandbox' };
    const reply = { type: 'text/plain', text: 'ok' };
    return { kind: 'facts', facts: [factOf(read.data.fact)], reply };
  }

  async #act(act: 'capture' | 'void' | 'refund', request: ChargeRequest): Promise<Outcome> {
    const { payment, charge, amountMinor, key } = request;
    const body: SandboxAct = { charge, amountMinor, key };
    const answer = await this.#fetch(`/payments/${payment.id}/${act}`, body);
    if (answer !== null) return outcomeOf(answer);
    if (act !== 'void') return { kind: 'refused', reason: 'not-captured', detail: 'never begun' };
    return { kind: 'facts', facts: [closedUnpaid(payment)] };
  }

  async #ask<Shape extends z.ZodType>(
    shape: Shape,
    path: string,
    body: object,
  ): Promise<z.infer<Shape>> {
    const read = shape.safeParse(await this.#fetch(path, body));
    if (read.success) return read.data;
    throw new ProviderFault('the sandbox answered something else');
  }

  /** @returns null: it knows no such payment */
  async #fetch(path: string, body: object | null): Promise<unknown> {
    const { url, secret, answerWithinMs } = this.#config;
    let response: Response;
    let answer: unknown;
    try {
      response = await fetch(`${url}${path}`, {
        method: body === null ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(answerWithinMs),
        ...(body === null ? {} : { body: JSON.stringify(body) }),
      });
      answer = response.ok ? await response.json() : await response.body?.cancel();
    } catch (error) {
      throw new ProviderFault('the sandbox did not answer', { cause: error });
    }
    if (response.status === 404) return null;
    if (response.ok) return answer;
    throw new ProviderFault(`the sandbox answered ${response.status}`);
  }
}

function outcomeOf(answer: unknown): Outcome {
  const read = sandboxAnswer.safeParse(answer);
  if (!read.success) throw new ProviderFault('the sandbox answered something else');
  if (read.data.kind === 'refused') return read.data;
  return { kind: 'facts', facts: read.data.facts.map(factOf) };
}

function factOf(fact: SandboxFact): ProviderFact {
  const { kind, payment, ref, charge, amountMinor, currency, key } = fact;
  return { id: factId(kind, ref), payment, kind, charge, amountMinor, currency, key };
}

/** Nobody there has heard of it, so nobody can pay it. */
function closedUnpaid({ id, currency }: KnownPayment): ProviderFact {
  const none = { charge: '', amountMinor: 0, key: null };
  return { id: factId('voided', id), payment: id, kind: 'voided', currency, ...none };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
