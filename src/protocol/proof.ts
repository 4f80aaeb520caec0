// How a phone proves a request by its key: `authorization: Kaimen-Proof JWS` (RFC 7515, compact, ES256), after
// the idea of RFC 9449. The same code writes it in a browser and in Node, and reads it at the server.
import { z } from 'zod';

export const PROOF_SCHEME = 'Kaimen-Proof';

const letters = (min: number) => z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${min},64}$`));
/** 32 bytes as base64url. */
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A public key on P-256 (RFC 7518 §6.2), with nothing else in it. */
export const proofKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
});
export type ProofKey = z.infer<typeof proofKey>;

const common = { typ: z.literal('kaimen-proof'), alg: z.literal('ES256') };
export const proofHead = z.union([
  z.strictObject({ ...common, kid: letters(1) }),
  z.strictObject({ ...common, jwk: proofKey }),
]);
export type ProofHead = z.infer<typeof proofHead>;

export const proofClaims = z.strictObject({
  htm: z.string().max(10),
  htu: z.string().max(4_096),
  iat: z.int(),
  jti: letters(16),
  run: letters(8),
  bh: coordinate.optional(),
});

export type ProofRequest = {
  readonly method: string;
  /** Path and query, exactly as they are sent. */
  readonly target: string;
  /** SHA-256 of the body's bytes; null when there is none. */
  readonly bodyHash: Uint8Array | null;
  /** Epoch milliseconds, by this device's clock corrected to the server's. */
  readonly at: number;
  /** Never used before: at least 16 letters, digits, `_` or `-`. */
  readonly jti: string;
  /** New at each start of the app: at least 8 such. */
  readonly run: string;
};

export type ProofSigner =
  | { readonly deviceId: string }
  /** Before there is a device: the key that shall become one. */
  | { readonly key: ProofKey };

/** @returns the text to sign, ASCII, by ECDSA with SHA-256 */
export function proofInput(request: ProofRequest, signer: ProofSigner): string {
  const common = { typ: 'kaimen-proof', alg: 'ES256' };
  const head =
    'deviceId' in signer ? { ...common, kid: signer.deviceId } : { ...common, jwk: signer.key };
  const { method, target, at, jti, run, bodyHash } = request;
  const claims = {
    htm: method,
    htu: target,
    iat: at,
    jti,
    run,
    ...(bodyHash === null ? {} : { bh: base64url(bodyHash) }),
  };
  return `${textToBase64url(JSON.stringify(head))}.${textToBase64url(JSON.stringify(claims))}`;
}

/** @param signature - 64 bytes, r and s, as WebCrypto gives them. @returns the header's value */
export function proofHeader(input: string, signature: Uint8Array): string {
  return `${PROOF_SCHEME} ${input}.${base64url(signature)}`;
}

export function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const group = (a << 16) | (b << 8) | c;
    const signs = Math.min(3, bytes.length - at) + 1;
    for (let sign = 0; sign < signs; sign++) {
      text += ALPHABET[(group >>> (18 - 6 * sign)) & 63];
    }
  }
  return text;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** JSON of ours may hold any letter in its address: escaped, it is ASCII. */
function textToBase64url(json: string): string {
  const ascii = json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return base64url(Uint8Array.from(ascii, (letter) => letter.charCodeAt(0)));
}
