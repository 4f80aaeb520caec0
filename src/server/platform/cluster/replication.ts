// Whether a write is on two machines before it is answered. A node that was told so does not start where it
// is not; while it serves it says so and goes on: to stop the gates would be the greater harm, and what a
// failover then loses lanes find out (docs/architecture.md §8).
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { Log } from '../log.ts';

const LOOK_EVERY_MS = 2_000;
/** A cluster that has just changed its primary is given so long to say what it waits for. */
const SETTLES_WITHIN_MS = 15_000;
const AGAIN_MS = 500;

/** The cluster does not do what this node was told that it does. The message names the mend. */
class ReplicationError extends Error {
  override name = 'ReplicationError';
  readonly code = 'replication-not-strict';
}

/** Two settings of PostgreSQL, as a session of ours has them. */
type ReplicationSettings = { readonly commit: string; readonly names: string };

export async function whyNotStrict(pool: Pool): Promise<string | null> {
  const { rows } = await pool.query<ReplicationSettings>(
    `SELECT current_setting('synchronous_commit') AS commit,
            current_setting('synchronous_standby_names') AS names`,
  );
  return judgeReplication(rows[0] ?? { commit: '', names: '' });
}

/** @returns null when every commit waits for a second machine; else why one does not */
export function judgeReplication({ commit, names }: ReplicationSettings): string | null {
  if (names === '') {
    return 'synchronous_standby_names is empty: a write is answered when it is on one machine alone';
  }
  if (commit === 'on' || commit === 'remote_apply') return null;
  return `synchronous_commit is ${commit}: a write is answered before a second machine has it on its disk`;
}

/** @throws ReplicationError when it is not so, and does not become so */
export async function requireStrict(pool: Pool): Promise<void> {
  const until = performance.now() + SETTLES_WITHIN_MS;
  for (;;) {
    const why = await whyNotStrict(pool);
    if (why === null) return;
    if (performance.now() > until) {
      throw new ReplicationError(
        `${why}. Set synchronous_mode and synchronous_mode_strict in Patroni (“patronictl edit-config”), or start with --replication any and accept that a failover may lose answered writes`,
      );
    }
    await pause(AGAIN_MS);
  }
}

type ReplicationWatch = {
  /** `strict` as long as it is; then why it is not. */
  state(): string;
  stop(): void;
};

export function watchReplication(pool: Pool, registry: Registry, log: Log): ReplicationWatch {
  let why: string | null = null;
  const gauge = new Gauge({
    name: 'kaimen_replication_strict',
    help: '1 while every write is on two machines before it is answered',
    registers: [registry],
  });
  gauge.set(1);
  const look = async () => {
    const found = await whyNotStrict(pool);
    if (found === why) return;
    why = found;
    gauge.set(found === null ? 1 : 0);
    if (found === null) log.warn({}, 'every write is on two machines again before it is answered');
    else log.error({ why: found }, 'answered writes may be lost with the next failover');
  };
  const timer = setInterval(() => look().catch(() => {}), LOOK_EVERY_MS);
  return { state: () => why ?? 'strict', stop: () => clearInterval(timer) };
}
