// The directory of the demonstration's server: made anew each time, and nobody else's.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Ours by its name; another that is named with --data is ours once it bears the mark. */
export const USUAL_DATA_DIR = 'data/demo';
const MARK = 'made-by-script-demo';

/** @throws Error when the directory is somebody else's, or a server still runs on it */
export function emptyDataDirectory(dataDir: string): string {
  const dir = path.resolve(dataDir);
  const isOurs = dataDir === USUAL_DATA_DIR || existsSync(path.join(dir, MARK));
  if (existsSync(dir) && !isOurs && readdirSync(dir).length > 0) {
    throw new Error(
      `${dir} holds something else than a demonstration: name an empty one with --data`,
    );
  }
  const pid = runningOn(dir);
  if (pid !== null) {
    throw new Error(
      `an earlier demonstration still runs on ${dir} (its PostgreSQL is process ${pid}): stop its server with Ctrl-C, or name another directory with --data`,
    );
  }
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** Once the server has taken the directory: it takes only an empty one. */
export function markDataDirectory(dir: string): void {
  writeFileSync(path.join(dir, MARK), 'script/demo empties this directory at each start\n');
}

function runningOn(dir: string): number | null {
  const file = path.join(dir, 'postgres', 'postmaster.pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : 0;
  if (!(pid > 1)) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // Somebody else's process runs as well; only one that is gone leaves the directory free.
    return (error as NodeJS.ErrnoException).code === 'ESRCH' ? null : pid;
  }
}
