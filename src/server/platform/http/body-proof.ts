// A proof is good for one body. The signature is judged before the body is looked at; what the body turns
// out to be is hashed as it comes in and held against the proof before anybody acts on it.
import { createHash, type Hash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PROOF_SCHEME, proofClaims } from '#protocol/proof.ts';
import { HttpProblem } from './problem.ts';

const PREFIX = `${PROOF_SCHEME} `;
/** Longer than any proof of ours with the longest address. */
const PROOF_LENGTH_MAX = 8_000;

/** @returns the JWS of the request's header; null when it is known in another way */
export function proofOf(request: FastifyRequest): string | null {
  const { authorization } = request.headers;
  if (authorization?.startsWith(PREFIX) !== true) return null;
  if (authorization.length > PROOF_LENGTH_MAX) throw proofRefused('malformed');
  return authorization.slice(PREFIX.length);
}

const WHYS = {
  malformed: 'it is not a proof of the form that docs/protocol/enrolment.md describes',
  signature: 'its signature is not by the key of this device',
  request: 'it was made for another method or address',
  replayed: 'it was used before',
  body: 'it was made for another body',
} as const;

export function proofRefused(why: keyof typeof WHYS): HttpProblem {
  return new HttpProblem('proof-refused', {
    detail: WHYS[why],
    mend: 'make a proof for each request, repeats included, by the key that was enrolled',
    more: { why },
  });
}

export function refuseSpoiltBodies(app: FastifyInstance): void {
  const hashes = new WeakMap<FastifyRequest, Hash>();
  app.addHook('preParsing', async (request, _reply, payload) => {
    if (proofOf(request) === null) return payload;
    const hash = createHash('sha256');
    hashes.set(request, hash);
    const through = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        Object.assign(through, { receivedEncodedLength: read(through) + chunk.length });
        done(null, chunk);
      },
    });
    payload.once('error', (error) => through.destroy(error));
    return payload.pipe(through);
  });
  app.addHook('preValidation', async (request) => {
    const hash = hashes.get(request);
    if (hash === undefined) return;
    const expected = bodyHashOf(proofOf(request) ?? '');
    const found = hash.digest('base64url');
    if (found !== (expected ?? OF_NOTHING)) throw proofRefused('body');
  });
}

/** Bytes so far, which the framework holds against the announced length. */
function read(stream: Transform & { receivedEncodedLength?: number }): number {
  return stream.receivedEncodedLength ?? 0;
}

const OF_NOTHING = createHash('sha256').digest('base64url');

function bodyHashOf(proof: string): string | undefined {
  const claims = claimsOf(proof);
  return claims?.bh;
}

/** What a proof says, before anybody has looked whether it is true. */
export function claimsOf(proof: string) {
  const [, text = ''] = proof.split('.');
  const parsed = proofClaims.safeParse(jsonOf(text));
  return parsed.success ? parsed.data : null;
}

/** @returns null for what is not JSON in base64url */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
