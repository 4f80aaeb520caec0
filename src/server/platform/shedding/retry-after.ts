/** What has lately become of requests: how fast they are done, and how many were turned away. */
export class Drain {
  #done = 0;
  #shed = 0;
  shedTotal = 0;
  #donePerSecond = 0;
  #shedPerSecond = 0;

  done(): void {
    this.#done += 1;
  }

  shed(): void {
    this.#shed += 1;
    this.shedTotal += 1;
  }

  /** @param seconds - since the last time */
  tick(seconds: number): void {
    const weight = 1 - Math.exp(-seconds / MEMORY_S);
    this.#donePerSecond += (this.#done / seconds - this.#donePerSecond) * weight;
    this.#shedPerSecond += (this.#shed / seconds - this.#shedPerSecond) * weight;
    this.#done = 0;
    this.#shed = 0;
  }

  /**
   * When there will be room: those who wait, and those who were turned away within a second and will come
   * back, at the speed at which requests are done. Spread out, so that they do not all come back at once.
   *
   * @param chance - from 0 up to 1
   * @returns whole seconds
   */
  retryAfterSeconds(waiting: number, chance: number): number {
    const ahead = waiting + Math.max(this.#shedPerSecond, this.#shed);
    const seconds = ahead / Math.max(this.#donePerSecond, SLOWEST_PER_SECOND);
    const spread = seconds * (1 - SPREAD / 2 + SPREAD * chance) + chance;
    return Math.round(Math.min(Math.max(spread, RETRY_MIN_S), RETRY_MAX_S));
  }
}

const MEMORY_S = 2;
const SLOWEST_PER_SECOND = 1;
const SPREAD = 0.5;
const RETRY_MIN_S = 1;
export const RETRY_MAX_S = 30;
