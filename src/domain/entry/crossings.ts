// The claim: may this ticket cross this checkpoint now? A ticket that admits n people has n slots;
// each slot runs through cycles, and cycle c + 1 opens only when c was left or annulled. All of it is
// folded from the crossings of one (event, checkpoint, ticket), so the order in which journals arrive
// decides nothing: the same crossings, in any order, fold to the same slots and conflicts.
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import type { Reentry } from '#domain/venue/match-event.ts';

/** Where, when and by which scan somebody crossed. Short names: this is stored once per ticket. */
export type Passage = {
  /** Device and scan: together unique for ever. */
  readonly device: string;
  readonly scan: string;
  readonly gate: string;
  readonly lane: string | null;
  readonly at: Instant;
};

export type Crossing = Passage & {
  readonly direction: 'in' | 'out';
  /** Exact crossings were decided by the authority; others were decided by a lane alone. */
  readonly isExact: boolean;
  readonly annulledAt: Instant | null;
};

export type Slot = {
  readonly cycle: number;
  readonly isInside: boolean;
  /** The entry that opened the current cycle, also after the slot was left. */
  readonly entered: Passage;
  readonly leftAt: Instant | null;
};

/** Two people on one slot: both named, neither dropped. */
export type Conflict = { readonly holder: Passage; readonly intruder: Passage };

export type Crossed = {
  readonly slots: readonly Slot[];
  readonly conflicts: readonly Conflict[];
  /** People inside beyond the slots: each came in by a provisional admission that lost. */
  readonly surplus: number;
};

export type CrossingRules = {
  readonly admits: number;
  readonly reentry: Reentry;
  readonly minutesBetween: number;
};

export function foldCrossings(crossings: readonly Crossing[], rules: CrossingRules): Crossed {
  const slots: Slot[] = [];
  const conflicts: Conflict[] = [];
  let surplus = 0;
  for (const crossing of [...crossings].sort(byTime)) {
    if (crossing.annulledAt !== null) continue;
    if (crossing.direction === 'out') {
      // Whoever leaves first makes good a surplus: until then the ticket lets nobody else in.
      if (surplus > 0) surplus -= 1;
      else leaveFirst(slots, crossing.at);
      continue;
    }
    const opening = openingFor(slots, rules, crossing.at, surplus);
    if (opening.kind === 'open') slots[opening.slot] = enter(slots[opening.slot], crossing);
    else {
      conflicts.push({ holder: opening.holder.entered, intruder: crossing });
      surplus += 1;
    }
  }
  return { slots, conflicts, surplus };
}

export type Opening =
  | { readonly kind: 'open'; readonly slot: number; readonly cycle: number }
  | {
      readonly kind: 'closed';
      readonly reason: 'already-inside' | 'already-used' | 'too-soon';
      /** The slot that an explanation points at: when and where it was used. */
      readonly holder: Slot;
      /** When the wait ends (`too-soon`); otherwise when the holder left, if so. */
      readonly from: Instant | null;
    };

/**
 * The slot that the next person enters by, or why there is none.
 *
 * @param surplus - people inside beyond the slots: while there are any, no slot is free
 */
export function openingFor(
  slots: readonly Slot[],
  rules: CrossingRules,
  at: Instant,
  surplus = 0,
): Opening {
  if (slots.length < rules.admits) return { kind: 'open', slot: slots.length, cycle: 1 };
  if (rules.reentry === 'not-allowed') return closedBy('already-used', slots);
  const index = oldestOutside(slots);
  const slot = slots[index];
  if (rules.reentry === 'always') {
    // With everybody inside the first slot is taken again: an exit was not scanned.
    const again = slot ?? slots[0];
    return { kind: 'open', slot: Math.max(index, 0), cycle: (again?.cycle ?? 0) + 1 };
  }
  if (slot === undefined || insideOf({ slots, surplus }) >= rules.admits) {
    return closedBy('already-inside', slots);
  }
  const backAt = plusMs(slot.leftAt ?? slot.entered.at, rules.minutesBetween * MINUTE_MS);
  if (at < backAt) return { kind: 'closed', reason: 'too-soon', holder: slot, from: backAt };
  return { kind: 'open', slot: index, cycle: slot.cycle + 1 };
}

/** Two nodes' clocks differ by less: what one has filed is past for the other, though it seems to come. */
const CLOCKS_APART_MAX_MS = 5 * MINUTE_MS;

/**
 * The time at which the next exact crossing is judged and recorded: the authority's clock, but always
 * after the ticket's last exact crossing, so that a clock that steps back never reorders what was
 * decided, and after what another node's clock has just filed. A clock that is further ahead does not count.
 */
export function nextCrossingAt(crossings: readonly Crossing[], now: Instant): Instant {
  let at: number = now;
  for (;;) {
    const before = crossings.filter((each) => each.isExact || each.at - at <= CLOCKS_APART_MAX_MS);
    const after = Math.max(at, ...before.map((each) => each.at + 1));
    if (after === at) return at as Instant;
    at = after;
  }
}

/** People that these crossings put inside; an exit that no entry precedes takes nobody away. */
export function insideOf({ slots, surplus }: Pick<Crossed, 'slots' | 'surplus'>): number {
  return slots.filter((slot) => slot.isInside).length + surplus;
}

export type AnnulRefusal = 'no-such-crossing' | 'already-annulled' | 'too-late' | 'crossed-since';

/** Only the turnstile's own word, or a supervisor's, within this time of the scan. */
export const ANNUL_WITHIN_MS = 15 * MINUTE_MS;

/**
 * Takes a crossing back because the turnstile did not turn. The crossing stays as a tombstone: its
 * scanId answers `annulled` for ever, while the ticket may enter again.
 */
export function annulCrossing(
  crossings: readonly Crossing[],
  device: string,
  scan: string,
  at: Instant,
): readonly Crossing[] | AnnulRefusal {
  const index = crossings.findIndex((each) => each.device === device && each.scan === scan);
  const crossing = crossings[index];
  if (crossing === undefined) return 'no-such-crossing';
  if (crossing.annulledAt !== null) return 'already-annulled';
  if (at - crossing.at > ANNUL_WITHIN_MS) return 'too-late';
  // Another person entering later keeps an entry reversible: taking it back only frees a slot more. A
  // later exit may be this very person's, and a later entry may rest on the exit to be taken back.
  const later = crossings.filter((each) => each.annulledAt === null && byTime(crossing, each) < 0);
  if (later.some((each) => each.direction === 'out' || crossing.direction === 'out')) {
    return 'crossed-since';
  }
  return crossings.map((each) => (each === crossing ? { ...each, annulledAt: at } : each));
}

function leaveFirst(slots: Slot[], at: Instant): void {
  const index = slots.findIndex((slot) => slot.isInside);
  const slot = slots[index];
  if (slot !== undefined) slots[index] = { ...slot, isInside: false, leftAt: at };
}

function closedBy(reason: 'already-inside' | 'already-used', slots: readonly Slot[]): Opening {
  const holder = slots.reduce((a, b) => (b.entered.at > a.entered.at ? b : a));
  return { kind: 'closed', reason, holder, from: holder.leftAt };
}

function enter(slot: Slot | undefined, passage: Crossing): Slot {
  return { cycle: (slot?.cycle ?? 0) + 1, isInside: true, entered: passage, leftAt: null };
}

function oldestOutside(slots: readonly Slot[]): number {
  let oldest = -1;
  let leftAt = Number.POSITIVE_INFINITY;
  slots.forEach((slot, index) => {
    if (!slot.isInside && (slot.leftAt ?? 0) < leftAt) {
      oldest = index;
      leftAt = slot.leftAt ?? 0;
    }
  });
  return oldest;
}

/** Total order: time, then exact before provisional, then ids, so that ties fall alike everywhere. */
function byTime(a: Crossing, b: Crossing): number {
  return (
    a.at - b.at ||
    Number(b.isExact) - Number(a.isExact) ||
    compareText(a.device, b.device) ||
    compareText(a.scan, b.scan)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
