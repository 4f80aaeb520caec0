// Browsers that are signed in. The cookie's secret is kept as a hash; a session ends by itself when
// nobody has used it for a while, and at the latest after a day's work.
import type { Pool, PoolClient } from 'pg';
import type { Role } from '#domain/access/roles.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Clock } from '#server/platform/clock.ts';
import { randomName, tokenHash } from '#server/platform/crypto.ts';
import type { Operator } from '#server/platform/principal.ts';

/** A match and its evening; whoever watched the screen and touched nothing all that time signs in again. */
export const SESSION_IDLE_MS = 4 * 3_600_000;
export const SESSION_LONGEST_MS = 16 * 3_600_000;

export const SESSION_PREFIX = 'kms_';
export type SessionVia = 'password' | 'recovery-code' | 'passkey' | 'invitation';

export class SessionStore {
  readonly #pool: Pool;
  readonly #now: Clock;
  readonly #seen = new Set<string>();

  constructor(pool: Pool, now: Clock) {
    this.#pool = pool;
    this.#now = now;
  }

  /** @returns the secret for the cookie: nobody else ever learns it */
  async open(
    client: PoolClient,
    person: string,
    via: SessionVia,
  ): Promise<{ id: string; secret: string; expiresAt: Instant }> {
    const id = randomName('ses-', 8);
    const secret = randomName(SESSION_PREFIX, 20);
    const now = this.#now();
    const expiresAt = (now + SESSION_LONGEST_MS) as Instant;
    await client.query(
      `INSERT INTO sessions (id, secret_hash, person, via, created_at, seen_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $5, $6)`,
      [id, tokenHash(secret), person, via, new Date(now), new Date(expiresAt)],
    );
    return { id, secret, expiresAt };
  }

  /** @returns null when it was ended, has expired or was left alone too long, or its account is disabled */
  async find(secret: string): Promise<{ principal: Operator; expiresAt: number } | null> {
    const now = this.#now();
    const { rows } = await this.#pool.query<SessionRow>(
      `SELECT s.id, s.person, s.seen_at, s.expires_at, a.role
       FROM sessions s JOIN accounts a ON a.person = s.person
       WHERE s.secret_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.seen_at > $3
         AND a.disabled_at IS NULL`,
      [tokenHash(secret), new Date(now), new Date(now - SESSION_IDLE_MS)],
    );
    const row = rows[0];
    if (row === undefined) return null;
    const { id, person, role } = row;
    const idleAt = row.seen_at.getTime() + SESSION_IDLE_MS;
    return {
      principal: { kind: 'operator', id, role, person },
      expiresAt: Math.min(row.expires_at.getTime(), idleAt),
    };
  }

  /** Somebody is at the browser. Written down now and then, by {@link noteSeen}. */
  touch(id: string): void {
    this.#seen.add(id);
  }

  async noteSeen(): Promise<void> {
    if (this.#seen.size === 0) return;
    const ids = [...this.#seen];
    this.#seen.clear();
    await this.#pool.query('UPDATE sessions SET seen_at = $2 WHERE id = ANY ($1)', [
      ids,
      new Date(this.#now()),
    ]);
  }

  async end(client: PoolClient, which: { readonly id: string } | { readonly person: string }) {
    const [column, value] = 'id' in which ? ['id', which.id] : ['person', which.person];
    await client.query(
      `UPDATE sessions SET ended_at = $2 WHERE ${column} = $1 AND ended_at IS NULL`,
      [value, new Date(this.#now())],
    );
  }

  async expiryOf(id: string): Promise<Instant | null> {
    const { rows } = await this.#pool.query<{ expires_at: Date }>(
      'SELECT expires_at FROM sessions WHERE id = $1',
      [id],
    );
    return (rows[0]?.expires_at.getTime() as Instant | undefined) ?? null;
  }
}

type SessionRow = {
  id: string;
  person: string;
  seen_at: Date;
  expires_at: Date;
  role: Role;
};
