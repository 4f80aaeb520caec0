// What processes cost, read from /proc: CPU-seconds and resident memory. Elsewhere than on Linux it is
// not known, and the report says so.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** USER_HZ of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

type Stat = { readonly parent: number; readonly own: number; readonly reaped: number };

export const CAN_READ_PROCESSES = existsSync('/proc/self/stat');

export type CpuSeconds = { readonly server: number; readonly postgres: number };

/** CPU-seconds so far of one process alone. */
export function cpuSecondsOf(pid: number): number {
  return (readStat(pid)?.own ?? 0) / TICKS_PER_SECOND;
}

/** CPU-seconds so far of PostgreSQL: the postmaster, its children, and children that have ended. */
export function cpuSecondsOfFamily(postmaster: number): number {
  const first = readStat(postmaster);
  if (first === null) return 0;
  let ticks = first.own + first.reaped;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(Number(name));
    if (stat?.parent === postmaster) ticks += stat.own;
  }
  return ticks / TICKS_PER_SECOND;
}

export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/**
 * Seconds of cores so far that this machine wanted and its host gave to others (proc_stat(5), `steal`). 0 on a machine
 * that is nobody's guest.
 */
function stolenSeconds(): number {
  if (!CAN_READ_PROCESSES) return Number.NaN;
  const [all = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  return Number(all.trim().split(/\s+/)[STEAL] ?? 0) / TICKS_PER_SECOND;
}

const STEAL = 8;

type Cost<T> = {
  readonly result: T;
  readonly seconds: number;
  readonly cpu: CpuSeconds;
  /** Seconds of cores that others of the host had meanwhile. */
  readonly stolen: number;
};

/** Runs `work` and counts what it cost the server and its PostgreSQL. */
export async function withCost<T>(
  server: { readonly pid: number; readonly postmaster: number | null },
  work: () => Promise<T>,
): Promise<Cost<T>> {
  const read = (): CpuSeconds =>
    CAN_READ_PROCESSES
      ? { server: cpuSecondsOf(server.pid), postgres: cpuSecondsOfFamily(server.postmaster ?? 0) }
      : { server: Number.NaN, postgres: Number.NaN };
  const before = read();
  const stolenBefore = stolenSeconds();
  const startedAt = performance.now();
  const result = await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = read();
  return {
    result,
    seconds,
    stolen: stolenSeconds() - stolenBefore,
    cpu: { server: after.server - before.server, postgres: after.postgres - before.postgres },
  };
}

function readStat(pid: number): Stat | null {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The name in brackets may hold spaces and brackets.
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0, ...rest] = fields;
  const [userTicks = 0, systemTicks = 0, reapedUser = 0, reapedSystem = 0] = rest.slice(9);
  return { parent, own: userTicks + systemTicks, reaped: reapedUser + reapedSystem };
}
