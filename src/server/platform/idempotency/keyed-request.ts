// One write that named itself by an Idempotency-Key, while it is carried out. Each transaction of it is a
// step: what it came to is stored by that very transaction, and a repeat that finds it stored does not run
// it again. So the steps of a request happen once, however often and at however many nodes it is asked.
import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { PoolClient } from 'pg';
import { hmacSha256, seal, unseal } from '../crypto.ts';
import { HttpProblem } from '../http/problem.ts';

const underway = new AsyncLocalStorage<KeyedRequest>();

/** The keyed request that the caller is part of; null when it named no key. */
export function keyedRequest(): KeyedRequest | null {
  return underway.getStore() ?? null;
}

export function asKeyedRequest<T>(request: KeyedRequest, work: () => Promise<T>): Promise<T> {
  return underway.run(request, work);
}

type Recalled = { readonly result: unknown };

export class KeyedRequest {
  readonly owner: string;
  readonly keyHash: Buffer;
  /** Of a body that was read as it came in; null: it is part of the request's own hash. */
  bodyHash: Buffer | null = null;
  readonly #sealKey: Uint8Array;
  #steps = 0;

  /** @param key - as the caller named it; who does not know it cannot read what was answered */
  constructor(masterKey: Uint8Array, owner: string, key: string) {
    this.owner = owner;
    this.keyHash = keyHashOf(key);
    this.#sealKey = hmacSha256(masterKey, Buffer.from(`kaimen idempotency 1\n${owner}\n${key}`));
  }

  /** The number of the next transaction; the same in every run of the same request. */
  nextStep(): number {
    this.#steps += 1;
    return this.#steps;
  }

  /**
   * Takes a step's place before it is carried out. Whoever is at it already is waited for.
   *
   * @returns what it came to when it was committed before; null when it is ours to carry out
   * @throws HttpProblem `idempotency-key-reused` when that was for another body
   */
  async recall(client: PoolClient, n: number): Promise<Recalled | null> {
    const { rowCount } = await client.query(
      `INSERT INTO keyed_steps (owner, key_hash, n, body_hash, done_at)
       VALUES ($1, $2, $3, $4, now()) ON CONFLICT DO NOTHING`,
      [this.owner, this.keyHash, n, this.bodyHash],
    );
    if (rowCount === 1) return null;
    const { rows } = await client.query<{ result: Buffer; body_hash: Buffer | null }>(
      'SELECT result, body_hash FROM keyed_steps WHERE owner = $1 AND key_hash = $2 AND n = $3',
      [this.owner, this.keyHash, n],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('a step that is taken is there');
    if (!isSameHash(row.body_hash, this.bodyHash)) throw keyReused();
    return { result: deserialize(this.unseal(row.result)) };
  }

  /** Within the transaction that took the step. */
  async record(client: PoolClient, n: number, result: unknown): Promise<void> {
    await client.query(
      'UPDATE keyed_steps SET result = $4 WHERE owner = $1 AND key_hash = $2 AND n = $3',
      [this.owner, this.keyHash, n, this.seal(serialize(result))],
    );
  }

  seal(bytes: Uint8Array): Buffer {
    return seal(this.#sealKey, this.owner, bytes);
  }

  unseal(sealed: Uint8Array): Uint8Array {
    return unseal(this.#sealKey, this.owner, sealed);
  }
}

function keyHashOf(key: string): Buffer {
  return hash('sha256', `kaimen idempotency key 1\n${key}`, 'buffer');
}

export function isSameHash(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

export function keyReused(): HttpProblem {
  return new HttpProblem('idempotency-key-reused', {
    detail: 'this Idempotency-Key was sent with another request',
    mend: 'give each request a key of its own, and repeat a request with nothing in it changed',
  });
}
