// What another system decided on the same scans, beside what we decided: for the weeks in which both look
// at every code and only the old one opens.
import type { Direction, Reason, Verdict } from './verdict.ts';

export type OldScan = {
  /** Of the old system's log. */
  readonly line: number;
  readonly gate: string | null;
  readonly isAdmitted: boolean;
  /** In the old system's own words. */
  readonly reason: string | null;
};

export type OurScan = {
  readonly gate: string;
  readonly verdict: Verdict;
  readonly reason: Reason | null;
};

/** Scans of one code in one direction, each side in the order in which it happened. */
export type ScansOfCode = {
  readonly ticketRef: string | null;
  readonly direction: Direction;
  /** Whether we have, or have minted, the code. */
  readonly isKnown: boolean;
  readonly old: readonly OldScan[];
  readonly ours: readonly OurScan[];
};

export const DIFFERENCES = ['decision', 'only-old', 'only-ours', 'unknown-code'] as const;

export type Difference = {
  readonly kind: (typeof DIFFERENCES)[number];
  /** Line of the old log; null: only we saw this scan. */
  readonly line: number | null;
  readonly ticketRef: string | null;
  readonly direction: Direction;
  readonly gate: string | null;
  readonly old: 'admitted' | 'refused' | null;
  readonly ours: Verdict | null;
  readonly why: string;
};

/**
 * Sets the k-th scan there beside the k-th here: clocks of two systems differ by more than people do, but
 * neither sees a code’s second scan before its first.
 *
 * @returns what differs; every other scan was decided alike
 */
export function compareScans(scans: ScansOfCode): Difference[] {
  const differences: Difference[] = [];
  for (let k = 0; k < Math.max(scans.old.length, scans.ours.length); k++) {
    const difference = compareOne(scans, scans.old[k] ?? null, scans.ours[k] ?? null);
    if (difference !== null) differences.push(difference);
  }
  return differences;
}

function compareOne(
  { ticketRef, direction, isKnown }: ScansOfCode,
  old: OldScan | null,
  ours: OurScan | null,
): Difference | null {
  const difference = {
    line: old?.line ?? null,
    ticketRef,
    direction,
    gate: ours?.gate ?? old?.gate ?? null,
    old: old === null ? null : oldVerdict(old),
    ours: ours?.verdict ?? null,
  };
  if (old === null) {
    return { kind: 'only-ours', ...difference, why: 'the old system did not see this scan' };
  }
  if (ours === null) {
    return isKnown
      ? { kind: 'only-old', ...difference, why: 'we did not see this scan' }
      : { kind: 'unknown-code', ...difference, why: 'we do not have this code' };
  }
  if (isAlike(old, ours)) return null;
  const kind = isKnown ? 'decision' : 'unknown-code';
  return { kind, ...difference, why: whyDifferent(old, ours) };
}

function oldVerdict(old: OldScan): 'admitted' | 'refused' {
  return old.isAdmitted ? 'admitted' : 'refused';
}

/** A referral is neither: we leave to a person what the old system settled. */
function isAlike(old: OldScan, { verdict }: OurScan): boolean {
  return old.isAdmitted
    ? verdict === 'admitted' || verdict === 'provisional'
    : verdict === 'refused';
}

function whyDifferent(old: OldScan, { verdict, reason }: OurScan): string {
  if (verdict === 'refused' || verdict === 'referred') return `we ${verdict} it: ${reason ?? ''}`;
  return `the old system refused it${old.reason === null ? '' : `: ${old.reason}`}`;
}
