// Durations in buckets 3 % apart: exact enough to compare, small enough to keep for a whole night.

const RATIO = 1.03;
const SMALLEST_MS = 0.01;
const BUCKETS = 1_000;

export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  count = 0;
  maxMs = 0;

  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(ms, SMALLEST_MS) / SMALLEST_MS) / Math.log(RATIO));
    const at = Math.min(bucket, BUCKETS - 1);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.count += 1;
    if (ms > this.maxMs) this.maxMs = ms;
  }

  merge(other: Histogram): void {
    other.#counts.forEach((count, at) => {
      this.#counts[at] = (this.#counts[at] ?? 0) + count;
    });
    this.count += other.count;
    this.maxMs = Math.max(this.maxMs, other.maxMs);
  }

  /** @returns milliseconds that this share of the durations did not exceed; 0 when there are none */
  quantileMs(share: number): number {
    let left = Math.ceil(this.count * share);
    for (let at = 0; at < BUCKETS; at++) {
      left -= this.#counts[at] ?? 0;
      if (left <= 0) return Math.min(SMALLEST_MS * RATIO ** at, this.maxMs);
    }
    return this.maxMs;
  }
}
