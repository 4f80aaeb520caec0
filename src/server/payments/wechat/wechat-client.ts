// Asks WeChat Pay: each request signed by the merchant, each answer verified before it is read.
import { type KeyObject, randomBytes } from 'node:crypto';
import { ProviderFault } from '../provider.ts';
import { authorizationOf, isSignedBy } from './wechat-crypto.ts';
import { wechatError } from './wechat-messages.ts';

export type WechatConfig = {
  readonly appId: string;
  readonly mchid: string;
  /** Serial number of the merchant's certificate. */
  readonly serial: string;
  readonly privateKey: KeyObject;
  /** By the serial of the platform's certificate, or the id of its public key. */
  readonly platformKeys: ReadonlyMap<string, KeyObject>;
  readonly apiKey: Buffer;
  /** Where webhooks are to come; known once the server listens. */
  readonly notifyUrl: () => string;
  readonly baseUrl: string;
  readonly answerWithinMs: number;
};

export type WechatAnswer =
  | { readonly kind: 'ok'; readonly body: unknown }
  /** @param code - theirs, such as `ORDERPAID`; no answer to a wrong request is signed */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string };

/** @throws ProviderFault when it does not answer, or by somebody else's signature */
export async function askWechat(
  config: WechatConfig,
  method: 'GET' | 'POST',
  target: string,
  body: object | null,
): Promise<WechatAnswer> {
  const text = body === null ? '' : JSON.stringify(body);
  const timestamp = Math.floor(Date.now() / 1_000);
  const nonce = randomBytes(16).toString('hex');
  let response: Response;
  let bytes: Buffer;
  try {
    response = await fetch(`${config.baseUrl}${target}`, {
      method,
      headers: {
        authorization: authorizationOf(config, { method, target, body: text, timestamp, nonce }),
        accept: 'application/json',
        'user-agent': 'kaimen',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === null ? {} : { body: text }),
      signal: AbortSignal.timeout(config.answerWithinMs),
    });
    bytes = Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw new ProviderFault('WeChat Pay did not answer', { cause: error });
  }
  if (!response.ok) return refusalOf(response.status, bytes);
  const { headers } = response;
  const signature = {
    timestamp: headers.get('wechatpay-timestamp') ?? '',
    nonce: headers.get('wechatpay-nonce') ?? '',
    signature: headers.get('wechatpay-signature') ?? '',
    serial: headers.get('wechatpay-serial') ?? '',
  };
  if (!isSignedBy(config.platformKeys, signature, bytes)) {
    throw new ProviderFault('an answer of WeChat Pay was not signed by its platform');
  }
  return { kind: 'ok', body: parsed(bytes) };
}

function refusalOf(status: number, bytes: Buffer): WechatAnswer {
  if (status >= 500 || status === 429 || status === 401) {
    throw new ProviderFault(`WeChat Pay answered ${status}`);
  }
  const read = wechatError.safeParse(parsed(bytes));
  return { kind: 'refused', status, code: read.success ? read.data.code : '' };
}

export function parsed(bytes: Buffer): unknown {
  try {
    return bytes.length === 0 ? null : JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
