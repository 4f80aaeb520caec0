// Who stands at which lane, now and before. A device has one operator at a time.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { ShiftEnd } from '#protocol/people.ts';
import { publish } from '#server/notices/notices.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';

type Place = {
  readonly id: string;
  readonly event: number;
  readonly gate: string;
  readonly lane: string | null;
};

/** Relieves whoever stood there before. */
export async function beginShift(
  client: PoolClient,
  device: Place,
  person: string,
  at: Instant,
): Promise<void> {
  await endShift(client, device.id, 'relieved', at);
  await client.query(
    `INSERT INTO shifts (id, event, device, gate, lane, person, began_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      randomName('shift-', 8),
      device.event,
      device.id,
      device.gate,
      device.lane,
      person,
      new Date(at),
    ],
  );
  await client.query('UPDATE devices SET operator = $2 WHERE id = $1', [device.id, person]);
  const { id: deviceId, gate, lane } = device;
  const body = { deviceId, gate, lane, person, beganAt: iso(at) };
  await publish(client, device.event, { kind: 'operator', scope: 'control', body }, at);
}

/** @returns who stood there; null when nobody did */
export async function endShift(
  client: PoolClient,
  deviceId: string,
  endedBy: ShiftEnd,
  at: Instant,
): Promise<string | null> {
  const { rows } = await client.query<{ person: string }>(
    `UPDATE shifts SET ended_at = $2, ended_by = $3 WHERE device = $1 AND ended_at IS NULL
     RETURNING person`,
    [deviceId, new Date(at), endedBy],
  );
  await client.query('UPDATE devices SET operator = NULL WHERE id = $1 AND operator IS NOT NULL', [
    deviceId,
  ]);
  return rows[0]?.person ?? null;
}

const ENDED_AT_ONCE_MAX = 500;

/**
 * Ends the shifts at devices whose time is over, as of that time: nobody stands there any more, and nobody
 * told us. The rest with the next call.
 */
export async function endExpiredShifts(pool: Pool, now: Instant): Promise<void> {
  await pool.query(
    `WITH over AS (
       SELECT s.id, s.device, d.expires_at FROM shifts s JOIN devices d ON d.id = s.device
       WHERE s.ended_at IS NULL AND d.expires_at <= $1 LIMIT $2),
     ended AS (
       UPDATE shifts s SET ended_at = greatest(s.began_at, over.expires_at), ended_by = 'expired'
       FROM over WHERE s.id = over.id AND s.ended_at IS NULL)
     UPDATE devices d SET operator = NULL FROM over WHERE d.id = over.device`,
    [new Date(now), ENDED_AT_ONCE_MAX],
  );
}

const LISTED_MAX = 5_000;

/** The latest first. */
export async function listShifts(
  pool: Pool,
  event: number,
  only: { readonly now: boolean; readonly device: string | null; readonly person: string | null },
) {
  const { rows } = await pool.query<{
    person: string;
    name: string | null;
    device: string;
    gate: string;
    lane: string | null;
    began_at: Date;
    ended_at: Date | null;
    ended_by: ShiftEnd | null;
  }>(
    `SELECT s.person, n.name, s.device, s.gate, s.lane, s.began_at, s.ended_at, s.ended_by
     FROM shifts s LEFT JOIN lane_people_names n ON n.event = s.event AND n.person = s.person
     WHERE s.event = $1 AND (NOT $2 OR s.ended_at IS NULL)
       AND ($3::text IS NULL OR s.device = $3) AND ($4::text IS NULL OR s.person = $4)
     ORDER BY s.began_at DESC, s.id LIMIT $5`,
    [event, only.now, only.device, only.person, LISTED_MAX],
  );
  return rows.map((row) => ({
    person: row.person,
    name: row.name,
    deviceId: row.device,
    gate: row.gate,
    lane: row.lane,
    beganAt: iso(row.began_at.getTime()),
    endedAt: row.ended_at === null ? null : iso(row.ended_at.getTime()),
    endedBy: row.ended_by,
  }));
}
