// Offers: what a supervisor shows, one phone takes up, once and soon. Only the hash of the secret is kept.
import { createHash, randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { PhoneRole } from '#domain/access/device-roles.ts';
import { encodeBase32 } from '#domain/credentials/base32.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { ProofKey } from '#protocol/proof.ts';
import { randomName } from '#server/platform/crypto.ts';

const SECRET_BYTES = 16;

export type NewOffer = {
  readonly event: number;
  readonly gate: string;
  readonly lane: string | null;
  readonly role: PhoneRole;
  readonly isPractice: boolean;
  readonly replaces: string | null;
  /** Who goes on at the new phone. */
  readonly operator: string | null;
  readonly madeBy: string;
  readonly expiresAt: Instant;
  readonly deviceExpiresAt: Instant;
};

export async function insertOffer(
  client: PoolClient,
  offer: NewOffer,
  at: Instant,
): Promise<{ readonly id: string; readonly secret: string }> {
  const secret = encodeBase32(randomBytes(SECRET_BYTES));
  const id = randomName('offer-', 8);
  await client.query(
    `INSERT INTO offers (id, event, gate, lane, role, is_practice, replaces, operator, secret_hash, made_by,
       made_at, expires_at, device_expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      id,
      offer.event,
      offer.gate,
      offer.lane,
      offer.role,
      offer.isPractice,
      offer.replaces,
      offer.operator,
      secretHash(secret),
      offer.madeBy,
      new Date(at),
      new Date(offer.expiresAt),
      new Date(offer.deviceExpiresAt),
    ],
  );
  return { id, secret };
}

export type OfferRow = {
  id: string;
  event: number;
  gate: string;
  lane: string | null;
  role: PhoneRole;
  is_practice: boolean;
  replaces: string | null;
  operator: string | null;
  made_by: string;
  made_at: Date;
  expires_at: Date;
  device_expires_at: Date;
  withdrawn_at: Date | null;
  used_at: Date | null;
  device: string | null;
  key: string | null;
};

const COLUMNS = `id, event, gate, lane, role, is_practice, replaces, operator, made_by, made_at, expires_at,
  device_expires_at, withdrawn_at, used_at, device, key`;

/** Locked: two phones that scan the same code go one after the other. */
export async function lockOffer(client: PoolClient, secret: string): Promise<OfferRow | null> {
  const { rows } = await client.query<OfferRow>(
    `SELECT ${COLUMNS} FROM offers WHERE secret_hash = $1 FOR UPDATE`,
    [secretHash(secret)],
  );
  return rows[0] ?? null;
}

const LISTED_MAX = 1_000;

/** The latest first. */
export async function listOffers(pool: Pool, event: number): Promise<OfferRow[]> {
  const { rows } = await pool.query<OfferRow>(
    `SELECT ${COLUMNS} FROM offers WHERE event = $1 ORDER BY made_at DESC, id LIMIT $2`,
    [event, LISTED_MAX],
  );
  return rows;
}

export async function markUsed(
  client: PoolClient,
  id: string,
  used: { readonly device: string; readonly key: string; readonly at: Instant },
): Promise<void> {
  await client.query('UPDATE offers SET used_at = $2, device = $3, key = $4 WHERE id = $1', [
    id,
    new Date(used.at),
    used.device,
    used.key,
  ]);
}

/** @returns the event it was for; null when there is no such offer, or it is open no more */
export async function withdrawOffer(
  client: PoolClient,
  id: string,
  at: Instant,
): Promise<number | null> {
  const { rows } = await client.query<{ event: number }>(
    `UPDATE offers SET withdrawn_at = $2
     WHERE id = $1 AND withdrawn_at IS NULL AND used_at IS NULL RETURNING event`,
    [id, new Date(at)],
  );
  return rows[0]?.event ?? null;
}

/** A phone shows one code at a time: what it showed before is good no more. */
export async function withdrawOffersOf(
  client: PoolClient,
  madeBy: string,
  at: Instant,
): Promise<void> {
  await client.query(
    `UPDATE offers SET withdrawn_at = $2
     WHERE made_by = $1 AND withdrawn_at IS NULL AND used_at IS NULL`,
    [madeBy, new Date(at)],
  );
}

export type OfferState = 'open' | 'used' | 'withdrawn' | 'expired';

export function stateOf(offer: OfferRow, now: Instant): OfferState {
  if (offer.used_at !== null) return 'used';
  if (offer.withdrawn_at !== null) return 'withdrawn';
  return offer.expires_at.getTime() <= now ? 'expired' : 'open';
}

/** RFC 7638: one name for one key. */
export function thumbprintOf({ crv, kty, x, y }: ProofKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

function secretHash(secret: string): Buffer {
  return createHash('sha256').update(`kaimen offer 1\n${secret}`).digest();
}
