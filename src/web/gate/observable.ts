// A value that the screens watch.
import { useSyncExternalStore } from 'react';

export type Observable<T> = {
  get(): T;
  watch(changed: () => void): () => void;
};

export class Watched<T> implements Observable<T> {
  #value: T;
  readonly #watchers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get = (): T => this.#value;

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const changed of this.#watchers) changed();
  }

  watch = (changed: () => void): (() => void) => {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  };
}

export function useWatched<T>(observable: Observable<T>): T {
  return useSyncExternalStore(observable.watch, observable.get);
}
