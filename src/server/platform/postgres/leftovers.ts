/**
 * Processes of a data directory that outlived whoever started them: a whole PostgreSQL after our own process
 * was killed, or single backends after the postmaster was. They must be gone before it can be started again,
 * because they still write to its files. Only to be called while holding the directory's lock.
 */
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Cluster } from './cluster.ts';
import { commandLine, findProcesses, isAlive, signalAll, waitUntilNone } from './processes.ts';
import { removeSocketLock } from './socket-directory.ts';
import { PostgresStartError } from './start-error.ts';

/** A fast shutdown writes all changed pages; with a slow disk that takes a while. */
const FAST_SHUTDOWN_MS = 30_000;
/** Backends notice that their postmaster is gone as soon as they wait for anything. */
const NOTICE_MS = 100;
const QUIT_MS = 1_000;
const KILL_MS = 5_000;

/** @returns the pids that had to be waited for; empty in the ordinary case */
export async function stopLeftovers(cluster: Cluster): Promise<number[]> {
  const pidFile = path.join(cluster.pgData, 'postmaster.pid');
  const postmaster = livePostmaster(cluster, pidFile);
  const found = leftovers(cluster, postmaster);
  if (found.length > 0) {
    if (postmaster === null) await waitUntilNone(() => leftovers(cluster, null), NOTICE_MS);
    else await shutDown(cluster, postmaster);
    await end(cluster, postmaster);
  }
  // What is left names a process that is gone, or another program that was given its pid.
  rmSync(pidFile, { force: true });
  removeSocketLock(cluster.socketDir);
  return found;
}

async function shutDown(cluster: Cluster, postmaster: number): Promise<void> {
  signalAll([postmaster], 'SIGINT');
  await waitUntilNone(() => leftovers(cluster, postmaster), FAST_SHUTDOWN_MS);
}

async function end(cluster: Cluster, postmaster: number | null): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGQUIT', QUIT_MS],
    ['SIGKILL', KILL_MS],
  ] as const) {
    const left = leftovers(cluster, postmaster);
    if (left.length === 0) return;
    signalAll(left, signal);
    if (await waitUntilNone(() => leftovers(cluster, postmaster), waitMs)) return;
  }
  const pids = leftovers(cluster, postmaster).join(', ');
  throw new PostgresStartError(
    'leftover-stuck',
    `PostgreSQL processes ${pids} of an earlier start still use ${cluster.dir} and do not end: wait for the disk, or end them (kill -9 ${pids})`,
  );
}

function leftovers(cluster: Cluster, postmaster: number | null): number[] {
  const named = findProcesses((line) => isOfCluster(line, cluster.name));
  if (postmaster === null || named.includes(postmaster) || !isAlive(postmaster)) return named;
  return [...named, postmaster];
}

/** Postmaster: its arguments. Every other process: `postgres: NAME: what it does`. */
function isOfCluster(line: string, name: string): boolean {
  if (line.startsWith(`postgres: ${name}: `)) return true;
  return /(^|\/)postgres -D /.test(line) && line.includes(`cluster_name=${name}`);
}

/** The postmaster that `postmaster.pid` names, if that pid is still one and serves this directory. */
function livePostmaster(cluster: Cluster, pidFile: string): number | null {
  let pid: number;
  try {
    pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  } catch {
    return null;
  }
  if (!(pid > 1) || pid === process.pid || !isAlive(pid)) return null;
  const line = commandLine(pid);
  if (isOfCluster(line, cluster.name)) return pid;
  // Started by hand, for a repair.
  const isPostgres = /^(\S*\/)?postgres(\s|$)/.test(line);
  return isPostgres && (line.includes(cluster.pgData) || cwdOf(pid) === cluster.pgData)
    ? pid
    : null;
}

function cwdOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}
