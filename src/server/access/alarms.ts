// What is wrong with a device's identity, told to the control room until somebody settles it.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { AlarmKind } from '#protocol/people.ts';
import { publish } from '#server/notices/notices.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';
import type { Device } from '#server/platform/principal.ts';

/** @returns false when the same is open for this device already */
export async function raiseAlarm(
  client: PoolClient,
  device: Pick<Device, 'id' | 'eventNumber' | 'gate' | 'lane'>,
  alarm: { readonly kind: AlarmKind; readonly detail: Readonly<Record<string, unknown>> },
  at: Instant,
): Promise<boolean> {
  const id = randomName('alarm-', 8);
  const { kind, detail } = alarm;
  const { rowCount } = await client.query(
    `INSERT INTO alarms (id, event, kind, device, detail, raised_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (event, kind, device) WHERE settled_at IS NULL DO NOTHING`,
    [id, device.eventNumber, kind, device.id, JSON.stringify(detail), new Date(at)],
  );
  if (rowCount !== 1) return false;
  const { gate, lane } = device;
  const body = { id, kind, deviceId: device.id, gate, lane, raisedAt: iso(at) };
  await publish(client, device.eventNumber, { kind: 'alarm', scope: 'control', body }, at);
  return true;
}

export type AlarmRow = {
  id: string;
  kind: AlarmKind;
  device: string;
  gate: string | null;
  lane: string | null;
  detail: Record<string, unknown>;
  raised_at: Date;
  settled_at: Date | null;
  settled_by: string | null;
  note: string | null;
};

const LISTED_MAX = 500;

/** Open ones first, then the latest. */
export async function listAlarms(pool: Pool, event: number): Promise<AlarmRow[]> {
  const { rows } = await pool.query<AlarmRow>(
    `SELECT a.id, a.kind, a.device, d.gate, d.lane, a.detail, a.raised_at, a.settled_at, a.settled_by, a.note
     FROM alarms a LEFT JOIN devices d ON d.id = a.device
     WHERE a.event = $1 ORDER BY a.settled_at IS NOT NULL, a.raised_at DESC, a.id LIMIT $2`,
    [event, LISTED_MAX],
  );
  return rows;
}

/** @returns false when there is no such alarm, or it is settled */
export async function settleAlarm(
  client: PoolClient,
  event: number,
  alarm: { readonly id: string; readonly by: string; readonly note: string },
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE alarms SET settled_at = $3, settled_by = $4, note = $5
     WHERE event = $1 AND id = $2 AND settled_at IS NULL`,
    [event, alarm.id, new Date(at), alarm.by, alarm.note],
  );
  if (rowCount !== 1) return false;
  const body = { id: alarm.id, settledAt: iso(at) };
  await publish(client, event, { kind: 'alarm', scope: 'control', body }, at);
  return true;
}
