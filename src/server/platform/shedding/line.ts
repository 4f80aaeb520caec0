// A line of requests before a number of places. Callers take turns, so that whoever asks a thousand times
// waits behind themselves; a line that is full turns away the one with the most in it.

export type LineLimits = {
  /** Requests under way at once; asked anew each time, since it may change. */
  readonly places: () => number;
  readonly waitingMax: number;
  readonly waitingPerCallerMax: number;
  readonly waitMaxMs: number;
};

/** Called once: with true when it is this request's turn, with false when it is turned away. */
export type OnTurn = (isAdmitted: boolean) => void;

type Waiting = { readonly onTurn: OnTurn; readonly until: number };

export class Line {
  readonly #limits: LineLimits;
  /** In the order of their turns: who was served goes to the end. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #underway = new Map<string, number>();
  #waitingCount = 0;
  #underwayCount = 0;

  constructor(limits: LineLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#waitingCount;
  }

  waitingOf(caller: string): number {
    return this.#waiting.get(caller)?.length ?? 0;
  }

  get underway(): number {
    return this.#underwayCount;
  }

  /** @param now - milliseconds of a clock that never goes back */
  enter(caller: string, now: number, onTurn: OnTurn): void {
    if (this.#waitingCount === 0 && this.#hasPlaceFor(caller)) {
      this.#start(caller);
      onTurn(true);
      return;
    }
    const own = this.#waiting.get(caller);
    const ownCount = own?.length ?? 0;
    const isFull = this.#waitingCount >= this.#limits.waitingMax;
    if (ownCount >= this.#limits.waitingPerCallerMax || (isFull && !this.#makeRoom(ownCount))) {
      onTurn(false);
      return;
    }
    const entry = { onTurn, until: now + this.#limits.waitMaxMs };
    if (own === undefined) this.#waiting.set(caller, [entry]);
    else own.push(entry);
    this.#waitingCount += 1;
    this.#next();
  }

  leave(caller: string): void {
    const count = (this.#underway.get(caller) ?? 1) - 1;
    if (count === 0) this.#underway.delete(caller);
    else this.#underway.set(caller, count);
    this.#underwayCount -= 1;
    this.#next();
  }

  /** Turns away who has waited too long, and lets in whom there is room for by now. */
  sweep(now: number): void {
    let left = LATE_AT_ONCE_MAX;
    for (const [caller, entries] of this.#waiting) {
      while (left > 0 && (entries[0]?.until ?? Number.POSITIVE_INFINITY) <= now) {
        const late = entries.shift();
        left -= 1;
        this.#waitingCount -= 1;
        late?.onTurn(false);
      }
      if (entries.length === 0) this.#waiting.delete(caller);
    }
    this.#next();
  }

  /**
   * One caller never takes every place while there is more than one. Whoever comes alone, with nobody before and
   * nobody beside, is no crowd and never waits.
   */
  #hasPlaceFor(caller: string): boolean {
    if (this.#underwayCount === 0 && this.#waitingCount === 0) return true;
    const places = this.#limits.places();
    if (this.#underwayCount >= places) return false;
    return (this.#underway.get(caller) ?? 0) < Math.max(1, Math.ceil(places * OWN_SHARE_MAX));
  }

  #start(caller: string): void {
    this.#underway.set(caller, (this.#underway.get(caller) ?? 0) + 1);
    this.#underwayCount += 1;
  }

  #next(): void {
    let passed = 0;
    while (this.#waitingCount > 0 && passed < this.#waiting.size) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      const [caller, entries] = first;
      this.#waiting.delete(caller);
      if (this.#hasPlaceFor(caller)) {
        const entry = entries.shift();
        if (entries.length > 0) this.#waiting.set(caller, entries);
        this.#waitingCount -= 1;
        this.#start(caller);
        entry?.onTurn(true);
        passed = 0;
      } else {
        this.#waiting.set(caller, entries);
        if (this.#underwayCount >= this.#limits.places()) return;
        passed += 1;
      }
    }
  }

  /** @returns false when nobody has more in the line than the newcomer */
  #makeRoom(ownCount: number): boolean {
    let longest: Waiting[] | null = null;
    for (const entries of this.#waiting.values()) {
      if (entries.length > (longest?.length ?? ownCount + 1)) longest = entries;
    }
    const last = longest?.pop();
    if (last === undefined) return false;
    this.#waitingCount -= 1;
    last.onTurn(false);
    return true;
  }
}

const OWN_SHARE_MAX = 0.75;
/** Who came together is late together; telling a thousand at once would hold up everybody else. */
const LATE_AT_ONCE_MAX = 24;
