// A phone as the gate's web app is one: a key that cannot be given away (WebCrypto, not extractable), a proof
// for each request, the server's time when it is told.
import assert from 'node:assert/strict';
import type { Enrolled } from '#protocol/enrolment.ts';
import type { Problem } from '#protocol/problem.ts';
import {
  base64url,
  type ProofKey,
  type ProofSigner,
  proofHeader,
  proofInput,
} from '#protocol/proof.ts';
import { LiveStream } from './live-stream.ts';

const ANSWER_MAX_MS = 20_000;
type KeyPair = Awaited<ReturnType<typeof makeKeys>>;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;

type Call = {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  /** What the proof says, when it is to say something else. */
  readonly proof?: Partial<{
    method: string;
    target: string;
    at: number;
    jti: string;
    body: string;
  }>;
};

export class Phone {
  readonly url: string;
  readonly #keys: KeyPair;
  readonly key: ProofKey;
  /** Of this start of the app; a clone has the key and another run. */
  run = newName();
  /** What the phone's own clock is off. */
  clockOffMs = 0;
  enrolled: Enrolled | null = null;

  private constructor(url: string, keys: KeyPair, key: ProofKey) {
    this.url = url;
    this.#keys = keys;
    this.key = key;
  }

  static async make(url: string): Promise<Phone> {
    const keys = await makeKeys();
    const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', keys.publicKey);
    return new Phone(url, keys, { kty: 'EC', crv: 'P-256', x, y });
  }

  /** Scans an offer's code. */
  static async enrol(url: string, offerUrl: string): Promise<Phone> {
    const phone = await Phone.make(url);
    await phone.takeUp(offerUrl);
    return phone;
  }

  /** The same key and all that goes with it, in another app: what must be noticed. */
  clone(url = this.url): Phone {
    const other = new Phone(url, this.#keys, this.key);
    other.enrolled = this.enrolled;
    return other;
  }

  get deviceId(): string {
    assert.ok(this.enrolled !== null, 'this phone is enrolled');
    return this.enrolled.deviceId;
  }

  async takeUp(offerUrl: string): Promise<Enrolled> {
    const response = await this.exchange(offerUrl);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    this.enrolled = JSON.parse(text) as Enrolled;
    return this.enrolled;
  }

  exchange(offerUrl: string): Promise<Response> {
    const secret = new URL(offerUrl).hash.slice('#e='.length);
    return this.#send('/api/v1/enrolment', { body: { secret } }, { key: this.key });
  }

  fetch(target: string, call: Call = {}): Promise<Response> {
    return this.#send(target, call, { deviceId: this.deviceId });
  }

  async ask<T = Record<string, unknown>>(target: string, call: Call = {}): Promise<T> {
    const response = await this.fetch(target, call);
    const text = await response.text();
    assert.equal(response.status, 200, `${target}: ${text}`);
    return JSON.parse(text) as T;
  }

  async refuses(status: number, target: string, call: Call = {}): Promise<Problem> {
    const response = await this.fetch(target, call);
    const text = await response.text();
    assert.equal(response.status, status, `${target}: ${text}`);
    return JSON.parse(text) as Problem;
  }

  /** The live feed of its event. */
  async listen(): Promise<LiveStream> {
    const target = `/api/v1/events/${this.enrolled?.event}/live`;
    const signer = { deviceId: this.deviceId };
    const authorization = await this.#proof('GET', target, null, {}, signer);
    return LiveStream.openWith(this.url + target, { authorization });
  }

  async #send(target: string, call: Call, signer: ProofSigner): Promise<Response> {
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const method = call.method ?? (body === null ? 'GET' : 'POST');
    const authorization = await this.#proof(method, target, body, call.proof ?? {}, signer);
    return await fetch(this.url + target, {
      method,
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
      headers: { authorization, ...(body === null ? {} : { 'content-type': 'application/json' }) },
      ...(body === null ? {} : { body }),
    });
  }

  async #proof(
    method: string,
    target: string,
    body: string | null,
    instead: NonNullable<Call['proof']>,
    signer: ProofSigner,
  ): Promise<string> {
    const proven = instead.body ?? body;
    const request = {
      method,
      target,
      at: Date.now() + this.clockOffMs,
      jti: newName(),
      run: this.run,
      bodyHash: proven === null ? null : await sha256(proven),
      ...instead,
    };
    const input = proofInput(request, signer);
    const bytes = new TextEncoder().encode(input);
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await crypto.subtle.sign(algorithm, this.#keys.privateKey, bytes);
    return proofHeader(input, new Uint8Array(signature));
  }
}

function makeKeys() {
  return crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
}

export function newName(): string {
  // Names of ours begin with a letter or digit; one in thirty-two would not.
  return `n${base64url(crypto.getRandomValues(new Uint8Array(12)))}`;
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
