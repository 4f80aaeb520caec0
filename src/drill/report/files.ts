// A rehearsal on disk: a folder with its page, its figures, and their sums.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lastOutcome, OUTCOME_FILE } from './compare.ts';
import type { Outcome } from './outcome.ts';
import { reportPage } from './page.ts';

export const PAGE_FILE = 'drill.html';
export const SUMS_FILE = 'drill.sha256';

/** @returns the folder of this rehearsal, in `dir` beside the others */
export function writeReport(dir: string, outcome: Outcome, seenAtMs: readonly number[]): string {
  const last = lastOutcome(dir);
  const stamp = outcome.startedAt.slice(0, 19).replaceAll(':', '').replace('T', '-');
  const name = outcome.name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  const folder = path.join(dir, `${stamp}-${name.slice(0, 40) || 'drill'}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, OUTCOME_FILE), `${JSON.stringify(outcome, null, 2)}\n`);
  writeFileSync(path.join(folder, PAGE_FILE), reportPage(outcome, last, seenAtMs));
  writeFileSync(path.join(folder, SUMS_FILE), sumsOf(folder));
  return folder;
}

/** As `sha256sum` writes them, so that anybody can check. */
export function sumsOf(folder: string): string {
  return [OUTCOME_FILE, PAGE_FILE]
    .map((file) => {
      const hash = createHash('sha256').update(readFileSync(path.join(folder, file)));
      return `${hash.digest('hex')}  ${file}\n`;
    })
    .join('');
}
