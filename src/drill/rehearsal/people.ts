// Who comes, when, to which lane, and with what in their hand: all of it from the seed of the plan.
import { standOf } from '#drill/catalogue/parties.ts';
import type { Plan } from '#drill/catalogue/plan.ts';
import { arrivalMin, DOORS_AT_MIN, LAST_ARRIVAL_MIN } from '#drill/demo/seed/arrival-curve.ts';
import { Chance } from '#drill/demo/seed/chance.ts';

export type Person = {
  /** Serial of the ticket; 0 for a code that nobody issued. */
  readonly ticket: number;
  readonly as: PersonKind;
  readonly lane: number;
  /** Of a forger: what is on the paper. Else the ticket’s code of the moment. */
  readonly code?: string;
};

export type PersonKind =
  /** With a ticket that nobody has shown before. */
  | 'holder'
  /** With a copy of a ticket that may have been shown. */
  | 'copy'
  | 'forger'
  /** With a ticket that was blocked before. */
  | 'blocked'
  /** With the code that a re-issue has replaced. */
  | 'replaced'
  /** The drill itself, that wants to see whether the lane is back. */
  | 'probe';

export type Arrival = { readonly atMs: number; readonly person: Person };

/** At load 1: 80,000 people and 200 lanes, from doors to three minutes after kick-off. */
const PEOPLE_PER_LANE = 400;
const EVENING_S = (LAST_ARRIVAL_MIN - DOORS_AT_MIN) * 60;
/** One in so many comes with a copy of a ticket of before. */
const COPY_EVERY = 14;
const COPY_AFTER_MS = [400, 9_000] as const;

/** @param shape - people who came in each slice of a recorded evening; null for the usual curve */
export function arrivalsOf(plan: Plan, shape: readonly number[] | null): Arrival[] {
  const chance = new Chance(`people ${plan.seed}`);
  const lengthMs = plan.seconds * 1_000;
  const count = peopleOf(plan);
  const times = Array.from({ length: count }, () => momentOf(chance, shape) * lengthMs);
  times.sort((a, b) => a - b);
  const arrivals: Arrival[] = [];
  times.forEach((atMs, index) => {
    const ticket = index + 1;
    const lane = 1 + chance.below(plan.lanes);
    arrivals.push({ atMs, person: { ticket, as: 'holder', lane } });
    if (index % COPY_EVERY !== COPY_EVERY - 1) return;
    const copyAt = atMs + chance.between(...COPY_AFTER_MS);
    if (copyAt >= lengthMs) return;
    const other = otherStand(lane, plan.lanes, chance);
    arrivals.push({ atMs: copyAt, person: { ticket, as: 'copy', lane: other } });
  });
  return arrivals.sort((a, b) => a.atMs - b.atMs);
}

export function peopleOf({ load, seconds, lanes }: Plan): number {
  return Math.max(1, Math.round((load * lanes * PEOPLE_PER_LANE * seconds) / EVENING_S));
}

export function otherStand(lane: number, lanes: number, chance: Chance): number {
  const stand = standOf(lane, lanes);
  const others = Array.from({ length: lanes }, (_, index) => index + 1).filter(
    (number) => standOf(number, lanes) !== stand,
  );
  return chance.one(others);
}

/** @returns a moment of the evening, from 0 to 1 */
function momentOf(chance: Chance, shape: readonly number[] | null): number {
  if (shape === null) {
    return (arrivalMin(chance) - DOORS_AT_MIN) / (LAST_ARRIVAL_MIN - DOORS_AT_MIN);
  }
  let left = chance.share() * shape.reduce((sum, people) => sum + people, 0);
  for (const [slice, people] of shape.entries()) {
    if (left < people) return (slice + left / people) / shape.length;
    left -= people;
  }
  return chance.share();
}
