// WeChat Pay APIv3's signatures and its envelope: RSA-SHA-256 over lines that end in a line feed, and AES-GCM around
// what a notification tells. See pay.weixin.qq.com/doc/v3/merchant/4012365342 (requests) and 4013053249 (answers).
import { createDecipheriv, createSign, createVerify, type KeyObject } from 'node:crypto';

/** The value of the header Authorization for one request. */
export function authorizationOf(
  merchant: { readonly mchid: string; readonly serial: string; readonly privateKey: KeyObject },
  request: {
    readonly method: string;
    /** Path and query. */
    readonly target: string;
    readonly body: string;
    readonly timestamp: number;
    readonly nonce: string;
  },
): string {
  const { method, target, body, timestamp, nonce } = request;
  const message = `${method}\n${target}\n${timestamp}\n${nonce}\n${body}\n`;
  const signature = signed(merchant.privateKey, message);
  const { mchid, serial } = merchant;
  return `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",nonce_str="${nonce}",signature="${signature}",timestamp="${timestamp}",serial_no="${serial}"`;
}

export function signed(privateKey: KeyObject, message: string): string {
  return createSign('RSA-SHA256').update(message).sign(privateKey, 'base64');
}

export type Signature = {
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
  /** Of the platform's certificate, or the id of its public key. */
  readonly serial: string;
};

/** Answers and notifications alike. @param body - as it came over the wire */
export function isSignedBy(
  keys: ReadonlyMap<string, KeyObject>,
  { timestamp, nonce, signature, serial }: Signature,
  body: Buffer,
): boolean {
  const key = keys.get(serial);
  if (key === undefined) return false;
  const verify = createVerify('RSA-SHA256').update(`${timestamp}\n${nonce}\n`);
  return verify.update(body).update('\n').verify(key, signature, 'base64');
}

const TAG_BYTES = 16;

/**
 * What a notification carries, opened after its signature was found good.
 *
 * @param apiKey - 32 bytes of the merchant's
 * @throws when key, nonce, associated data or text are not those it was sealed with
 */
export function opened(
  apiKey: Buffer,
  sealed: {
    readonly nonce: string;
    readonly associated_data?: string | undefined;
    readonly ciphertext: string;
  },
): string {
  const bytes = Buffer.from(sealed.ciphertext, 'base64');
  const size = apiKey.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
  const decipher = createDecipheriv(size, apiKey, Buffer.from(sealed.nonce))
    .setAAD(Buffer.from(sealed.associated_data ?? ''))
    .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const text = decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}
