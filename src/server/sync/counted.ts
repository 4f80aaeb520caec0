// People who were let through where no code decided: counted by a steward's eye, or at a gate that stood
// open. Each is a scan of its own without a ticket, so that every count and every list shows them, and each
// counts against the limits of the ground.
import type { PoolClient } from 'pg';
import { type Direction, nextActionOf, type Rung } from '#domain/entry/verdict.ts';
import { parseInstant } from '#domain/kernel/instant.ts';
import { GROUND_SCOPE, scopesCrossed } from '#domain/venue/match-event.ts';
import type { JournalEntry } from '#protocol/journal.ts';
import { checkpointOf, type OpenEvent } from '#server/entry/catalogue.ts';
import { lockEventHead, takeRevision } from '#server/entry/change-crossings.ts';
import { tellCell } from '#server/entry/tell-cell.ts';
import { iso, storableTime } from '#server/platform/clock.ts';
import type { Device } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';

type Counted = Extract<JournalEntry, { kind: 'counted' }>;

/** Rungs on which people are counted rather than tickets. */
export function isByCount(rung: Rung): boolean {
  return rung === 'visual' || rung === 'open';
}

export async function replayCounted(
  context: ServerContext,
  client: PoolClient,
  device: Device,
  entry: Counted,
  [, journal, seq]: readonly unknown[],
): Promise<void> {
  const event = await lockEventHead(client, context.catalogue, device.eventNumber);
  const first = `count-${journal}-${seq}-0`;
  const known = await client.query('SELECT 1 FROM scans WHERE device = $1 AND scan_id = $2', [
    device.id,
    first,
  ]);
  if (known.rowCount !== 0) return;
  const inside = await peopleOf(client, event, entry, entry.people);
  const scopes = scopesCrossed(event.ground, null, device.gate);
  const counted = { device: device.id, scanId: `count-${journal}-${seq}` };
  const revision = await takeRevision(client, event, scopes, inside, null, counted);
  const now = context.now();
  const at = storableTime(Math.min(parseInstant(entry.at) ?? now, now));
  const { direction, people, rung } = entry;
  const scanIds = Array.from({ length: people }, (_, index) => `count-${journal}-${seq}-${index}`);
  await client.query(
    `INSERT INTO scans (device, scan_id, event, code_hash, direction, verdict, reason, rung, gate, lane,
       operator, serial, scanned_at, decided_at, revision, inside, checkpoint, entry_epoch, answer)
     SELECT $1, scan_id, $3, '', $4, 'provisional', NULL, $5, $6, $7, $8, NULL, $9, $9, $10,
       sign($11::integer) * (nth <= abs($11::integer))::integer, $12, $13,
       $14::jsonb || jsonb_build_object('scanId', scan_id)
     FROM unnest($2::text[]) WITH ORDINALITY AS each (scan_id, nth)`,
    [
      device.id,
      scanIds,
      event.number,
      direction,
      rung,
      device.gate,
      entry.lane ?? device.lane,
      entry.operator ?? null,
      iso(at),
      revision,
      inside,
      checkpointOf(event, device.gate),
      event.entryEpoch,
      JSON.stringify(answerOf(direction, rung, iso(at))),
    ],
  );
  await tellCell(client, event, device.id, scanIds);
}

/** People put inside: less than none at the exit, and never more than are there. */
export async function peopleOf(
  client: PoolClient,
  event: OpenEvent,
  { direction }: { readonly direction: Direction },
  people: number,
): Promise<number> {
  if (direction === 'in') return people;
  const { rows } = await client.query<{ inside: number }>(
    'SELECT inside[$2] AS inside FROM claim_heads WHERE event = $1',
    [event.number, (event.scopeIndex.get(GROUND_SCOPE) ?? 0) + 1],
  );
  return -Math.min(people, Math.max(0, rows[0]?.inside ?? 0)) + 0;
}

function answerOf(direction: Direction, rung: Rung, decidedAt: string) {
  return {
    verdict: 'provisional',
    reason: null,
    rung,
    ticket: null,
    first: null,
    gateHint: null,
    attention: null,
    next: nextActionOf('provisional', null, direction),
    from: null,
    decidedAt,
  };
}
