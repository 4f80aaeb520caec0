// The clock of the match, in minutes before (negative) and after kick-off. It runs faster than the
// real one, and slows down rather than blame its own hurry on the server: where answers take longer
// than a steward's hand, a real queue would not have grown either.

const SECONDS_A_MINUTE = 60;
const PACE_MIN = 0.001;
const SLOWER = 0.93;
const FASTER = 1.05;
/** Of the lanes at work, those that wait for an answer longer than the fan before them took to pass. */
const LATE_SHARE_MAX = 0.25;

export class MatchClock {
  nowMin: number;
  #lastRealMs: number;
  #pace = 1;
  readonly #speedAt: (min: number) => number;

  /** @param speedAt - minutes of the match in a real minute, by the minute of the match */
  constructor(fromMin: number, realMs: number, speedAt: (min: number) => number) {
    this.nowMin = fromMin;
    this.#lastRealMs = realMs;
    this.#speedAt = speedAt;
  }

  /** @param lateShare - of the lanes at work, 0–1 */
  advance(realMs: number, lateShare: number): void {
    const passedMs = realMs - this.#lastRealMs;
    this.#lastRealMs = realMs;
    const pace = this.#pace * (lateShare > LATE_SHARE_MAX ? SLOWER : FASTER);
    this.#pace = Math.min(1, Math.max(PACE_MIN, pace));
    this.nowMin += (passedMs / 1000 / SECONDS_A_MINUTE) * this.speed;
  }

  get speed(): number {
    return this.#speedAt(this.nowMin) * this.#pace;
  }
}
