// How old the newest backup is, from the first line of the file itself: a copy of an old file is still old.
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { type Finding, found } from './finding.ts';

const HOUR_MS = 3_600_000;
const WARN_AFTER_MS = 26 * HOUR_MS;
const FAIL_AFTER_MS = 3 * 24 * HOUR_MS;
const LOOKED_AT_MAX = 20;
/** Compressed; the first line is a few kilobytes. */
const HEAD_BYTES = 64 * 1024;

const MEND = {
  zh: '现在备份一次：kaimen backup --out FILE；再查定时任务为何没跑',
  en: 'take one now: kaimen backup --out FILE; then see why the timer did not',
};

/** @param dir - where backups are kept */
export function lookAtBackups(dir: string, now: number): Finding {
  let names: string[];
  try {
    names = readdirSync(dir).filter((name) => name.endsWith('.backup'));
  } catch (error) {
    return found('backup', 'fail', dir, {
      zh: `读不到：${(error as Error).message}`,
      en: `cannot be read: ${(error as Error).message}`,
      mend: MEND,
    });
  }
  const newestFirst = names
    .map((name) => ({ name, at: statSync(path.join(dir, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at)
    .slice(0, LOOKED_AT_MAX);
  for (const { name } of newestFirst) {
    const takenAt = takenAtOf(path.join(dir, name));
    if (takenAt !== null) return ageFinding(path.join(dir, name), takenAt, now);
  }
  return found('backup', 'fail', dir, {
    zh: names.length === 0 ? '一份备份也没有' : '没有一份能读的备份',
    en: names.length === 0 ? 'holds no backup' : 'holds no backup that can be read',
    mend: MEND,
  });
}

/** @param takenAt - of the newest that is known of */
export function ageFinding(subject: string, takenAt: number, now: number): Finding {
  const ageMs = now - takenAt;
  const state = ageMs > FAIL_AFTER_MS ? 'fail' : ageMs > WARN_AFTER_MS ? 'warn' : 'ok';
  const hours = Math.round(ageMs / HOUR_MS);
  return found('backup', state, subject, {
    zh: `${hours} 小时前备份`,
    en: `taken ${hours} hours ago`,
    values: { takenAt: new Date(takenAt).toISOString(), hours },
    ...(state === 'ok' ? {} : { mend: MEND }),
  });
}

/** @returns null for what is no backup of ours, or a broken one */
function takenAtOf(file: string): number | null {
  const fd = openSync(file, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const length = readSync(fd, head);
    // The file goes on after what was read.
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    const text = gunzipSync(head.subarray(0, length), options).toString('utf8');
    return momentIn(text.split('\n', 1)[0] ?? '');
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

function momentIn(line: string): number | null {
  try {
    const { format, takenAt } = JSON.parse(line) as { format?: unknown; takenAt?: unknown };
    const at = typeof takenAt === 'string' ? Date.parse(takenAt) : Number.NaN;
    return format === 'kaimen-backup' && Number.isFinite(at) ? at : null;
  } catch {
    return null;
  }
}
