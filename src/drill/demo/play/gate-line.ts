// The people before one gate and what has happened there.
import type { LaneKind } from '#domain/venue/match-event.ts';
import type { SeedGate } from '../seed/ground.ts';
import { type Party, peopleLeft } from './party.ts';

type Queue = 'out' | 'standard' | 'fast' | 'accessible';

/** Which queues a lane serves, first come first; whoever leaves is never kept waiting. */
const SERVES: Readonly<Record<LaneKind, readonly Queue[]>> = {
  standard: ['out', 'standard'],
  fast: ['out', 'fast'],
  accessible: ['accessible', 'out'],
  staff: ['out', 'standard'],
};

export type GateState = 'open' | 'dead' | 'diverted';

export class GateLine {
  readonly gate: SeedGate;
  state: GateState = 'open';
  readonly #queues: Readonly<Record<Queue, Line>>;
  readonly #lanesOf: Readonly<Record<'standard' | 'fast', number>>;

  constructor(gate: SeedGate) {
    this.gate = gate;
    this.#queues = {
      out: new Line(),
      standard: new Line(),
      fast: new Line(),
      accessible: new Line(),
    };
    const count = (kind: LaneKind) => gate.lanes.filter((lane) => lane.kind === kind).length;
    this.#lanesOf = { standard: count('standard'), fast: count('fast') };
  }

  get people(): number {
    return Object.values(this.#queues).reduce((sum, queue) => sum + queue.people, 0);
  }

  join(party: Party, nowMin: number): void {
    party.joinedAtMin = nowMin;
    this.#queues[this.#queueFor(party)].add(party);
  }

  /** Back to the head of the queue: the lane stopped before their turn was over. */
  rejoin(party: Party): void {
    this.#queues[this.#queueFor(party)].addFirst(party);
  }

  next(kind: LaneKind): Party | null {
    for (const name of SERVES[kind]) {
      const party = this.#queues[name].take();
      if (party !== null) return party;
    }
    return null;
  }

  /** Everybody walks away, the ones at the head first. */
  disperse(): Party[] {
    return Object.values(this.#queues).flatMap((queue) => queue.takeAll());
  }

  #queueFor(party: Party): Queue {
    if (party.direction === 'out') return 'out';
    if (party.visit.lane === 'accessible') return 'accessible';
    if (party.visit.lane !== 'fast') return 'standard';
    // A season holder may use any lane and takes the shorter queue.
    const { standard, fast } = this.#queues;
    const isFastShorter =
      fast.people / this.#lanesOf.fast <= standard.people / this.#lanesOf.standard;
    return isFastShorter ? 'fast' : 'standard';
  }
}

class Line {
  people = 0;
  #parties: Party[] = [];
  #head = 0;

  add(party: Party): void {
    this.people += peopleLeft(party);
    this.#parties.push(party);
  }

  addFirst(party: Party): void {
    this.people += peopleLeft(party);
    this.#parties = [party, ...this.#parties.slice(this.#head)];
    this.#head = 0;
  }

  take(): Party | null {
    const party = this.#parties[this.#head];
    if (party === undefined) return null;
    this.#head += 1;
    if (this.#head * 2 > this.#parties.length) {
      this.#parties = this.#parties.slice(this.#head);
      this.#head = 0;
    }
    this.people -= peopleLeft(party);
    return party;
  }

  takeAll(): Party[] {
    const all = this.#parties.slice(this.#head);
    this.#parties = [];
    this.#head = 0;
    this.people = 0;
    return all;
  }
}
