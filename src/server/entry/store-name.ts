import { hmacSha256 } from '#server/platform/crypto.ts';

/**
 * Names a hub to its lanes: the same on all nodes that share its master key, also after a restore. It
 * tells nothing of the key, and proves nothing; it keeps a lane from believing somebody else's server.
 */
export function storeName(masterKey: Uint8Array): string {
  const name = hmacSha256(masterKey, Buffer.from('kaimen store name 1'));
  return Buffer.from(name.subarray(0, 9)).toString('base64url');
}
