// A device that a box does not know may have been enrolled at the hub a moment ago. Told that it is unknown it
// would stop for good and wipe what it has, so it is told only once the hub has been heard since.
import { createHash } from 'node:crypto';

const KNOWN_MAX = 10_000;

export class Strangers {
  readonly #firstSeen = new Map<string, number>();
  readonly #now: () => number;
  #heardSince = Number.NEGATIVE_INFINITY;

  /** @param now - monotonic */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param askedAt - when the hub was asked for what it has said now */
  heard(askedAt: number): void {
    this.#heardSince = askedAt;
  }

  /** @param credential - what it shows of itself; only a hash is kept */
  mayBeNew(credential: string): boolean {
    const key = createHash('sha256').update(credential).digest('base64url');
    if (this.#firstSeen.size >= KNOWN_MAX) this.#firstSeen.clear();
    const first = this.#firstSeen.get(key) ?? this.#now();
    this.#firstSeen.set(key, first);
    return this.#heardSince <= first;
  }
}
