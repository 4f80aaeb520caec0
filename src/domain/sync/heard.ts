// What a lane knows of a ticket's crossings: its own, and those it has heard of from the feed. The
// feed tells of everybody's crossings, so a lane hears its own as well and must not count them twice.
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';

/** Somebody let in or out, as the feed tells it: neither device nor scan is named. */
export type Heard = {
  readonly serial: number;
  readonly direction: 'in' | 'out';
  readonly at: Instant;
  readonly gate: string;
  readonly checkpoint: string;
};

/** A lane's own clock and the time under which the hub files what it replays may differ by this. */
export const ECHO_WITHIN_MS = 5_000;

/** @param own - all that this lane let through with the ticket, taken back or not */
export function crossingsKnown(own: readonly Crossing[], heard: readonly Heard[]): Crossing[] {
  const unheard = new Set(own);
  const others: Crossing[] = [];
  for (const { direction, at, gate } of heard) {
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
      others.push({ ...passage, direction, isExact: true, annulledAt: null });
    }
  }
  return [...own, ...others];
}
