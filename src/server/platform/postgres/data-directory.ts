/**
 * The folder that `--data` names:
 *
 *     DIR/            0700; as root 0710 with the group of PostgreSQL's user, who must pass through
 *       postgres/     the database files, 0700, of the user who runs PostgreSQL
 *       postgres.log  what PostgreSQL says
 *       kaimen.lock   which process serves this directory
 *       run/          the socket, unless its path would be too long
 */
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { POSTGRES_MAJOR } from './binaries.ts';
import { chooseRunAs, type RunAs, userName } from './os-user.ts';
import { explainFileError, PostgresStartError } from './start-error.ts';

export type DataDirectory = {
  dir: string;
  /** Holds the database files; does not exist before the first start has succeeded. */
  pgData: string;
  logPath: string;
  lockPath: string;
  runAs: RunAs;
  /** There are no database files yet. */
  isNew: boolean;
};

/** Stands in a directory until everything of a backup is in its database. */
export const RESTORE_MARKER = 'restore-unfinished';

/** Any of these shows that a directory is ours, even after a first start that was cut short. */
const OURS = [
  'postgres',
  'postgres.new',
  'kaimen.lock',
  'admin-token',
  'edge-token',
  RESTORE_MARKER,
];

/**
 * Looks at the directory, creates it when it is missing, and changes nothing in a foreign one.
 *
 * @throws PostgresStartError `not-a-data-dir`, `data-dir-wrong-owner`, `data-dir-not-writable`, `wrong-version`
 */
export function openDataDirectory(dataDir: string): DataDirectory {
  const wanted = path.resolve(dataDir);
  try {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    const dir = realpathSync(wanted);
    refuseForeignOwner(dir);
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    refuseForeignContent(dir);
    const pgData = path.join(dir, 'postgres');
    const owner = statSync(pgData, { throwIfNoEntry: false })?.uid ?? null;
    if (owner !== null) {
      refuseForeignOwner(pgData);
      refuseOtherVersion(pgData);
    }
    return {
      dir,
      pgData,
      logPath: path.join(dir, 'postgres.log'),
      lockPath: path.join(dir, 'kaimen.lock'),
      runAs: chooseRunAs(owner),
      isNew: owner === null,
    };
  } catch (error) {
    throw explainFileError(error, wanted);
  }
}

/** Gives the directory the owner and mode that PostgreSQL and we need. To be called once the lock is held. */
export function fitPermissions({ dir, pgData, runAs }: DataDirectory): void {
  const found = statSync(pgData, { throwIfNoEntry: false });
  // A folder that was put back by a copy has lost its mode, and PostgreSQL refuses one that others may enter.
  if (found !== undefined) chmodSync(pgData, 0o700);
  if (runAs === null) {
    chmodSync(dir, 0o700);
    return;
  }
  chownSync(dir, statSync(dir).uid, runAs.gid);
  chmodSync(dir, 0o710);
  // Database files of root are a backup that root put back.
  if (found?.uid === 0) chownAll(pgData, runAs);
}

function refuseForeignOwner(at: string): void {
  const me = process.getuid?.() ?? 0;
  const { uid } = statSync(at);
  if (me === 0 || uid === me) return;
  throw new PostgresStartError(
    'data-dir-wrong-owner',
    `${at} belongs to ${userName(uid)}, but Kaimen runs as ${userName(me)}: start it as ${userName(uid)} or root, or hand the directory over (chown -R ${userName(me)} ${at}), or choose another --data`,
  );
}

function refuseForeignContent(dir: string): void {
  const entries = readdirSync(dir).filter((name) => name !== 'lost+found');
  if (entries.length === 0 || entries.some((name) => OURS.includes(name))) return;
  const few = entries.slice(0, 3).join(', ');
  throw new PostgresStartError(
    'not-a-data-dir',
    `${dir} is not empty and not a Kaimen data directory (it holds ${few}): choose an empty directory as --data`,
  );
}

function refuseOtherVersion(pgData: string): void {
  let version: string;
  try {
    version = readFileSync(path.join(pgData, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    throw new PostgresStartError(
      'not-a-data-dir',
      `${pgData} holds no PostgreSQL database (no readable PG_VERSION): put the directory back from a backup, or choose another --data`,
      { cause: error },
    );
  }
  if (version === POSTGRES_MAJOR) return;
  throw new PostgresStartError(
    'wrong-version',
    `${pgData} was written by PostgreSQL ${version}, and this Kaimen brings PostgreSQL ${POSTGRES_MAJOR}: start it with the Kaimen that wrote it, take a backup there and restore it here`,
  );
}

function chownAll(at: string, user: { uid: number; gid: number }): void {
  lchownSync(at, user.uid, user.gid);
  for (const entry of readdirSync(at, { withFileTypes: true })) {
    const child = path.join(at, entry.name);
    if (entry.isDirectory()) chownAll(child, user);
    else lchownSync(child, user.uid, user.gid);
  }
}
