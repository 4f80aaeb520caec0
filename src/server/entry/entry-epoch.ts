import type { PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { OpenEvent } from './catalogue.ts';

/**
 * The entry epoch that was in force when somebody crossed: whoever came in before an evacuation is not in
 * again after its re-admission, whenever their lane tells of it.
 */
export async function entryEpochAt(
  client: PoolClient,
  event: Pick<OpenEvent, 'number' | 'entryEpoch'>,
  at: Instant,
): Promise<number> {
  if (event.entryEpoch === 1) return 1;
  const { rows } = await client.query<{ epoch: number | null }>(
    'SELECT max(epoch) AS epoch FROM entry_epochs WHERE event = $1 AND started_at <= $2',
    [event.number, new Date(at)],
  );
  return rows[0]?.epoch ?? event.entryEpoch;
}
