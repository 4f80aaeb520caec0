// Go or no-go: every rule held against the record of a rehearsal.
import type { RehearsalRecord } from '#drill/rehearsal/rehearse.ts';
import type { Finding } from './holding.ts';
import {
  controlObeyed,
  doublesReported,
  forgedStaysOut,
  holderGetsIn,
  liveAtFirst,
  noExactDouble,
  nothingLost,
  recovered,
  verdictInTime,
} from './rules.ts';

export type Judgement = {
  /** `stopped`: nobody can say. */
  readonly verdict: 'go' | 'no-go' | 'stopped';
  readonly findings: readonly Finding[];
};

export function judge(record: RehearsalRecord): Judgement {
  const findings = [
    liveAtFirst(record),
    verdictInTime(record),
    noExactDouble(record),
    doublesReported(record),
    nothingLost(record),
    controlObeyed(record),
    forgedStaysOut(record),
    holderGetsIn(record),
    recovered(record),
  ];
  if (record.stopped !== null) return { verdict: 'stopped', findings };
  const isHeld = findings.every(({ breaches }) => breaches.length === 0);
  return { verdict: isHeld ? 'go' : 'no-go', findings };
}

/** Whether the hub has heard all there is to hear: what it learns later can still close these books. */
export function isWhole(record: RehearsalRecord): boolean {
  return [nothingLost(record), doublesReported(record)].every(
    ({ breaches }) => breaches.length === 0,
  );
}
