// What a change of a ticket's crossings does to the count and to its conflicts: a journal that comes late
// names the true first holder, an annulment settles what is no conflict any more.
import {
  type Conflict,
  type Crossing,
  type CrossingRules,
  foldCrossings,
  insideOf,
} from './crossings.ts';

export type Refolded = {
  /** People put inside (or outside) by the change. */
  readonly inside: number;
  /** All that stand now: each to be kept with its present holder. */
  readonly conflicts: readonly Conflict[];
  readonly settled: readonly Conflict[];
  /** Admissions in conflict that were not before. */
  readonly fresh: number;
};

export function refold(
  before: readonly Crossing[],
  after: readonly Crossing[],
  rules: CrossingRules,
): Refolded {
  const then = foldCrossings(before, rules);
  const now = foldCrossings(after, rules);
  const wasOne = new Set(then.conflicts.map(intruderOf));
  const isOne = new Set(now.conflicts.map(intruderOf));
  return {
    inside: insideOf(now) - insideOf(then),
    conflicts: now.conflicts,
    settled: then.conflicts.filter((each) => !isOne.has(intruderOf(each))),
    fresh: now.conflicts.filter((each) => !wasOne.has(intruderOf(each))).length,
  };
}

function intruderOf({ intruder }: Conflict): string {
  return `${intruder.device}\n${intruder.scan}`;
}
