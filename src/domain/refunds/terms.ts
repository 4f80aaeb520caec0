// On what terms a ticket is taken back now: the tier of its policy, or better ones when the match is not
// what was sold.
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import type { PolicySnapshot } from './policy.ts';

/** What has become of the match since the ticket was sold. */
export type MatchFate =
  | { readonly kind: 'as-planned' }
  | { readonly kind: 'moved'; readonly noticeAt: Instant; readonly kickOffAt: Instant }
  /** Put off, and no new date yet. */
  | { readonly kind: 'postponed' }
  | { readonly kind: 'cancelled' };

export type Terms = {
  readonly why: 'tier' | 'moved' | 'postponed' | 'cancelled';
  readonly keptPerMille: number;
  /** Fees by the policy, or all of them where the match is not what was sold. */
  readonly fees: PolicySnapshot['fees'];
  /** When these terms end, half-open; null: not by themselves. */
  readonly until: Instant | null;
};

/** @returns null: it is not taken back any more */
export function termsAt(snapshot: PolicySnapshot, fate: MatchFate, now: Instant): Terms | null {
  if (fate.kind === 'cancelled' || fate.kind === 'postponed') return inFull(fate.kind, null);
  if (fate.kind === 'moved') {
    const movedMs = Math.abs(fate.kickOffAt - snapshot.kickOffAt);
    const until = plusMs(fate.noticeAt, snapshot.graceMinutes * MINUTE_MS);
    if (movedMs >= snapshot.movedByMinutes * MINUTE_MS && now < until)
      return inFull('moved', until);
  }
  for (const { keptPerMille, until } of tiersOf(snapshot, fate)) {
    if (now < until) return { why: 'tier', keptPerMille, fees: snapshot.fees, until };
  }
  return null;
}

/**
 * The tiers with their moments as they now are. A later kick-off gives everybody more time; an earlier one
 * takes none of what was promised.
 */
export function tiersOf(
  snapshot: PolicySnapshot,
  fate: MatchFate,
): readonly { readonly until: Instant; readonly keptPerMille: number }[] {
  const laterMs = fate.kind === 'moved' ? Math.max(0, fate.kickOffAt - snapshot.kickOffAt) : 0;
  return snapshot.tiers.map(({ until, minutesBefore, keptPerMille }) => ({
    until: minutesBefore === null ? until : plusMs(until, laterMs),
    keptPerMille,
  }));
}

function inFull(why: Terms['why'], until: Instant | null): Terms {
  return { why, keptPerMille: 0, fees: 'returned', until };
}
