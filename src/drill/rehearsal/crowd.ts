/**
 * The people before the lanes. Each lane has a queue; one shows a code, sees what the lane shows, and the next
 * steps up. Where a lane goes dark its queue goes to another lane of the stand. All that was seen is written
 * down here: it is the book that the system’s own books are held against.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { LanePost, Verdict } from './lane-post.ts';
import type { Arrival, Person } from './people.ts';

export type Seen = {
  readonly person: Person;
  readonly lane: number;
  /** When the code was shown to the lane, in ms since the first person came. */
  readonly atMs: number;
  /** Until the verdict, or until the lane died over it. */
  readonly tookMs: number;
  /** Null: the lane died over it, and whoever stood there went to another one. */
  readonly verdict: Verdict | null;
};

const TICK_MS = 10;
/** Somebody whose lane has died looks around, and goes to the next one. */
const GO_ELSEWHERE_MS = 600;

export class Crowd {
  readonly seen: Seen[] = [];
  readonly #lanes: readonly LanePost[];
  readonly #codeOf: (ticket: number) => string;
  readonly #queues = new Map<LanePost, Person[]>();
  readonly #waitingForLight: Person[] = [];
  #arrivals: Arrival[] = [];
  #startedAt = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(lanes: readonly LanePost[], codeOf: (ticket: number) => string) {
    this.#lanes = lanes;
    this.#codeOf = codeOf;
    for (const lane of lanes) this.#queues.set(lane, []);
  }

  start(arrivals: readonly Arrival[]): void {
    this.#startedAt = performance.now();
    this.#arrivals = [...arrivals];
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  nowMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Somebody comes now, besides those of the plan. */
  come(person: Person): void {
    const wished = this.#lanes[person.lane - 1];
    const lane = wished?.isOpen === true ? wished : this.#litLane(wished);
    if (lane === null) this.#waitingForLight.push(person);
    else this.#queues.get(lane)?.push(person);
  }

  /** Nobody comes any more, and everybody who has come has seen a verdict. */
  async finish(withinMs: number): Promise<number> {
    for (const until = performance.now() + withinMs; performance.now() < until; await delay(20)) {
      if (this.waiting === 0) break;
    }
    return this.waiting;
  }

  /** People who have come, or are still to come, and have seen no verdict. */
  get waiting(): number {
    const queued = [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
    const inHand = this.#lanes.filter((lane) => lane.isOpen && lane.isBusy).length;
    return this.#arrivals.length + this.#waitingForLight.length + queued + inHand + this.#going;
  }

  #going = 0;

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    const now = this.nowMs();
    while ((this.#arrivals[0]?.atMs ?? Number.POSITIVE_INFINITY) <= now) {
      const arrival = this.#arrivals.shift();
      if (arrival !== undefined) this.come(arrival.person);
    }
    for (const person of this.#waitingForLight.splice(0)) this.come(person);
    for (const [lane, queue] of this.#queues) {
      if (!lane.isOpen) for (const person of queue.splice(0)) this.come(person);
      const next = lane.isFree ? queue.shift() : undefined;
      if (next !== undefined) void this.#present(lane, next);
    }
  }

  async #present(lane: LanePost, person: Person): Promise<void> {
    const atMs = this.nowMs();
    const verdict = await lane.present(person.code ?? this.#codeOf(person.ticket));
    this.seen.push({ person, lane: lane.number, atMs, tookMs: this.nowMs() - atMs, verdict });
    if (verdict !== null) {
      const next = this.#queues.get(lane)?.shift();
      if (next !== undefined) void this.#present(lane, next);
      return;
    }
    this.#going += 1;
    await delay(GO_ELSEWHERE_MS);
    this.#going -= 1;
    this.come(person);
  }

  /** With the shortest queue, of the same stand if there is one. */
  #litLane(wished: LanePost | undefined): LanePost | null {
    const open = this.#lanes.filter((lane) => lane.isOpen);
    const near = open.filter((lane) => lane.setting.stand === wished?.setting.stand);
    const among = near.length > 0 ? near : open;
    const length = (lane: LanePost) => this.#queues.get(lane)?.length ?? 0;
    return among.sort((a, b) => length(a) - length(b))[0] ?? null;
  }
}
