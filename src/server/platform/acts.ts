// What people do is done in one transaction with its entry in the audit chain: both, or neither.
import type { Pool, PoolClient } from 'pg';
import { type Act, appendAct } from './audit-chain.ts';
import type { Clock } from './clock.ts';
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
};

export function createActs(pool: Pool, node: string, now: Clock): Acts {
  const lines = new Lines();
  return {
    do(principal, work, line) {
      const run = () =>
        inTransaction(pool, async (client) => {
          const { result, act } = await work(client);
          if (act !== null) {
            await appendAct(client, node, now(), { ...act, actor: actorOf(principal) });
          }
          return result;
        });
      return line === undefined ? run() : lines.next(line, run);
    },
  };
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
