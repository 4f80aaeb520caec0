// Admissions that met another holder of the same ticket, as they follow from its crossings now: a journal
// that comes late names the true first holder, an annulment settles what is no conflict any more.
import type { PoolClient } from 'pg';
import type { Refolded } from '#domain/entry/conflicts.ts';
import type { Conflict } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';

export type ClaimKey = {
  readonly entryEpoch: number;
  readonly checkpoint: string;
  readonly serial: number;
};

export async function noteConflicts(
  client: PoolClient,
  event: number,
  key: ClaimKey,
  { conflicts, settled }: Refolded,
  now: Instant,
): Promise<void> {
  for (const conflict of conflicts) await upsert(client, event, key, conflict, now);
  for (const { intruder } of settled) {
    await client.query(
      'UPDATE conflicts SET resolved_at = $4 WHERE event = $1 AND device = $2 AND scan_id = $3',
      [event, intruder.device, intruder.scan, new Date(now)],
    );
  }
}

async function upsert(
  client: PoolClient,
  event: number,
  key: ClaimKey,
  { holder, intruder }: Conflict,
  now: Instant,
): Promise<void> {
  await client.query(
    `INSERT INTO conflicts (event, entry_epoch, checkpoint, serial, holder, intruder, device,
       scan_id, noted_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (event, device, scan_id) DO UPDATE SET holder = excluded.holder, resolved_at = NULL`,
    [
      event,
      key.entryEpoch,
      key.checkpoint,
      key.serial,
      JSON.stringify(holder),
      JSON.stringify(intruder),
      intruder.device,
      intruder.scan,
      new Date(now),
    ],
  );
}
