// SQL of how devices are: what each said last, numbered with the notices, so that consoles miss none.
import type { Pool } from 'pg';
import type { DeviceRole } from '#domain/access/device-roles.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { LaneStatus, StatusReport } from '#protocol/lane-status.ts';
import { iso } from '#server/platform/clock.ts';

export async function storeStatus(
  pool: Pool,
  device: { readonly id: string; readonly event: number },
  status: StatusReport,
  at: Instant,
): Promise<void> {
  await pool.query(
    `WITH head AS (
       INSERT INTO notice_heads VALUES ($1, 1)
       ON CONFLICT (event) DO UPDATE SET n = notice_heads.n + 1 RETURNING n)
     INSERT INTO device_status (device, event, at, n, status)
     SELECT $2, $1, $3, head.n, $4 FROM head
     ON CONFLICT (device) DO UPDATE SET at = excluded.at, n = excluded.n, status = excluded.status`,
    [device.event, device.id, new Date(at), JSON.stringify(status)],
  );
}

type Row = {
  device: string;
  gate: string;
  lane: string | null;
  at: Date;
  n: string;
  status: StatusReport;
};

const STATUSES_AT_ONCE_MAX = 1_000;

export async function statusesAfter(
  pool: Pool,
  event: number,
  n: number,
): Promise<{ readonly through: number; readonly statuses: readonly LaneStatus[] }> {
  const { rows } = await pool.query<Row>(
    `SELECT s.device, d.gate, d.lane, s.at, s.n, s.status
     FROM device_status s JOIN devices d ON d.id = s.device
     WHERE s.event = $1 AND s.n > $2 ORDER BY s.n LIMIT $3`,
    [event, n, STATUSES_AT_ONCE_MAX],
  );
  return {
    through: Number(rows.at(-1)?.n ?? n),
    statuses: rows.map((row) => ({
      deviceId: row.device,
      gate: row.gate,
      lane: row.lane,
      at: iso(row.at.getTime()),
      status: row.status,
    })),
  };
}

export type ActiveDevice = {
  id: string;
  gate: string;
  lane: string | null;
  role: DeviceRole;
  label: string | null;
  operator: string | null;
  /** Whatever came last: a request or a status. */
  heard_at: Date | null;
  status: StatusReport | null;
};

/** Devices that may work now; those for training are not among them. */
export async function activeDevices(
  pool: Pool,
  event: number,
  now: Instant,
  only: { readonly device?: string } = {},
): Promise<ActiveDevice[]> {
  const { rows } = await pool.query<ActiveDevice>(
    `SELECT d.id, d.gate, d.lane, d.role, d.label, d.operator, greatest(d.seen_at, s.at) AS heard_at,
            s.status
     FROM devices d LEFT JOIN device_status s ON s.device = d.id
     WHERE d.event = $1 AND d.revoked_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > $2)
       AND NOT d.is_practice AND ($3::text IS NULL OR d.id = $3)
     ORDER BY d.enrolled_at, d.id`,
    [event, new Date(now), only.device ?? null],
  );
  return rows;
}
