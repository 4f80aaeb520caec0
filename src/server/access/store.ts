// Tokens and devices. Only hashes of tokens are kept. Each process caches who a token is and drops the
// cache as soon as the access revision moves, so that a revocation binds everywhere within a second.
import type { Pool, PoolClient } from 'pg';
import type { EnrolmentEnd } from '#domain/access/device-roles.ts';
import type { Role } from '#domain/access/roles.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { proofHead } from '#protocol/proof.ts';
import { SESSION_PREFIX, SessionStore } from '#server/accounts/session-store.ts';
import type { Clock } from '#server/platform/clock.ts';
import { randomName, tokenHash } from '#server/platform/crypto.ts';
import { jsonOf } from '#server/platform/http/body-proof.ts';
import type { Operator, Principal } from '#server/platform/principal.ts';
import { endDevice, findDevice, insertDevice } from './device-store.ts';
import { publicKeyOf } from './proof-key.ts';
import { type KeyHolder, Proofs } from './proofs.ts';
import { UsedProofs } from './used-proofs.ts';

export const ACCESS_POLL_MS = 500;
export const SEEN_EVERY_MS = 5_000;
const CACHE_MAX = 100_000;

type Cached = { readonly principal: Principal; readonly expiresAt: number };

export class AccessStore {
  /** Of browsers: people who are signed in. */
  readonly sessions: SessionStore;
  /** Of phones: requests that are proven by a key. */
  readonly proofs: Proofs;
  readonly #pool: Pool;
  readonly #now: Clock;
  readonly #cache = new Map<string, Cached>();
  readonly #onChange = new Set<() => void>();
  readonly #holders = new Map<string, KeyHolder>();
  /** Credentials that were good when they were last looked at. Nothing is allowed by it but to go first. */
  readonly #known = new Map<string, 'lane' | 'person'>();
  /** Devices heard of since {@link noteSeen} last wrote it down. */
  readonly #seen = new Set<string>();
  #revision = 0;
  #generation = 0;

  constructor(pool: Pool, now: Clock) {
    this.#pool = pool;
    this.#now = now;
    this.sessions = new SessionStore(pool, now);
    this.proofs = new Proofs((deviceId) => this.holderOf(deviceId), now, new UsedProofs(pool));
  }

  /** @returns null for a token that is unknown, revoked or expired; a device says itself that it has ended */
  async authenticate(token: string): Promise<Principal | null> {
    const cached = this.#cache.get(token);
    if (cached !== undefined) {
      this.#seen.add(cached.principal.id);
      if (cached.expiresAt > this.#now()) return cached.principal;
      // A session that somebody uses goes on for longer than was known; a device learns why it has ended.
      this.#cache.delete(token);
    }
    // What cannot be a token costs strangers a moment of ours, and the database nothing.
    if (!ANY_TOKEN.test(token)) return null;
    const generation = this.#generation;
    const hash = tokenHash(token);
    const found = token.startsWith(DEVICE_PREFIX)
      ? await this.#findLane(hash)
      : token.startsWith(SESSION_PREFIX)
        ? await this.sessions.find(token)
        : await this.#findOperator(hash);
    this.#note(token, found?.principal ?? null);
    if (found === null) return null;
    // A look-up that a revocation overtook may be right no longer: it serves this request only.
    if (generation === this.#generation) {
      if (this.#cache.size >= CACHE_MAX) this.#cache.clear();
      this.#cache.set(token, found);
    }
    return found.principal;
  }

  /**
   * Who that is, as far as can be said without asking the database.
   *
   * @param credential - a token, or the head of a proof
   */
  peek(credential: string): 'lane' | 'person' | null {
    if (credential.startsWith('km')) return this.#known.get(credential) ?? null;
    const head = proofHead.safeParse(jsonOf(credential));
    return head.success && 'kid' in head.data ? (this.#known.get(head.data.kid) ?? null) : null;
  }

  #note(name: string, principal: Principal | null): void {
    if (principal === null) {
      this.#known.delete(name);
      return;
    }
    if (this.#known.size >= CACHE_MAX) this.#known.clear();
    const isLane = principal.kind === 'device' || principal.role === 'edge';
    this.#known.set(name, isLane ? 'lane' : 'person');
  }

  /** A device that proves itself by a key; null when none of that name has one. */
  async holderOf(deviceId: string): Promise<KeyHolder | null> {
    const cached = this.#holders.get(deviceId);
    if (cached !== undefined) this.#seen.add(deviceId);
    if (cached !== undefined && cached.expiresAt > this.#now()) return cached;
    const generation = this.#generation;
    const found = await findDevice(this.#pool, { id: deviceId }, this.#now());
    this.#note(deviceId, found?.device ?? null);
    if (found?.key == null) return null;
    const holder = { ...found, key: publicKeyOf(found.key) };
    if (generation === this.#generation) {
      if (this.#holders.size >= CACHE_MAX) this.#holders.clear();
      this.#holders.set(deviceId, holder);
    }
    return holder;
  }

  /** Why each of these devices may stay no longer; those that may are not named. */
  async endedAmong(ids: readonly string[]): Promise<ReadonlyMap<string, EnrolmentEnd | 'unknown'>> {
    const { rows } = await this.#pool.query<{ id: string; why: EnrolmentEnd | 'unknown' }>(
      `SELECT a.id, CASE WHEN d.id IS NULL THEN 'unknown' WHEN d.revoked_at IS NULL THEN 'expired'
                         ELSE coalesce(d.revoked_why, 'revoked') END AS why
       FROM unnest($1::text[]) AS a (id) LEFT JOIN devices d ON d.id = a.id
       WHERE d.id IS NULL OR d.revoked_at IS NOT NULL OR d.expires_at <= $2`,
      [ids, new Date(this.#now())],
    );
    return new Map(rows.map(({ id, why }) => [id, why]));
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
    const deviceId = await insertDevice(
      client,
      {
        ...device,
        role: 'lane',
        isPractice: false,
        expiresAt: null,
        replaces: null,
        label: null,
        proof: { tokenHash: tokenHash(token) },
      },
      this.#now(),
    );
    await this.raise(client);
    return { deviceId, token };
  }

  /** @returns false when there is no such thing, or it is revoked already */
  async revoke(client: PoolClient, table: 'tokens' | 'devices', id: string): Promise<boolean> {
    await this.raise(client);
    if (table === 'devices') return endDevice(client, id, 'revoked', this.#now());
    const { rowCount } = await client.query(
      'UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL',
      [id, new Date(this.#now())],
    );
    return rowCount === 1;
  }

  async listTokens(): Promise<TokenRow[]> {
    const { rows } = await this.#pool.query<TokenRow>(
      `SELECT id, role, person, created_by, created_at, expires_at, revoked_at
       FROM tokens ORDER BY created_at, id LIMIT 10000`,
    );
    return rows;
  }

  /** Everything cached is dropped at once; called after the transaction that changed something. */
  committed(): void {
    this.#changed();
  }

  async #findLane(hash: Buffer): Promise<Cached | null> {
    const found = await findDevice(this.#pool, { tokenHash: hash }, this.#now());
    return found === null ? null : { principal: found.device, expiresAt: found.expiresAt };
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
    this.#holders.clear();
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
