// What is kept of a rehearsal: the JSON beside the page, and what the next rehearsal is compared with.
import type { Plan } from '#drill/catalogue/plan.ts';
import type { Finding } from '#drill/judge/holding.ts';

export const OUTCOME_VERSION = 1;

export type Latency = {
  readonly scans: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
};

/** A stretch of time in which all verdicts of a lane came from the same rung. */
export type RungSpan = { readonly rung: string; readonly fromMs: number; readonly untilMs: number };

export type LaneOutcome = {
  readonly lane: string;
  readonly gate: string;
  readonly stand: string;
  readonly scans: number;
  /** The longest that somebody stood there without a verdict. */
  readonly gapMs: number;
  /** Above the ladder’s 1,200 ms. */
  readonly slow: number;
  readonly provisional: number;
  /** Scans over which the lane died. */
  readonly interrupted: number;
  readonly latency: Latency;
  readonly rungs: readonly RungSpan[];
};

export type FaultOutcome = {
  readonly fault: string;
  readonly target: string;
  readonly amount: number | null;
  readonly struckAtMs: number;
  readonly mendedAtMs: number | null;
  /** Why it was not done, or not undone. */
  readonly problem: string | null;
  readonly isAct: boolean;
  /** The slowest verdict from the fault to two seconds after its end. */
  readonly slowestMs: number;
  /** Let in by a lane alone meanwhile. */
  readonly provisional: number;
  /** From the mend until no lane decided alone any more; null for acts, and where it never came. */
  readonly recoveredMs: number | null;
};

export type Outcome = {
  readonly version: typeof OUTCOME_VERSION;
  readonly name: string;
  readonly startedAt: string;
  readonly verdict: 'go' | 'no-go' | 'stopped';
  readonly stopped: string | null;
  readonly plan: Plan;
  readonly planMark: string;
  readonly system: {
    readonly network: string;
    readonly url: string | null;
    readonly version: string;
    readonly machine: string;
  };
  readonly lastsMs: number;
  readonly findings: readonly Finding[];
  readonly figures: {
    readonly people: number;
    readonly scans: number;
    readonly admitted: number;
    readonly provisional: number;
    readonly refused: number;
    readonly referred: number;
    readonly lost: number;
    readonly exactDoubles: number;
    /** Explained by a node that was given up, and named in a conflict. */
    readonly doublesAfterLoss: number;
    readonly conflicts: number;
    readonly slow: number;
    readonly forgedRefused: number;
    readonly recoveredMs: number | null;
    readonly stalledMs: number;
  };
  readonly calm: Latency;
  readonly all: Latency;
  readonly lanes: readonly LaneOutcome[];
  readonly faults: readonly FaultOutcome[];
};
