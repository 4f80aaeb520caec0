// A box’s list lags behind its hub’s: a genuine code that it does not lead to a ticket may have been sold or
// re-issued a moment ago. Refused without a look there, a good ticket would be refused.
import type { Pool } from 'pg';
import type { PendingScan } from './decide-batch.ts';

/** Whether the code is genuine and newer than what this store’s list has under it. */
export async function isBeyondList(
  pool: Pool,
  event: number,
  { lookup }: Pick<PendingScan, 'lookup'>,
): Promise<boolean> {
  if (lookup.kind === 'serial') {
    const { rowCount } = await pool.query(
      'SELECT 1 FROM tickets WHERE event = $1 AND serial = $2 AND issue >= $3',
      [event, lookup.serial, lookup.issue],
    );
    return rowCount === 0;
  }
  if (lookup.kind !== 'media' || !lookup.isOutlineKnown) return false;
  const hashes = lookup.hashes.map((hash) => Buffer.from(hash));
  const { rowCount } = await pool.query(
    'SELECT 1 FROM media WHERE event = $1 AND hash = ANY ($2) LIMIT 1',
    [event, hashes],
  );
  return rowCount === 0;
}
