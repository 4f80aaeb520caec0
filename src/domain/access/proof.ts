// How a device that holds a key proves one request (after RFC 9449): method, address, time, a number used
// once and the body's hash, signed. Here is what makes claims acceptable; who verifies signatures and
// remembers numbers is the server.
import type { Instant } from '#domain/kernel/instant.ts';

/** How far a device's clock may be from ours; beyond it the device is told our time and signs again. */
export const PROOF_SKEW_MAX_MS = 60_000;
/** A run that another has followed may still have requests under way for this long. */
export const RUN_OVERLAP_MAX_MS = 15_000;

export type ProofClaims = {
  readonly htm: string;
  /** Path and query, as sent. */
  readonly htu: string;
  /** Epoch milliseconds by the device's corrected clock. */
  readonly iat: number;
  readonly jti: string;
  /** Which start of the app is speaking. */
  readonly run: string;
  /** SHA-256 of the body, base64url; absent when there is none. */
  readonly bh?: string | undefined;
};

export type ProofRefusal = 'request' | 'time';

/**
 * @param since - since when the asked node remembers what was used: a proof from before it may be one that
 *   was used with its memory
 */
export function judgeClaims(
  claims: ProofClaims,
  request: { readonly method: string; readonly target: string },
  now: Instant,
  since: Instant,
): ProofRefusal | null {
  if (claims.htm !== request.method || claims.htu !== request.target) return 'request';
  if (Math.abs(claims.iat - now) > PROOF_SKEW_MAX_MS || claims.iat < since) return 'time';
  return null;
}

/** One start of an app, as the server has heard of it. */
export type Run = { readonly run: string; readonly firstAt: Instant; readonly lastAt: Instant };

/**
 * Whether two that are one identity are speaking: an app that has been started anew does not go back to the
 * run before, so a run that is heard after a later one has settled in is somebody else's.
 */
export function isCloned(speaking: Run, others: readonly Run[]): boolean {
  return others.some(
    ({ run, firstAt }) =>
      run !== speaking.run &&
      firstAt > speaking.firstAt &&
      speaking.lastAt - firstAt > RUN_OVERLAP_MAX_MS,
  );
}
