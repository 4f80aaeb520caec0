// An evacuation: the barriers' own hardware frees them, never this program. What it does: let nobody in,
// say how many may still be inside as a range, since people leave without being counted, and afterwards
// let everybody who was inside come back once.
import type { Pool, PoolClient } from 'pg';
import type { Crossing } from '#domain/entry/crossings.ts';
import { crossingsCarriedOver } from '#domain/entry/readmission.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { EvacuationView } from '#protocol/overview.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { TICKET_COLUMNS, type TicketRow, ticketOf } from '#server/entry/ticket-row.ts';
import { iso } from '#server/platform/clock.ts';

/** An evacuation that ended is still shown for so long. */
const SHOWN_MS = 12 * 3_600_000;

export type EvacuationRow = {
  id: string;
  is_drill: boolean;
  reason: string;
  started_at: Date;
  inside: Readonly<Record<string, number>>;
  cleared: Readonly<Record<string, string>>;
  ended_at: Date | null;
  readmitted_as: number | null;
};

export async function readEvacuation(
  database: Pool | PoolClient,
  event: number,
): Promise<EvacuationRow | null> {
  const { rows } = await database.query<EvacuationRow>(
    `SELECT id, is_drill, reason, started_at, inside, cleared, ended_at, readmitted_as
     FROM evacuations WHERE event = $1 AND started_at > now() - $2 * interval '1 millisecond'
     ORDER BY ended_at IS NULL DESC, started_at DESC LIMIT 1`,
    [event, SHOWN_MS],
  );
  return rows[0] ?? null;
}

/**
 * People inside. While people leave by open barriers nobody is counted out: at most those who were
 * counted in and whose stand has not been reported empty, at least nobody.
 */
export function insideRange(
  counted: number,
  byScope: ReadonlyMap<string, number>,
  evacuation: Pick<EvacuationRow, 'is_drill' | 'ended_at' | 'cleared'> | null,
): { low: number; high: number } {
  if (evacuation === null || evacuation.is_drill || evacuation.ended_at !== null) {
    return { low: counted, high: counted };
  }
  const cleared = Object.keys(evacuation.cleared).reduce(
    (sum, stand) => sum + (byScope.get(`stand/${stand}`) ?? 0),
    0,
  );
  return { low: 0, high: Math.max(0, counted - cleared) };
}

export function evacuationView(row: EvacuationRow): EvacuationView {
  return {
    id: row.id,
    isDrill: row.is_drill,
    reason: row.reason,
    startedAt: iso(row.started_at.getTime()),
    endedAt: row.ended_at === null ? null : iso(row.ended_at.getTime()),
    insideAtStart: { ...row.inside },
    cleared: { ...row.cleared },
    readmittedAs: row.readmitted_as,
  };
}

/**
 * Opens a new entry epoch: every ticket may enter once more, but for the places of those who had left before
 * the evacuation began: a ticket that admits n lets n less those back in. The caller holds the event's head locked and raises
 * the fence afterwards.
 *
 * @param event - as it is under that lock
 * @returns the new epoch; that of the first time if it is asked again for one evacuation
 */
export async function openEntryEpoch(
  client: PoolClient,
  event: OpenEvent,
  evacuation: { readonly id: string; readonly startedAt: Instant },
  now: Instant,
): Promise<number> {
  const opened = await client.query<{ epoch: number }>(
    'SELECT epoch FROM entry_epochs WHERE event = $1 AND evacuation = $2',
    [event.number, evacuation.id],
  );
  if (opened.rows[0] !== undefined) return opened.rows[0].epoch;
  const epoch = event.entryEpoch + 1;
  // A decision like any other: those who follow this store take it up in its turn. A cell numbers its own.
  const step = event.authority === 'cell' ? 0 : 1;
  const head = await client.query<{ revision: string }>(
    'UPDATE claim_heads SET revision = revision + $2 WHERE event = $1 RETURNING revision',
    [event.number, step],
  );
  const revision = head.rows[0]?.revision;
  const { rows } = await client.query<Left>(
    `SELECT c.checkpoint, c.crossings, ${TICKET_COLUMNS.split(', ')
      .map((column) => `t.${column}`)
      .join(', ')}
     FROM claims c JOIN tickets t ON t.event = c.event AND t.serial = c.serial
     WHERE c.event = $1 AND c.entry_epoch = $2
       AND c.crossings @> '[{"direction": "out", "annulledAt": null}]'`,
    [event.number, event.entryEpoch],
  );
  for (const row of rows) {
    const rules = rulesFor(event.ground, ticketOf(row));
    const carried = crossingsCarriedOver(row.crossings, rules, evacuation.startedAt);
    if (carried.length === 0) continue;
    await client.query(
      `INSERT INTO claims (event, entry_epoch, checkpoint, serial, crossings, revision, previous)
       VALUES ($1, $2, $3, $4, $5, $6, 0)`,
      [event.number, epoch, row.checkpoint, row.serial, JSON.stringify(carried), revision],
    );
  }
  await client.query(
    `INSERT INTO entry_epochs (event, epoch, started_at, evacuation)
     VALUES ($1, $2, '-infinity', NULL), ($1, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [event.number, event.entryEpoch, epoch, new Date(now), evacuation.id],
  );
  await client.query('UPDATE events SET entry_epoch = $2 WHERE number = $1', [event.number, epoch]);
  // Whoever is inside now has come back through a gate, or is staff who never left: counted anew.
  await client.query(
    `UPDATE claim_heads SET inside = array_fill(0, ARRAY[cardinality(inside)]),
       this_minute = array_fill(0, ARRAY[cardinality(this_minute)]) WHERE event = $1`,
    [event.number],
  );
  return epoch;
}

type Left = TicketRow & { checkpoint: string; crossings: Crossing[] };
