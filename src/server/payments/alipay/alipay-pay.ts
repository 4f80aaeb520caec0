// Alipay: a page for computers (`page`), for phones (`wap`), or a code to scan (`native`). Money is taken at once.
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { toIsoWithOffset } from '../offset-time.ts';
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
import { isNoticeSigned, openedAnswer, signedParams } from './alipay-crypto.ts';

export type AlipayConfig = {
  readonly appId: string;
  readonly privateKey: KeyObject;
  /** Alipay's, not ours. */
  readonly alipayPublicKey: KeyObject;
  readonly gateway: string;
  /** Where webhooks are to come; known once the server listens. */
  readonly notifyUrl: () => string;
  readonly answerWithinMs: number;
};

const answer = z.object({
  code: z.string(),
  sub_code: z.string().optional(),
  trade_no: z.string().optional(),
  trade_status: z.string().optional(),
  total_amount: z.string().optional(),
  qr_code: z.string().optional(),
  fund_change: z.string().optional(),
  refund_fee: z.string().optional(),
});
type Answer = z.infer<typeof answer>;

const notice = z.object({
  app_id: z.string(),
  out_trade_no: z.string(),
  trade_no: z.string(),
  trade_status: z.string(),
  total_amount: z.string(),
});

const DONE = '10000';
const SUBJECT_CHARS_MAX = 120;
const PAID = new Set(['TRADE_SUCCESS', 'TRADE_FINISHED']);
const REPLY = { type: 'text/plain', text: 'success' };
const PAGES = {
  page: ['alipay.trade.page.pay', 'FAST_INSTANT_TRADE_PAY'],
  wap: ['alipay.trade.wap.pay', 'QUICK_WAP_WAY'],
} as const;

export class Alipay implements PaymentProvider {
  readonly name = 'alipay';
  readonly takenBy = 'buyer';
  readonly looksAgainAfterMs = null;
  readonly #config: AlipayConfig;

  constructor(config: AlipayConfig) {
    this.#config = config;
  }

  /** A page is an address that we sign ourselves: nobody is asked until the buyer opens it. */
  async begin(request: BeginRequest): Promise<Begun> {
    const { payment, amountMinor, currency, description, expiresAt, returnUrl } = request;
    const method = request.method ?? 'page';
    if (currency !== 'CNY') throw new ProviderFault('Alipay takes CNY');
    const trade = {
      out_trade_no: payment,
      total_amount: yuanOf(amountMinor),
      subject: description.slice(0, SUBJECT_CHARS_MAX) || payment,
      time_expire: toIsoWithOffset(expiresAt).slice(0, 19).replace('T', ' '),
    };
    const notify = { notify_url: this.#config.notifyUrl() };
    if (method === 'page' || method === 'wap') {
      const [name, product] = PAGES[method];
      const biz = { ...trade, product_code: product };
      const params = this.#params(name, biz, { ...notify, return_url: returnUrl });
      const url = `${this.#config.gateway}?${new URLSearchParams(params)}`;
      return { providerRef: null, next: { kind: 'redirect', url } };
    }
    if (method !== 'native') throw new ProviderFault('Alipay is paid by page, wap or native');
    const made = await this.#ask('alipay.trade.precreate', trade, notify);
    if (made.code !== DONE || made.qr_code === undefined) throw refusedBy(made);
    return { providerRef: null, next: { kind: 'qr', text: made.qr_code } };
  }

  capture(_request: ChargeRequest): Promise<Outcome> {
    const detail = 'Alipay captures at once';
    return Promise.resolve({ kind: 'refused', reason: 'declined', detail });
  }

  /** Closes what nobody has paid. */
  async void({ payment }: ChargeRequest): Promise<Outcome> {
    const closed = await this.#ask('alipay.trade.close', { out_trade_no: payment.id });
    const code = closed.sub_code ?? '';
    // A page that nobody has opened is no trade there yet.
    if (closed.code === DONE || code === 'ACQ.TRADE_NOT_EXIST') {
      return { kind: 'facts', facts: [closedFact(payment)] };
    }
    if (code !== 'ACQ.TRADE_STATUS_ERROR' && code !== 'ACQ.REASON_TRADE_STATUS_INVALID') {
      throw refusedBy(closed);
    }
    const known = await this.query(payment);
    if (known.kind !== 'facts' || known.facts.some(({ kind }) => kind === 'captured')) {
      return { kind: 'refused', reason: 'already-captured', detail: code };
    }
    return known;
  }

  async refund({ payment, charge, amountMinor, key }: ChargeRequest): Promise<Outcome> {
    if (charge === null) return { kind: 'refused', reason: 'not-captured', detail: 'no charge' };
    const amount = yuanOf(amountMinor);
    const what = { trade_no: charge, refund_amount: amount, out_request_no: key };
    const given = await this.#ask('alipay.trade.refund', what);
    if (given.code !== DONE) {
      if (given.sub_code === 'ACQ.TRADE_HAS_FINISHED') {
        return { kind: 'refused', reason: 'too-old', detail: given.sub_code };
      }
      throw refusedBy(given);
    }
    const { id, currency } = payment;
    const money = { amountMinor, currency, key };
    const fact = { id: factId('refunded', key), payment: id, kind: 'refunded', charge } as const;
    return { kind: 'facts', facts: [{ ...fact, ...money }] };
  }

  async query(payment: KnownPayment): Promise<Outcome> {
    const told = await this.#ask('alipay.trade.query', { out_trade_no: payment.id });
    if (told.sub_code === 'ACQ.TRADE_NOT_EXIST') return { kind: 'facts', facts: [] };
    const { code, trade_no: trade, trade_status: status = '', total_amount: total } = told;
    if (code !== DONE || trade === undefined || total === undefined) throw refusedBy(told);
    return { kind: 'facts', facts: factsOf(payment.id, trade, status, total) };
  }

  readWebhook({ body }: WebhookRequest): WebhookReading {
    const form = Object.fromEntries(new URLSearchParams(body.toString('utf8')));
    if (!isNoticeSigned(this.#config.alipayPublicKey, form)) {
      return { kind: 'refused', detail: 'the signature does not match' };
    }
    const read = notice.safeParse(form);
    if (!read.success) return { kind: 'refused', detail: 'not a notification of a trade' };
    const { app_id: appId, out_trade_no: payment, trade_no: trade, ...told } = read.data;
    if (appId !== this.#config.appId) return { kind: 'refused', detail: 'meant for another app' };
    const facts = factsOf(payment, trade, told.trade_status, told.total_amount);
    return { kind: 'facts', facts, reply: REPLY };
  }

  #params(
    method: string,
    biz: object,
    more: Readonly<Record<string, string>> = {},
  ): Record<string, string> {
    const timestamp = toIsoWithOffset(Date.now()).slice(0, 19).replace('T', ' ');
    return signedParams(this.#config.privateKey, {
      app_id: this.#config.appId,
      method,
      format: 'JSON',
      charset: 'utf-8',
      sign_type: 'RSA2',
      timestamp,
      version: '1.0',
      biz_content: JSON.stringify(biz),
      ...more,
    });
  }

  /** @throws ProviderFault when it does not answer, or by somebody else's signature */
  async #ask(
    method: string,
    biz: object,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    let text: string;
    try {
      const response = await fetch(`${this.#config.gateway}?charset=utf-8`, {
        method: 'POST',
        body: new URLSearchParams(this.#params(method, biz, more)),
        signal: AbortSignal.timeout(this.#config.answerWithinMs),
      });
      text = await response.text();
    } catch (error) {
      throw new ProviderFault('Alipay did not answer', { cause: error });
    }
    const opened = openedAnswer(this.#config.alipayPublicKey, text, method);
    if (opened === null) throw new ProviderFault('an answer of Alipay was not signed by it');
    const read = answer.safeParse(opened);
    if (!read.success) throw new ProviderFault('Alipay answered something else');
    if (read.data.code === '20000') throw new ProviderFault('Alipay is not available');
    return read.data;
  }
}

function factsOf(payment: string, trade: string, status: string, total: string): ProviderFact[] {
  if (PAID.has(status)) {
    const money = { amountMinor: fenOf(total), currency: 'CNY', key: null };
    const fact = {
      id: factId('captured', trade),
      payment,
      kind: 'captured',
      charge: trade,
    } as const;
    return [{ ...fact, ...money }];
  }
  // Also one that was paid and wholly refunded is closed: whether it was paid, its own facts say.
  return status === 'TRADE_CLOSED' ? [closedFact({ id: payment, currency: 'CNY' })] : [];
}

function closedFact({ id, currency }: Pick<KnownPayment, 'id' | 'currency'>): ProviderFact {
  const none = { charge: '', amountMinor: 0, key: null };
  return { id: factId('voided', id), payment: id, kind: 'voided', currency, ...none };
}

function yuanOf(minor: number): string {
  return `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
}

function fenOf(yuan: string): number {
  const [, whole, part = ''] = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(yuan) ?? [];
  if (whole === undefined) throw new ProviderFault('Alipay told an amount that is none');
  return Number(whole) * 100 + Number(part.padEnd(2, '0'));
}

function refusedBy({ code, sub_code: sub }: Answer): ProviderFault {
  return new ProviderFault(`Alipay did not: ${sub ?? code}`);
}
