// The platform's cryptography in the shapes that the domain asks for.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { encodeBase32 } from '#domain/credentials/base32.ts';

export function sha256(message: Uint8Array): Uint8Array {
  return hash('sha256', message, 'buffer');
}

const keyObjects = new WeakMap<Uint8Array, KeyObject>();

/** RFC 2104 over SHA-256. A key is imported once, since minting 80,000 codes uses it as often. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  let imported = keyObjects.get(key);
  if (imported === undefined) {
    imported = createSecretKey(key);
    keyObjects.set(key, imported);
  }
  return createHmac('sha256', imported).update(message).digest();
}

/** A name nobody can guess or type wrongly: `prefix` and `bytes` random bytes in base32. */
export function randomName(prefix: string, bytes: number): string {
  return prefix + encodeBase32(randomBytes(bytes)).toLowerCase();
}

/** What is kept of a token: enough to recognise it, nothing to present it with. */
export function tokenHash(token: string): Buffer {
  return hash('sha256', `kaimen token 1\n${token}`, 'buffer');
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM, the nonce in front; `context` binds the secret to its place. */
export function seal(masterKey: Uint8Array, context: string, secret: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

/** @throws if the master key, the context or the sealed bytes are not those it was sealed with */
export function unseal(masterKey: Uint8Array, context: string, sealed: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', masterKey, sealed.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const body = sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES);
  return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]));
}
