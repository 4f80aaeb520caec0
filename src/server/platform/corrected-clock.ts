// The clock of a box in the ground: a machine that was stored for months, or whose battery is flat, comes up
// in another year. It goes by its hub's clock, carried on by the machine's monotonic one, which nobody sets.
import type { Instant } from '#domain/kernel/instant.ts';
import type { Clock } from './clock.ts';

export type CorrectedClock = {
  readonly now: Clock;
  /** @param waitedMs - between asking for the time and hearing it */
  anchor(hubTime: Instant, waitedMs: number): void;
  /** How far the machine's own clock is behind; 0 while nothing better is known. */
  skewMs(): number;
};

/** An answer that took longer says less of the time than the one before. */
const WAIT_WORTH_MS = 400;
/** Drift of a bad oscillator in this time is less than what an answer is wrong by. */
const HOLDS_FOR_MS = 600_000;

/** @param notBefore - a time that has been: whatever the machine says, it is later */
export function createCorrectedClock(
  notBefore: Instant,
  machine: { readonly wall: () => number; readonly monotonic: () => number } = {
    wall: Date.now,
    monotonic: () => performance.now(),
  },
): CorrectedClock {
  let anchor: { readonly at: number; readonly hub: number; readonly waited: number } | null = null;
  const now = (): Instant => {
    const guess = anchor === null ? machine.wall() : anchor.hub + machine.monotonic() - anchor.at;
    return Math.round(Math.max(guess, notBefore)) as Instant;
  };
  return {
    now,
    anchor(hubTime, waitedMs) {
      const at = machine.monotonic();
      const isFresh = anchor !== null && at - anchor.at < HOLDS_FOR_MS;
      if (isFresh && waitedMs > Math.max(WAIT_WORTH_MS, anchor?.waited ?? 0)) return;
      anchor = { at, hub: hubTime + waitedMs / 2, waited: waitedMs };
    },
    skewMs: () => (anchor === null ? 0 : Math.round(now() - machine.wall())),
  };
}
