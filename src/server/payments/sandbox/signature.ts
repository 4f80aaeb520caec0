// Signs and verifies what a sandbox sends: HMAC-SHA-256 over the time and the bytes, as Stripe does it.
import { createHmac, timingSafeEqual } from 'node:crypto';

export const SIGNATURE_HEADER = 'sandbox-signature';
/** A message that was caught and sent again later is refused. */
export const SIGNATURE_AGE_MAX_MS = 5 * 60_000;

export function sign(secret: string, body: string, nowMs: number): string {
  const at = Math.floor(nowMs / 1_000);
  return `t=${at},v1=${macOf(secret, at, Buffer.from(body)).toString('hex')}`;
}

/** @returns null when it is good; why it is not otherwise */
export function whyNotSigned(
  secret: string,
  header: string | undefined,
  body: Buffer,
  nowMs: number,
): string | null {
  const [, time = '', mac = ''] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  if (time === '') return `no ${SIGNATURE_HEADER}, or not of the form t=…,v1=…`;
  const expected = macOf(secret, Number(time), body);
  if (!timingSafeEqual(expected, Buffer.from(mac, 'hex'))) return 'the signature does not match';
  const isOld = Math.abs(nowMs - Number(time) * 1_000) > SIGNATURE_AGE_MAX_MS;
  return isOld ? 'signed too long ago' : null;
}

function macOf(secret: string, at: number, body: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${at}.`).update(body).digest();
}
