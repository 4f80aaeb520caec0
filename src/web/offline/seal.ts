// What is kept on a phone or at a desk is sealed: AES-256-GCM (NIST SP 800-38D) under a key that cannot be taken
// out of this browser; when the key is destroyed the rest is noise.

export type Sealed = Uint8Array<ArrayBuffer>;

const IV_BYTES = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function newDataKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** @param place - where it is kept: a sealed text that is moved elsewhere cannot be opened there */
export async function seal(key: CryptoKey, place: string, text: string): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const additionalData = encoder.encode(place);
  const parameters = { name: 'AES-GCM', iv, additionalData };
  const hidden = await crypto.subtle.encrypt(parameters, key, encoder.encode(text));
  const sealed = new Uint8Array(IV_BYTES + hidden.byteLength);
  sealed.set(iv);
  sealed.set(new Uint8Array(hidden), IV_BYTES);
  return sealed;
}

/** @throws when it was altered, moved, or sealed under another key */
export async function unseal(key: CryptoKey, place: string, sealed: Sealed): Promise<string> {
  const additionalData = encoder.encode(place);
  const parameters = { name: 'AES-GCM', iv: sealed.subarray(0, IV_BYTES), additionalData };
  return decoder.decode(await crypto.subtle.decrypt(parameters, key, sealed.subarray(IV_BYTES)));
}
