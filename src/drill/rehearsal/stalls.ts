// How long this machine itself stood still: whoever waits for a verdict on a machine that has no time to run
// anybody has not waited for the system.

const TICK_MS = 20;
const WORTH_MS = 50;

type Stall = { readonly from: number; readonly until: number };

export class Stalls {
  readonly #stalls: Stall[] = [];
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();

  constructor() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @returns how much of this time, in ms since the start, the machine stood still */
  within(fromMs: number, untilMs: number): number {
    return this.#stalls.reduce((sum, { from, until }) => {
      return sum + Math.max(0, Math.min(until, untilMs) - Math.max(from, fromMs));
    }, 0);
  }

  get longestMs(): number {
    return Math.max(0, ...this.#stalls.map(({ from, until }) => until - from));
  }

  #tick(): void {
    const now = performance.now();
    if (now - this.#last > TICK_MS + WORTH_MS) {
      this.#stalls.push({ from: this.#last - this.#startedAt, until: now - this.#startedAt });
    }
    this.#last = now;
  }
}
