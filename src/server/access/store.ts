// Tokens and devices. Only hashes of tokens are kept. Each process caches who a token is and drops the
// cache as soon as the access revision moves, so that a revocation binds everywhere within a second.
import type { Pool, PoolClient } from 'pg';
import type { Role } from '#domain/access/roles.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { SESSION_PREFIX, SessionStore } from '#server/accounts/session-store.ts';
import type { Clock } from '#server/platform/clock.ts';
import { randomName, tokenHash } from '#server/platform/crypto.ts';
import type { Device, Operator, Principal } from '#server/platform/principal.ts';

export const ACCESS_POLL_MS = 500;
export const SEEN_EVERY_MS = 5_000;
const CACHE_MAX = 100_000;

type Cached = { readonly principal: Principal; readonly expiresAt: number };

export class AccessStore {
  /** Of browsers: people who are signed in. */
  readonly sessions: SessionStore;
  readonly #pool: Pool;
  readonly #now: Clock;
  readonly #cache = new Map<string, Cached>();
  readonly #onChange = new Set<() => void>();
  /** Devices heard of since {@link noteSeen} last wrote it down. */
  readonly #seen = new Set<string>();
  #revision = 0;
  #generation = 0;

  constructor(pool: Pool, now: Clock) {
    this.#pool = pool;
    this.#now = now;
    this.sessions = new SessionStore(pool, now);
  }

  /** @returns null for a token that is unknown, revoked or expired */
  async authenticate(token: string): Promise<Principal | null> {
    const cached = this.#cache.get(token);
    if (cached !== undefined) {
      this.#seen.add(cached.principal.id);
      if (cached.expiresAt > this.#now()) return cached.principal;
      // A session that somebody uses goes on for longer than was known when it was looked up.
      if (!token.startsWith(SESSION_PREFIX)) return null;
      this.#cache.delete(token);
    }
    // What cannot be a token costs strangers a moment of ours, and the database nothing.
    if (!ANY_TOKEN.test(token)) return null;
    const generation = this.#generation;
    const hash = tokenHash(token);
    const found = token.startsWith(DEVICE_PREFIX)
      ? await this.#findDevice(hash)
      : token.startsWith(SESSION_PREFIX)
        ? await this.sessions.find(token)
        : await this.#findOperator(hash);
    if (found === null) return null;
    // A look-up that a revocation overtook may be right no longer: it serves this request only.
    if (generation === this.#generation) {
      if (this.#cache.size >= CACHE_MAX) this.#cache.clear();
      this.#cache.set(token, found);
    }
    return found.principal;
  }

  /** Notices what other nodes changed; called every {@link ACCESS_POLL_MS}. */
  async poll(): Promise<void> {
    const { rows } = await this.#pool.query<{ revision: string }>(
      'SELECT revision FROM access_state',
    );
    const revision = Number(rows[0]?.revision ?? 0);
    if (revision === this.#revision) return;
    this.#revision = revision;
    this.#changed();
  }

  /** Writes down when devices were last heard of: not with every scan, but often enough to be missed. */
  async noteSeen(): Promise<void> {
    await this.sessions.noteSeen();
    if (this.#seen.size === 0) return;
    const ids = [...this.#seen];
    this.#seen.clear();
    await this.#pool.query('UPDATE devices SET seen_at = $2 WHERE id = ANY ($1)', [
      ids,
      new Date(this.#now()),
    ]);
  }

  onChange(listener: () => void): void {
    this.#onChange.add(listener);
  }

  /** @param token - `secret`: one that is known already, if it is of the form of ours */
  async createToken(
    client: PoolClient,
    token: {
      role: Role;
      person: string | null;
      createdBy: string;
      expiresAt: Instant | null;
      secret?: string | null;
    },
  ): Promise<{ id: string; token: string; person: string }> {
    const isKnown = OPERATOR_TOKEN.test(token.secret ?? '');
    const secret = isKnown && token.secret ? token.secret : randomName(OPERATOR_PREFIX, 20);
    const id = randomName('tok-', 5);
    const person = token.person ?? randomName('p-', 5);
    await client.query(
      `INSERT INTO tokens (id, role, person, token_hash, created_by, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        id,
        token.role,
        person,
        tokenHash(secret),
        token.createdBy,
        new Date(this.#now()),
        token.expiresAt === null ? null : new Date(token.expiresAt),
      ],
    );
    await this.raise(client);
    return { id, token: secret, person };
  }

  async enrolDevice(
    client: PoolClient,
    device: { event: number; gate: string; lane: string | null; enrolledBy: string },
  ): Promise<{ deviceId: string; token: string }> {
    const token = randomName(DEVICE_PREFIX, 20);
    const deviceId = randomName('dev-', 8);
    await client.query(
      `INSERT INTO devices (id, event, gate, lane, token_hash, enrolled_by, enrolled_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        deviceId,
        device.event,
        device.gate,
        device.lane,
        tokenHash(token),
        device.enrolledBy,
        new Date(this.#now()),
      ],
    );
    await this.raise(client);
    return { deviceId, token };
  }

  /** @returns false when there is no such thing, or it is revoked already */
  async revoke(client: PoolClient, table: 'tokens' | 'devices', id: string): Promise<boolean> {
    const { rowCount } = await client.query(
      `UPDATE ${table} SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`,
      [id, new Date(this.#now())],
    );
    await this.raise(client);
    return rowCount === 1;
  }

  async listTokens(): Promise<TokenRow[]> {
    const { rows } = await this.#pool.query<TokenRow>(
      `SELECT id, role, person, created_by, created_at, expires_at, revoked_at
       FROM tokens ORDER BY created_at, id LIMIT 10000`,
    );
    return rows;
  }

  async listDevices(): Promise<DeviceRow[]> {
    const { rows } = await this.#pool.query<DeviceRow>(
      `SELECT d.id, e.id AS event, d.gate, d.lane, d.enrolled_by, d.enrolled_at, d.seen_at, d.revoked_at
       FROM devices d JOIN events e ON e.number = d.event ORDER BY d.enrolled_at, d.id LIMIT 20000`,
    );
    return rows;
  }

  /** Everything cached is dropped at once; called after the transaction that changed something. */
  committed(): void {
    this.#changed();
  }

  async #findDevice(hash: Buffer): Promise<Cached | null> {
    const { rows } = await this.#pool.query<{
      id: string;
      event: number;
      event_id: string;
      gate: string;
      lane: string | null;
    }>(
      `SELECT d.id, d.event, e.id AS event_id, d.gate, d.lane
       FROM devices d JOIN events e ON e.number = d.event
       WHERE d.token_hash = $1 AND d.revoked_at IS NULL`,
      [hash],
    );
    const row = rows[0];
    if (row === undefined) return null;
    const { id, event, event_id, gate, lane } = row;
    const principal: Device = {
      kind: 'device',
      id,
      eventNumber: event,
      eventId: event_id,
      gate,
      lane,
    };
    return { principal, expiresAt: Number.POSITIVE_INFINITY };
  }

  async #findOperator(hash: Buffer): Promise<Cached | null> {
    const { rows } = await this.#pool.query<{
      id: string;
      role: Role;
      person: string;
      expires_at: Date | null;
    }>(
      `SELECT id, role, person, expires_at FROM tokens
       WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`,
      [hash, new Date(this.#now())],
    );
    const row = rows[0];
    if (row === undefined) return null;
    const { id, role, person } = row;
    const principal: Operator = { kind: 'operator', id, role, person };
    return { principal, expiresAt: row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY };
  }

  /** Within the transaction that changes who may do what, so that every node notices. */
  async raise(client: PoolClient): Promise<void> {
    await client.query('UPDATE access_state SET revision = revision + 1');
  }

  #changed(): void {
    this.#generation += 1;
    this.#cache.clear();
    for (const listener of this.#onChange) listener();
  }
}

const OPERATOR_PREFIX = 'kmo_';
const OPERATOR_TOKEN = /^kmo_[a-z2-7]{32}$/;
const ANY_TOKEN = /^km[ods]_[a-z2-7]{32}$/;
/** By which a device's token is told from a person's. */
export const DEVICE_PREFIX = 'kmd_';

export type TokenRow = {
  id: string;
  role: Role;
  person: string;
  created_by: string;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
};

export type DeviceRow = {
  id: string;
  event: string;
  gate: string;
  lane: string | null;
  enrolled_by: string;
  enrolled_at: Date;
  seen_at: Date | null;
  revoked_at: Date | null;
};
