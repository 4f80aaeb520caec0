// What may not change around a match, and who let it: read and written by plain SQL, since it is asked before the
// server’s own migrations have run.
import type { Pool, PoolClient } from 'pg';
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import { type FreezeWindow, type FreezingEvent, frozenAt } from '#domain/release/freeze.ts';
import type { EventStatus } from '#domain/venue/match-event.ts';
import { randomName } from '#server/platform/crypto.ts';

export type Freeze = {
  readonly hoursBefore: number;
  /** Null: nothing is frozen now. */
  readonly window: FreezeWindow | null;
  readonly override: Override | null;
};

export type Override = {
  readonly id: string;
  readonly reason: string;
  readonly by: readonly [string, string];
  readonly until: Instant;
};

/** @returns null for a database that has not been migrated so far as to be guarded */
export async function readFreeze(client: Pool | PoolClient, now: Instant): Promise<Freeze | null> {
  const guarded = await client.query<{ yes: boolean }>(
    `SELECT to_regclass('freeze_settings') IS NOT NULL AS yes`,
  );
  if (guarded.rows[0]?.yes !== true) return null;
  const settings = await client.query<{ hours_before: number }>(
    'SELECT hours_before FROM freeze_settings',
  );
  const hoursBefore = settings.rows[0]?.hours_before ?? 0;
  const events = await client.query<EventRow>(
    `SELECT id, status, file->>'doorsAt' AS doors_at, file->>'endsAt' AS ends_at FROM events
     WHERE status IN ('draft', 'open')`,
  );
  const window = frozenAt(events.rows.map(eventOf), hoursBefore, now);
  return { hoursBefore, window, override: await overrideAt(client, now) };
}

type EventRow = { id: string; status: EventStatus; doors_at: string; ends_at: string };

function eventOf(row: EventRow): FreezingEvent {
  const time = (text: string) => Date.parse(text) as Instant;
  return { id: row.id, status: row.status, doorsAt: time(row.doors_at), endsAt: time(row.ends_at) };
}

async function overrideAt(client: Pool | PoolClient, now: Instant): Promise<Override | null> {
  const { rows } = await client.query<{
    id: string;
    reason: string;
    first_person: string;
    second_person: string;
    until: Date;
  }>(
    `SELECT id, reason, first_person, second_person, until FROM freeze_overrides
     WHERE given_at <= $1 AND until > $1 ORDER BY until DESC LIMIT 1`,
    [new Date(now)],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { id, reason, first_person, second_person, until } = row;
  return { id, reason, by: [first_person, second_person], until: until.getTime() as Instant };
}

export const OVERRIDE_MINUTES = 120;

/** Two people, who are not one: the caller has made sure of both. */
export async function insertOverride(
  client: PoolClient,
  given: {
    readonly by: readonly [string, string];
    readonly reason: string;
    readonly minutes: number;
  },
  now: Instant,
): Promise<Override> {
  const id = randomName('override-', 8);
  const until = plusMs(now, given.minutes * MINUTE_MS);
  await client.query(
    `INSERT INTO freeze_overrides (id, reason, first_person, second_person, given_at, until)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, given.reason, ...given.by, new Date(now), new Date(until)],
  );
  return { id, reason: given.reason, by: given.by, until };
}
