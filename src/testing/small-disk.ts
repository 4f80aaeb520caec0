import { execFileSync } from 'node:child_process';
import { statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { openTemporaryDirectory } from './postgres-process.ts';

/** Programs of the system, not of a package. */
const [MOUNT, UNMOUNT] = ['mount', 'umount'] as const;
const CHUNK = Buffer.alloc(64 * 1024);

export type SmallDisk = Disposable & {
  readonly path: string;
  /** Leaves that many bytes free; all the rest is taken by one file. */
  fill(bytesLeft: number): void;
  /** Gives back what `fill` has taken. */
  free(): void;
};

/** A disk of its own of that size. @returns null, with the reason given to the test, where that cannot be */
export function mountDisk(t: TestContext, megabytes: number): SmallDisk | null {
  const isRootOnLinux = process.platform === 'linux' && process.getuid?.() === 0;
  if (!isRootOnLinux) {
    t.skip('needs root to mount a small tmpfs');
    return null;
  }
  const scratch = openTemporaryDirectory();
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`];
    execFileSync(MOUNT, [...options, 'tmpfs', scratch.path], { stdio: 'pipe' });
  } catch {
    scratch[Symbol.dispose]();
    t.skip('may not mount a small tmpfs here');
    return null;
  }
  const ballast = path.join(scratch.path, 'ballast');
  return {
    path: scratch.path,
    fill(bytesLeft) {
      for (;;) {
        const { bavail, bsize } = statfsSync(scratch.path);
        const size = Math.min(bavail * bsize - bytesLeft, CHUNK.length);
        if (size <= 0) return;
        writeFileSync(ballast, CHUNK.subarray(0, size), { flag: 'a' });
      }
    },
    free: () => writeFileSync(ballast, ''),
    [Symbol.dispose]() {
      execFileSync(UNMOUNT, [scratch.path]);
      scratch[Symbol.dispose]();
    },
  };
}
