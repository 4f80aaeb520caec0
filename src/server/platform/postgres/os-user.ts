/**
 * PostgreSQL refuses to run as root. Started as root, we give it to an unprivileged user of the machine;
 * started as anyone else, it runs as that user.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { PostgresStartError } from './start-error.ts';

/** Another user to run a program as; null means ourselves. */
export type RunAs = { uid: number; gid: number; name: string } | null;

const CANDIDATES = ['postgres', 'nobody', 'daemon'];

/**
 * Who shall run PostgreSQL. Files that exist decide by their owner, so that a `postgres` user who was added
 * to the machine later changes nothing.
 *
 * @param ownerUid - owner of the existing database files; null when there are none yet
 * @throws PostgresStartError `no-unprivileged-user`
 */
export function chooseRunAs(ownerUid: number | null): RunAs {
  if (process.getuid?.() !== 0) return null;
  const users = readUsers();
  if (ownerUid !== null && ownerUid !== 0) {
    const owner = users.find((user) => user.uid === ownerUid);
    return owner ?? { uid: ownerUid, gid: ownerUid, name: `uid ${ownerUid}` };
  }
  const chosen = CANDIDATES.flatMap((name) => users.filter((user) => user.name === name));
  if (chosen[0]) return chosen[0];
  throw new PostgresStartError(
    'no-unprivileged-user',
    'PostgreSQL refuses to run as root and this machine has no user postgres or nobody: add one (useradd --system postgres), or start as an ordinary user',
  );
}

export function userName(uid: number): string {
  return readUsers().find((user) => user.uid === uid)?.name ?? `uid ${uid}`;
}

function readUsers(): { uid: number; gid: number; name: string }[] {
  let text = '';
  try {
    text = readFileSync('/etc/passwd', 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * Whether a user may enter a directory, by the mode bits of it and all above it. Access lists can only make
 * this too strict, which costs a detour and never a failure.
 */
export function canEnter(dir: string, runAs: RunAs): boolean {
  if (runAs === null) return true;
  if (!isAllowed(dir, runAs, 0o1)) return false;
  const parent = path.dirname(dir);
  return parent === dir || canEnter(parent, runAs);
}

/** Whether a user may get to a file or directory and read it, judged as in {@link canEnter}. */
export function canRead(target: string, runAs: RunAs): boolean {
  return runAs === null || (canEnter(path.dirname(target), runAs) && isAllowed(target, runAs, 0o4));
}

/** @param bits - 4 read, 2 write, 1 enter */
function isAllowed(at: string, user: { uid: number; gid: number }, bits: number): boolean {
  const { mode, uid, gid } = statSync(at);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/** The part of `spawn`'s options that makes a child run as that user, with nothing of ours in its environment. */
export function spawnAs(runAs: RunAs): {
  cwd: string;
  env: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
} {
  // PGDATA, PGPORT and the like in our environment must not steer it.
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  // Our own working directory may be closed to the other user.
  return runAs === null ? { cwd: '/', env } : { cwd: '/', env, uid: runAs.uid, gid: runAs.gid };
}
