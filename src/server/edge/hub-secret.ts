import { encodeBase32 } from '#domain/credentials/base32.ts';
import { hmacSha256 } from '#server/platform/crypto.ts';

const SECRET_BYTES = 20;

/** The hub's own token among nodes: it follows from the master key, and only its hash is stored. */
export function hubSecret(masterKey: Uint8Array): string {
  const bytes = hmacSha256(masterKey, Buffer.from('kaimen hub caller 1')).subarray(0, SECRET_BYTES);
  return `kmo_${encodeBase32(bytes).toLowerCase()}`;
}
