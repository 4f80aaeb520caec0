// Scans that were written outside of a batch, told to the cell that decides the event: a repeat of them anywhere
// is answered from there.
import type { PoolClient } from 'pg';
import type { OpenEvent } from './catalogue.ts';

export async function tellCell(
  client: PoolClient,
  event: OpenEvent,
  device: string,
  scanIds: readonly string[],
): Promise<void> {
  if (event.cell === undefined) return;
  const { rows } = await client.query<{ row: Record<string, unknown> }>(
    `SELECT to_jsonb(s) - 'answer' || jsonb_build_object('answer_text', s.answer::text) AS row
     FROM scans s WHERE device = $1 AND scan_id = ANY ($2)`,
    [device, [...scanIds]],
  );
  await event.cell.keepScans(rows.map(({ row }) => row));
}
