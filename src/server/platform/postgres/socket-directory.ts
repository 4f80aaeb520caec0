import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { canEnter, type RunAs } from './os-user.ts';

/** Only names the socket file: nothing listens on the network. */
export const SOCKET_PORT = 5432;

/** The kernel's limit is 107 bytes on Linux and 103 on macOS, for the whole path of the socket. */
const SOCKET_PATH_BYTES_MAX = 103;

/** The same for the same data directory, and unlike that of any other: for names outside it. */
export function nameFor(dataDir: string): string {
  return `kaimen-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
}

/**
 * A directory that only PostgreSQL's user and root can enter: being able to connect is the right to connect.
 * In the data directory where that works, else under the temporary directory with a name derived from it.
 */
export function makeSocketDirectory(dataDir: string, runAs: RunAs): string {
  const near = path.join(dataDir, 'run');
  if (fits(near) && canEnter(dataDir, runAs) && claim(near, runAs)) return near;
  const bases = [os.tmpdir(), '/tmp'].filter((base) => canEnter(base, runAs));
  const base = bases.find((dir) => fits(path.join(dir, nameFor(dataDir)))) ?? '/tmp';
  const wanted = path.join(base, nameFor(dataDir));
  if (claim(wanted, runAs)) return wanted;
  // Somebody else's directory has our name: take one that nobody can have foreseen.
  const unforeseen = mkdtempSync(path.join(base, 'kaimen-'));
  claim(unforeseen, runAs);
  return unforeseen;
}

export function removeSocketDirectory(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

/** PostgreSQL would take a killed postmaster that nobody has collected, or a later process, for its holder. */
export function removeSocketLock(dir: string): void {
  rmSync(path.join(dir, `.s.PGSQL.${SOCKET_PORT}.lock`), { force: true });
}

function fits(dir: string): boolean {
  return Buffer.byteLength(path.join(dir, `.s.PGSQL.${SOCKET_PORT}`)) <= SOCKET_PATH_BYTES_MAX;
}

/** @returns false when the path is taken by something that is not ours */
function claim(dir: string, runAs: RunAs): boolean {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const found = lstatSync(dir);
  const owners = [process.getuid?.(), runAs?.uid];
  if (!found.isDirectory() || !owners.includes(found.uid)) return false;
  if (runAs !== null) chownSync(dir, runAs.uid, runAs.gid);
  chmodSync(dir, 0o700);
  return true;
}
