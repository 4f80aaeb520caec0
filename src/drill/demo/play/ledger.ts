// What the lanes themselves wrote down: every verdict they were given. At the end it is held against
// what the server says.
import type { Reason, Verdict } from '#domain/entry/verdict.ts';
import { Histogram } from '#drill/load/histogram.ts';
import type { ScanAnswer } from '#protocol/scans.ts';

export type LedgerEntry = {
  readonly device: string;
  readonly scanId: string;
  readonly gate: string;
  readonly lane: string;
  readonly direction: 'in' | 'out';
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly ticketRef: string | null;
  readonly revision: number;
};

export type GateTally = {
  admitted: number;
  left: number;
  readonly refused: Map<Reason, number>;
  /** Admissions by whole minute of the match. */
  readonly perMinute: Map<number, number>;
};

export class Ledger {
  readonly entries: LedgerEntry[] = [];
  readonly gates = new Map<string, GateTally>();
  /** Scans sent a second time, as a lane does that missed the answer; and how many were told another. */
  repeated = 0;
  repeatedOtherwise = 0;
  /** How long lanes waited for their verdicts. */
  readonly answers = new Histogram();
  /** Requests that had no answer and were sent again. */
  resent = 0;

  write(entry: LedgerEntry, nowMin: number): void {
    this.entries.push(entry);
    const tally = this.tallyOf(entry.gate);
    if (entry.reason !== null) {
      tally.refused.set(entry.reason, (tally.refused.get(entry.reason) ?? 0) + 1);
    } else if (entry.direction === 'out') tally.left += 1;
    else {
      tally.admitted += 1;
      const minute = Math.floor(nowMin);
      tally.perMinute.set(minute, (tally.perMinute.get(minute) ?? 0) + 1);
    }
  }

  tallyOf(gate: string): GateTally {
    let tally = this.gates.get(gate);
    if (tally === undefined) {
      tally = { admitted: 0, left: 0, refused: new Map(), perMinute: new Map() };
      this.gates.set(gate, tally);
    }
    return tally;
  }
}

/** Admissions of the last sixty seconds of the match, counting evenly within the minute before. */
export function lastMinuteOf({ perMinute }: GateTally, nowMin: number): number {
  const minute = Math.floor(nowMin);
  const before = perMinute.get(minute - 1) ?? 0;
  return (perMinute.get(minute) ?? 0) + before * (1 - (nowMin - minute));
}

export function entryOf(
  place: { readonly device: string; readonly gate: string; readonly lane: string },
  direction: 'in' | 'out',
  answer: ScanAnswer,
): LedgerEntry {
  const { scanId, verdict, reason, revision } = answer;
  const ticketRef = answer.ticket?.ref ?? null;
  return { ...place, scanId, direction, verdict, reason, ticketRef, revision };
}
