// How long fans waited, fault by fault, held against the same minutes without a fault.
import type { Presented } from './lane-program.ts';

export const FIRST_MS_MAX = 1_200;
export const P99_BEYOND_MS_MAX = 300;
export const LONGEST_BEYOND_MS_MAX = 800;

export type Pace = { readonly scans: number; readonly p99Ms: number; readonly longestMs: number };

export type FaultPace = {
  readonly fault: string;
  /** The slowest of the first verdicts, lane by lane, after the fault, and of those who stood behind them. */
  readonly firstMs: number;
  /** Of all who came to a lane after its first verdict, until the next fault. */
  readonly afterwards: Pace;
  readonly provisional: number;
  readonly isPassed: boolean;
};

export function paceOf(scans: readonly Presented[]): Pace {
  const ms = scans.map((scan) => scan.ms).sort((a, b) => a - b);
  return {
    scans: ms.length,
    p99Ms: ms[Math.floor(ms.length * 0.99)] ?? 0,
    longestMs: ms.at(-1) ?? 0,
  };
}

/**
 * @param scans - whose verdicts came after the fault
 * @param since - the moment of the fault: who stood at a lane then is held to the first verdict's time too
 */
export function faultPace(
  fault: string,
  scans: readonly Presented[],
  control: Pace,
  since: number,
): FaultPace {
  // Codes come on, whatever the lane is waiting for: who was presented before its first verdict waited for that one.
  const firstShownAt = new Map<number, number>();
  for (const { lane, at, ms } of scans) {
    const shownAt = at + ms;
    if (at < since || shownAt >= (firstShownAt.get(lane) ?? Number.POSITIVE_INFINITY)) continue;
    firstShownAt.set(lane, shownAt);
  }
  const isFirst = ({ lane, at }: Presented) => at < (firstShownAt.get(lane) ?? since);
  const first = scans.filter(isFirst);
  const rest = scans.filter((scan) => !isFirst(scan));
  const firstMs = Math.max(0, ...first.map((scan) => scan.ms));
  const afterwards = paceOf(rest);
  const isPassed =
    firstMs <= FIRST_MS_MAX &&
    afterwards.p99Ms <= control.p99Ms + P99_BEYOND_MS_MAX &&
    afterwards.longestMs <= control.longestMs + LONGEST_BEYOND_MS_MAX;
  const provisional = scans.filter(({ shown }) => shown.verdict === 'provisional').length;
  return { fault, firstMs, afterwards, provisional, isPassed };
}
