// What a lane knows of a ticket's crossings: its own, and those it has heard of from the feed. The
// feed tells of everybody's crossings, so a lane hears its own as well and must not count them twice.
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';

/** Somebody let in or out and not taken back, as others tell it: neither device nor scan is named. */
export type Heard = {
  readonly serial: number;
  readonly direction: 'in' | 'out';
  readonly at: Instant;
  readonly gate: string;
  readonly checkpoint: string;
  /** False: a lane alone had decided it. */
  readonly isExact: boolean;
};

/** All crossings of one ticket at one checkpoint that were not taken back. */
export type HeardClaim = {
  readonly serial: number;
  readonly checkpoint: string;
  readonly crossings: readonly Heard[];
};

/** A lane's own clock and the time under which the hub files what it replays may differ by this. */
export const ECHO_WITHIN_MS = 5_000;

/**
 * @param own - all that this lane let through with the ticket, taken back or not
 * @param hasHeardOf - whether the lane has heard of everything up to the moment at which the authority
 *   recorded this crossing of its own: if it stood still, it would be among those heard
 */
export function crossingsKnown(
  own: readonly Crossing[],
  heard: readonly Heard[],
  hasHeardOf: (crossing: Crossing) => boolean = () => false,
): Crossing[] {
  const unheard = new Set(own);
  const others: Crossing[] = [];
  for (const { direction, at, gate, isExact } of heard) {
    const echoed = [...unheard].find(
      (crossing) =>
        crossing.gate === gate &&
        crossing.direction === direction &&
        Math.abs(crossing.at - at) <= (crossing.isExact ? 0 : ECHO_WITHIN_MS),
    );
    if (echoed !== undefined) unheard.delete(echoed);
    else {
      const device = `heard at ${gate}`;
      const scan = `${direction} ${at}`;
      const passage = { device, scan, gate, lane: null, at };
      others.push({ ...passage, direction, isExact, annulledAt: null });
    }
  }
  // Somebody above has taken it back, such as a supervisor in the control room.
  const standing = own.filter((each) => !(unheard.has(each) && each.isExact && hasHeardOf(each)));
  return [...standing, ...others];
}
