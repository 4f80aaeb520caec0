/**
 * Numbered SQL files, each applied once, in order, in a transaction of its own. Nothing but tables and row
 * locks is used, so that any server that speaks PostgreSQL will do.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';

type MigrationCode =
  | 'migration-edited'
  | 'migration-failed'
  | 'migration-misnamed'
  | 'database-newer';

/** The database and this program's migrations do not fit together. The message names the mend. */
export class MigrationError extends Error {
  override name = 'MigrationError';
  readonly code: MigrationCode;

  constructor(code: MigrationCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** `name` is the file's name without `.sql`; `sha256` is of its bytes, in hex. */
export type Migration = { name: string; sql: string; sha256: string };

/** A migration takes something away only if it says so, in a line of its own; any other leaves the release before at work. */
const CONTRACTS = /^-- contract: /m;

const FILE_NAME = /^(\d{4}_[a-z0-9_]+)\.sql$/;

/** @throws MigrationError `migration-misnamed` */
export async function readMigrations(dir: URL): Promise<Migration[]> {
  const files = (await readdir(dir)).filter((file) => file.endsWith('.sql')).sort();
  const migrations: Migration[] = [];
  for (const file of files) {
    const name = FILE_NAME.exec(file)?.[1];
    const sameNumber = migrations.some((other) => other.name.slice(0, 4) === file.slice(0, 4));
    if (name === undefined || sameNumber) {
      throw new MigrationError(
        'migration-misnamed',
        `${file} must be named NNNN_what_it_does.sql, with a number of its own`,
      );
    }
    const bytes = await readFile(new URL(file, asDirectory(dir)));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    migrations.push({ name, sql: bytes.toString('utf8'), sha256 });
  }
  return migrations;
}

/**
 * Brings a database up to the migrations in `dir`. Several programs may do so at once: one applies, the
 * others wait and find nothing left to do.
 *
 * @returns the names applied by this call, in order
 * @throws MigrationError; migrations before the failing one stay applied, of that one nothing is
 */
export async function migrate(pool: pg.Pool, dir: URL): Promise<{ applied: string[] }> {
  return applyMigrations(pool, await readMigrations(dir));
}

/** The same with migrations already read, or with the first few of them. @throws MigrationError */
export async function applyMigrations(
  pool: pg.Pool,
  migrations: readonly Migration[],
): Promise<{ applied: string[] }> {
  const client = await pool.connect();
  try {
    await createTable(client);
    const applied: string[] = [];
    for (const migration of migrations) {
      if (await applyOnce(client, migration, migrations)) applied.push(migration.name);
    }
    return { applied };
  } finally {
    client.release();
  }
}

/** Names of those that are still to be applied, in their order. */
export async function pendingMigrations(
  pool: pg.Pool,
  migrations: readonly Migration[],
): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM schema_migrations');
  const applied = new Set(rows.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
}

/** The row numbered 0 is there to be locked; it names no migration. */
async function createTable(client: pg.ClientBase): Promise<void> {
  const exists = await client.query(`SELECT to_regclass('schema_migrations') IS NOT NULL AS yes`);
  if (!exists.rows[0].yes) await createOrSeeCreated(client);
  const kind = await client.query(
    `SELECT 1 FROM pg_attribute WHERE attrelid = 'schema_migrations'::regclass AND attname = 'kind'`,
  );
  // Asked first, since altering waits for everybody who reads.
  if (kind.rowCount === 0) {
    await client.query('ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS kind text');
  }
  await client.query(
    `INSERT INTO schema_migrations (name, sha256) VALUES ('0', '') ON CONFLICT (name) DO NOTHING`,
  );
}

async function createOrSeeCreated(client: pg.ClientBase): Promise<void> {
  try {
    await client.query(
      `CREATE TABLE IF NOT EXISTS schema_migrations (
         name text PRIMARY KEY,
         sha256 text NOT NULL,
         applied_at timestamptz NOT NULL DEFAULT now()
       )`,
    );
  } catch (error) {
    // IF NOT EXISTS does not see a table that another node is creating at this moment; then it is there now.
    if (!CREATED_MEANWHILE.includes((error as { code?: string }).code ?? '')) throw error;
  }
}

/** unique_violation in the catalogue, duplicate_table, duplicate_object (the table's row type). */
const CREATED_MEANWHILE = ['23505', '42P07', '42710'];

/** @returns whether this call applied it */
async function applyOnce(
  client: pg.ClientBase,
  migration: Migration,
  known: readonly Migration[],
): Promise<boolean> {
  await client.query('BEGIN');
  try {
    await client.query(`SELECT name FROM schema_migrations WHERE name = '0' FOR UPDATE`);
    const { rows } = await client.query(
      `SELECT name, sha256, kind FROM schema_migrations WHERE name <> '0' ORDER BY name`,
    );
    refuseUnfit(rows, known);
    const isApplied = rows.some((row) => row.name === migration.name);
    if (!isApplied) await apply(client, migration);
    await client.query('COMMIT');
    return !isApplied;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function apply(client: pg.ClientBase, { name, sql, sha256 }: Migration): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    const { message, position } = error as { message: string; position?: string };
    const line = position ? ` (line ${sql.slice(0, Number(position)).split('\n').length})` : '';
    throw new MigrationError(
      'migration-failed',
      `migration ${name}${line} failed and was rolled back: ${message}`,
      { cause: error },
    );
  }
  await client.query('INSERT INTO schema_migrations (name, sha256, kind) VALUES ($1, $2, $3)', [
    name,
    sha256,
    CONTRACTS.test(sql) ? 'contract' : 'expand',
  ]);
}

function refuseUnfit(
  applied: readonly { name: string; sha256: string; kind: string | null }[],
  known: readonly Migration[],
): void {
  for (const row of applied) {
    const file = known.find(({ name }) => name === row.name);
    // A newer node beside this one has only added to what this one knows.
    if (file === undefined && row.kind === 'expand') continue;
    if (file === undefined) {
      throw new MigrationError(
        'database-newer',
        `the database has migration ${row.name}, which this program does not know: start the newer Kaimen that wrote it, or restore a backup from before`,
      );
    }
    if (file.sha256 !== row.sha256) {
      throw new MigrationError(
        'migration-edited',
        `migration ${row.name} was edited after it had been applied (it was ${row.sha256.slice(0, 12)}, now it is ${file.sha256.slice(0, 12)}): put the file back and write a new migration instead`,
      );
    }
  }
}

function asDirectory(dir: URL): URL {
  return dir.href.endsWith('/') ? dir : new URL(`${dir.href}/`);
}
