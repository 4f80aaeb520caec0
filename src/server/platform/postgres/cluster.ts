import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, constants, openSync, statfsSync } from 'node:fs';
import path from 'node:path';
import type { Binaries } from './binaries.ts';
import type { DataDirectory } from './data-directory.ts';
import { canEnter, spawnAs } from './os-user.ts';
import type { Settings } from './settings.ts';
import { PostgresStartError } from './start-error.ts';

/** One PostgreSQL installation with its files: all that is needed to start it, stop it and find its processes. */
export type Cluster = DataDirectory & {
  binaries: Binaries;
  socketDir: string;
  /** Unique per data directory. PostgreSQL shows it in the title of each of its processes. */
  name: string;
  settings: Settings;
  /** Whether the running database keeps our process alive. */
  holdsProcess: boolean;
};

/** The superuser and the one database. Nobody else can reach the socket, hence no password. */
export const USER = 'kaimen';
export const DATABASE = 'kaimen';

/** The first descriptor after standard input, output and error. */
const DIRECTORY_FD = 3;

/**
 * Starts a PostgreSQL program on a data directory, as the right user.
 *
 * As root that user may be shut out by a directory above (a mode-0700 temporary or home directory). It
 * then gets the directory as an open descriptor from us and needs no way to it: Linux only.
 */
export function spawnOn(
  { runAs }: Pick<Cluster, 'runAs'>,
  program: string,
  pgData: string,
  args: string[],
  options: { output: 'pipe' | number; detached?: boolean },
): ChildProcess {
  const { output, detached = false } = options;
  const spawnOptions: SpawnOptions = { ...spawnAs(runAs), detached };
  if (canEnter(path.dirname(pgData), runAs)) {
    spawnOptions.stdio = ['ignore', output, output];
    return spawn(program, ['-D', pgData, ...args], spawnOptions);
  }
  if (process.platform !== 'linux') {
    throw new PostgresStartError(
      'data-dir-not-writable',
      `the user ${runAs?.name} cannot get to ${pgData}, since a directory above it is closed to others: open it (chmod o+x), or choose another --data`,
    );
  }
  const fd = openSync(pgData, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    spawnOptions.stdio = ['ignore', output, output, fd];
    return spawn(program, ['-D', `/proc/self/fd/${DIRECTORY_FD}`, ...args], spawnOptions);
  } finally {
    closeSync(fd);
  }
}

/** Bytes left for us on the disk that holds `dir`. */
export function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}
