// This rehearsal beside the last one of the same folder: what has become better or worse.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { OUTCOME_VERSION, type Outcome } from './outcome.ts';

export const OUTCOME_FILE = 'drill.json';

export type Change = {
  readonly figure: Figure;
  readonly before: number | null;
  readonly now: number | null;
  /** Null where neither is better. */
  readonly isBetter: boolean | null;
};

export type Figure = 'p50' | 'p99' | 'longest' | 'gap' | 'slow' | 'lost' | 'doubles' | 'recovered';

/** @returns the latest outcome in the folder, or null */
export function lastOutcome(dir: string): Outcome | null {
  if (!existsSync(dir)) return null;
  const found = readdirSync(dir)
    .map((name) => path.join(dir, name, OUTCOME_FILE))
    .filter((file) => existsSync(file))
    .map(readOutcome)
    .filter((outcome) => outcome !== null && outcome.verdict !== 'stopped')
    .sort((a, b) => ((a?.startedAt ?? '') < (b?.startedAt ?? '') ? -1 : 1));
  return found.at(-1) ?? null;
}

/** A file of another version, or a damaged one, is nothing to compare with. */
function readOutcome(file: string): Outcome | null {
  try {
    const outcome = JSON.parse(readFileSync(file, 'utf8')) as Outcome;
    return outcome.version === OUTCOME_VERSION ? outcome : null;
  } catch {
    return null;
  }
}

export function changesSince(before: Outcome, now: Outcome): Change[] {
  const pairs: [Figure, (outcome: Outcome) => number | null][] = [
    ['p50', ({ all }) => all.p50Ms],
    ['p99', ({ all }) => all.p99Ms],
    ['longest', ({ all }) => all.longestMs],
    ['gap', ({ lanes }) => Math.max(0, ...lanes.map(({ gapMs }) => gapMs))],
    ['slow', ({ figures }) => figures.slow],
    ['lost', ({ figures }) => figures.lost],
    ['doubles', ({ figures }) => figures.exactDoubles],
    ['recovered', ({ figures }) => figures.recoveredMs],
  ];
  return pairs.map(([figure, of]) => {
    const [was, is] = [of(before), of(now)];
    const isBetter = was === null || is === null || was === is ? null : is < was;
    return { figure, before: was, now: is, isBetter };
  });
}
