// How much of everything else the node takes on beside its lanes, found out by trying: a little more while
// lanes do not feel it, much less when they do.

/** As places: 4 requests at once, or 0.25, which is one at a time with pauses three times as long. */
export const PLACES_MAX = 32;
export const PLACES_MIN = 0.1;
const PLACES_AT_START = 8;
const LESS = 0.6;
const MORE = 1.08;
const MORE_AT_LEAST = 0.02;
/** Between these two shares of what lanes may feel, nothing is changed. */
const CALM = 0.7;
/** What a single long request adds to the pause after it, at most. */
const DEBT_MAX_MS = 100;

export class Allowance {
  #limit = PLACES_AT_START;
  #balanceMs = 0;

  get limit(): number {
    return this.#limit;
  }

  /** Requests that may be under way now. */
  places(): number {
    if (this.#limit >= 1) return Math.floor(this.#limit);
    return this.#balanceMs > 0 ? 1 : 0;
  }

  /** A request has ended that took so long. */
  spent(ms: number): void {
    this.#balanceMs = Math.max(this.#balanceMs - ms, -DEBT_MAX_MS);
  }

  passed(ms: number): void {
    this.#balanceMs = Math.min(this.#balanceMs + ms * this.#limit, ms);
  }

  /**
   * @param pressure - what lanes feel, 1 being as much as they may
   * @param isCrowd - somebody waits for a place, so that fewer places would be felt, and more be used
   * @param max - places that there may be
   */
  adapt(pressure: number, isCrowd: boolean, max = PLACES_MAX): void {
    const more = this.#limit * MORE + MORE_AT_LEAST;
    if (!isCrowd) this.#limit = Math.max(this.#limit, Math.min(more, PLACES_AT_START));
    else if (pressure > 1) this.#limit = Math.max(this.#limit * LESS, PLACES_MIN);
    else if (pressure < CALM) this.#limit = Math.min(more, max);
    this.#limit = Math.min(this.#limit, max);
  }
}
