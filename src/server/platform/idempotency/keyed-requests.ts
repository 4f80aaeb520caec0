// Writes that may be repeated: the table of who asked what under which key, who is at work on it, and what
// was answered.
import { hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { randomName } from '../crypto.ts';
import { HttpProblem, problemBody } from '../http/problem.ts';
import { asKeyedRequest, isSameHash, KeyedRequest, keyReused } from './keyed-request.ts';

/** Whoever works on a request says so this often; who has not for longer is taken to be gone. */
const RUN_FOR_SECONDS = 8;
const RENEW_EVERY_MS = 2_500;
const RELEASE_AGAIN_MS = 250;
const KEPT_HOURS = 24;
const FORGET_EVERY_MS = 10 * 60_000;
/** An answer longer than this is made anew from what the steps came to. */
const ANSWER_BYTES_MAX = 1024 * 1024;
const PROBLEM_JSON = 'application/problem+json';

type KeyedCall = {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly owner: string;
  readonly key: string;
  /** Of a body that is read as it comes in: reads it to its end, for its hash alone. */
  readonly drain: (() => Promise<Buffer>) | null;
  readonly handle: () => Promise<unknown>;
};

type Row = {
  request_hash: Buffer;
  body_hash: Buffer | null;
  run: string;
  status: number | null;
  answer: Buffer | null;
};

export class KeyedRequests {
  readonly #pool: Pool;
  readonly #masterKey: Uint8Array;

  constructor(pool: Pool, masterKey: Uint8Array) {
    this.#pool = pool;
    this.#masterKey = masterKey;
  }

  /**
   * Carries a request out, unless it was before: then it is answered as it was.
   *
   * @throws HttpProblem `idempotency-key-in-use`, `idempotency-key-reused`, and what `handle` throws
   */
  async answer(call: KeyedCall): Promise<unknown> {
    const keyed = new KeyedRequest(this.#masterKey, call.owner, call.key);
    const run = randomName('run-', 8);
    const row = await this.#begin(keyed, requestHashOf(call), run).catch((error: unknown) => {
      // Its place may have been taken unheard.
      void this.#release(keyed, run);
      throw error;
    });
    if (row.answer !== null) return await repeatAnswer(call, keyed, row);
    if (row.run !== run) throw inUse();
    const renewing = setInterval(() => {
      this.#extend(keyed, run, RUN_FOR_SECONDS).catch(() => {});
    }, RENEW_EVERY_MS);
    try {
      return await this.#carryOut(call, keyed, run);
    } finally {
      clearInterval(renewing);
    }
  }

  /** Takes away what is older than a day. Called now and then; all nodes may at once. */
  keepShort(): NodeJS.Timeout {
    const forget = async () => {
      for (const [table, column] of TABLES) {
        await this.#pool.query(
          `DELETE FROM ${table} WHERE ${column} < now() - make_interval(hours => $1)`,
          [KEPT_HOURS],
        );
      }
    };
    return setInterval(() => forget().catch(() => {}), FORGET_EVERY_MS);
  }

  async #carryOut(call: KeyedCall, keyed: KeyedRequest, run: string): Promise<unknown> {
    const { reply } = call;
    let answer: unknown;
    try {
      answer = await asKeyedRequest(keyed, call.handle);
    } catch (error) {
      // Refused: nothing was done, and the same will be said again. Whatever else it was may pass.
      if (error instanceof HttpProblem && isFinal(error.status)) {
        await this.#keep(keyed, run, error.status, JSON.stringify(problemBody(error)));
      } else void this.#release(keyed, run);
      throw error;
    }
    if (reply.sent || answer === reply) {
      await this.#release(keyed, run);
      return answer;
    }
    const text = JSON.stringify(answer ?? null);
    await this.#keep(keyed, run, reply.statusCode, text);
    return answer;
  }

  async #begin(keyed: KeyedRequest, requestHash: Buffer, run: string): Promise<Row> {
    const { rows } = await this.#pool.query<Row>(
      `INSERT INTO keyed_requests AS r (owner, key_hash, request_hash, begun_at, run, run_until)
       VALUES ($1, $2, $3, now(), $4, now() + make_interval(secs => $5))
       ON CONFLICT (owner, key_hash) DO UPDATE SET
         run = CASE WHEN ${IS_FREE} THEN excluded.run ELSE r.run END,
         run_until = CASE WHEN ${IS_FREE} THEN excluded.run_until ELSE r.run_until END
       RETURNING request_hash, body_hash, run, status, answer`,
      [keyed.owner, keyed.keyHash, requestHash, run, RUN_FOR_SECONDS],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('the key is there, before or now');
    if (!isSameHash(row.request_hash, requestHash)) {
      if (row.run === run) await this.#release(keyed, run);
      throw keyReused();
    }
    return row;
  }

  /** A repeat need not wait until this run is taken for dead; it does if the database stays away that long. */
  async #release(keyed: KeyedRequest, run: string): Promise<void> {
    const until = performance.now() + RUN_FOR_SECONDS * 1_000;
    do {
      try {
        return await this.#extend(keyed, run, 0);
      } catch {
        await pause(RELEASE_AGAIN_MS, null, { ref: false });
      }
    } while (performance.now() < until);
  }

  async #extend({ owner, keyHash }: KeyedRequest, run: string, seconds: number): Promise<void> {
    await this.#pool.query(
      `UPDATE keyed_requests SET run_until = now() + make_interval(secs => $4)
       WHERE owner = $1 AND key_hash = $2 AND run = $3 AND answer IS NULL`,
      [owner, keyHash, run, seconds],
    );
  }

  /** What was done is done: when this fails, a repeat makes the answer anew from the steps. */
  async #keep(keyed: KeyedRequest, run: string, status: number, text: string): Promise<void> {
    const { owner, keyHash, bodyHash } = keyed;
    if (text.length > ANSWER_BYTES_MAX) return await this.#release(keyed, run);
    const sealed = keyed.seal(Buffer.from(text));
    await this.#pool
      .query(
        `UPDATE keyed_requests SET status = $3, answer = $4, body_hash = $5
         WHERE owner = $1 AND key_hash = $2 AND answer IS NULL`,
        [owner, keyHash, status, sealed, bodyHash],
      )
      .catch(() => {});
  }
}

const IS_FREE =
  'r.answer IS NULL AND r.run_until < now() AND r.request_hash = excluded.request_hash';

const TABLES = [
  ['keyed_requests', 'begun_at'],
  ['keyed_steps', 'done_at'],
] as const;

async function repeatAnswer(call: KeyedCall, keyed: KeyedRequest, row: Row): Promise<unknown> {
  if (call.drain !== null && !isSameHash(row.body_hash, await call.drain())) throw keyReused();
  const text = Buffer.from(keyed.unseal(row.answer ?? new Uint8Array())).toString('utf8');
  const status = row.status ?? 200;
  return call.reply
    .code(status)
    .header('idempotency-replayed', 'true')
    .type(status < 400 ? 'application/json; charset=utf-8' : PROBLEM_JSON)
    .send(text);
}

function requestHashOf({ request, drain }: KeyedCall): Buffer {
  const body = drain === null ? JSON.stringify(request.body ?? null) : '';
  return hash('sha256', `${request.method}\n${request.url}\n${body}`, 'buffer');
}

function isFinal(status: number): boolean {
  return status < 500 && status !== 401 && status !== 408 && status !== 429;
}

function inUse(): HttpProblem {
  return new HttpProblem('idempotency-key-in-use', {
    detail: 'the first request of this Idempotency-Key is still under way',
    mend: 'send it again in a moment: then its answer is there',
    retryAfterSeconds: 1,
  });
}
