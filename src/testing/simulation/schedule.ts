// Time and the network of a simulation. Nothing here waits: the next thing to happen is taken from a heap, and
// the clock jumps to it. Things due at the same moment happen in the order in which they were planned.
import type { Chance } from './chance.ts';

type Due = { readonly at: number; readonly order: number; readonly work: () => void };

export class Schedule {
  now = 0;
  readonly #heap: Due[] = [];
  #order = 0;

  after(ms: number, work: () => void): void {
    this.#order += 1;
    const due = { at: this.now + Math.max(0, Math.round(ms)), order: this.#order, work };
    const heap = this.#heap;
    heap.push(due);
    let index = heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Due;
      if (!isBefore(due, above)) break;
      heap[index] = above;
      heap[parent] = due;
      index = parent;
    }
  }

  /** @returns false when nothing is due up to `until`, at which the clock then stands */
  step(until: number): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.at > until) {
      this.now = until;
      return false;
    }
    const last = this.#heap.pop() as Due;
    if (this.#heap.length > 0) this.#sink(last);
    this.now = first.at;
    first.work();
    return true;
  }

  #sink(due: Due): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Due)) child += 1;
      const below = heap[child] as Due;
      if (!isBefore(below, due)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = due;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** What can be switched off and on: what it had in memory is gone, what it had on its disk is not. */
export type Process = {
  readonly name: string;
  isUp: boolean;
  /** Counts its starts, so that what was meant for an earlier run is dropped. */
  incarnation: number;
};

export type Weather = {
  readonly lossChance: number;
  readonly doubleChance: number;
  readonly delayMs: readonly [low: number, high: number];
};

export class Network {
  readonly #schedule: Schedule;
  readonly #chance: Chance;
  readonly #weather: Weather;
  /** How many cuts lie on a link: they may overlap. */
  readonly #cuts = new Map<string, number>();
  readonly #slow = new Map<string, number>();
  isHealed = false;

  constructor(schedule: Schedule, chance: Chance, weather: Weather) {
    this.#schedule = schedule;
    this.#chance = chance;
    this.#weather = weather;
  }

  cut(a: string, b: string, by: 1 | -1): void {
    const key = linkOf(a, b);
    this.#cuts.set(key, Math.max(0, (this.#cuts.get(key) ?? 0) + by));
  }

  slow(name: string, extraMs: number): void {
    this.#slow.set(name, extraMs);
  }

  heal(): void {
    this.isHealed = true;
    this.#cuts.clear();
    this.#slow.clear();
  }

  /**
   * Asks and passes the reply back. Either way messages may be lost, doubled, late or overtaken. Who is
   * down refuses, or is silent; whoever asked and has been restarted since hears nothing.
   */
  call<Reply>(
    from: Process,
    to: Process,
    handle: (reply: (answer: Reply) => void) => void,
    onReply: (answer: Reply) => void,
    onRefused: () => void = () => {},
  ): void {
    const { incarnation } = from;
    const back = (work: () => void) =>
      this.#send(to.name, from.name, () => {
        if (from.isUp && from.incarnation === incarnation) work();
      });
    this.#send(from.name, to.name, () => {
      if (!to.isUp) {
        if (this.#chance.is(0.5)) back(onRefused);
        return;
      }
      const run = to.incarnation;
      handle((answer) => {
        if (to.isUp && to.incarnation === run) back(() => onReply(answer));
      });
    });
  }

  #send(from: string, to: string, deliver: () => void): void {
    const chance = this.#chance;
    const { lossChance, doubleChance, delayMs } = this.#weather;
    if (!this.isHealed && chance.is(lossChance)) return;
    const copies = chance.is(doubleChance) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const slowMs = (this.#slow.get(from) ?? 0) + (this.#slow.get(to) ?? 0);
      const ms = chance.between(...delayMs) + (slowMs === 0 ? 0 : chance.between(0, slowMs));
      this.#schedule.after(ms, () => {
        if (!this.#isCut(from, to)) deliver();
      });
    }
  }

  #isCut(a: string, b: string): boolean {
    return (this.#cuts.get(linkOf(a, b)) ?? 0) > 0;
  }
}

function linkOf(a: string, b: string): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}
