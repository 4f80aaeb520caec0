// Which rung of the ladder a lane stands on: somebody above decides, or the lane alone. A breaker:
// what has just failed is not asked again until a probe in the background finds it back, so that an
// outage costs one slow scan.
import type { Rung } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';

export type Ladder = {
  readonly rung: 'exact' | 'alone';
  /** Whose answers the lane last had: what `exact` is called in journals and announcements. */
  readonly above: Rung;
  /** On `exact`: probes in a row without an answer. On `alone`: probes in a row with one. */
  readonly probes: number;
  /** Good probes in a row that bring the lane back: more of them after each false recovery. */
  readonly probesNeeded: number;
  readonly recoveredAt: Instant | null;
};

export type LadderEvent =
  | { readonly kind: 'scan-answered'; readonly rung: Rung }
  /** No answer within the deadline, or one that says that nobody can decide. */
  | { readonly kind: 'scan-unanswered' }
  | { readonly kind: 'probe-answered' }
  | { readonly kind: 'probe-unanswered' };

export const FIRST_RUNG: Ladder = {
  rung: 'exact',
  above: 'hub',
  probes: 0,
  probesNeeded: 1,
  recoveredAt: null,
};

/** A lane that loses its server again within this time had come back too early. */
export const FALSE_RECOVERY_WITHIN_MS = 10_000;
const PROBES_NEEDED_MAX = 16;
/** One lost probe is a lost packet; a scan that goes unanswered needs no second sign. */
const LOST_PROBES_MAX = 2;

export function stepLadder(ladder: Ladder, event: LadderEvent, now: Instant): Ladder {
  switch (event.kind) {
    case 'scan-answered':
      // An answer that comes after the lane went on alone is for the probes to confirm.
      return ladder.rung === 'alone' ? ladder : { ...ladder, above: event.rung, probes: 0 };
    case 'scan-unanswered':
      return ladder.rung === 'alone' ? ladder : fallTo(ladder, now);
    case 'probe-unanswered':
      if (ladder.rung === 'alone') return { ...ladder, probes: 0 };
      if (ladder.probes + 1 >= LOST_PROBES_MAX) return fallTo(ladder, now);
      return { ...ladder, probes: ladder.probes + 1 };
    case 'probe-answered':
      if (ladder.rung === 'exact') return { ...ladder, probes: 0 };
      if (ladder.probes + 1 < ladder.probesNeeded) return { ...ladder, probes: ladder.probes + 1 };
      return { ...ladder, rung: 'exact', probes: 0, recoveredAt: now };
  }
}

function fallTo(ladder: Ladder, now: Instant): Ladder {
  const { recoveredAt, probesNeeded } = ladder;
  const wasFalse = recoveredAt !== null && now - recoveredAt < FALSE_RECOVERY_WITHIN_MS;
  return {
    ...ladder,
    rung: 'alone',
    probes: 0,
    probesNeeded: wasFalse ? Math.min(probesNeeded * 2, PROBES_NEEDED_MAX) : 1,
  };
}
