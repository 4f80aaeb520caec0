// Alipay's signatures (RSA2): RSA-SHA-256 over parameters in the order of their names, `a=1&b=2`, as they are before
// any escaping. See opendocs.alipay.com/common/02mse7.
import { createSign, createVerify, type KeyObject } from 'node:crypto';

/** Of a request: everything that is sent but the signature; empty ones are not sent. */
export function signedParams(
  privateKey: KeyObject,
  params: Readonly<Record<string, string>>,
): Record<string, string> {
  const sign = createSign('RSA-SHA256').update(lineOf(params)).sign(privateKey, 'base64');
  return { ...params, sign };
}

/** Of a notification: everything but `sign` and `sign_type`. */
export function isNoticeSigned(
  publicKey: KeyObject,
  { sign = '', sign_type: type, ...params }: Readonly<Record<string, string>>,
): boolean {
  if (type !== 'RSA2') return false;
  return createVerify('RSA-SHA256').update(lineOf(params)).verify(publicKey, sign, 'base64');
}

/**
 * Of an answer: the value under `method_response`, letter by letter as it stands in the text.
 *
 * @returns null when it is not signed by them
 */
export function openedAnswer(publicKey: KeyObject, text: string, method: string): unknown {
  const name = `"${method.replaceAll('.', '_')}_response"`;
  const from = text.indexOf('{', text.indexOf(name) + name.length);
  const signAt = text.lastIndexOf('"sign"');
  const to = text.lastIndexOf('}', signAt) + 1;
  if (!text.includes(name) || from === -1 || signAt < to || to <= from) return null;
  const said = text.slice(from, to);
  const sign = /"sign"\s*:\s*"([^"]+)"/.exec(text.slice(signAt))?.[1] ?? '';
  const verify = createVerify('RSA-SHA256').update(said);
  return verify.verify(publicKey, sign.replaceAll('\\/', '/'), 'base64') ? JSON.parse(said) : null;
}

function lineOf(params: Readonly<Record<string, string>>): string {
  const names = Object.keys(params).filter((name) => params[name] !== '');
  return names
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => `${name}=${params[name]}`)
    .join('&');
}
