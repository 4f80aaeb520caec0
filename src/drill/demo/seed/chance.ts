/** Chance that comes out the same every time: sfc32 (C. Doty-Humphrey, PractRand), seeded by a word. */
export class Chance {
  readonly #state: Uint32Array;

  constructor(seed: string) {
    this.#state = Uint32Array.of(0x9e37_79b9, 0x243f_6a88, 0xb7e1_5162, 1);
    for (const letter of seed) {
      this.#state[0] = (this.#state[0] ?? 0) ^ (letter.codePointAt(0) ?? 0);
      this.#word();
    }
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.#word();
  }

  /** From 0 up to but not including 1. */
  share(): number {
    return this.#word() / 2 ** 32;
  }

  /** A whole number from 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.share() * count);
  }

  between(low: number, high: number): number {
    return low + this.share() * (high - low);
  }

  happens(share: number): boolean {
    return this.share() < share;
  }

  one<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new Error('there is nothing to choose from');
    return item;
  }

  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.share() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return (entries.at(-1) as [K, number])[0];
  }

  /** Standard normal (Box and Muller, 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.share()));
    return radius * Math.cos(2 * Math.PI * this.share());
  }

  /** `count` different items, in an order of their own; all of them when there are fewer. */
  some<T>(list: readonly T[], count: number): T[] {
    const pool = [...list];
    const chosen: T[] = [];
    while (chosen.length < count && pool.length > 0) {
      const at = this.below(pool.length);
      const last = pool.length - 1;
      chosen.push(pool[at] as T);
      pool[at] = pool[last] as T;
      pool.pop();
    }
    return chosen;
  }

  #word(): number {
    const [a = 0, b = 0, c = 0, counter = 0] = this.#state;
    const word = (a + b + counter) >>> 0;
    this.#state[0] = b ^ (b >>> 9);
    this.#state[1] = c + (c << 3);
    this.#state[2] = ((c << 21) | (c >>> 11)) + word;
    this.#state[3] = counter + 1;
    return word;
  }
}

const WARM_UP_ROUNDS = 15;
