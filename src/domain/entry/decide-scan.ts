// One scan, one verdict. Every tier runs this function: the authority with the claims of everyone,
// a lane alone with what it last heard. What differs is what they know, never how they judge.
import type { Instant } from '#domain/kernel/instant.ts';
import { type Controls, holdOn, type Occupancy } from '#domain/venue/controls.ts';
import {
  type EntryRules,
  type Ground,
  type LaneKind,
  scopesCrossed,
} from '#domain/venue/match-event.ts';
import {
  type Crossing,
  foldCrossings,
  insideOf,
  nextCrossingAt,
  openingFor,
  type Passage,
} from './crossings.ts';
import { entryWindow, gatesFor, mayUseLane, rulesFor } from './rules.ts';
import type { Ticket } from './ticket.ts';
import {
  type Direction,
  type NextAction,
  nextActionOf,
  type Reason,
  reasonOfReferral,
  type Verdict,
} from './verdict.ts';

/** What the code turned out to be, once looked up. */
export type Finding =
  | { readonly kind: 'none'; readonly reason: 'unreadable' | 'forged' | 'unknown' | 'wrong-event' }
  /** `isCurrent` false: a genuine code of an earlier issue. */
  | { readonly kind: 'ticket'; readonly ticket: Ticket; readonly isCurrent: boolean };

export type Scan = {
  readonly direction: Direction;
  readonly gate: string;
  readonly lane: string | null;
  /** A steward has looked at what an earlier scan of this ticket referred to them. */
  readonly isConfirmed: boolean;
  /** Typed in by hand: somebody must have looked at the ticket before it admits. */
  readonly isManual?: boolean;
};

export type Knowledge = {
  readonly ground: Ground;
  readonly controls: Controls;
  readonly occupancy: Occupancy;
  /** Crossings of this ticket at this checkpoint that the decider knows of. */
  readonly crossings: readonly Crossing[];
  /** The authority's clock; alone, a lane's monotonic clock corrected by the last known skew. */
  readonly at: Instant;
};

export type Decision = {
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly ticket: Ticket | null;
  /** The crossing to record: people added to those inside (−1, 0 or 1). */
  readonly crosses: { readonly inside: number } | null;
  readonly first: Passage | null;
  readonly gateHint: readonly string[] | null;
  readonly attention: string | null;
  readonly next: NextAction;
  /** Since when, or from when: the end of a window or of a wait, where one would help. */
  readonly from: Instant | null;
};

export function decideScan(scan: Scan, finding: Finding, known: Knowledge): Decision {
  if (finding.kind === 'none') {
    const isFleeing = scan.direction === 'out' && known.controls.isEvacuating === true;
    return isFleeing ? letOut(scan) : refuse(scan, null, finding.reason);
  }
  return scan.direction === 'out'
    ? decideExit(scan, finding.ticket, known)
    : decideEntry(scan, finding.ticket, finding.isCurrent, known);
}

/** In an evacuation nobody is kept inside, whatever they show; who it was is not known. */
export function letOut(scan: Scan): Decision {
  return answer(scan, null, 'admitted', null);
}

/** A known ticket is never kept inside, whatever became of it since. */
function decideExit(scan: Scan, ticket: Ticket, known: Knowledge): Decision {
  const crossed = foldCrossings(known.crossings, rulesFor(known.ground, ticket));
  const crosses = { inside: insideOf(crossed) > 0 ? -1 : 0 };
  return answer(scan, ticket, 'admitted', null, { crosses });
}

function decideEntry(scan: Scan, ticket: Ticket, isCurrent: boolean, known: Knowledge): Decision {
  const { ground, controls, at } = known;
  const standing = standingOf(ticket, isCurrent);
  if (standing !== null) return refuse(scan, ticket, standing);

  const scopes = scopesCrossed(ground, ticket.section, scan.gate, ticket.stand);
  if (holdOn(ground, controls, known.occupancy, scopes) !== null) {
    return refuse(scan, ticket, 'held');
  }

  const rules = rulesFor(ground, ticket);
  const { opensAt, closesAt } = entryWindow(ground, controls, ticket, rules);
  if (controls.status === 'draft') return { ...refuse(scan, ticket, 'too-early'), from: opensAt };
  if (controls.status !== 'open') return { ...refuse(scan, ticket, 'too-late'), from: null };
  if (at < opensAt) return refuse(scan, ticket, 'too-early', { from: opensAt });
  if (at >= closesAt) return refuse(scan, ticket, 'too-late', { from: closesAt });

  const gates = gatesFor(ground, controls, ticket, rules, scan.gate, at);
  const isRightGate = gates === null || gates.includes(scan.gate);
  if (!isRightGate || !mayUseLane(rules, laneKind(ground, scan))) {
    return refuse(scan, ticket, 'wrong-gate', { gateHint: gates ?? [scan.gate] });
  }
  return decideOpening(scan, ticket, rules, known);
}

function decideOpening(scan: Scan, ticket: Ticket, rules: EntryRules, known: Knowledge): Decision {
  const { slots, surplus } = foldCrossings(known.crossings, rules);
  const crossingAt = nextCrossingAt(known.crossings, known.at);
  const opening = openingFor(slots, rules, crossingAt, surplus);
  if (opening.kind === 'closed') {
    const { reason, holder, from } = opening;
    return refuse(scan, ticket, reason, { first: holder.entered, from });
  }
  const attention = known.ground.types.get(ticket.type)?.attention ?? null;
  if ((rules.referral !== null || scan.isManual === true) && !scan.isConfirmed) {
    const reason = rules.referral === null ? 'check-seat' : reasonOfReferral(rules.referral);
    return answer(scan, ticket, 'referred', reason, { attention });
  }
  // Taking an occupied slot again (a pass that may always enter) adds nobody.
  const inside = slots[opening.slot]?.isInside === true ? 0 : 1;
  return answer(scan, ticket, 'admitted', null, { attention, crosses: { inside } });
}

function standingOf(ticket: Ticket, isCurrent: boolean): Reason | null {
  if (ticket.status !== 'valid') return ticket.status;
  if (!isCurrent) return 'revoked';
  return ticket.isBlocked ? 'blocked' : null;
}

function laneKind(ground: Ground, scan: Scan): LaneKind | null {
  if (scan.lane === null) return null;
  const lanes = ground.gates.get(scan.gate)?.lanes;
  return lanes?.find((lane) => lane.id === scan.lane)?.kind ?? null;
}

function refuse(
  scan: Scan,
  ticket: Ticket | null,
  reason: Reason,
  details: Partial<Decision> = {},
): Decision {
  return answer(scan, ticket, 'refused', reason, details);
}

function answer(
  scan: Scan,
  ticket: Ticket | null,
  verdict: Verdict,
  reason: Reason | null,
  details: Partial<Decision> = {},
): Decision {
  const next = nextActionOf(verdict, reason, scan.direction);
  return {
    verdict,
    reason,
    ticket,
    crosses: null,
    first: null,
    gateHint: null,
    attention: null,
    next,
    from: null,
    ...details,
  };
}

/** What a lane may settle without asking: nothing that another's claim or a newer list could change. */
export function mayLaneSettle(decision: Decision): boolean {
  return decision.reason !== null && LANE_SETTLES.has(decision.reason);
}

const LANE_SETTLES: ReadonlySet<Reason> = new Set([
  'unreadable',
  'forged',
  'wrong-event',
  'revoked',
  'wrong-gate',
  'held',
]);
