// How fast one cart may ask: a person never feels it, a program that tries seats one after the other does.
import { HttpProblem } from '#server/platform/http/problem.ts';

const PER_SECOND = 4;
const AT_ONCE_MAX = 20;
const CARTS_MAX = 100_000;

type Bucket = { left: number; at: number };

export class BuyerPace {
  readonly #buckets = new Map<string, Bucket>();

  /** @throws HttpProblem `too-many-requests` */
  spend(cart: string, now = performance.now()): void {
    const bucket = this.#buckets.get(cart) ?? { left: AT_ONCE_MAX, at: now };
    const left = Math.min(AT_ONCE_MAX, bucket.left + ((now - bucket.at) / 1_000) * PER_SECOND);
    // Whoever asked longest ago is forgotten first, and has a full bucket by then.
    this.#buckets.delete(cart);
    this.#buckets.set(cart, { left: Math.max(0, left - 1), at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > CARTS_MAX && oldest !== undefined) this.#buckets.delete(oldest);
    if (left >= 1) return;
    throw new HttpProblem('too-many-requests', {
      detail: 'this cart asks faster than people choose',
      mend: 'wait a second before the next try',
      retryAfterSeconds: 1,
    });
  }
}
