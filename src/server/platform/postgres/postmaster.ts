import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, DATABASE, freeBytes, spawnOn, USER } from './cluster.ts';
import { spawnAs } from './os-user.ts';
import { SOCKET_PORT } from './socket-directory.ts';
import { explainExit, PostgresStartError } from './start-error.ts';

export type Postmaster = {
  pid: number;
  /** Resolves when the process has ended: `SIGKILL`, `code 1`. Never rejects. */
  exited: Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** The last lines PostgreSQL has logged since this start. */
  lastLines(): string;
};

/** After a crash all logged changes since the last checkpoint are replayed first: rarely more than seconds. */
const START_TIMEOUT_MS = 300_000;
const POLL_MS = 15;
const LAST_LINES = 12;
const LAST_BYTES_MAX = 16 * 1024;
const LOG_BYTES_MAX = 10 * 1024 * 1024;

/** Keeps one earlier log. Called while no PostgreSQL writes to it. */
export function rotateLog(logPath: string): void {
  const size = statSync(logPath, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES_MAX) renameSync(logPath, `${logPath}.1`);
}

/**
 * Starts PostgreSQL and waits until it answers queries.
 *
 * @throws PostgresStartError when it ends before that, or takes longer than five minutes
 */
export async function startPostmaster(cluster: Cluster, signal: AbortSignal): Promise<Postmaster> {
  const log = openSync(cluster.logPath, 'a+', 0o600);
  const logStart = fstatSync(log).size;
  closeSync(log);
  const postmaster = launch(cluster, logStart);
  const ready = new AbortController();
  const giveUp = AbortSignal.any([ready.signal, signal, AbortSignal.timeout(START_TIMEOUT_MS)]);
  try {
    const how = await Promise.race([waitUntilAnswers(cluster, giveUp), postmaster.exited]);
    if (how === null) return postmaster;
    throw explain(cluster, postmaster, how);
  } catch (error) {
    await shutDown(postmaster);
    if (error instanceof pg.DatabaseError) throw explain(cluster, postmaster, error.message);
    if (!giveUp.aborted || signal.aborted) throw error;
    throw new PostgresStartError(
      'start-timeout',
      `PostgreSQL did not answer within ${START_TIMEOUT_MS / 1000} s; its log is ${cluster.logPath}:\n${postmaster.lastLines()}`,
    );
  } finally {
    ready.abort();
  }
}

function explain(cluster: Cluster, postmaster: Postmaster, how: string): PostgresStartError {
  const { dir } = cluster;
  return explainExit('postgres', how, postmaster.lastLines(), dir, freeBytes(dir));
}

/** Fast shutdown: open transactions are rolled back. Harder after 30 s; nothing committed is lost either way. */
export async function shutDown(postmaster: Postmaster): Promise<void> {
  for (const [signal, waitMs] of SHUTDOWN) {
    postmaster.signal(signal);
    const waited = new AbortController();
    const timeout = delay(waitMs, 'late', { signal: waited.signal }).catch(() => 'late');
    const how = await Promise.race([postmaster.exited, timeout]);
    waited.abort();
    if (how !== 'late') return;
  }
}

const SHUTDOWN = [
  ['SIGINT', 30_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const;

function launch(cluster: Cluster, logStart: number): Postmaster {
  const settings = {
    ...cluster.settings,
    listen_addresses: '',
    port: String(SOCKET_PORT),
    unix_socket_directories: cluster.socketDir,
    unix_socket_permissions: '0700',
    cluster_name: cluster.name,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(cluster.logPath, 'a', 0o600);
  let child: ChildProcess;
  try {
    // In a session of its own: Ctrl-C shall stop us, and then we stop PostgreSQL, in this order.
    const options = { output: log, detached: true };
    child = spawnOn(cluster, cluster.binaries.postgres, cluster.pgData, args, options);
  } finally {
    closeSync(log);
  }
  const watcher = child.pid === undefined ? null : watch(cluster, child.pid);
  if (!cluster.holdsProcess) child.unref();
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`cannot execute: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  }).finally(() => watcher?.kill('SIGKILL'));
  return {
    pid: child.pid ?? 0,
    exited,
    signal: (name) => child.kill(name),
    lastLines: () => lastLines(cluster.logPath, logStart),
  };
}

/**
 * Should our process be killed, its end of this pipe closes and the watcher shuts PostgreSQL down. Without it
 * nothing breaks (the next start does the same), but a server would be left running that serves nobody.
 */
function watch(cluster: Cluster, postmaster: number): ChildProcess {
  const script = 'read _; kill -INT "$1"';
  const watcher = spawn('/bin/sh', ['-c', script, 'kaimen-watch', String(postmaster)], {
    ...spawnAs(cluster.runAs),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => {});
  watcher.unref();
  // The pipe alone must not keep us alive either.
  (watcher.stdin as unknown as { unref?(): void } | null)?.unref?.();
  return watcher;
}

async function waitUntilAnswers(cluster: Cluster, signal: AbortSignal): Promise<null> {
  const socket = path.join(cluster.socketDir, `.s.PGSQL.${SOCKET_PORT}`);
  for (;;) {
    if (existsSync(socket) && (await answers(cluster, DATABASE))) return null;
    await delay(POLL_MS, undefined, { signal });
  }
}

/** Asks one query; creates our database when only that is missing. */
async function answers(cluster: Cluster, database: string): Promise<boolean> {
  const client = new pg.Client({
    host: cluster.socketDir,
    port: SOCKET_PORT,
    user: USER,
    database,
    // A PostgreSQL that hangs must not hang us: the attempt is repeated until the start times out.
    connectionTimeoutMillis: 5_000,
    query_timeout: 60_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(database === DATABASE ? 'SELECT 1' : `CREATE DATABASE ${DATABASE}`);
    return database === DATABASE;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '3D000') await answers(cluster, 'postgres');
    else if (code !== undefined && FINAL_CODE.test(code)) throw error;
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Classes of SQLSTATE that waiting does not mend: login refused, no room, internal error, corrupted data. */
const FINAL_CODE = /^(28|53[12]|58|XX)/;

function lastLines(logPath: string, from: number): string {
  let fd: number;
  try {
    fd = openSync(logPath, 'r');
  } catch {
    // Where the whole directory was taken away, the log may be gone with it.
    return '';
  }
  try {
    const { size } = fstatSync(fd);
    const start = Math.max(from, size - LAST_BYTES_MAX);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    const read = readSync(fd, bytes, 0, bytes.length, start);
    return bytes.toString('utf8', 0, read).trim().split('\n').slice(-LAST_LINES).join('\n');
  } finally {
    closeSync(fd);
  }
}
