// At every start: is this the release that ran here before, with the same keys and no migration to make? If not, and a
// match is near, it does not start. A restart of the same release is never hindered.
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Pool } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Acts } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { type Migration, pendingMigrations } from '#server/platform/migrate.ts';
import { MASTER_KEY } from '#server/platform/secret-file.ts';
import { readFreeze } from './freeze.ts';

/** The message names match, window and mend. */
export class FrozenError extends Error {
  override name = 'FrozenError';
  readonly code = 'frozen';
}

export type Starting = {
  readonly release: string;
  readonly migrations: readonly Migration[];
  readonly dataDir: string;
  /** Certificate of this node; null without TLS. */
  readonly certFile: string | null;
  /** Its name among nodes that share a database. */
  readonly node: string;
};

type Change = { readonly what: 'migration' | 'release' | 'key'; readonly words: string };

/** Of so many releases that ran here last, each may be started again: this one, and the way back. */
const KNOWN_RELEASES = 2;

/** @returns what is new, to be recorded by {@link recordStart} once the server has it. @throws FrozenError, MigrationError */
export async function guardStart(
  pool: Pool,
  starting: Starting,
  now: Instant,
): Promise<readonly Change[]> {
  const freeze = await readFreeze(pool, now);
  // Of an older release, or new: the guard begins with this start.
  if (freeze === null) return [];
  const changes = await changesOf(pool, starting);
  if (changes.length === 0 || freeze.window === null || freeze.override !== null) return changes;
  const { event, from, until } = freeze.window;
  const since = from === 0 ? 'since it was opened' : `since ${iso(from)}`;
  throw new FrozenError(
    `match freeze: ${event} is near, and ${changes.map(({ words }) => words).join('; ')}. ` +
      `Nothing changes ${since}, until it is closed or ${iso(until)}. ` +
      'Start the release that ran here before; or let two people agree: ' +
      '“kaimen freeze override --reason WHY”, on this machine without a server “kaimen freeze override-here --data DIR --reason WHY”',
  );
}

async function changesOf(pool: Pool, starting: Starting): Promise<Change[]> {
  const changes: Change[] = [];
  const pending = await pendingMigrations(pool, starting.migrations);
  if (pending.length > 0) {
    changes.push({ what: 'migration', words: `it would be migrated (${pending.join(', ')})` });
  }
  const { rows } = await pool.query<{ release: string }>(
    'SELECT release FROM server_releases ORDER BY last_at DESC LIMIT $1',
    [KNOWN_RELEASES],
  );
  const [last] = rows;
  if (last !== undefined && !rows.some(({ release }) => release === starting.release)) {
    const words = `release ${starting.release} is new, it ran ${last.release}`;
    changes.push({ what: 'release', words });
  }
  const keys = await pool.query<{ what: string; fingerprint: string }>(
    'SELECT what, fingerprint FROM server_keys WHERE node = $1',
    [starting.node],
  );
  for (const { what, fingerprint } of keysOf(starting)) {
    const before = keys.rows.find((row) => row.what === what);
    if (before !== undefined && before.fingerprint !== fingerprint) {
      changes.push({ what: 'key', words: `its ${what} is another` });
    }
  }
  return changes;
}

/** After everything that could have failed: this is what runs here now. */
export async function recordStart(
  pool: Pool,
  acts: Acts,
  starting: Starting,
  changes: readonly Change[],
  now: Instant,
): Promise<void> {
  const { release, node } = starting;
  const sum = createHash('sha256');
  for (const { name, sha256 } of starting.migrations) sum.update(`${name} ${sha256}\n`);
  const freeze = await readFreeze(pool, now);
  await acts.do(null, async (client) => {
    const { rows } = await client.query<{ is_new: boolean }>(
      `INSERT INTO server_releases (release, migrations, first_at, last_at) VALUES ($1, $2, $3, $3)
       ON CONFLICT (release) DO UPDATE SET migrations = excluded.migrations, last_at = excluded.last_at
       RETURNING xmax = 0 AS is_new`,
      [release, sum.digest('hex'), new Date(now)],
    );
    for (const { what, fingerprint } of keysOf(starting)) {
      await client.query(
        `INSERT INTO server_keys (node, what, fingerprint, since) VALUES ($1, $2, $3, $4)
         ON CONFLICT (node, what) DO UPDATE SET fingerprint = excluded.fingerprint, since = excluded.since
         WHERE server_keys.fingerprint <> excluded.fingerprint`,
        [node, what, fingerprint, new Date(now)],
      );
    }
    if (changes.length === 0 && rows[0]?.is_new !== true) return { result: null, act: null };
    const override = freeze?.window == null ? null : (freeze.override?.id ?? null);
    const detail = { changes: changes.map(({ what }) => what), override };
    return { result: null, act: { act: 'release.started', subject: release, detail } };
  });
}

/** Which key, never the key. A renewed certificate for the same key is the same. */
function keysOf({ dataDir, certFile }: Starting): { what: string; fingerprint: string }[] {
  const keys: { what: string; fingerprint: string }[] = [];
  const master = path.join(dataDir, MASTER_KEY);
  if (existsSync(master)) {
    const text = readFileSync(master, 'utf8').trim();
    keys.push({ what: 'master key', fingerprint: fingerprintOf(`fingerprint of ${text}`) });
  }
  if (certFile !== null) {
    const { publicKey } = new X509Certificate(readFileSync(certFile));
    const der = publicKey.export({ type: 'spki', format: 'der' });
    keys.push({ what: 'TLS key', fingerprint: fingerprintOf(der) });
  }
  return keys;
}

function fingerprintOf(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}
