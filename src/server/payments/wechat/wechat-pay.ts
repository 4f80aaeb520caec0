// WeChat Pay, APIv3, direct merchant: Native, H5 and JSAPI. Money is taken at once; there is nothing to capture.
import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
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
import { askWechat, parsed, type WechatConfig } from './wechat-client.ts';
import { isSignedBy, opened, signed } from './wechat-crypto.ts';
import {
  type WechatRefund,
  type WechatTransaction,
  wechatBegun,
  wechatNotice,
  wechatRefund,
  wechatRefundNotice,
  wechatTransaction,
} from './wechat-messages.ts';

const METHODS = ['native', 'h5', 'jsapi'] as const;
type Method = (typeof METHODS)[number];

const NOTICE_AGE_MAX_MS = 5 * 60_000;
/** Refunds to a bank card take minutes, and days. */
const REFUND_AGAIN_MS = 60_000;
const DESCRIPTION_CHARS_MAX = 60;
const REPLY = { type: 'application/json', text: '{"code":"SUCCESS"}' };

export class WechatPay implements PaymentProvider {
  readonly name = 'wechat-pay';
  readonly takenBy = 'buyer';
  readonly looksAgainAfterMs = null;
  readonly #config: WechatConfig;

  constructor(config: WechatConfig) {
    this.#config = config;
  }

  async begin(request: BeginRequest): Promise<Begun> {
    const { appId, mchid, notifyUrl } = this.#config;
    const method = METHODS.find((each) => each === (request.method ?? 'native'));
    if (method === undefined || request.currency !== 'CNY') {
      throw new ProviderFault('WeChat Pay takes CNY by native, h5 or jsapi');
    }
    const answer = await askWechat(this.#config, 'POST', `/v3/pay/transactions/${method}`, {
      appid: appId,
      mchid,
      description: request.description.slice(0, DESCRIPTION_CHARS_MAX),
      out_trade_no: request.payment,
      time_expire: toIsoWithOffset(request.expiresAt),
      notify_url: notifyUrl(),
      amount: { total: request.amountMinor, currency: 'CNY' },
      ...payerOf(method, request),
    });
    if (answer.kind === 'refused') throw new ProviderFault(`WeChat Pay refused: ${answer.code}`);
    const begun = readAs(wechatBegun, answer.body);
    return { providerRef: null, next: this.#nextOf(method, begun, request.returnUrl) };
  }

  capture(_request: ChargeRequest): Promise<Outcome> {
    const detail = 'WeChat Pay captures at once';
    return Promise.resolve({ kind: 'refused', reason: 'declined', detail });
  }

  /** Closes what nobody has paid. */
  async void({ payment }: ChargeRequest): Promise<Outcome> {
    const target = `/v3/pay/transactions/out-trade-no/${payment.id}/close`;
    const answer = await askWechat(this.#config, 'POST', target, { mchid: this.#config.mchid });
    if (answer.kind === 'ok') return { kind: 'facts', facts: [closed(payment)] };
    if (answer.code === 'ORDERPAID') {
      return { kind: 'refused', reason: 'already-captured', detail: answer.code };
    }
    if (['ORDER_CLOSED', 'ORDERNOTEXIST', 'ORDER_NOT_EXIST'].includes(answer.code)) {
      return { kind: 'facts', facts: [closed(payment)] };
    }
    throw new ProviderFault(`WeChat Pay did not close: ${answer.code}`);
  }

  /** Asked again by the same key it tells how far it is. */
  async refund({ payment, charge, amountMinor, key }: ChargeRequest): Promise<Outcome> {
    if (charge === null) return { kind: 'refused', reason: 'not-captured', detail: 'no charge' };
    const answer = await askWechat(this.#config, 'POST', '/v3/refund/domestic/refunds', {
      transaction_id: charge,
      out_refund_no: key,
      amount: { refund: amountMinor, total: payment.amountMinor, currency: 'CNY' },
    });
    if (answer.kind === 'refused') {
      if (answer.code === 'NOT_ENOUGH' || answer.code === 'FREQUENCY_LIMITED') {
        throw new ProviderFault(`WeChat Pay cannot refund now: ${answer.code}`);
      }
      return { kind: 'refused', reason: 'declined', detail: answer.code };
    }
    const refund = readAs(wechatRefund, answer.body);
    if (refund.status === 'PROCESSING') return { kind: 'pending', againMs: REFUND_AGAIN_MS };
    if (refund.status === 'SUCCESS') return { kind: 'facts', facts: [refundFact(refund)] };
    return { kind: 'refused', reason: 'declined', detail: refund.status };
  }

  async query({ id, currency }: KnownPayment): Promise<Outcome> {
    const { mchid } = this.#config;
    const target = `/v3/pay/transactions/out-trade-no/${id}?mchid=${mchid}`;
    const answer = await askWechat(this.#config, 'GET', target, null);
    if (answer.kind === 'ok') {
      return { kind: 'facts', facts: factsOf(readAs(wechatTransaction, answer.body), currency) };
    }
    if (['ORDERNOTEXIST', 'ORDER_NOT_EXIST'].includes(answer.code)) {
      return { kind: 'facts', facts: [] };
    }
    throw new ProviderFault(`WeChat Pay did not tell: ${answer.code}`);
  }

  /** Verified first, byte by byte as it came; only then opened. */
  readWebhook({ headers, body, nowMs }: WebhookRequest): WebhookReading {
    const { platformKeys, apiKey, mchid, appId } = this.#config;
    const header = (name: string) => {
      const value = headers[name];
      return typeof value === 'string' ? value : '';
    };
    const timestamp = header('wechatpay-timestamp');
    const signature = {
      timestamp,
      nonce: header('wechatpay-nonce'),
      signature: header('wechatpay-signature'),
      serial: header('wechatpay-serial'),
    };
    if (!isSignedBy(platformKeys, signature, body)) return refused('the signature does not match');
    if (!(Math.abs(nowMs - Number(timestamp) * 1_000) <= NOTICE_AGE_MAX_MS)) {
      return refused('signed too long ago');
    }
    const notice = wechatNotice.safeParse(parsed(body));
    if (!notice.success) return refused('not a notification of WeChat Pay');
    let told: unknown;
    try {
      told = JSON.parse(opened(apiKey, notice.data.resource));
    } catch {
      return refused('sealed with another APIv3 key');
    }
    if (isOfAnother(told, mchid, appId)) return refused('meant for another merchant');
    const { event_type: event } = notice.data;
    if (event === 'TRANSACTION.SUCCESS') {
      const transaction = wechatTransaction.safeParse(told);
      if (!transaction.success) return refused('not a transaction');
      return { kind: 'facts', facts: factsOf(transaction.data, 'CNY'), reply: REPLY };
    }
    if (event !== 'REFUND.SUCCESS') return { kind: 'facts', facts: [], reply: REPLY };
    const refund = wechatRefundNotice.safeParse(told);
    if (!refund.success) return refused('not a refund');
    const { amount, refund_status: status, ...rest } = refund.data;
    const known = { ...rest, status, amount: { ...amount, currency: 'CNY' } };
    return { kind: 'facts', facts: [refundFact(known)], reply: REPLY };
  }

  #nextOf(method: Method, begun: z.infer<typeof wechatBegun>, returnUrl: string): Begun['next'] {
    const { code_url: codeUrl, h5_url: h5Url, prepay_id: prepayId } = begun;
    if (method === 'native' && codeUrl !== undefined) return { kind: 'qr', text: codeUrl };
    if (method === 'h5' && h5Url !== undefined) {
      return {
        kind: 'redirect',
        url: `${h5Url}&redirect_url=${encodeURIComponent(returnUrl)}`,
      };
    }
    if (method === 'jsapi' && prepayId !== undefined) {
      return { kind: 'jsapi', params: this.#jsapiParams(prepayId) };
    }
    throw new ProviderFault(`WeChat Pay began ${method} without what it needs`);
  }

  /** What the page hands to WeixinJSBridge, signed for this prepay id alone. */
  #jsapiParams(prepayId: string): Record<string, string> {
    const { appId, privateKey } = this.#config;
    const timeStamp = String(Math.floor(Date.now() / 1_000));
    const nonceStr = randomBytes(16).toString('hex');
    const pack = `prepay_id=${prepayId}`;
    const paySign = signed(privateKey, `${appId}\n${timeStamp}\n${nonceStr}\n${pack}\n`);
    return { appId, timeStamp, nonceStr, package: pack, signType: 'RSA', paySign };
  }
}

function payerOf(method: Method, { buyer }: BeginRequest): object {
  if (method === 'h5') {
    return { scene_info: { payer_client_ip: buyer.ip, h5_info: { type: 'Wap' } } };
  }
  if (method === 'native') return {};
  if (buyer.openId === null) throw new ProviderFault('jsapi needs the openId of the buyer');
  return { payer: { openid: buyer.openId } };
}

function factsOf(transaction: WechatTransaction, currency: string): ProviderFact[] {
  const { out_trade_no: payment, transaction_id: charge, trade_state: state } = transaction;
  const { amount } = transaction;
  // Also refunded ones were paid before.
  if (state === 'SUCCESS' || state === 'REFUND') {
    if (charge === undefined || amount === undefined) {
      throw new ProviderFault('WeChat Pay told of a payment without its amount');
    }
    const money = { amountMinor: amount.total, currency: amount.currency, key: null };
    return [{ id: factId('captured', charge), payment, kind: 'captured', charge, ...money }];
  }
  if (state !== 'CLOSED' && state !== 'REVOKED') return [];
  return [closed({ id: payment, currency })];
}

function closed({ id, currency }: Pick<KnownPayment, 'id' | 'currency'>): ProviderFact {
  const none = { charge: '', amountMinor: 0, key: null };
  return { id: factId('voided', id), payment: id, kind: 'voided', currency, ...none };
}

function refundFact(refund: WechatRefund): ProviderFact {
  return {
    id: factId('refunded', refund.refund_id),
    payment: refund.out_trade_no,
    kind: 'refunded',
    charge: refund.transaction_id,
    amountMinor: refund.amount.refund,
    currency: refund.amount.currency,
    key: refund.out_refund_no,
  };
}

/** One platform key signs for all merchants; the envelope is sealed for one, and names it besides. */
function isOfAnother(told: unknown, mchid: string, appId: string): boolean {
  const named = (told ?? {}) as { readonly mchid?: unknown; readonly appid?: unknown };
  const isOther = (said: unknown, ours: string) => said !== undefined && said !== ours;
  return isOther(named.mchid, mchid) || isOther(named.appid, appId);
}

function readAs<Shape extends z.ZodType>(shape: Shape, body: unknown): z.infer<Shape> {
  const read = shape.safeParse(body);
  if (read.success) return read.data;
  throw new ProviderFault('WeChat Pay answered something else');
}

function refused(detail: string): WebhookReading {
  return { kind: 'refused', detail };
}
