/** What happens later, by the clock that it is kept in: a binary heap. */
export class Agenda {
  readonly #heap: { readonly at: number; readonly run: () => void }[] = [];

  get size(): number {
    return this.#heap.length;
  }

  add(at: number, run: () => void): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push({ at, run });
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((heap[parent]?.at ?? 0) <= at) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Runs everything that is due, in order of time. */
  runUntil(now: number): void {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.at > now) return;
      this.#removeFirst();
      first.run();
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let least = index;
      for (const child of [left, right]) {
        if ((heap[child]?.at ?? Number.POSITIVE_INFINITY) < (heap[least]?.at ?? 0)) least = child;
      }
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const item = heap[a];
    const other = heap[b];
    if (item === undefined || other === undefined) return;
    heap[a] = other;
    heap[b] = item;
  }
}
