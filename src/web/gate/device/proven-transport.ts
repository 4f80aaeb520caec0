// Requests of this phone, each signed by its key. A server that finds the phone's clock wrong says what
// time it is, and is asked again by that time.
import { createFetchTransport } from '#lane/fetch-transport.ts';
import type { LaneReply, LaneRequest, LaneStream, Transport } from '#lane/ports.ts';
import {
  base64url,
  type ProofKey,
  type ProofSigner,
  proofHeader,
  proofInput,
} from '#protocol/proof.ts';

const ID_BYTES = 16;
/** Of this start of the app. */
const RUN = randomLetters(ID_BYTES);
const encoder = new TextEncoder();

export async function publicKeyOf(pair: CryptoKeyPair): Promise<ProofKey> {
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  return { kty: 'EC', crv: 'P-256', x, y };
}

/** @param pair - the phone's key, whose private half only signs */
export function createProvenTransport(pair: CryptoKeyPair, signer: ProofSigner): Transport {
  let offsetMs = 0;

  async function authorize(_: string, { method, path, json }: LaneRequest) {
    const body = json === null ? null : encoder.encode(json);
    const input = proofInput(
      {
        method,
        target: path,
        bodyHash: body === null ? null : await sha256(body),
        at: Date.now() + offsetMs,
        jti: randomLetters(ID_BYTES),
        run: RUN,
      },
      signer,
    );
    const parameters = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await crypto.subtle.sign(parameters, pair.privateKey, encoder.encode(input));
    return { authorization: proofHeader(input, new Uint8Array(signature)) };
  }

  const plain = createFetchTransport(authorize);

  async function again<R extends LaneReply | LaneStream>(ask: () => Promise<R>): Promise<R> {
    const reply = await ask();
    const theirs = 'text' in reply ? serverTimeIn(reply) : null;
    if (theirs === null) return reply;
    offsetMs = theirs - Date.now();
    return await ask();
  }

  return {
    send: (address, request) => again(() => plain.send(address, request)),
    stream: (address, request) => again(() => plain.stream(address, request)),
  };
}

function serverTimeIn({ status, text }: LaneReply): number | null {
  if (status !== 401) return null;
  try {
    const { code, serverTime } = JSON.parse(text) as { code?: unknown; serverTime?: unknown };
    const at = typeof serverTime === 'string' ? Date.parse(serverTime) : Number.NaN;
    return code === 'proof-time' && Number.isFinite(at) ? at : null;
  } catch {
    return null;
  }
}

export async function sha256(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', message));
}

export function randomLetters(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)));
}
