// How many calls to one provider are under way at once. A call that does not come back soon gives its place to
// the next one and is counted among the slow ones: what hangs holds up itself, up to a number of it.

import { ProviderFault } from './provider.ts';

export type CallLimits = {
  readonly quickMax: number;
  readonly allMax: number;
  /** So long a call counts as quick. */
  readonly slowAfterMs: number;
};

export const CALL_LIMITS: CallLimits = { quickMax: 32, allMax: 384, slowAfterMs: 750 };

/** Of buyers who begin to pay, with one provider, at one node. */
const WAITING_MAX = 1_024;

/**
 * Buyers wait for a provider without a place in any line of ours. Asked of it are no more at once than come back
 * soon: a provider that is asked more than it answers answers nobody.
 */
export class Asking {
  readonly #limits: CallLimits;
  readonly #waitingMax: number;
  readonly #places = new Map<string, CallPlaces>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(limits = CALL_LIMITS, waitingMax = WAITING_MAX) {
    this.#limits = limits;
    this.#waitingMax = waitingMax;
  }

  /** @throws ProviderFault while too many wait already; what `ask` throws */
  async of<T>(provider: string, ask: () => Promise<T>): Promise<T> {
    const places = this.#placesOf(provider);
    while (places.room === 0) {
      const waiting = this.#waiting.get(provider) ?? [];
      if (waiting.length >= this.#waitingMax) {
        throw new ProviderFault('too many wait for its answer already');
      }
      this.#waiting.set(provider, waiting);
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    return await places.call(ask);
  }

  #placesOf(provider: string): CallPlaces {
    const known = this.#places.get(provider);
    if (known !== undefined) return known;
    const places = new CallPlaces(this.#limits, () => this.#waiting.get(provider)?.shift()?.());
    this.#places.set(provider, places);
    return places;
  }
}

export class CallPlaces {
  readonly #limits: CallLimits;
  readonly #onRoom: () => void;
  #quick = 0;
  #all = 0;

  /** @param onRoom - there is room again where there may have been none */
  constructor(limits: CallLimits, onRoom: () => void) {
    this.#limits = limits;
    this.#onRoom = onRoom;
  }

  get room(): number {
    const { quickMax, allMax } = this.#limits;
    return Math.max(0, Math.min(quickMax - this.#quick, allMax - this.#all));
  }

  async call<T>(work: () => Promise<T>): Promise<T> {
    this.#quick += 1;
    this.#all += 1;
    let isQuick = true;
    const slow = () => {
      isQuick = false;
      this.#quick -= 1;
      this.#onRoom();
    };
    const timer = setTimeout(slow, this.#limits.slowAfterMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      if (isQuick) this.#quick -= 1;
      this.#all -= 1;
      this.#onRoom();
    }
  }
}
