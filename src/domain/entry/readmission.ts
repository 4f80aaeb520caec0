// Coming back after an evacuation: a ticket that admits n lets back in as many as were inside, and those who
// had not come yet. Whoever had left before it began has used up their place, as on any other evening.
import type { Instant } from '#domain/kernel/instant.ts';
import { type Crossing, type CrossingRules, foldCrossings } from './crossings.ts';

/**
 * The crossings that a ticket takes with it into the new entry epoch: for each place whose holder was outside
 * when the evacuation began, the entry and the exit. They fold to these places, left, and nobody inside.
 *
 * @param crossings - all of them, those after the evacuation began as well: who fled by a gate was inside
 */
export function crossingsCarriedOver(
  crossings: readonly Crossing[],
  rules: CrossingRules,
  evacuatedAt: Instant,
): Crossing[] {
  const before = crossings.filter(({ at, annulledAt }) => at < evacuatedAt && annulledAt === null);
  const exits = before.filter(({ direction }) => direction === 'out');
  const carried: Crossing[] = [];
  for (const { isInside, entered, leftAt } of foldCrossings(before, rules).slots) {
    if (isInside) continue;
    const exit = exits.findIndex(({ at }) => at === leftAt);
    const entry = before.filter(
      ({ device, scan }) => device === entered.device && scan === entered.scan,
    );
    carried.push(...entry, ...exits.splice(exit, 1));
  }
  return carried;
}
