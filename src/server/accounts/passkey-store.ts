// SQL of passkeys and of what they are asked to sign.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';

const CHALLENGE_GOOD_MS = 5 * 60_000;

export type PasskeyRow = {
  id: string;
  person: string;
  public_key: Buffer;
  counter: string;
  label: string;
  created_at: Date;
  last_used_at: Date | null;
};

/** @param person - who is to register a key; null: somebody who wants to sign in */
export async function insertChallenge(
  pool: Pool,
  challenge: string,
  person: string | null,
  now: Instant,
): Promise<void> {
  await pool.query('DELETE FROM passkey_challenges WHERE expires_at < $1', [new Date(now)]);
  await pool.query(
    'INSERT INTO passkey_challenges (challenge, person, expires_at) VALUES ($1, $2, $3)',
    [challenge, person, new Date(now + CHALLENGE_GOOD_MS)],
  );
}

/** @returns false when it was not asked of this person, was taken before or is too old */
export async function takeChallenge(
  pool: Pool,
  challenge: string,
  person: string | null,
  now: Instant,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `DELETE FROM passkey_challenges
     WHERE challenge = $1 AND person IS NOT DISTINCT FROM $2 AND expires_at > $3`,
    [challenge, person, new Date(now)],
  );
  return rowCount === 1;
}

export async function findPasskey(pool: Pool, id: string): Promise<PasskeyRow | null> {
  const { rows } = await pool.query<PasskeyRow>('SELECT * FROM passkeys WHERE id = $1', [id]);
  return rows[0] ?? null;
}

export async function listPasskeys(pool: Pool, person: string): Promise<PasskeyRow[]> {
  const { rows } = await pool.query<PasskeyRow>(
    'SELECT * FROM passkeys WHERE person = $1 ORDER BY created_at, id LIMIT 100',
    [person],
  );
  return rows;
}

export async function insertPasskey(
  client: PoolClient,
  key: {
    readonly person: string;
    readonly credential: {
      readonly id: string;
      readonly publicKey: Uint8Array;
      readonly counter: number;
      readonly transports?: readonly string[];
    };
    readonly label: string;
    readonly at: Instant;
  },
): Promise<void> {
  const { id, publicKey, counter, transports } = key.credential;
  await client.query(
    `INSERT INTO passkeys (id, person, public_key, counter, transports, label, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      id,
      key.person,
      Buffer.from(publicKey),
      counter,
      [...(transports ?? [])],
      key.label,
      new Date(key.at),
    ],
  );
}

export async function usePasskey(
  client: PoolClient,
  id: string,
  counter: number,
  now: Instant,
): Promise<void> {
  await client.query('UPDATE passkeys SET counter = $2, last_used_at = $3 WHERE id = $1', [
    id,
    counter,
    new Date(now),
  ]);
}

export async function removePasskey(
  client: PoolClient,
  person: string,
  id: string,
): Promise<boolean> {
  const { rowCount } = await client.query('DELETE FROM passkeys WHERE person = $1 AND id = $2', [
    person,
    id,
  ]);
  return rowCount === 1;
}
