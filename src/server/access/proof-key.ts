import { createPublicKey, type KeyObject } from 'node:crypto';
import type { ProofKey } from '#protocol/proof.ts';

/** @returns null for a point that is not on the curve */
export function publicKeyOf(key: ProofKey): KeyObject | null {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    return null;
  }
}
