// What people do is done in one transaction with its entry in the audit chain: both, or neither.
import type { Pool, PoolClient } from 'pg';
import { type Act, appendAct } from './audit-chain.ts';
import type { Clock } from './clock.ts';
import type { Principal } from './principal.ts';
import { inTransaction } from './transaction.ts';

export type Acts = {
  /** Runs `work` and records what it returns; `null` means that nothing was done. */
  do<T>(
    principal: Principal | null,
    work: (
      client: PoolClient,
    ) => Promise<{ readonly result: T; readonly act: Omit<Act, 'actor'> | null }>,
  ): Promise<T>;
};

export function createActs(pool: Pool, node: string, now: Clock): Acts {
  return {
    do: (principal, work) =>
      inTransaction(pool, async (client) => {
        const { result, act } = await work(client);
        if (act !== null) {
          await appendAct(client, node, now(), { ...act, actor: actorOf(principal) });
        }
        return result;
      }),
  };
}

/** Pseudonymous: the audit can be kept when the list of who is who is erased. */
export function actorOf(principal: Principal | null): string {
  if (principal === null) return 'kaimen';
  return principal.kind === 'device' ? principal.id : principal.person;
}
