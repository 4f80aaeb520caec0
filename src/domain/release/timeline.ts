/** A value as it was after each revision; pushed in the order in which it changed. */
export class Timeline<T> {
  readonly #revisions: number[] = [];
  readonly #values: T[] = [];

  /** From this revision on; the last one pushed for a revision is the one that counts. */
  push(revision: number, value: T): void {
    this.#revisions.push(revision);
    this.#values.push(value);
  }

  /** @returns null before the first */
  at(revision: number): T | null {
    let low = 0;
    let high = this.#revisions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#revisions[middle] ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? null : (this.#values[low - 1] as T);
  }

  last(): T | null {
    return this.#values.at(-1) ?? null;
  }

  all(): readonly T[] {
    return this.#values;
  }
}
