// What people do is done in one transaction with its entry in the audit chain: both, or neither.
import type { Pool, PoolClient } from 'pg';
import { type Act, appendAct } from './audit-chain.ts';
import type { Clock } from './clock.ts';
import { keyedRequest } from './idempotency/keyed-request.ts';
import type { Principal } from './principal.ts';
import { inTransaction } from './transaction.ts';

export type Acts = {
  /**
   * Runs `work` and records what it returns; `null` means that nothing was done.
   *
   * @param line - names what such acts all lock: they go one after the other, and those that wait hold
   *   neither a connection nor a lock that scans need
   */
  do<T>(
    principal: Principal | null,
    work: (
      client: PoolClient,
    ) => Promise<{ readonly result: T; readonly act: Omit<Act, 'actor'> | null }>,
    line?: string,
  ): Promise<T>;
  /** The same acts, in the same lines, by other connections. */
  on(pool: Pool): Acts;
};

/** @param settle - after the commit, before anybody is told: makes it binding where others decide */
export function createActs(
  pool: Pool,
  node: string,
  now: Clock,
  settle: () => Promise<void> = async () => {},
  lines: Lines = new Lines(),
): Acts {
  return {
    on: (other) => createActs(other, node, now, settle, lines),
    do(principal, work, line) {
      const carryOut = async (client: PoolClient) => {
        const { result, act } = await work(client);
        if (act !== null) {
          await appendAct(client, node, now(), { ...act, actor: actorOf(principal) });
        }
        return result;
      };
      const run = async () => {
        const done = await asStep(pool, carryOut);
        await settle();
        return done;
      };
      return line === undefined ? run() : lines.next(line, run);
    },
  };
}

/** Of a request with an Idempotency-Key it is a step that happens once: then it may be begun again at any time. */
async function asStep<T>(pool: Pool, carryOut: (client: PoolClient) => Promise<T>): Promise<T> {
  const keyed = keyedRequest();
  if (keyed === null) return await inTransaction(pool, carryOut);
  const n = keyed.nextStep();
  const once = async (client: PoolClient) => {
    const before = await keyed.recall(client, n);
    if (before !== null) return before.result as T;
    const result = await carryOut(client);
    await keyed.record(client, n, result);
    return result;
  };
  return await inTransaction(pool, once, { isRepeatable: true });
}

class Lines {
  readonly #last = new Map<string, Promise<unknown>>();

  next<T>(line: string, run: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(line) ?? Promise.resolve()).then(run, run);
    this.#last.set(line, mine);
    const leave = () => {
      if (this.#last.get(line) === mine) this.#last.delete(line);
    };
    mine.then(leave, leave);
    return mine;
  }
}

/** Pseudonymous: the audit can be kept when the list of who is who is erased. */
export function actorOf(principal: Principal | null): string {
  if (principal === null) return 'kaimen';
  return principal.kind === 'device' ? principal.id : principal.person;
}
