// Who holds a key may prove each request by it. A proof is used once: what was used is remembered for as
// long as it could be used again, and nothing from before this node began to remember is taken.
import { type KeyObject, verify } from 'node:crypto';
import { judgeClaims, PROOF_SKEW_MAX_MS, type ProofClaims } from '#domain/access/proof.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { type ProofHead, type ProofKey, proofHead } from '#protocol/proof.ts';
import { type Clock, iso } from '#server/platform/clock.ts';
import { claimsOf, jsonOf, proofRefused } from '#server/platform/http/body-proof.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Device } from '#server/platform/principal.ts';
import { publicKeyOf } from './proof-key.ts';
import { UsedProofs } from './used-proofs.ts';

export type ProvenRequest = { readonly method: string; readonly target: string };

export type KeyHolder = {
  readonly device: Device;
  /** Null when what was enrolled is no key after all. */
  readonly key: KeyObject | null;
  readonly expiresAt: number;
};

type RunListener = (device: Device, run: string) => void;

export class Proofs {
  readonly #holderOf: (deviceId: string) => Promise<KeyHolder | null>;
  readonly #now: Clock;
  readonly #since: Instant;
  readonly #used: UsedOnce;
  readonly #usedAnywhere: UsedProofs | null;
  readonly #onRun = new Set<RunListener>();

  /** @param usedAnywhere - what other nodes have taken; null where there are none */
  constructor(
    holderOf: (deviceId: string) => Promise<KeyHolder | null>,
    now: Clock,
    usedAnywhere: UsedProofs | null = null,
  ) {
    this.#holderOf = holderOf;
    this.#usedAnywhere = usedAnywhere;
    this.#now = now;
    this.#since = now();
    this.#used = new UsedOnce(now);
  }

  /** @param listener - told, with each proof, from which start of its app a device speaks */
  onRun(listener: RunListener): void {
    this.#onRun.add(listener);
  }

  /**
   * @returns null for a device that is not known here
   * @throws HttpProblem `proof-refused`, `proof-time`
   */
  async prove(request: ProvenRequest, proof: string): Promise<Device | null> {
    const { head, claims } = this.#read(proof);
    if (!('kid' in head)) throw proofRefused('malformed');
    const holder = await this.#holderOf(head.kid);
    if (holder === null) return null;
    this.#judge(request, proof, claims, holder.key);
    if (!this.#used.take(`${head.kid} ${claims.jti}`)) throw proofRefused('replayed');
    if (!(await this.#isNewElsewhere(request, head.kid, claims.jti)))
      throw proofRefused('replayed');
    if (holder.device.ended === null) {
      for (const listener of this.#onRun) listener(holder.device, claims.run);
    }
    return holder.device;
  }

  /**
   * The key of somebody who is no device yet. Used again it gives what it gave: that is not looked for.
   *
   * @throws HttpProblem `proof-refused`, `proof-time`
   */
  proveNew(
    request: ProvenRequest,
    proof: string,
  ): { readonly key: ProofKey; readonly run: string } {
    const { head, claims } = this.#read(proof);
    if (!('jwk' in head)) throw proofRefused('malformed');
    this.#judge(request, proof, claims, publicKeyOf(head.jwk));
    return { key: head.jwk, run: claims.run };
  }

  async #isNewElsewhere(request: ProvenRequest, device: string, jti: string): Promise<boolean> {
    if (this.#usedAnywhere === null || UsedProofs.mayBeHeardTwice(request)) return true;
    return await this.#usedAnywhere.take(device, jti);
  }

  #read(proof: string): { readonly head: ProofHead; readonly claims: ProofClaims } {
    const [first = ''] = proof.split('.', 1);
    const head = proofHead.safeParse(jsonOf(first));
    const claims = claimsOf(proof);
    if (!head.success || claims === null) throw proofRefused('malformed');
    return { head: head.data, claims };
  }

  #judge(request: ProvenRequest, proof: string, claims: ProofClaims, key: KeyObject | null): void {
    if (key === null) throw proofRefused('malformed');
    if (!isSignedBy(proof, key)) throw proofRefused('signature');
    const now = this.#now();
    const refusal = judgeClaims(claims, request, now, this.#since);
    if (refusal === 'request') throw proofRefused('request');
    if (refusal === 'time') {
      throw new HttpProblem('proof-time', {
        detail: `this proof was made at another time than ours, ${iso(now)}`,
        mend: 'take serverTime for the time, make a new proof and send the request again',
        more: { serverTime: iso(now) },
      });
    }
  }
}

const SIGNATURE = /^[A-Za-z0-9_-]{86}$/;

function isSignedBy(proof: string, key: KeyObject): boolean {
  const [head, claims, signature = '', ...more] = proof.split('.');
  if (more.length > 0 || !SIGNATURE.test(signature)) return false;
  const input = Buffer.from(`${head}.${claims}`);
  const options = { key, dsaEncoding: 'ieee-p1363' } as const;
  return verify('sha256', input, options, Buffer.from(signature, 'base64url'));
}

/** Remembers for at least as long as a proof could be taken for new, in two halves that take turns. */
class UsedOnce {
  readonly #now: Clock;
  #young = new Set<string>();
  #old = new Set<string>();
  #turnedAt: Instant;

  constructor(now: Clock) {
    this.#now = now;
    this.#turnedAt = now();
  }

  /** @returns false for what was taken before */
  take(name: string): boolean {
    const now = this.#now();
    if (Math.abs(now - this.#turnedAt) > 2 * PROOF_SKEW_MAX_MS) {
      this.#old = this.#young;
      this.#young = new Set();
      this.#turnedAt = now;
    }
    if (this.#young.has(name) || this.#old.has(name)) return false;
    this.#young.add(name);
    return true;
  }
}
