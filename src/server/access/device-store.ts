// SQL of devices: lanes with a token, phones with a key.
import type { Pool, PoolClient } from 'pg';
import type { DeviceRole, EnrolmentEnd } from '#domain/access/device-roles.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { ProofKey } from '#protocol/proof.ts';
import { randomName } from '#server/platform/crypto.ts';
import type { Device } from '#server/platform/principal.ts';

export type NewDevice = {
  readonly event: number;
  readonly gate: string;
  readonly lane: string | null;
  readonly enrolledBy: string;
  readonly role: DeviceRole;
  readonly isPractice: boolean;
  readonly expiresAt: Instant | null;
  readonly replaces: string | null;
  readonly label: string | null;
  /** One of the two. */
  readonly proof: { readonly tokenHash: Buffer } | { readonly key: ProofKey };
};

/** @returns its id */
export async function insertDevice(
  client: PoolClient,
  device: NewDevice,
  at: Instant,
): Promise<string> {
  const id = randomName('dev-', 8);
  const { proof } = device;
  await client.query(
    `INSERT INTO devices (id, event, gate, lane, token_hash, public_key, enrolled_by, enrolled_at, role,
       is_practice, expires_at, replaces, label)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      id,
      device.event,
      device.gate,
      device.lane,
      'tokenHash' in proof ? proof.tokenHash : null,
      'key' in proof ? JSON.stringify(proof.key) : null,
      device.enrolledBy,
      new Date(at),
      device.role,
      device.isPractice,
      device.expiresAt === null ? null : new Date(device.expiresAt),
      device.replaces,
      device.label,
    ],
  );
  return id;
}

/** @returns false when there is no such device, or its enrolment was ended before */
export async function endDevice(
  client: PoolClient,
  id: string,
  why: EnrolmentEnd,
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE devices SET revoked_at = $2, revoked_why = $3, operator = NULL
     WHERE id = $1 AND revoked_at IS NULL`,
    [id, new Date(at), why],
  );
  return rowCount === 1;
}

export type FoundDevice = {
  readonly device: Device;
  readonly key: ProofKey | null;
  /** Until when this holds, unless something is changed. */
  readonly expiresAt: number;
};

type Row = {
  id: string;
  event: number;
  event_id: string;
  gate: string;
  lane: string | null;
  role: DeviceRole;
  is_practice: boolean;
  operator: string | null;
  public_key: ProofKey | null;
  expires_at: Date | null;
  revoked_at: Date | null;
  revoked_why: EnrolmentEnd | null;
};

/** Also one whose enrolment has ended: it is told so, and may still send its journal. */
export async function findDevice(
  pool: Pool,
  by: { readonly tokenHash: Buffer } | { readonly id: string },
  now: Instant,
): Promise<FoundDevice | null> {
  const [column, value] = 'id' in by ? ['id', by.id] : ['token_hash', by.tokenHash];
  const { rows } = await pool.query<Row>(
    `SELECT d.id, d.event, e.id AS event_id, d.gate, d.lane, d.role, d.is_practice, d.operator,
            d.public_key, d.expires_at, d.revoked_at, d.revoked_why
     FROM devices d JOIN events e ON e.number = d.event WHERE d.${column} = $1`,
    [value],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const ended = endOf(row, now);
  const device: Device = {
    kind: 'device',
    id: row.id,
    eventNumber: row.event,
    eventId: row.event_id,
    gate: row.gate,
    lane: row.lane,
    role: row.role,
    isPractice: row.is_practice,
    operator: row.operator,
    ended,
  };
  const expiresAt = ended === null ? row.expires_at?.getTime() : undefined;
  return { device, key: row.public_key, expiresAt: expiresAt ?? Number.POSITIVE_INFINITY };
}

function endOf(
  row: Pick<Row, 'revoked_at' | 'revoked_why' | 'expires_at'>,
  now: Instant,
): EnrolmentEnd | null {
  if (row.revoked_at !== null) return row.revoked_why ?? 'revoked';
  return row.expires_at !== null && row.expires_at.getTime() <= now ? 'expired' : null;
}

export type DeviceRow = {
  id: string;
  event: string;
  gate: string;
  lane: string | null;
  role: DeviceRole;
  is_practice: boolean;
  label: string | null;
  operator: string | null;
  enrolled_by: string;
  enrolled_at: Date;
  expires_at: Date | null;
  seen_at: Date | null;
  replaces: string | null;
  revoked_at: Date | null;
  revoked_why: EnrolmentEnd | null;
};

const LISTED_MAX = 20_000;

/** @param eventId - null: of all events */
export async function listDevices(pool: Pool, eventId: string | null): Promise<DeviceRow[]> {
  const { rows } = await pool.query<DeviceRow>(
    `SELECT d.id, e.id AS event, d.gate, d.lane, d.role, d.is_practice, d.label, d.operator,
            d.enrolled_by, d.enrolled_at, d.expires_at, d.seen_at, d.replaces, d.revoked_at, d.revoked_why
     FROM devices d JOIN events e ON e.number = d.event WHERE $1::text IS NULL OR e.id = $1
     ORDER BY d.enrolled_at, d.id LIMIT $2`,
    [eventId, LISTED_MAX],
  );
  return rows;
}
