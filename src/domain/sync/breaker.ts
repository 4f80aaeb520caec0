// Whether an address is worth asking. It opens when nobody answered there and closes again when probes
// in the background find somebody back: one good probe is luck, and whoever came back and was lost
// again soon has to be good for longer each time, so that a line that flaps does not make a lane flap.

export type Breaker = {
  /** Open: not asked. */
  readonly isOpen: boolean;
  /** Closed: probes in a row without an answer. */
  readonly lost: number;
  /** Open: probes in a row with one. */
  readonly good: number;
  /** Good probes in a row that close it. */
  readonly goodNeeded: number;
  /** When it last closed after having been open; null: never. */
  readonly closedAtMs: number | null;
};

export const CLOSED: Breaker = { isOpen: false, lost: 0, good: 0, goodNeeded: 2, closedAtMs: null };

const GOOD_NEEDED_FIRST = 2;
/** After a false recovery; doubled by each further one. */
const GOOD_NEEDED_AGAIN = 8;
const GOOD_NEEDED_MAX = 32;
/** Lost again within this time, it had come back too early. */
export const FALSE_RECOVERY_WITHIN_MS = 30_000;
/** One lost probe is a lost packet; a scan that goes unanswered needs no second sign. */
const LOST_PROBES_MAX = 2;

/** Nobody answered a scan there, or an answer came that is none. */
export function openBreaker(breaker: Breaker, nowMs: number): Breaker {
  if (breaker.isOpen) return breaker;
  const { closedAtMs, goodNeeded } = breaker;
  const wasFalse = closedAtMs !== null && nowMs - closedAtMs < FALSE_RECOVERY_WITHIN_MS;
  return {
    isOpen: true,
    lost: 0,
    good: 0,
    goodNeeded: wasFalse
      ? Math.min(Math.max(goodNeeded * 2, GOOD_NEEDED_AGAIN), GOOD_NEEDED_MAX)
      : GOOD_NEEDED_FIRST,
    closedAtMs,
  };
}

/** A scan was answered in time. An open breaker waits for the probes to confirm it. */
export function noteAnswer(breaker: Breaker): Breaker {
  return breaker.isOpen || breaker.lost === 0 ? breaker : { ...breaker, lost: 0 };
}

export function noteProbe(breaker: Breaker, isAnswered: boolean, nowMs: number): Breaker {
  if (!breaker.isOpen) {
    if (isAnswered) return noteAnswer(breaker);
    const lost = breaker.lost + 1;
    return lost >= LOST_PROBES_MAX ? openBreaker(breaker, nowMs) : { ...breaker, lost };
  }
  if (!isAnswered) return { ...breaker, good: 0 };
  const good = breaker.good + 1;
  if (good < breaker.goodNeeded) return { ...breaker, good };
  return { ...breaker, isOpen: false, lost: 0, good: 0, closedAtMs: nowMs };
}
