// The greater part of every journal: exact answers that the authority gave itself and has in its books. They are
// ticked off together, without the event's lock, which live scans wait for.
import type { Pool } from 'pg';
import { takeUp, wasExact } from '#domain/sync/take-up.ts';
import type { JournalEntry } from '#protocol/journal.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { findCode } from '#server/entry/find-code.ts';
import type { Device } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { addToTally } from '#server/release/tally.ts';
import type { ServerContext } from '#server/server-context.ts';
import type { StoredScan } from './missed-scans.ts';

export type Pending = {
  readonly journal_id: string;
  readonly seq: string;
  readonly entry: JournalEntry;
};
type PendingOutcome = Pending & { readonly entry: Extract<JournalEntry, { kind: 'outcome' }> };

/** @returns what is left: whatever the authority does not know, or knows otherwise */
export async function tickOffSettled(
  context: ServerContext,
  device: Device,
  pending: readonly Pending[],
): Promise<readonly Pending[]> {
  const event = await context.catalogue.get(device.eventNumber);
  const exact = pending.filter(isExactOutcome);
  if (exact.length === 0 || event.cell !== undefined) return pending;
  const stored = await storedScans(context.pool, device, exact);
  const settled = exact.filter(({ entry }) => isSettled(event, entry, stored.get(entry.scanId)));
  if (settled.length === 0) return pending;
  await inTransaction(context.pool, async (client) => {
    // What another upload of this lane has ticked off meanwhile is not counted twice.
    const { rows } = await client.query<{ verdict: string }>(
      `UPDATE journal_entries j SET applied_at = $2
       FROM unnest($3::uuid[], $4::bigint[]) AS s (journal_id, seq)
       WHERE j.device = $1 AND j.journal_id = s.journal_id AND j.seq = s.seq AND j.applied_at IS NULL
       RETURNING j.entry->>'verdict' AS verdict`,
      [
        device.id,
        new Date(context.now()),
        settled.map(({ journal_id }) => journal_id),
        settled.map(({ seq }) => seq),
      ],
    );
    const place = { device: device.id, gate: device.gate };
    const refused = rows.filter(({ verdict }) => verdict === 'refused').length;
    await addToTally(client, event.number, place, { scans: rows.length, refused }, context.now());
  });
  const done = new Set<Pending>(settled);
  return pending.filter((each) => !done.has(each));
}

function isExactOutcome(pending: Pending): pending is PendingOutcome {
  return pending.entry.kind === 'outcome' && wasExact(pending.entry.rung);
}

async function storedScans(
  pool: Pool,
  device: Device,
  outcomes: readonly PendingOutcome[],
): Promise<ReadonlyMap<string, StoredScan>> {
  const { rows } = await pool.query<StoredScan & { scan_id: string }>(
    `SELECT scan_id, code_hash, direction, verdict FROM scans
     WHERE device = $1 AND scan_id = ANY ($2)`,
    [device.id, outcomes.map(({ entry }) => entry.scanId)],
  );
  return new Map(rows.map((row) => [row.scan_id, row]));
}

/** Whether taking it up would change nothing but its mark. */
function isSettled(
  event: OpenEvent,
  entry: PendingOutcome['entry'],
  stored: StoredScan | undefined,
): boolean {
  if (stored === undefined) return false;
  const { codeHash } = findCode(entry.code, event.keyring);
  const isSameScan = stored.direction === entry.direction && stored.code_hash.equals(codeHash);
  const { verdict } = entry;
  const taken = takeUp({
    verdict,
    isTicketMissing: false,
    stored: { isSameScan, verdict: stored.verdict },
  });
  return taken.kind === 'take' && !taken.isNew && !taken.hasCrossed;
}
