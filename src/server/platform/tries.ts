// How often a device, and whoever stands at it, may try something: counted in the database, so that all
// nodes count together, and under the device's lock, so that tries made at once are counted one by one.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { randomName } from './crypto.ts';
import { HttpProblem } from './http/problem.ts';
import { inTransaction } from './transaction.ts';

export type TryKind = 'pin' | 'manual' | 'find' | 'holder';

export type TryLimit = {
  readonly max: number;
  readonly withinMs: number;
  /** Counts only those that came to nothing. */
  readonly isOfFailures: boolean;
};

export type Trier = {
  readonly event: number;
  readonly device: string;
  readonly person: string | null;
};

const KEPT_MS = 24 * 3_600_000;

/**
 * Counts one more try, as one that failed until {@link succeeded} says otherwise. A repeat under the same id
 * is no second try.
 *
 * @returns its id and how many failures of the device there were before it, within the longest limit
 * @throws HttpProblem `too-many-requests` when device or person are at a limit
 */
export async function takeTry(
  pool: Pool,
  kind: TryKind,
  trier: Trier,
  limits: readonly TryLimit[],
  now: Instant,
  id = randomName('', 8),
): Promise<{ readonly id: string; readonly failures: number }> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT 1 FROM devices WHERE id = $1 FOR UPDATE', [trier.device]);
    const longestMs = Math.max(...limits.map(({ withinMs }) => withinMs));
    const before = await triesSince(client, kind, trier, new Date(now - longestMs));
    if (before.some((each) => each.id === id)) return { id, failures: 0 };
    for (const limit of limits) refuseAtLimit(before, trier, limit, now);
    await client.query('DELETE FROM tries WHERE device = $1 AND at < $2', [
      trier.device,
      new Date(now - KEPT_MS),
    ]);
    await client.query(
      `INSERT INTO tries (event, kind, device, person, at, failed, id)
       VALUES ($1, $2, $3, $4, $5, true, $6)`,
      [trier.event, kind, trier.device, trier.person, new Date(now), id],
    );
    const failures = before.filter((each) => each.failed && each.device === trier.device).length;
    return { id, failures };
  });
}

export async function succeeded(
  client: Pool | PoolClient,
  kind: TryKind,
  device: string,
  id: string,
): Promise<void> {
  await client.query(
    'UPDATE tries SET failed = false WHERE device = $1 AND kind = $2 AND id = $3',
    [device, kind, id],
  );
}

type Row = { device: string; person: string | null; at: Date; failed: boolean; id: string | null };

async function triesSince(
  client: PoolClient,
  kind: TryKind,
  { device, person }: Trier,
  since: Date,
): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `SELECT device, person, at, failed, id FROM tries
     WHERE kind = $1 AND at > $2 AND (device = $3 OR person = $4) ORDER BY at`,
    [kind, since, device, person],
  );
  return rows;
}

function refuseAtLimit(
  before: readonly Row[],
  { device, person }: Trier,
  { max, withinMs, isOfFailures }: TryLimit,
  now: Instant,
): void {
  const counted = before.filter(
    ({ at, failed }) => at.getTime() > now - withinMs && (failed || !isOfFailures),
  );
  const ofDevice = counted.filter((each) => each.device === device);
  const ofPerson = person === null ? [] : counted.filter((each) => each.person === person);
  for (const mine of [ofDevice, ofPerson]) {
    if (mine.length < max) continue;
    const frees = (mine.at(-max)?.at.getTime() ?? now) + withinMs;
    const seconds = Math.max(1, Math.ceil((frees - now) / 1_000));
    throw new HttpProblem('too-many-requests', {
      detail: `no more than ${max} in ${Math.round(withinMs / 60_000)} minutes`,
      mend: `wait ${seconds} seconds, or send the holder to the service desk`,
      retryAfterSeconds: seconds,
    });
  }
}
