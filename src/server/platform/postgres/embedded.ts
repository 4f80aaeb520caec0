import type { Log } from '../log.ts';
import { findBinaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { fitPermissions, openDataDirectory } from './data-directory.ts';
import { acquireDirectoryLock } from './directory-lock.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import { makeSocketDirectory, nameFor } from './socket-directory.ts';
import { explainFileError } from './start-error.ts';
import { type PostgresConnection, Supervisor } from './supervisor.ts';

export type EmbeddedPostgresOptions = {
  /** The folder that `--data` names; created when missing. */
  dataDir: string;
  log: Log;
  /** Added to, or replacing, {@link DEFAULT_SETTINGS}. */
  settings?: Settings;
  /** False lets our process end while PostgreSQL runs; it is then shut down behind us. Default true. */
  holdsProcess?: boolean;
  /** PostgreSQL has died (`SIGKILL`, `code 1`) and is being restarted; until onUp no query will succeed. */
  onDown?: (how: string) => void;
  onUp?: () => void;
  /** It died or failed to start too often in a row, for another reason than a full disk: no more attempts. */
  onGivenUp?: (error: Error) => void;
};

export type EmbeddedPostgres = AsyncDisposable & {
  /** To be handed to `new pg.Pool(…)` as it is. The pool needs an `error` listener: PostgreSQL may die. */
  readonly connection: PostgresConnection;
  /** Of the postmaster that runs now; 0 while there is none. */
  pid(): number;
  /** PostgreSQL is down and will stay so until somebody makes room on its disk. */
  isDiskFull(): boolean;
  /** Shuts PostgreSQL down, disconnecting whoever is connected. May be called again: the answer is the same. */
  stop(): Promise<void>;
};

/**
 * Starts PostgreSQL on a data directory, as a child that is restarted when it dies.
 * What an earlier process left running there is shut down first.
 *
 * @throws PostgresStartError with a message fit for the operator; nothing is left running then
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { dir, lockPath } = openDataDirectory(options.dataDir);
  let release = () => {};
  try {
    release = acquireDirectoryLock(lockPath, dir).release;
    // Until the lock was ours another process may have changed what we saw.
    const directory = openDataDirectory(dir);
    const { runAs } = directory;
    const binaries = findBinaries(runAs);
    fitPermissions(directory);
    const cluster: Cluster = {
      ...directory,
      binaries,
      socketDir: makeSocketDirectory(dir, runAs),
      name: nameFor(dir),
      settings: { ...DEFAULT_SETTINGS, ...options.settings },
      holdsProcess: options.holdsProcess ?? true,
    };
    const supervisor = new Supervisor(cluster, options, release);
    await supervisor.start().catch(async (error) => {
      await supervisor.stop();
      throw error;
    });
    return supervisor;
  } catch (error) {
    release();
    throw explainFileError(error, dir);
  }
}
