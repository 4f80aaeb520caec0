// SQL of accounts. Names and logins are in a table of their own; everything else knows `person` only.
import type { Pool, PoolClient } from 'pg';
import type { Role } from '#domain/access/roles.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { randomName, seal, tokenHash, unseal } from '#server/platform/crypto.ts';

export const INVITATION_GOOD_MS = 48 * 3_600_000;

export type AccountRow = {
  person: string;
  login: string;
  name: string;
  role: Role;
  password_hash: string | null;
  totp_sealed: Buffer | null;
  totp_step: string;
  created_at: Date;
  disabled_at: Date | null;
};

const ACCOUNT = `
  SELECT a.person, n.login, n.name, a.role, a.password_hash, a.totp_sealed, a.totp_step,
         a.created_at, a.disabled_at
  FROM accounts a JOIN account_names n ON n.person = a.person`;

export async function findAccount(
  database: Pool | PoolClient,
  by: { readonly login: string } | { readonly person: string },
): Promise<AccountRow | null> {
  const [column, value] = 'login' in by ? ['n.login', by.login] : ['a.person', by.person];
  const { rows } = await database.query<AccountRow>(`${ACCOUNT} WHERE ${column} = $1`, [value]);
  return rows[0] ?? null;
}

export type AccountSummary = AccountRow & {
  passkeys: number;
  sessions: number;
  last_seen_at: Date | null;
};

export async function listAccounts(pool: Pool, now: Instant): Promise<AccountSummary[]> {
  const { rows } = await pool.query<AccountSummary>(
    `SELECT x.*, (SELECT count(*)::int FROM passkeys p WHERE p.person = x.person) AS passkeys,
       (SELECT count(*)::int FROM sessions s
        WHERE s.person = x.person AND s.ended_at IS NULL AND s.expires_at > $1) AS sessions,
       (SELECT max(seen_at) FROM sessions s WHERE s.person = x.person) AS last_seen_at
     FROM (${ACCOUNT}) x ORDER BY x.login LIMIT 1000`,
    [new Date(now)],
  );
  return rows;
}

/** @returns false when the login is taken */
export async function insertAccount(
  client: PoolClient,
  account: {
    readonly person: string;
    readonly login: string;
    readonly name: string;
    readonly role: Role;
    readonly createdBy: string;
    readonly at: Instant;
  },
): Promise<boolean> {
  const taken = await client.query('SELECT 1 FROM account_names WHERE login = $1', [account.login]);
  if (taken.rowCount !== 0) return false;
  await client.query(
    'INSERT INTO accounts (person, role, created_by, created_at) VALUES ($1, $2, $3, $4)',
    [account.person, account.role, account.createdBy, new Date(account.at)],
  );
  await client.query('INSERT INTO account_names (person, login, name) VALUES ($1, $2, $3)', [
    account.person,
    account.login,
    account.name,
  ]);
  return true;
}

/** A new link; the one before is worth nothing from now on. */
export async function insertInvitation(
  client: PoolClient,
  invitation: {
    readonly person: string;
    readonly totpSecret: Uint8Array;
    readonly createdBy: string;
    readonly at: Instant;
  },
  masterKey: Uint8Array,
): Promise<{ code: string; expiresAt: Instant }> {
  const { person, totpSecret, createdBy, at } = invitation;
  const code = randomName('', 20);
  const expiresAt = (at + INVITATION_GOOD_MS) as Instant;
  await client.query('UPDATE invitations SET used_at = $2 WHERE person = $1 AND used_at IS NULL', [
    person,
    new Date(at),
  ]);
  await client.query(
    `INSERT INTO invitations (code_hash, person, totp_sealed, created_by, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      tokenHash(code),
      person,
      seal(masterKey, totpContext(person), totpSecret),
      createdBy,
      new Date(at),
      new Date(expiresAt),
    ],
  );
  return { code, expiresAt };
}

export type InvitationRow = { person: string; totp_sealed: Buffer; expires_at: Date };

/** @returns null for one that does not exist, was used or has expired; locked until the transaction ends */
export async function findInvitation(
  client: PoolClient,
  code: string,
  now: Instant,
): Promise<InvitationRow | null> {
  const { rows } = await client.query<InvitationRow>(
    `SELECT person, totp_sealed, expires_at FROM invitations
     WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2 FOR UPDATE`,
    [tokenHash(code), new Date(now)],
  );
  return rows[0] ?? null;
}

/** Password and source of codes are set together; what the account had before is gone. */
export async function acceptInvitation(
  client: PoolClient,
  code: string,
  invitation: InvitationRow,
  secrets: {
    readonly passwordHash: string;
    readonly step: number;
    readonly recoveryCodes: string[];
  },
  now: Instant,
): Promise<void> {
  const { person, totp_sealed } = invitation;
  await client.query('UPDATE invitations SET used_at = $2 WHERE code_hash = $1', [
    tokenHash(code),
    new Date(now),
  ]);
  await client.query(
    'UPDATE accounts SET password_hash = $2, totp_sealed = $3, totp_step = $4 WHERE person = $1',
    [person, secrets.passwordHash, totp_sealed, secrets.step],
  );
  await client.query('DELETE FROM recovery_codes WHERE person = $1', [person]);
  await client.query(
    'INSERT INTO recovery_codes (person, code_hash) SELECT $1, unnest($2::bytea[])',
    [person, secrets.recoveryCodes.map((each) => tokenHash(each.replaceAll('-', '')))],
  );
}

/** @returns false when a code of this step, or of a later one, has been taken already */
export async function takeStep(client: PoolClient, person: string, step: number): Promise<boolean> {
  const { rowCount } = await client.query(
    'UPDATE accounts SET totp_step = $2 WHERE person = $1 AND totp_step < $2',
    [person, step],
  );
  return rowCount === 1;
}

/** @returns how many are left; null when this is none of them, or was used */
export async function takeRecoveryCode(
  client: PoolClient,
  person: string,
  code: string,
  now: Instant,
): Promise<number | null> {
  const { rowCount } = await client.query(
    `UPDATE recovery_codes SET used_at = $3
     WHERE person = $1 AND code_hash = $2 AND used_at IS NULL`,
    [person, tokenHash(code), new Date(now)],
  );
  if (rowCount !== 1) return null;
  const { rows } = await client.query<{ n: string }>(
    'SELECT count(*) AS n FROM recovery_codes WHERE person = $1 AND used_at IS NULL',
    [person],
  );
  return Number(rows[0]?.n ?? 0);
}

export function openTotp(masterKey: Uint8Array, person: string, sealed: Uint8Array): Uint8Array {
  return unseal(masterKey, totpContext(person), sealed);
}

/** Binds a sealed secret to its person, so that swapping two rows is noticed. */
function totpContext(person: string): string {
  return `one-time codes of ${person}`;
}
