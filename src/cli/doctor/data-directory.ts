// What only somebody on the machine can see: how fast its disk keeps what it is told, how much room there is,
// and who may read the secrets.

import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { type Finding, found } from './finding.ts';

const BLOCK_BYTES = 8 * 1024;
const SYNCS = 200;
/** etcd and PostgreSQL both want a log write kept within 10 ms, nearly always. */
const SYNC_P99_WARN_MS = 10;
const SYNC_P99_FAIL_MS = 40;
const FREE_WARN_BYTES = 10e9;
const FREE_FAIL_BYTES = 2e9;
const SECRETS = ['master-key', 'admin-token', 'edge-token'];
const OTHERS_MAY = 0o077;

export function lookAtDataDirectory(dir: string): Finding[] {
  const stat = statSync(dir, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) {
    return [
      found('disk', 'fail', dir, {
        zh: '没有这个目录',
        en: 'there is no such directory',
        mend: {
          zh: '--data 应是“kaimen serve --data DIR”所用的目录',
          en: 'name the directory that “kaimen serve --data DIR” was started with',
        },
      }),
    ];
  }
  return [syncSpeed(dir), freeSpace(dir), ...SECRETS.flatMap((name) => secretFile(dir, name))];
}

function syncSpeed(dir: string): Finding {
  const subject = dir;
  let times: number[];
  try {
    times = measureSyncs(path.join(dir, `.doctor-${randomUUID()}`));
  } catch (error) {
    return found('disk', 'fail', subject, {
      zh: `写不进去：${(error as Error).message}`,
      en: `cannot be written to: ${(error as Error).message}`,
      mend: {
        zh: '用运行服务器的用户执行；若磁盘自己变成只读，先把它复制出来',
        en: 'run this as the user of the server; if the disk has become read-only by itself, copy it first',
      },
    });
  }
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  const [p50, p99] = [at(0.5), at(0.99)];
  const perSecond = Math.round((times.length * 1_000) / times.reduce((sum, ms) => sum + ms, 0));
  const state = p99 > SYNC_P99_FAIL_MS ? 'fail' : p99 > SYNC_P99_WARN_MS ? 'warn' : 'ok';
  const figures = `fdatasync p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, ${perSecond}/s`;
  return found('disk', state, subject, {
    zh: `${figures}（${SYNCS} 次 8 KiB 落盘）`,
    en: `${figures} (${SYNCS} times 8 KiB)`,
    values: { fdatasyncP50Ms: p50, fdatasyncP99Ms: p99, perSecond },
    ...(state === 'ok'
      ? {}
      : {
          mend: {
            zh: '换成带断电保护的固态盘，或停掉占用此盘的程序；机械盘和存储卡不行',
            en: 'use an SSD with power-loss protection, or move what else writes to it; no hard disk, no memory card',
          },
        }),
  });
}

function measureSyncs(file: string): number[] {
  const fd = openSync(file, 'wx', 0o600);
  try {
    const block = Buffer.alloc(BLOCK_BYTES, 1);
    const times = Array.from({ length: SYNCS }, () => {
      const startedAt = performance.now();
      writeSync(fd, block);
      fdatasyncSync(fd);
      return performance.now() - startedAt;
    });
    return times.sort((a, b) => a - b);
  } finally {
    closeSync(fd);
    rmSync(file);
  }
}

function freeSpace(dir: string): Finding {
  const { bavail, bsize, blocks } = statfsSync(dir);
  const bytes = bavail * bsize;
  const percent = Math.round((bavail / Math.max(blocks, 1)) * 100);
  const state = bytes < FREE_FAIL_BYTES ? 'fail' : bytes < FREE_WARN_BYTES ? 'warn' : 'ok';
  const gigabytes = (bytes / 1e9).toFixed(1);
  return found('disk', state, dir, {
    zh: `剩余 ${gigabytes} GB（${percent}%）`,
    en: `${gigabytes} GB free (${percent} %)`,
    values: { freeBytes: bytes },
    ...(state === 'ok'
      ? {}
      : {
          mend: {
            zh: '开门前腾出空间：见 docs/runbook/disk-full.md；不要删 DIR/postgres 里的东西',
            en: 'make room before doors: docs/runbook/disk-full.md; delete nothing inside DIR/postgres',
          },
        }),
  });
}

function secretFile(dir: string, name: string): Finding[] {
  const file = path.join(dir, name);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
  if (process.platform === 'win32' || (stat.mode & OTHERS_MAY) === 0) {
    return [
      found('secrets', 'ok', file, {
        zh: `权限 ${mode}`,
        en: `mode ${mode}`,
        values: { mode },
      }),
    ];
  }
  return [
    found('secrets', 'fail', file, {
      zh: `权限 ${mode}，别的用户也读得到`,
      en: `mode ${mode}: other users of this machine may read it`,
      values: { mode },
      mend: {
        zh: `chmod 600 ${file}；若有人可能读过，换掉它：docs/runbook/token-lost.md`,
        en: `chmod 600 ${file}; if somebody may have read it, replace it: docs/runbook/token-lost.md`,
      },
    }),
  ];
}
