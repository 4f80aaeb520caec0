// Events' keys on their way to a box: sealed for it alone (X25519, HKDF, AES-256-GCM; the idea of RFC 9180
// in base mode), so that neither a proxy that ends TLS nor a log of bodies ever holds one.
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { hmacSha256, seal, unseal } from '#server/platform/crypto.ts';

const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI_X25519 = Buffer.from('302a300506032b656e032100', 'hex');
const PUBLIC_BYTES = 32;

export type BoxKey = { readonly privateKey: KeyObject; readonly publicKey: Buffer };

/** Follows from the box's master key, so that there is nothing more to keep. */
export function boxKeyOf(masterKey: Uint8Array): BoxKey {
  const seed = hmacSha256(masterKey, Buffer.from('kaimen box key 1'));
  const der = Buffer.concat([PKCS8_X25519, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: rawPublic(createPublicKey(privateKey)) };
}

export function sealForBox(publicKey: Uint8Array, context: string, secret: Uint8Array): Buffer {
  const once = generateKeyPairSync('x25519');
  const ours = rawPublic(once.publicKey);
  const key = sharedKey(once.privateKey, publicKey, Buffer.concat([ours, publicKey]), context);
  return Buffer.concat([ours, seal(key, context, secret)]);
}

/** @throws when it was not sealed for this box, or not in this context */
export function openSealed(box: BoxKey, context: string, sealed: Uint8Array): Uint8Array {
  const theirs = sealed.subarray(0, PUBLIC_BYTES);
  const key = sharedKey(box.privateKey, theirs, Buffer.concat([theirs, box.publicKey]), context);
  return unseal(key, context, sealed.subarray(PUBLIC_BYTES));
}

function sharedKey(
  privateKey: KeyObject,
  publicKey: Uint8Array,
  salt: Uint8Array,
  context: string,
): Uint8Array {
  const spki = Buffer.concat([SPKI_X25519, publicKey]);
  const shared = diffieHellman({
    privateKey,
    publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
  });
  return new Uint8Array(hkdfSync('sha256', shared, salt, `kaimen box ${context}`, PUBLIC_BYTES));
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(-PUBLIC_BYTES);
}
