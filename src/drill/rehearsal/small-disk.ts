// A small disk of its own for a node, so that it can be full while this machine’s is not.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';

/** Programs of the system, not of a package. */
const [MOUNT, UNMOUNT] = ['mount', 'umount'] as const;
const CHUNK = Buffer.alloc(8 * 1024 * 1024);
const MEGABYTES = 256;

export type SmallDisk = Disposable & {
  readonly path: string;
  /** Leaves that many bytes free. */
  fill(bytesLeft: number): Promise<void>;
  free(): void;
};

/** @returns null where this process may not mount */
export function mountDisk(at: string): SmallDisk | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  mkdirSync(at, { recursive: true });
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m,mode=0755`];
    execFileSync(MOUNT, [...options, 'tmpfs', at], { stdio: 'pipe' });
  } catch {
    return null;
  }
  const ballast = path.join(at, 'ballast');
  return {
    path: at,
    async fill(bytesLeft) {
      try {
        for (;;) {
          const { bavail, bsize } = statfsSync(at);
          const size = Math.min(bavail * bsize - bytesLeft, CHUNK.length);
          if (size <= 0) return;
          await appendFile(ballast, CHUNK.subarray(0, size));
        }
      } catch (error) {
        // Somebody else took the last of it, which is as full.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    free: () => writeFileSync(ballast, ''),
    [Symbol.dispose]() {
      // Lazily: a process that is just ending may still hold a file open.
      execFileSync(UNMOUNT, ['--lazy', at], { stdio: 'pipe' });
      rmSync(at, { recursive: true, force: true });
    },
  };
}
