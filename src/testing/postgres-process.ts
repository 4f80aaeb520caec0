import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { canRead, type RunAs } from '#server/platform/postgres/os-user.ts';
import type { ChildReport } from './postgres-child.ts';

const SCRIPT = fileURLToPath(new URL('postgres-child.ts', import.meta.url));

/** An unprivileged user that every Linux has. */
export const NOBODY = { uid: 65_534, gid: 65_534, name: 'nobody' };

/** Why a test that needs another user cannot run here; null when it can. */
export function whyNotAsNobody(): string | null {
  if (process.getuid?.() !== 0) return 'needs root to start a process as another user';
  if (process.platform !== 'linux') return 'needs the user nobody of Linux';
  const isClosed = ![process.execPath, SCRIPT].every((file) => canRead(file, NOBODY));
  return isClosed ? 'needs a checkout that the user nobody can read' : null;
}

export type PostgresProcess = {
  child: ChildProcess;
  report: ChildReport;
  /** Asks it to stop PostgreSQL and end. */
  end(): Promise<void>;
};

/** A server process of its own on that data directory, once it has said whether PostgreSQL is up. */
export async function spawnPostgresProcess(dataDir: string, as: RunAs): Promise<PostgresProcess> {
  const child = spawn(process.execPath, [SCRIPT, dataDir], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(as ? { uid: as.uid, gid: as.gid } : {}),
  });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface(child.stdout), 'line');
  const end = async () => {
    child.stdin.end();
    await exited;
  };
  return { child, report: JSON.parse(line), end };
}

/** A directory of the test's own that other users may enter, removed at the end of the scope. */
export function openTemporaryDirectory(): Disposable & { path: string } {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-try-'));
  chmodSync(dir, 0o755);
  return {
    path: dir,
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}
