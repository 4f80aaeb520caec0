// Stripe's signature of webhooks: HMAC-SHA-256 over `TIME.BODY` by the secret of the endpoint, one `v1` for each
// secret that is good just now. See docs.stripe.com/webhooks, “Verify webhook signatures manually”.
import { createHmac, timingSafeEqual } from 'node:crypto';

const AGE_MAX_MS = 5 * 60_000;

/** @returns null when it is good; why it is not otherwise */
export function whyNotStripe(
  secret: string,
  header: string,
  body: Buffer,
  nowMs: number,
): string | null {
  const parts = header.split(',').map((part) => part.trim().split('=', 2));
  const time = parts.find(([name]) => name === 't')?.[1] ?? '';
  const signatures = parts.filter(([name]) => name === 'v1').map(([, value = '']) => value);
  if (!/^\d{1,12}$/.test(time) || signatures.length === 0) {
    return 'no stripe-signature, or not of the form t=…,v1=…';
  }
  const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
  const isGood = signatures.some((signature) => {
    const said = Buffer.from(signature, 'hex');
    return said.length === expected.length && timingSafeEqual(said, expected);
  });
  if (!isGood) return 'the signature does not match';
  return Math.abs(nowMs - Number(time) * 1_000) > AGE_MAX_MS ? 'signed too long ago' : null;
}
