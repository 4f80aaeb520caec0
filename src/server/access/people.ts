// SQL of the people who may stand at the lanes of an event. Of badges only hashes are kept, of PINs keyed ones:
// their few digits could be guessed from a plain hash.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { LaneRole } from '#protocol/people.ts';
import { hmacSha256 } from '#server/platform/crypto.ts';

export type LanePerson = {
  readonly person: string;
  readonly name: string;
  readonly role: LaneRole;
};

export async function insertPerson(
  client: PoolClient,
  event: number,
  added: LanePerson & { readonly badge: string; readonly pinHash: Buffer; readonly by: string },
  at: Instant,
): Promise<void> {
  await client.query(
    `INSERT INTO lane_people (event, person, role, badge_hash, pin_hash, added_by, added_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      event,
      added.person,
      added.role,
      badgeHash(added.badge),
      added.pinHash,
      added.by,
      new Date(at),
    ],
  );
  await client.query('INSERT INTO lane_people_names VALUES ($1, $2, $3, $4)', [
    event,
    added.person,
    added.name,
    nameKey(added.name),
  ]);
}

type Found = { person: string; name: string | null; role: LaneRole; pin_hash: Buffer | null };

const FIND = `SELECT p.person, n.name, p.role, p.pin_hash FROM lane_people p
  LEFT JOIN lane_people_names n ON n.event = p.event AND n.person = p.person
  WHERE p.event = $1 AND p.revoked_at IS NULL`;

export async function findByBadge(
  client: Pool | PoolClient,
  event: number,
  badge: string,
): Promise<Found | null> {
  const { rows } = await client.query<Found>(`${FIND} AND p.badge_hash = $2`, [
    event,
    badgeHash(badge),
  ]);
  return rows[0] ?? null;
}

const NAMESAKES_MAX = 50;

/** Everybody of that name: their PINs tell them apart. */
export async function findByName(
  client: Pool | PoolClient,
  event: number,
  name: string,
): Promise<Found[]> {
  const { rows } = await client.query<Found>(
    `${FIND} AND n.name_key = $2 ORDER BY p.person LIMIT ${NAMESAKES_MAX}`,
    [event, nameKey(name)],
  );
  return rows;
}

export async function findOperator(
  client: Pool | PoolClient,
  event: number,
  person: string,
): Promise<{ person: string; name: string | null; role: LaneRole } | null> {
  const { rows } = await client.query<Found>(
    `SELECT p.person, n.name, p.role, p.pin_hash FROM lane_people p
     LEFT JOIN lane_people_names n ON n.event = p.event AND n.person = p.person
     WHERE p.event = $1 AND p.person = $2`,
    [event, person],
  );
  const row = rows[0];
  return row === undefined ? null : { person: row.person, name: row.name, role: row.role };
}

/** Bound to the person, so that two with one PIN do not have one hash. */
export function pinHash(masterKey: Uint8Array, person: string, pin: string): Buffer {
  return Buffer.from(hmacSha256(masterKey, Buffer.from(`kaimen pin 1\n${person}\n${pin}`)));
}

export function isPin(
  masterKey: Uint8Array,
  found: { readonly person: string; readonly pin_hash: Buffer | null },
  pin: string,
): boolean {
  const hash = pinHash(masterKey, found.person, pin);
  return found.pin_hash !== null && timingSafeEqual(found.pin_hash, hash);
}

function badgeHash(badge: string): Buffer {
  return createHash('sha256').update(`kaimen badge 1\n${badge.toUpperCase()}`).digest();
}

/** How two ways to type one name become one: width, case and spaces do not matter. */
function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, '').normalize('NFKC');
}

export type PersonRow = {
  person: string;
  name: string | null;
  role: LaneRole;
  added_at: Date;
  revoked_at: Date | null;
  device: string | null;
  gate: string | null;
  lane: string | null;
};

const LISTED_MAX = 5_000;

export async function listPeople(pool: Pool, event: number): Promise<PersonRow[]> {
  const { rows } = await pool.query<PersonRow>(
    `SELECT p.person, n.name, p.role, p.added_at, p.revoked_at, s.device, s.gate, s.lane
     FROM lane_people p
     LEFT JOIN lane_people_names n ON n.event = p.event AND n.person = p.person
     LEFT JOIN LATERAL (SELECT device, gate, lane FROM shifts
       WHERE event = p.event AND person = p.person AND ended_at IS NULL
       ORDER BY began_at DESC LIMIT 1) s ON true
     WHERE p.event = $1 ORDER BY p.added_at, p.person LIMIT $2`,
    [event, LISTED_MAX],
  );
  return rows;
}
