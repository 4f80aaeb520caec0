// What scans are decided on, kept as it was before each change: with it a match can be decided once more, by
// another version. Written under the head's lock, so that “after revision n” is exact; scans write nothing here.
import type { PoolClient } from 'pg';
import type { Crossing } from '#domain/entry/crossings.ts';

/**
 * Controls, status and entry epoch as they are from here on; nothing when they are as they were. A new epoch
 * begins with the crossings that tickets take with them into it.
 */
export async function noteControls(client: PoolClient, event: number): Promise<void> {
  await client.query(NOTE_CONTROLS, [event]);
}

const NOTE_CONTROLS = `
  WITH last AS (
    SELECT status, entry_epoch, state FROM control_history
    WHERE event = $1 ORDER BY from_revision DESC LIMIT 1
  ), noted AS (
    INSERT INTO control_history (event, from_revision, status, entry_epoch, state)
    SELECT e.number, h.revision, e.status, e.entry_epoch, c.state
    FROM events e JOIN claim_heads h ON h.event = e.number JOIN controls c ON c.event = e.number
    WHERE e.number = $1 AND NOT EXISTS (
      SELECT 1 FROM last
      WHERE (last.status, last.entry_epoch, last.state) = (e.status, e.entry_epoch, c.state))
    ON CONFLICT (event, from_revision) DO UPDATE
      SET status = excluded.status, entry_epoch = excluded.entry_epoch, state = excluded.state
    RETURNING from_revision, entry_epoch
  )
  INSERT INTO crossing_history
    (event, revision, entry_epoch, checkpoint, serial, crossings, scopes, inside)
  SELECT c.event, noted.from_revision, c.entry_epoch, c.checkpoint, c.serial, c.crossings, '{}', 0
  FROM noted JOIN last ON last.entry_epoch < noted.entry_epoch
  JOIN claims c ON c.event = $1 AND c.entry_epoch = noted.entry_epoch`;

export async function noteFile(client: PoolClient, event: number): Promise<void> {
  await client.query(
    `INSERT INTO file_history (event, from_revision, file)
     SELECT e.number, h.revision, e.file FROM events e JOIN claim_heads h ON h.event = e.number
     WHERE e.number = $1
     ON CONFLICT (event, from_revision) DO UPDATE SET file = excluded.file`,
    [event],
  );
}

/**
 * Keeps tickets as they are, before they are changed; {@link finishTickets} says until when they were so. What
 * changes before an event is opened for the first time is not kept: nothing was decided on it.
 */
export async function keepTickets(
  client: PoolClient,
  event: number,
  serials: readonly number[],
): Promise<void> {
  await client.query(
    `INSERT INTO ticket_history (event, serial, through, ticket)
     SELECT t.event, t.serial, NULL, to_jsonb(t) FROM tickets t
     WHERE t.event = $1 AND t.serial = ANY ($2::integer[]) AND ${IS_DECIDED_ON}`,
    [event, serials],
  );
}

/** SQL: whether scans of the event `$1` may have been decided. */
const IS_DECIDED_ON = `EXISTS (
  SELECT 1 FROM claim_heads h JOIN events e ON e.number = h.event
  WHERE h.event = $1 AND (h.revision > 0 OR e.status <> 'draft'))`;

/** Of a ticket file on its way in, all that it names; those that it leaves as they are go again in {@link finishTickets}. */
export async function keepStagedTickets(
  client: PoolClient,
  event: number,
  importId: string,
): Promise<void> {
  await client.query(
    `INSERT INTO ticket_history (event, serial, through, ticket)
     SELECT t.event, t.serial, NULL, to_jsonb(t)
     FROM staged_tickets s JOIN tickets t ON t.event = $1 AND t.ref = s.ref
     WHERE s.import_id = $2 AND ${IS_DECIDED_ON}`,
    [event, importId],
  );
}

/** With the event's head locked: what is decided from here on sees the tickets as they are now. */
export async function finishTickets(client: PoolClient, event: number): Promise<void> {
  await client.query(
    `DELETE FROM ticket_history k USING tickets t
     WHERE k.event = $1 AND k.through IS NULL AND t.event = $1 AND t.serial = k.serial
       AND k.ticket = to_jsonb(t)`,
    [event],
  );
  await client.query(
    `UPDATE ticket_history SET through = (SELECT revision FROM claim_heads WHERE event = $1)
     WHERE event = $1 AND through IS NULL`,
    [event],
  );
}

export type CrossingChange = {
  readonly entryEpoch: number;
  readonly checkpoint: string;
  readonly serial: number;
  /** All of this ticket there, after the change. */
  readonly crossings: readonly Crossing[];
};

/** With the event's head locked, at its present revision. `null`: people were counted, without a ticket. */
export async function noteCrossings(
  client: PoolClient,
  event: number,
  changed: CrossingChange | null,
  counted: { readonly scopes: readonly string[]; readonly inside: number },
): Promise<void> {
  await client.query(
    `INSERT INTO crossing_history
       (event, revision, entry_epoch, checkpoint, serial, crossings, scopes, inside)
     SELECT $1, revision, $2, $3, $4, $5, $6, $7 FROM claim_heads WHERE event = $1`,
    [
      event,
      changed?.entryEpoch ?? null,
      changed?.checkpoint ?? null,
      changed?.serial ?? null,
      changed === null ? null : JSON.stringify(changed.crossings),
      counted.scopes,
      counted.inside,
    ],
  );
}
