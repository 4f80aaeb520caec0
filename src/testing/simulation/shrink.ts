// Makes a failing evening small: acts are left out for as long as the same rule still breaks, first in large
// pieces, then one by one until none can go (delta debugging, Zeller and Hildebrandt 2002).
import type { Act, Plan } from './plan.ts';
import { type Result, type SimulateOptions, simulate } from './simulate.ts';

const RUNS_MAX = 400;

export function shrink(plan: Plan, broken: Result, options: SimulateOptions): Plan {
  const breaks = (acts: readonly Act[]) =>
    simulate({ ...plan, acts }, options).broken?.invariant === broken.broken?.invariant;
  let acts: readonly Act[] = plan.acts.filter(({ atMs }) => atMs <= (broken.broken?.atMs ?? 0));
  if (!breaks(acts)) acts = plan.acts;
  let runs = 0;
  for (let size = Math.ceil(acts.length / 2); size >= 1 && runs < RUNS_MAX; ) {
    const before = acts.length;
    for (let from = 0; from < acts.length && runs < RUNS_MAX; ) {
      const fewer = [...acts.slice(0, from), ...acts.slice(from + size)];
      runs += 1;
      if (breaks(fewer)) acts = fewer;
      else from += size;
    }
    // What went may have been all that kept another act in.
    if (size > 1) size = Math.ceil(size / 2);
    else if (acts.length === before) break;
  }
  return { ...plan, acts };
}
