// The least of many numbers that change one by one: a tournament, in which only the matches on the way up are
// played again (Knuth, The Art of Computer Programming 3, §5.2.3).

export class Cheapest {
  /** Infinity until it is set. Changed by {@link set} alone. */
  readonly values: Float64Array;
  /** Who won, by node: the final is 1, the leaves are from `#leaves` on. */
  readonly #winners: Int32Array;
  readonly #leaves: number;

  constructor(count: number) {
    this.values = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(count, 2)));
    this.#winners = new Int32Array(2 * this.#leaves);
    for (let index = 0; index < this.#leaves; index += 1) {
      this.#winners[this.#leaves + index] = Math.min(index, count - 1);
    }
    for (let node = this.#leaves - 1; node >= 1; node -= 1) this.#play(node);
  }

  set(index: number, value: number): void {
    if (this.values[index] === value) return;
    this.values[index] = value;
    for (let node = (this.#leaves + index) >> 1; node >= 1; node >>= 1) this.#play(node);
  }

  /** The first of those that are least; −1 when all are infinite. */
  least(): number {
    const winner = this.#winners[1] as number;
    return this.values[winner] === Number.POSITIVE_INFINITY ? -1 : winner;
  }

  #play(node: number): void {
    const left = this.#winners[2 * node] as number;
    const right = this.#winners[2 * node + 1] as number;
    const isLeft = (this.values[left] as number) <= (this.values[right] as number);
    this.#winners[node] = isLeft ? left : right;
  }
}
