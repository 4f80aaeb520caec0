// The platform's cryptography in the shapes that the domain asks for.
import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import { encodeBase32 } from '#domain/credentials/base32.ts';

/** By way of a string: Node takes three times as long to hand out bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  return Buffer.from(hash('sha256', message, 'binary'), 'latin1');
}

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const MESSAGE_BYTES_KEPT = 192;

/** RFC 2104's two blocks of a key, each with room behind it for what is hashed after it. */
type Pads = { readonly inner: Buffer; readonly outer: Buffer };

const padsOfKeys = new WeakMap<Uint8Array, Pads>();

/**
 * RFC 2104 over SHA-256 as two hashes at one stroke each: Node's own Hmac is an object per message and
 * takes twice as long, on every scan and every ticket of an import.
 */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const { inner, outer } = padsOf(key);
  let first: Uint8Array;
  if (message.length <= MESSAGE_BYTES_KEPT) {
    inner.set(message, BLOCK_BYTES);
    first = inner.subarray(0, BLOCK_BYTES + message.length);
  } else {
    first = Buffer.concat([inner.subarray(0, BLOCK_BYTES), message]);
  }
  outer.write(hash('sha256', first, 'binary'), BLOCK_BYTES, 'latin1');
  return sha256(outer);
}

function padsOf(key: Uint8Array): Pads {
  let pads = padsOfKeys.get(key);
  if (pads === undefined) {
    const short = key.length > BLOCK_BYTES ? sha256(key) : key;
    const inner = Buffer.alloc(BLOCK_BYTES + MESSAGE_BYTES_KEPT, 0x36);
    const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);
    short.forEach((byte, at) => {
      inner[at] = byte ^ 0x36;
      outer[at] = byte ^ 0x5c;
    });
    pads = { inner, outer };
    padsOfKeys.set(key, pads);
  }
  return pads;
}

/** A name nobody can guess or type wrongly: `prefix` and `bytes` random bytes in base32. */
export function randomName(prefix: string, bytes: number): string {
  return prefix + encodeBase32(chance(bytes)).toLowerCase();
}

/** Asking the system for a few bytes takes as long as for some thousand. */
const CHANCE_BYTES = 4_096;
let pool = Buffer.alloc(0);

/** Each byte is handed out once. */
function chance(bytes: number): Uint8Array {
  if (pool.length < bytes) pool = randomBytes(Math.max(bytes, CHANCE_BYTES));
  const taken = pool.subarray(0, bytes);
  pool = pool.subarray(bytes);
  return taken;
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
