import { once } from 'node:events';
import { chownSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { type Cluster, freeBytes, spawnOn, USER } from './cluster.ts';
import { explainExit, explainFileError } from './start-error.ts';

/** Sorting by code point, the same on every machine and after every upgrade of its C library. */
const LOCALE = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
const ARGS = [
  ...['-U', USER, '--encoding=UTF8', ...LOCALE],
  ...['--auth-local=trust', '--auth-host=reject', '--data-checksums', '--no-instructions'],
];
const LAST_LINES = 12;

/**
 * Creates the database files. They are made beside their place and renamed when complete, so that a first
 * start that was cut short leaves nothing that looks like a database.
 *
 * @throws PostgresStartError `disk-full`, `binaries-unusable`, `data-dir-not-writable`, `postgres-exited`
 */
export async function initialise(cluster: Cluster): Promise<void> {
  const unfinished = `${cluster.pgData}.new`;
  try {
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { mode: 0o700 });
    if (cluster.runAs) chownSync(unfinished, cluster.runAs.uid, cluster.runAs.gid);
    await runInitdb(cluster, unfinished);
    renameSync(unfinished, cluster.pgData);
    syncDirectory(cluster.dir);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw explainFileError(error, cluster.dir);
  }
}

async function runInitdb(cluster: Cluster, pgData: string): Promise<void> {
  const { initdb } = cluster.binaries;
  const child = spawnOn(cluster, initdb, pgData, ARGS, { output: 'pipe' });
  let failure = '';
  child.once('error', (error) => {
    failure = `cannot execute ${initdb}: ${error.message}`;
  });
  const said = Promise.all([child.stdout, child.stderr].map((pipe) => (pipe ? text(pipe) : '')));
  const [[code, signal], [out, err]] = await Promise.all([closed(child), said]);
  if (code === 0) return;
  const lines = `${out}\n${err}\n${failure}`.split('\n').filter((line) => line.trim() !== '');
  const last = lines.slice(-LAST_LINES).join('\n');
  const how = signal ?? `code ${code}`;
  throw explainExit('initdb', how, last, cluster.dir, freeBytes(cluster.dir));
}

async function closed(child: ReturnType<typeof spawnOn>): Promise<[number | null, string | null]> {
  if (child.pid === undefined) return [null, 'not started'];
  const [code, signal] = await once(child, 'close');
  return [code, signal];
}

function syncDirectory(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
