// What of the database is copied and in which order, and the copying itself: both ways in one transaction.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pool, PoolClient } from 'pg';
import { escapeIdentifier } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { END_OF_ROWS, line, type TableHeader, type TableSum } from './backup-file.ts';

/** Written by `migrate` itself, from the manifest. */
const NOT_COPIED = 'schema_migrations';

/** Every table with its columns, each after those it refers to. Unlogged ones hold nothing worth keeping. */
export async function listTables(client: PoolClient): Promise<TableHeader[]> {
  const { rows: tables } = await client.query<TableHeader>(
    `SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relpersistence = 'p'
       AND c.relname <> $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     GROUP BY c.relname ORDER BY c.relname`,
    [NOT_COPIED],
  );
  const { rows: references } = await client.query<{ table: string; refers_to: string }>(
    `SELECT c.relname AS table, f.relname AS refers_to
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
     WHERE k.contype = 'f' AND k.conrelid <> k.confrelid`,
  );
  const ordered: TableHeader[] = [];
  let left = tables;
  while (left.length > 0) {
    const waiting = new Set(left.map(({ table }) => table));
    const isFree = ({ table }: TableHeader) =>
      !references.some((each) => each.table === table && waiting.has(each.refers_to));
    const free = left.filter(isFree);
    if (free.length === 0)
      throw new Error(`tables refer to each other: ${[...waiting].join(', ')}`);
    ordered.push(...free);
    left = left.filter((table) => !free.includes(table));
  }
  return ordered;
}

/** A reader who stops reading must not keep old rows alive for ever. */
const STALLED = '5min';
/** So that any server writes the same text for the same value. */
const SAME_TEXT = `
  SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL timezone = 'UTC';
  SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL client_encoding = 'UTF8'`;

/** Runs `work` on one snapshot of everything committed; never waits for writers, nor they for it. */
export async function* onSnapshot<T>(
  pool: Pool,
  work: (client: PoolClient) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const client = await pool.connect();
  let isWhole = false;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(SAME_TEXT);
    await client.query(`SET LOCAL idle_in_transaction_session_timeout = '${STALLED}'`);
    yield* work(client);
    await client.query('COMMIT');
    isWhole = true;
  } finally {
    // Left in the middle of a COPY the connection is of no more use.
    client.release(!isWhole);
  }
}

export async function listMigrations(
  client: PoolClient,
): Promise<{ name: string; sha256: string }[]> {
  const { rows } = await client.query<{ name: string; sha256: string }>(
    `SELECT name, sha256 FROM schema_migrations WHERE name <> '0' ORDER BY name`,
  );
  return rows;
}

/** The table's header, rows and end, each passed through `summed`. @returns what it has copied */
export async function* copyOut(
  client: PoolClient,
  header: TableHeader,
  summed: (bytes: Buffer) => Buffer,
): AsyncGenerator<Buffer, TableSum> {
  const sha256 = createHash('sha256');
  yield summed(line(header));
  const rows = client.query(copyTo(`COPY ${named(header)} TO STDOUT`));
  for await (const chunk of rows as AsyncIterable<Buffer>) {
    sha256.update(chunk);
    yield summed(chunk);
  }
  yield summed(Buffer.from(END_OF_ROWS));
  return { table: header.table, rows: rows.rowCount, sha256: sha256.digest('hex') };
}

/** @returns how many rows and their SHA-256, to be compared with what the file says of itself */
export async function copyIn(
  client: PoolClient,
  header: TableHeader,
  rows: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<TableSum> {
  const sha256 = createHash('sha256');
  const hashed = async function* () {
    for await (const chunk of rows) {
      sha256.update(chunk);
      yield chunk;
    }
  };
  const copying = client.query(copyFrom(`COPY ${named(header)} FROM STDIN`));
  await pipeline(Readable.from(hashed(), { objectMode: false }), copying, { signal });
  return { table: header.table, rows: copying.rowCount, sha256: sha256.digest('hex') };
}

/** What `copyIn` would return, without a database. */
export async function sumRows(table: string, chunks: AsyncIterable<Buffer>): Promise<TableSum> {
  const sha256 = createHash('sha256');
  let rows = 0;
  for await (const chunk of chunks) {
    sha256.update(chunk);
    // COPY writes a line break inside a value as \n: each real one ends a row.
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) rows += 1;
  }
  return { table, rows, sha256: sha256.digest('hex') };
}

const NEWLINE = 10;

/** Migrations put a first row into some tables; the copy brings its own. */
export async function emptyTables(
  client: PoolClient,
  tables: readonly TableHeader[],
): Promise<void> {
  await client.query(SAME_TEXT);
  await client.query(`TRUNCATE ${tables.map(({ table }) => escapeIdentifier(table)).join(', ')}`);
}

function named({ table, columns }: TableHeader): string {
  return `${escapeIdentifier(table)} (${columns.map(escapeIdentifier).join(', ')})`;
}
