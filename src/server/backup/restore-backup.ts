// A backup into an empty database: all of it, proved against its own sums, or nothing.
import type pg from 'pg';
import { applyMigrations, type Migration } from '#server/platform/migrate.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import {
  type Contents,
  contents,
  contentsMacOf,
  FORMAT_VERSION,
  keyMarkOf,
  type Manifest,
  manifest,
  type TableHeader,
  type TableSum,
  tableHeader,
} from './backup-file.ts';
import { BackupReader } from './backup-reader.ts';
import { RestoreError } from './restore-error.ts';
import { copyIn, emptyTables, listTables, sumRows } from './store.ts';

export type Restored = { readonly manifest: Manifest; readonly tables: readonly TableSum[] };

export type RestoreSource = {
  readonly file: string;
  /** Every migration that this program knows. */
  readonly migrations: readonly Migration[];
  /** Of the server that wrote the file; null: cannot be checked, and is not needed to read it. */
  readonly masterKey: Uint8Array | null;
};

/**
 * Reads the file to its end and adds everything up, before a database is made for it.
 *
 * @throws RestoreError
 */
export async function checkBackup(source: RestoreSource): Promise<Manifest> {
  const reader = new BackupReader(source.file);
  try {
    const head = await readManifest(reader, source);
    await readTables(reader, source, ({ table }) => sumRows(table, reader.rows()));
    return head;
  } finally {
    reader.close();
  }
}

/**
 * Fills an empty database. The copied store is left `rebuilding`: it is older than what lanes have
 * seen, and decides nothing until it is reconciled with their journals.
 *
 * @throws RestoreError; the database is then fit only to be removed
 */
export async function restoreBackup(
  pool: pg.Pool,
  source: RestoreSource,
  signal: AbortSignal,
): Promise<Restored> {
  const reader = new BackupReader(source.file);
  try {
    const head = await readManifest(reader, source);
    await applyMigrations(pool, migrationsOf(head, source));
    const restore = async (client: pg.PoolClient) => {
      const missing = new Map((await listTables(client)).map((each) => [each.table, each]));
      await emptyTables(client, [...missing.values()]);
      const tables = await readTables(reader, source, async (header) => {
        refuseUnknown(header, missing.get(header.table));
        missing.delete(header.table);
        return await copyRows(client, header, reader, signal);
      });
      if (missing.size > 0) throw lacks(source.file, [...missing.keys()]);
      await client.query(`UPDATE store SET state = 'rebuilding', why = $1, since = now()`, [
        `restored from the backup of ${head.takenAt}`,
      ]);
      return { manifest: head, tables };
    };
    return await inTransaction(pool, restore, { isOnce: true });
  } finally {
    reader.close();
  }
}

/** Has `take` read the rows of each table, and holds what it found against what the file says. */
async function readTables(
  reader: BackupReader,
  source: RestoreSource,
  take: (header: TableHeader) => Promise<TableSum>,
): Promise<TableSum[]> {
  const read: TableSum[] = [];
  while (await reader.hasTable()) read.push(await take(await reader.line(tableHeader)));
  const sha256 = reader.sum();
  const said = await reader.line(contents);
  await reader.expectEnd();
  refuseAltered(source, { tables: read, sha256 }, said);
  return read;
}

async function readManifest(reader: BackupReader, source: RestoreSource): Promise<Manifest> {
  const head = await reader.line(manifest);
  if (head.version > FORMAT_VERSION) throw newer(source.file, head.program);
  migrationsOf(head, source);
  const { masterKey } = source;
  if (masterKey !== null && keyMarkOf(masterKey, head.id) !== head.keyMark) {
    throw new RestoreError(
      'wrong-master-key',
      `the master key is not that of the server which wrote ${source.file}: give the file master-key from that server’s data directory`,
    );
  }
  return head;
}

/** Those that had been applied where the file was written; later ones follow at the next start. */
function migrationsOf(head: Manifest, source: RestoreSource): Migration[] {
  return head.migrations.map(({ name, sha256 }) => {
    const own = source.migrations.find((each) => each.name === name && each.sha256 === sha256);
    if (own === undefined) throw newer(source.file, head.program);
    return own;
  });
}

async function copyRows(
  client: pg.PoolClient,
  header: TableHeader,
  reader: BackupReader,
  signal: AbortSignal,
): Promise<TableSum> {
  try {
    return await copyIn(client, header, reader.rows(), signal);
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    // Data exceptions and broken constraints: the rows are not what was written.
    if (!/^(22|23|08P01)/.test(code)) throw error;
    throw new RestoreError(
      'backup-damaged',
      `a row of ${header.table} was altered (${message}): nothing was restored; take another copy of the file`,
      { cause: error },
    );
  }
}

function refuseUnknown(header: TableHeader, known: TableHeader | undefined): void {
  const isKnown = header.columns.every((column) => known?.columns.includes(column));
  if (known !== undefined && isKnown) return;
  throw new RestoreError(
    'backup-damaged',
    `table ${header.table} is not one that the file’s own migrations make: nothing was restored`,
  );
}

function refuseAltered(
  { file, masterKey }: RestoreSource,
  read: Omit<Contents, 'mac'>,
  said: Contents,
): void {
  const isSame =
    read.sha256 === said.sha256 && JSON.stringify(read.tables) === JSON.stringify(said.tables);
  const isOurs = masterKey === null || contentsMacOf(masterKey, said.sha256) === said.mac;
  if (isSame && isOurs) return;
  const what = isSame ? 'was written with another key' : 'does not hold what it says it holds';
  throw new RestoreError(
    'backup-damaged',
    `${file} ${what}: nothing was restored; take another copy of it`,
  );
}

function lacks(file: string, tables: readonly string[]): RestoreError {
  return new RestoreError(
    'backup-damaged',
    `${file} lacks ${tables.join(', ')}: nothing was restored; take another copy of it`,
  );
}

function newer(file: string, program: string): RestoreError {
  return new RestoreError(
    'backup-newer',
    `${file} was written by Kaimen ${program}, whose database this program does not know: restore it with that version or a later one`,
  );
}
