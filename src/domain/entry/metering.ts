// The minute that meters count in, where several nodes with clocks of their own decide one event.
import { type Instant, MINUTE_MS } from '#domain/kernel/instant.ts';

/** A node whose clock is further ahead than this was set wrong: its minute is not waited for. */
export const CLOCKS_APART_MAX_MINUTES = 5;

/**
 * The minute that meters count. Clocks of two nodes stand on both sides of its end: whoever lags counts on
 * in the minute that the other has begun, or each would begin it again.
 */
export function meteredMinute(counted: number, now: Instant): number {
  const minute = Math.floor(now / MINUTE_MS);
  const isAhead = counted > minute && counted - minute <= CLOCKS_APART_MAX_MINUTES;
  return isAhead ? counted : minute;
}
