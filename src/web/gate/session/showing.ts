// What is on the screen of a lane at work: the verdict, how long it stays, and how many were let in. Between
// a code and its verdict nothing else is drawn; whatever can wait waits until the verdict is on the glass.
import { isThrough } from '#lane/lane-answer.ts';
import { Watched } from '../observable.ts';
import type { Shown } from './session-shapes.ts';

/** An admission makes way for the next code by itself. */
const ADMITTED_SHOWN_MS = 1_200;
/** A verdict that comes sooner is not announced: drawing “checking” would only hold it up. */
const WAITING_SHOWN_AFTER_MS = 150;
const COUNTED_AFTER_MS = 80;

export class Showing {
  readonly shown = new Watched<Shown | null>(null);
  /** The answer takes long enough to say so. */
  readonly isWaiting = new Watched(false);
  readonly admittedHere: Watched<number>;
  readonly #countKey: string;
  #isDeciding = false;
  #clearing: ReturnType<typeof setTimeout> | undefined;
  /** The last admission, which a supervisor may take back. */
  #lastIn: string | null = null;

  constructor(deviceId: string) {
    this.#countKey = `kaimen.admitted.${deviceId}`;
    this.admittedHere = new Watched(Number(localStorage.getItem(this.#countKey) ?? 0));
  }

  get isDeciding(): boolean {
    return this.#isDeciding;
  }

  /** Not while one is being decided, nor while what is shown needs the steward. */
  get takesCodes(): boolean {
    const before = this.shown.get();
    return !this.#isDeciding && (before === null || isThrough(before.answer));
  }

  get lastIn(): string | null {
    return this.#lastIn;
  }

  /** Runs what decides, and says that it is waited for if it takes long. */
  async whileDeciding<T>(decide: () => Promise<T>): Promise<T> {
    this.#isDeciding = true;
    const announcing = setTimeout(() => this.isWaiting.set(true), WAITING_SHOWN_AFTER_MS);
    try {
      return await decide();
    } finally {
      clearTimeout(announcing);
      this.#isDeciding = false;
      this.isWaiting.set(false);
    }
  }

  show(shown: Shown): void {
    clearTimeout(this.#clearing);
    this.shown.set(shown);
    if (!isThrough(shown.answer)) return;
    if (shown.direction === 'in') {
      this.#lastIn = shown.answer.scanId;
      setTimeout(() => this.count(1), COUNTED_AFTER_MS);
    }
    this.#clearing = setTimeout(() => this.dismiss(), ADMITTED_SHOWN_MS);
  }

  dismiss(): void {
    clearTimeout(this.#clearing);
    this.shown.set(null);
  }

  /** The last admission does not count any more. */
  takenBack(): void {
    this.#lastIn = null;
    this.count(-1);
  }

  count(people: number): void {
    this.admittedHere.set(this.admittedHere.get() + people);
    localStorage.setItem(this.#countKey, String(this.admittedHere.get()));
  }

  forget(): void {
    localStorage.removeItem(this.#countKey);
  }
}
