// SQL of which release a gate's lanes are to run. Every change is told to the gate in the same transaction.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { publish } from '#server/notices/notices.ts';

export type GateReleaseRow = {
  gate: string;
  release: string;
  previous: string | null;
  is_canary: boolean;
  set_by: string;
  set_at: Date;
  reason: string;
};

const COLUMNS = 'gate, release, previous, is_canary, set_by, set_at, reason';

export async function findGateReleases(pool: Pool, event: number): Promise<GateReleaseRow[]> {
  const { rows } = await pool.query<GateReleaseRow>(
    `SELECT ${COLUMNS} FROM gate_releases WHERE event = $1 ORDER BY gate`,
    [event],
  );
  return rows;
}

export async function lockGateRelease(
  client: PoolClient,
  event: number,
  gate: string,
): Promise<GateReleaseRow | null> {
  const { rows } = await client.query<GateReleaseRow>(
    `SELECT ${COLUMNS} FROM gate_releases WHERE event = $1 AND gate = $2 FOR UPDATE`,
    [event, gate],
  );
  return rows[0] ?? null;
}

export type ReleaseOrder = {
  readonly gate: string;
  readonly release: string;
  readonly isCanary: boolean;
  readonly by: string;
  readonly reason: string;
};

/** @returns what it ran before, as far as that was ever said */
export async function orderRelease(
  client: PoolClient,
  event: number,
  order: ReleaseOrder,
  now: Instant,
): Promise<string | null> {
  const { gate, release, isCanary, by, reason } = order;
  const before = await lockGateRelease(client, event, gate);
  // The same again, as a canary or not, keeps the way back.
  const previous =
    before === null
      ? await runningAt(client, event, gate)
      : before.release === release
        ? before.previous
        : before.release;
  await client.query(
    `INSERT INTO gate_releases (event, gate, release, previous, is_canary, set_by, set_at, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (event, gate) DO UPDATE SET release = excluded.release,
       previous = excluded.previous, is_canary = excluded.is_canary, set_by = excluded.set_by,
       set_at = excluded.set_at, reason = excluded.reason`,
    [event, gate, release, previous, isCanary, by, new Date(now), reason],
  );
  const body = { gate, release };
  await publish(client, event, { kind: 'release', scope: `gate/${gate}`, body }, now);
  return previous;
}

/** What most of its lanes say that they run. */
async function runningAt(client: PoolClient, event: number, gate: string): Promise<string | null> {
  const { rows } = await client.query<{ release: string }>(
    `SELECT release FROM devices
     WHERE event = $1 AND gate = $2 AND revoked_at IS NULL AND release IS NOT NULL
     GROUP BY release ORDER BY count(*) DESC, release LIMIT 1`,
    [event, gate],
  );
  return rows[0]?.release ?? null;
}

/** The release that this gate is to run; null: none was ever named. */
export async function releaseFor(pool: Pool, event: number, gate: string): Promise<string | null> {
  const { rows } = await pool.query<{ release: string }>(
    'SELECT release FROM gate_releases WHERE event = $1 AND gate = $2',
    [event, gate],
  );
  return rows[0]?.release ?? null;
}

export async function noteRunning(
  pool: Pool,
  device: string,
  running: string | null,
  protocol: number,
): Promise<void> {
  await pool.query(
    `UPDATE devices SET release = $2, protocol = $3
     WHERE id = $1 AND (release, protocol) IS DISTINCT FROM ($2, $3::smallint)`,
    [device, running, protocol],
  );
}

export async function runningLanes(
  pool: Pool,
  event: number,
): Promise<{ id: string; gate: string; release: string | null }[]> {
  const { rows } = await pool.query<{ id: string; gate: string; release: string | null }>(
    `SELECT id, gate, release FROM devices
     WHERE event = $1 AND revoked_at IS NULL AND NOT is_practice ORDER BY gate, id LIMIT 5000`,
    [event],
  );
  return rows;
}
