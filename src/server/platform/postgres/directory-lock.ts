import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { commandLine, processStart } from './processes.ts';
import { PostgresStartError } from './start-error.ts';

/** Who serves a data directory. `processStart` tells the process from a later one with the same pid. */
type Holder = { pid: number; processStart: string | null; since: string };

const ATTEMPTS_MAX = 5;

/**
 * Takes `lockPath` for this process. A lock whose process is gone is replaced.
 *
 * @throws PostgresStartError `data-dir-taken` when a live process holds it, this one included
 */
export function acquireDirectoryLock(lockPath: string, dir: string): { release(): void } {
  const mine = `${lockPath}.${process.pid}`;
  const holder: Holder = {
    pid: process.pid,
    processStart: processStart(process.pid),
    since: new Date().toISOString(),
  };
  writeFileSync(mine, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      // A link appears whole or not at all, and only one process can make it.
      if (tryLink(mine, lockPath)) return { release: () => release(lockPath) };
      refuseIfHeld(lockPath, dir);
      setStaleAside(lockPath, dir);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  throw new PostgresStartError(
    'data-dir-taken',
    `data directory ${dir} is being taken by several processes at once: start only one`,
  );
}

function refuseIfHeld(path: string, dir: string): void {
  const holder = readHolder(path);
  if (holder === null || !isHeld(holder)) return;
  const what = commandLine(holder.pid) || 'unknown program';
  throw new PostgresStartError(
    'data-dir-taken',
    `data directory ${dir} is already served by process ${holder.pid} (${what}): stop it, or choose another --data`,
  );
}

function isHeld(holder: Holder): boolean {
  const start = processStart(holder.pid);
  return start !== null && start === holder.processStart;
}

/** Two starters may both see a stale lock; whoever moved a live one by that puts it back. */
function setStaleAside(path: string, dir: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // The other starter was faster.
  }
  try {
    refuseIfHeld(aside, dir);
  } catch (error) {
    tryLink(aside, path);
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function release(path: string): void {
  if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
}

/** @returns null for a file that is gone or that a power cut left empty: nobody holds it */
function readHolder(path: string): Holder | null {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder> | null;
    if (typeof holder?.pid !== 'number') return null;
    return { pid: holder.pid, processStart: holder.processStart ?? null, since: '' };
  } catch {
    return null;
  }
}
