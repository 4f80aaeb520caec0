// What an enrolment code says: `https://HOST/gate/#e=SECRET`. The secret is behind the hash, which browsers
// send to nobody.

export type OfferText = { readonly origin: string; readonly secret: string };

const SECRET = /^[A-Z2-7]{26}$/;

/** @returns null for whatever is no enrolment code */
export function readOffer(text: string): OfferText | null {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return null;
  }
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  const secret = new URLSearchParams(url.hash.slice(1)).get('e')?.toUpperCase() ?? '';
  if (!isWeb || !url.pathname.startsWith('/gate/') || !SECRET.test(secret)) return null;
  return { origin: url.origin, secret };
}
