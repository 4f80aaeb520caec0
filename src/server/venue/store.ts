// SQL of events and controls. Every change that could alter a verdict raises the event's fence in the
// same transaction, so that no claim decided before it commits after it.
import type { Pool, PoolClient } from 'pg';
import { EVENT_NUMBER_MAX } from '#domain/credentials/ticket-code.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { type Controls, NO_CONTROLS } from '#domain/venue/controls.ts';
import { type EventStatus, groundOf } from '#domain/venue/match-event.ts';
import { type EventFile, matchEventOf } from '#protocol/event-file.ts';
import { finishTickets, noteControls, noteFile } from '#server/entry/history.ts';

export type EventRow = {
  number: number;
  id: string;
  file: EventFile;
  status: EventStatus;
  entry_epoch: number;
  outlines: string[];
};

export type StoredControls = Omit<Controls, 'status'>;

export async function findEvent(client: Pool | PoolClient, id: string): Promise<EventRow | null> {
  const { rows } = await client.query<EventRow>(
    'SELECT number, id, file, status, entry_epoch, outlines FROM events WHERE id = $1',
    [id],
  );
  return rows[0] ?? null;
}

/** Like {@link findEvent}, by the number under which nodes and codes know it. */
export async function findEventNumbered(
  client: Pool | PoolClient,
  number: number,
): Promise<EventRow | null> {
  const { rows } = await client.query<EventRow>(
    'SELECT number, id, file, status, entry_epoch, outlines FROM events WHERE number = $1',
    [number],
  );
  return rows[0] ?? null;
}

/** Like {@link findEvent}, locked until the end of the transaction. */
export async function lockEvent(client: PoolClient, id: string): Promise<EventRow | null> {
  const { rows } = await client.query<EventRow>(
    'SELECT number, id, file, status, entry_epoch, outlines FROM events WHERE id = $1 FOR UPDATE',
    [id],
  );
  return rows[0] ?? null;
}

/** Like {@link lockEvent}; when there is none yet, nobody else can make it until the transaction ends. */
export async function lockOrReserveEvent(client: PoolClient, id: string): Promise<EventRow | null> {
  const existing = await lockEvent(client, id);
  if (existing !== null) return existing;
  await lockNumbers(client);
  return lockEvent(client, id);
}

/** Numbers are given out once each and never again: codes of an old match must not fit a new one. */
async function lockNumbers(client: PoolClient): Promise<void> {
  await client.query('LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE');
}

export async function listEvents(pool: Pool): Promise<EventRow[]> {
  const { rows } = await pool.query<EventRow>(
    `SELECT number, id, file, status, entry_epoch, outlines
     FROM events e ORDER BY number DESC LIMIT 1000`,
  );
  return rows;
}

export async function insertEvent(
  client: PoolClient,
  event: { file: EventFile; sealKey: () => Buffer; listEpoch: string; at: Instant },
): Promise<number> {
  await lockNumbers(client);
  const { rows } = await client.query<{ next: number }>(
    'SELECT coalesce(max(number), 0) + 1 AS next FROM events',
  );
  const number = rows[0]?.next ?? 1;
  if (number > EVENT_NUMBER_MAX) throw new Error('this hub has used up its event numbers');
  const { scopes } = groundOf(matchEventOf(event.file));
  const zeros = scopes.map(() => 0);
  await client.query(
    `INSERT INTO events (number, id, file, status, sealed_key, created_at)
     VALUES ($1, $2, $3, 'draft', $4, $5)`,
    [number, event.file.id, JSON.stringify(event.file), event.sealKey(), new Date(event.at)],
  );
  await client.query(
    'INSERT INTO claim_heads (event, scopes, inside, this_minute) VALUES ($1, $2, $3, $3)',
    [number, scopes, zeros],
  );
  const { status: _, ...controls } = NO_CONTROLS;
  await client.query('INSERT INTO controls (event, state) VALUES ($1, $2)', [
    number,
    JSON.stringify(controls),
  ]);
  await client.query('INSERT INTO lists (event, epoch) VALUES ($1, $2)', [number, event.listEpoch]);
  await noteControls(client, number);
  await noteFile(client, number);
  return number;
}

export async function updateEventFile(
  client: PoolClient,
  number: number,
  file: EventFile,
): Promise<void> {
  await client.query('UPDATE events SET file = $2 WHERE number = $1', [
    number,
    JSON.stringify(file),
  ]);
  await addScopes(client, number, file);
}

/** Counts people in every scope that the file names, and raises the fence. */
export async function addScopes(
  client: PoolClient,
  number: number,
  file: EventFile,
): Promise<void> {
  const { rows } = await client.query<{ scopes: string[] }>(
    'SELECT scopes FROM claim_heads WHERE event = $1 FOR UPDATE',
    [number],
  );
  const known = rows[0]?.scopes ?? [];
  // Scopes keep their places in the counts; what the file no longer names is kept, it counted people.
  const added = groundOf(matchEventOf(file)).scopes.filter((scope) => !known.includes(scope));
  const zeros = added.map(() => 0);
  await client.query(
    `UPDATE claim_heads SET scopes = scopes || $2::text[], inside = inside || $3::integer[],
       this_minute = this_minute || $3::integer[], fence = fence + 1 WHERE event = $1`,
    [number, added, zeros],
  );
  await noteFile(client, number);
}

/** Last in its transaction, because claims wait for this row. */
export async function raiseFence(client: PoolClient, event: number): Promise<void> {
  await client.query('UPDATE claim_heads SET fence = fence + 1 WHERE event = $1', [event]);
  await noteControls(client, event);
  await finishTickets(client, event);
}

export async function setStatus(
  client: PoolClient,
  number: number,
  status: EventStatus,
): Promise<void> {
  await client.query('UPDATE events SET status = $2 WHERE number = $1', [number, status]);
  await raiseFence(client, number);
}

export async function loadControls(
  client: Pool | PoolClient,
  event: number,
): Promise<{ controls: Controls; fence: number }> {
  const { rows } = await client.query<{
    state: StoredControls;
    status: EventStatus;
    fence: string;
  }>(
    `SELECT c.state, e.status, h.fence FROM controls c
     JOIN events e ON e.number = c.event JOIN claim_heads h ON h.event = c.event
     WHERE c.event = $1`,
    [event],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`event ${event} has no controls`);
  return { controls: { ...row.state, status: row.status }, fence: Number(row.fence) };
}

/** Whoever changes controls and the event's head locks these first: locked the other way they would meet. */
export async function lockControls(client: PoolClient, event: number): Promise<void> {
  await client.query('SELECT 1 FROM controls WHERE event = $1 FOR UPDATE', [event]);
}

/** Changes the controls under their row's lock and raises the fence. */
export async function changeControls(
  client: PoolClient,
  event: number,
  change: (controls: StoredControls) => StoredControls,
): Promise<void> {
  const { rows } = await client.query<{ state: StoredControls }>(
    'SELECT state FROM controls WHERE event = $1 FOR UPDATE',
    [event],
  );
  if (rows[0] === undefined) throw new Error(`event ${event} has no controls`);
  await client.query('UPDATE controls SET state = $2 WHERE event = $1', [
    event,
    JSON.stringify(change(rows[0].state)),
  ]);
  await raiseFence(client, event);
}
