// A file of this lane's own: one process at a time, for its eyes only.
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
// biome-ignore lint/correctness/noUnresolvedImports: built into Node 24; the linter's list is older.
import { DatabaseSync } from 'node:sqlite';

export type Database = DatabaseSync;

export class FileTaken extends Error {}

const META = `CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`;

/**
 * @param synchronous - `FULL`: a commit is on the disk when it returns; `NORMAL`: soon
 * @throws FileTaken when another process has it open
 */
export function openDatabase(
  file: string,
  synchronous: 'FULL' | 'NORMAL',
  schema: string,
): DatabaseSync {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(file);
  try {
    // Exclusive before WAL: the lock is held while the lane lives, and goes with it however it ends.
    db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = ${synchronous};`);
    db.exec(META + schema);
  } catch (error) {
    db.close();
    if (error instanceof Error && error.message.includes('locked')) {
      throw new FileTaken(`${file} is in use by another lane`);
    }
    throw error;
  }
  chmodSync(file, 0o600);
  return db;
}

export function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
}

/** Single values by name. */
export class Meta {
  readonly #all;
  readonly #get;
  readonly #put;

  constructor(db: DatabaseSync) {
    this.#all = db.prepare('SELECT key, value FROM meta');
    this.#get = db.prepare('SELECT value FROM meta WHERE key = ?');
    this.#put = db.prepare(
      `INSERT INTO meta (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    );
  }

  all(): Map<string, string> {
    return new Map(this.#all.all().map((row) => [String(row['key']), String(row['value'])]));
  }

  get(key: string): string | null {
    const value = this.#get.get(key)?.['value'];
    return value === undefined ? null : String(value);
  }

  put(key: string, value: string): string {
    this.#put.run(key, value);
    return value;
  }
}
