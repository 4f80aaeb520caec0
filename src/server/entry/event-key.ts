// The secret of an event: 32 random bytes, sealed by the master key in the database. Everything that
// must not be guessed is derived from it under its own label (HKDF in one step, RFC 5869 expand).
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { mintShortId, type ShortFields, writtenShortId } from '#domain/credentials/short-id.ts';
import type { Sign, Verify } from '#domain/credentials/signed-code.ts';
import { asciiBytes, type CodeFields, mintTicketCode } from '#domain/credentials/ticket-code.ts';
import { hmacSha256 } from '#server/platform/crypto.ts';

export type EventKey = {
  readonly number: number;
  readonly eventId: string;
  readonly secret: Uint8Array;
};

/** The code of a ticket, minted afresh each time: it is never stored. */
export function codeOf(key: EventKey, fields: Omit<CodeFields, 'event'>): string {
  return mintTicketCode({ ...fields, event: key.number }, key.secret, hmacSha256);
}

/** The ticket's short identifier as it is printed, of the same issue as its code. */
export function shortIdOf(key: EventKey, fields: ShortFields): string {
  return writtenShortId(mintShortId(fields, key.secret, hmacSha256));
}

const MEDIUM_HASH_BYTES = 16;

/**
 * Keyed hash of a card's number or a document's. Their few digits could be guessed from a plain hash,
 * so this one never leaves hub and edge.
 */
export function mediumHash(key: EventKey, text: string): Uint8Array {
  const compact = text.toUpperCase().replace(/[\s:-]/g, '');
  return hmacSha256(key.secret, Buffer.from(`kaimen medium 1\n${compact}`)).subarray(
    0,
    MEDIUM_HASH_BYTES,
  );
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const signers = new WeakMap<EventKey, { privateKey: KeyObject; publicKey: KeyObject }>();

export function signerOf(key: EventKey): Sign {
  const { privateKey } = signingPairOf(key);
  return (message) => sign(null, message, privateKey);
}

export function verifierOf(key: EventKey): Verify {
  const { publicKey } = signingPairOf(key);
  return (message, signature) => verify(null, message, publicKey, signature);
}

function signingPairOf(key: EventKey) {
  let pair = signers.get(key);
  if (pair === undefined) {
    const seed = hmacSha256(key.secret, asciiBytes('kaimen signing 1'));
    const der = Buffer.concat([PKCS8_ED25519, seed]);
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    pair = { privateKey, publicKey: createPublicKey(privateKey) };
    signers.set(key, pair);
  }
  return pair;
}
