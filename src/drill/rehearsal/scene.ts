// A rehearsal under way: the ground, the people, and what has been done to them so far.
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import type { Plan } from '#drill/catalogue/plan.ts';
import { Chance } from '#drill/demo/seed/chance.ts';
import type { Crowd } from './crowd.ts';
import { FIRST_TO_DECIDE, type Ground } from './ground.ts';
import type { LanePost } from './lane-post.ts';
import { refOf, ticketCsv } from './rehearsal-match.ts';
import type { SmallDisk } from './small-disk.ts';

/** What people asked for and the system has acknowledged: from then on it binds. */
export type Promised = {
  readonly kind: 'blocked' | 'replaced' | 'held' | 'lifted';
  /** Of a ticket; 0 for a gate. */
  readonly ticket: number;
  readonly gate: string | null;
  readonly atMs: number;
};

/** A time in which two nodes may both have decided, because people gave one up or put an older copy back. */
export type GivenUp = { readonly node: string; readonly atMs: number };

/** Who decides from this moment on, as the drill has arranged it. */
export type Deciding = { readonly node: string; readonly atMs: number };

const LATE_TICKETS = 3;
const DAMAGE = Buffer.alloc(2_048, 0x5a);

export class Scene {
  readonly plan: Plan;
  readonly ground: Ground;
  readonly crowd: Crowd;
  readonly chance: Chance;
  readonly disks: ReadonlyMap<string, SmallDisk>;
  readonly promised: Promised[] = [];
  readonly losses: GivenUp[] = [];
  readonly deciding: Deciding[] = [{ node: FIRST_TO_DECIDE, atMs: 0 }];
  readonly stopping: AbortSignal;
  readonly #firstLate: number;
  #nextTicket: number;
  #nextLate: number;

  constructor(parts: {
    plan: Plan;
    ground: Ground;
    crowd: Crowd;
    disks: ReadonlyMap<string, SmallDisk>;
    /** Tickets from here on are nobody’s of the plan. */
    spareFrom: number;
    spareCount: number;
    stopping: AbortSignal;
  }) {
    this.plan = parts.plan;
    this.ground = parts.ground;
    this.crowd = parts.crowd;
    this.disks = parts.disks;
    this.stopping = parts.stopping;
    this.chance = new Chance(`acts ${parts.plan.seed}`);
    this.#nextTicket = parts.spareFrom;
    this.#firstLate = parts.spareFrom + parts.spareCount;
    this.#nextLate = this.#firstLate;
  }

  /** Tickets that nobody has shown before. */
  spareTickets(count: number): number[] {
    const from = this.#nextTicket;
    this.#nextTicket += count;
    return Array.from({ length: count }, (_, index) => from + index);
  }

  anyLane(): number {
    return 1 + this.chance.below(this.plan.lanes);
  }

  promise(kind: Promised['kind'], ticket: number, gate: string | null = null): void {
    this.promised.push({ kind, ticket, gate, atMs: this.crowd.nowMs() });
  }

  decides(node: string): void {
    this.deciding.push({ node, atMs: this.crowd.nowMs() });
  }

  givenUp(node: string): void {
    this.losses.push({ node, atMs: this.crowd.nowMs() });
  }

  /** A few tickets are sold this minute: the list changes, and their holders come. */
  async sellLate(): Promise<void> {
    const { desk, match } = this.ground;
    const from = this.#nextLate;
    this.#nextLate += LATE_TICKETS;
    await desk.importTickets(match.eventId, ticketCsv(from, LATE_TICKETS), '?delta=true');
    const codes = await desk.codes(match.eventId);
    for (let serial = from; serial < from + LATE_TICKETS; serial += 1) {
      const code = codes.get(refOf(serial));
      if (code === undefined) continue;
      match.codes.set(serial, code);
      this.crowd.come({ ticket: serial, as: 'holder', lane: this.anyLane() });
    }
  }

  /** What was sold since the backup is sold again, to the same people. */
  async sellAgain(): Promise<void> {
    const { desk, match } = this.ground;
    const count = this.#nextLate - this.#firstLate;
    if (count === 0) return;
    await desk.importTickets(match.eventId, ticketCsv(this.#firstLate, count), '?delta=true');
  }

  /** Bytes in the middle of the file that holds its ticket list. */
  damageList(lane: LanePost): void {
    const file = openSync(`${lane.setting.journal}.list`, 'r+');
    try {
      const { size } = fstatSync(file);
      writeSync(file, DAMAGE, 0, DAMAGE.length, Math.floor(size / 2));
    } finally {
      closeSync(file);
    }
  }
}
