// The time around a match in which nothing is changed that a match needs: an upgrade that fails on a Tuesday is a
// nuisance, on a match night it is a queue of thirty thousand.
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import type { EventStatus } from '#domain/venue/match-event.ts';

export const FREEZE_HOURS_MAX = 720;
const HOUR_MS = 60 * MINUTE_MS;
/** An event that nobody ever closed must not freeze its hub for good. */
const OPEN_AT_MOST_MS = 24 * HOUR_MS;

export type FreezingEvent = {
  readonly id: string;
  readonly status: EventStatus;
  readonly doorsAt: Instant;
  readonly endsAt: Instant;
};

/** Half-open. While an event is open it lasts until it is closed, whatever the clock says of its end. */
export type FreezeWindow = {
  readonly event: string;
  readonly from: Instant;
  readonly until: Instant;
};

/** @returns null for an event that is over */
export function freezeWindow(event: FreezingEvent, hoursBefore: number): FreezeWindow | null {
  if (event.status === 'closed' || event.status === 'archived') return null;
  const isOpen = event.status === 'open';
  return {
    event: event.id,
    // Opened early, it freezes from then on.
    from: isOpen ? (0 as Instant) : plusMs(event.doorsAt, -hoursBefore * HOUR_MS),
    until: isOpen ? plusMs(event.endsAt, OPEN_AT_MOST_MS) : event.endsAt,
  };
}

/** The window in force that ends last. */
export function frozenAt(
  events: readonly FreezingEvent[],
  hoursBefore: number,
  now: Instant,
): FreezeWindow | null {
  let last: FreezeWindow | null = null;
  for (const event of events) {
    const window = freezeWindow(event, hoursBefore);
    const isInForce = window !== null && window.from <= now && now < window.until;
    if (isInForce && (last === null || window.until > last.until)) last = window;
  }
  return last;
}
