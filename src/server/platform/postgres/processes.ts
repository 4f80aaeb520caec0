/**
 * What the operating system says about other processes: /proc on Linux, `ps` elsewhere.
 * A pid alone proves nothing, since pids are reused; a pid and its start time name one process.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const HAS_PROC = process.platform === 'linux';
const POLL_MS = 10;

/**
 * When a process started, in the system's own notation, fit only to compare with itself.
 *
 * @returns null when no such process runs; a dead one that nobody has collected counts as gone
 */
export function processStart(pid: number): string | null {
  if (!HAS_PROC) return ps(['-o', 'lstart=', '-p', String(pid)])?.trim() || null;
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The second field is the program's name in brackets and may hold spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  return state === 'Z' || state === 'X' ? null : (fields[19] ?? null);
}

export function isAlive(pid: number): boolean {
  return processStart(pid) !== null;
}

/** The arguments of a process, joined by spaces; empty when it has none, or is gone. */
export function commandLine(pid: number): string {
  if (!HAS_PROC) return ps(['-ww', '-o', 'args=', '-p', String(pid)])?.trim() ?? '';
  return (read(`/proc/${pid}/cmdline`) ?? '').replace(/\0+/g, ' ').trim();
}

/** Every process whose command line passes the test. */
export function findProcesses(matches: (commandLine: string) => boolean): number[] {
  if (HAS_PROC) {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.map(Number).filter((pid) => matches(commandLine(pid)) && isAlive(pid));
  }
  const lines = (ps(['-axww', '-o', 'pid=,args=']) ?? '').split('\n');
  const parsed = lines.map((line) => /^\s*(\d+)\s+(.*)$/.exec(line));
  return parsed.flatMap((row) => (row?.[2] && matches(row[2].trim()) ? [Number(row[1])] : []));
}

/** Sends a signal; a process that has gone meanwhile is not an error. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Waits until `list()` is empty. @returns whether that happened within `timeoutMs` */
export async function waitUntilNone(list: () => number[], timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (list().length > 0) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

function ps(args: string[]): string | null {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return null;
  }
}
