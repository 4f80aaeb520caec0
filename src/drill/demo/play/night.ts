// The player: brings people to the gates along the arrival curve and leads each through what happens
// there. It never looks into the server; all it knows are the answers its lanes were given.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScanAnswer } from '#protocol/scans.ts';
import type { Chance } from '../seed/chance.ts';
import { neighboursOf, type SeedGate, type SeedGround } from '../seed/ground.ts';
import type { Shown, Visit } from '../seed/visits.ts';
import { Agenda } from './agenda.ts';
import { GateLine } from './gate-line.ts';
import type { Lane } from './lane.ts';
import type { MatchClock } from './match-clock.ts';
import { type Party, partyOf, peopleLeft, shownBy, stepAfter } from './party.ts';

/** The Green Guide plans with 660 people an hour through a turnstile. */
const SERVICE_SECONDS = 5.2;
const FOLLOWING_SECONDS = 3.6;
const REFUSED_SECONDS = 7;
const CHECK_SECONDS = 6;
const EXIT_SECONDS = 2;
const WALK_MIN = { from: 1.2, to: 2.6 };
/** Of those who find their gate dark: the others try the next one at once. */
const STAYS_SHARE = 0.7;
const HELD_MIN = 0.4;
/** After a ticket's own time has come, so that no clock is a hair too early. */
const SLOT_MARGIN_MS = 150;
const TICK_MS = 8;
const AFTER_KICK_OFF_MAX_MIN = 12;

export type NightSetup = {
  readonly ground: SeedGround;
  readonly visits: readonly Visit[];
  readonly lanes: readonly Lane[];
  readonly clock: MatchClock;
  readonly chance: Chance;
  readonly codeOf: (shown: Shown) => string;
};

export class Night {
  readonly lines: ReadonlyMap<string, GateLine>;
  readonly clock: MatchClock;
  /** What was shown at an entry and got its last word. */
  readonly settled: Shown[] = [];
  /** What happens by the match clock besides arrivals: walks, exits, the control room’s acts. */
  readonly agenda = new Agenda();
  readonly #byRealClock = new Agenda();
  readonly #setup: NightSetup;
  /** Refused at a neighbour of a dead gate, standing there until somebody says where to go. */
  #stranded: { readonly party: Party; readonly gate: string }[] = [];
  #arrived = 0;
  #failure: Error | null = null;

  constructor(setup: NightSetup) {
    this.#setup = setup;
    this.clock = setup.clock;
    this.lines = new Map(setup.ground.gates.map((gate) => [gate.id, new GateLine(gate)]));
  }

  /** People who have come and are neither through nor sent away. */
  get waiting(): number {
    const queued = [...this.lines.values()].reduce((sum, line) => sum + line.people, 0);
    return queued + this.#stranded.reduce((sum, { party }) => sum + peopleLeft(party), 0);
  }

  get stranded(): number {
    return this.#stranded.length;
  }

  /** @throws what a lane failed of; the night does not go on without it */
  async play(signal: AbortSignal): Promise<void> {
    while (!(signal.aborted || this.#isOver())) {
      this.#tick();
      if (this.#failure !== null) throw this.#failure;
      await sleep(TICK_MS);
    }
    if (signal.aborted) return;
    while (this.#setup.lanes.some((lane) => lane.isWaiting)) await sleep(TICK_MS);
    if (this.#failure !== null) throw this.#failure;
  }

  /** The queue of a gate that has died: some go and try next door, most stand and wait for word. */
  leaveDeadGate(gate: string, share: number): void {
    const line = this.#lineOf(gate);
    for (const party of line.disperse()) {
      if (this.#setup.chance.happens(share)) this.#walk(party, gate);
      else line.join(party, this.clock.nowMin);
    }
  }

  /** Word is out: everybody who waited for it goes to where they may enter now. */
  announceDiversion(gate: string): void {
    this.leaveDeadGate(gate, 1);
    const stranded = this.#stranded;
    this.#stranded = [];
    for (const { party, gate: at } of stranded) this.#goTo(party, at, this.#setup.chance.share());
  }

  #isOver(): boolean {
    const isEverybodyHere = this.#arrived >= this.#setup.visits.length;
    const isQuiet =
      this.waiting === 0 &&
      this.agenda.size + this.#byRealClock.size === 0 &&
      this.#setup.lanes.every((lane) => lane.party === null);
    return (isEverybodyHere && isQuiet) || this.clock.nowMin > AFTER_KICK_OFF_MAX_MIN;
  }

  #tick(): void {
    this.clock.advance(performance.now(), this.#lateShare());
    const now = this.clock.nowMin;
    const { visits } = this.#setup;
    for (let visit = visits[this.#arrived]; visit !== undefined && visit.atMin <= now; ) {
      this.#arrive(partyOf(visit), visit.gate);
      this.#arrived += 1;
      visit = visits[this.#arrived];
    }
    this.agenda.runUntil(now);
    this.#byRealClock.runUntil(Date.now());
    for (const lane of this.#setup.lanes) this.#work(lane, now);
  }

  /** Of the lanes at work, how many wait for an answer although their fan would have passed by now. */
  #lateShare(): number {
    let late = 0;
    let busy = 0;
    for (const lane of this.#setup.lanes) {
      if (lane.party === null) continue;
      busy += 1;
      if (lane.isWaiting && lane.freeAtMin < this.clock.nowMin) late += 1;
    }
    return busy === 0 ? 0 : late / busy;
  }

  #work(lane: Lane, now: number): void {
    if (lane.isWaiting || lane.freeAtMin > now) return;
    const line = this.#lineOf(lane.place.gate);
    if (line.state !== 'open') {
      if (lane.party !== null) line.rejoin(lane.party);
      lane.party = null;
      return;
    }
    const isFollowing = lane.party !== null;
    lane.party ??= line.next(lane.place.kind);
    const { party } = lane;
    const shown = party === null ? null : shownBy(party);
    if (party === null || shown === null) return;
    // From when the lane was free, not from when this was noticed: a tick is long at sixty-fold speed.
    const startedAt = Math.max(lane.freeAtMin, party.joinedAtMin, now - 1);
    lane.freeAtMin = startedAt + this.#serviceMin(party, isFollowing);
    lane.isWaiting = true;
    lane
      .present(this.#setup.codeOf(shown), party.direction, party.confirms, () => this.clock.nowMin)
      .then(({ answer }) => this.#answered(lane, party, answer))
      .catch((error: Error) => {
        this.#failure ??= error;
      })
      .finally(() => {
        lane.isWaiting = false;
      });
  }

  #answered(lane: Lane, party: Party, answer: ScanAnswer): void {
    const { gate } = lane.place;
    const step = stepAfter(answer);
    party.confirms = null;
    if (answer.verdict === 'refused') lane.freeAtMin += REFUSED_SECONDS / 60;
    if (step.kind === 'confirm') {
      party.confirms = answer.scanId;
      lane.freeAtMin += CHECK_SECONDS / 60;
      return;
    }
    if (step.kind === 'next') {
      const shown = shownBy(party);
      if (shown !== null && party.direction === 'in') this.settled.push(shown);
      party.index += 1;
      if (shownBy(party) !== null) return;
      lane.party = null;
      if (answer.verdict === 'admitted') this.#through(party, gate);
      return;
    }
    lane.party = null;
    if (step.kind === 'other-gate') this.#sendOn(party, gate, step.gates);
    else if (step.kind === 'come-back') {
      this.#byRealClock.add(step.atRealMs + SLOT_MARGIN_MS, () => this.#arrive(party, gate));
    } else this.#goTo(party, gate, HELD_MIN);
  }

  #through(party: Party, gate: string): void {
    const { leaves } = party.visit;
    if (leaves === null) return;
    const at = this.clock.nowMin + leaves.afterMin;
    const visit = { ...party.visit, leaves: null };
    if (party.direction === 'out') {
      this.agenda.add(this.clock.nowMin + leaves.forMin, () => this.#arrive(partyOf(visit), gate));
    } else if (at + leaves.forMin < 0) {
      const out = { ...party.visit, people: party.visit.people.slice(-1) };
      this.agenda.add(at, () => this.#arrive(partyOf(out, 'out'), gate));
    }
  }

  #sendOn(party: Party, from: string, gates: readonly string[]): void {
    const working = gates.filter((gate) => this.lines.get(gate)?.state === 'open');
    const [first] = working;
    if (first === undefined) this.#stranded.push({ party, gate: from });
    else this.#goTo(party, working.includes(from) ? from : first, this.#walkMin());
  }

  #arrive(party: Party, gate: string): void {
    const line = this.#lineOf(gate);
    const stays = line.state === 'dead' && this.#setup.chance.happens(STAYS_SHARE);
    if (line.state === 'open' || stays) line.join(party, this.clock.nowMin);
    else this.#walk(party, gate);
  }

  /** To the neighbour with the fewest people before it. */
  #walk(party: Party, from: string): void {
    const near = neighboursOf(this.#setup.ground, from)
      .filter((gate) => this.#lineOf(gate.id).state === 'open')
      .slice(0, 2);
    const [best] = near.sort((a, b) => this.#pressure(a) - this.#pressure(b));
    if (best !== undefined) this.#goTo(party, best.id, this.#walkMin());
  }

  #goTo(party: Party, gate: string, afterMin: number): void {
    this.agenda.add(this.clock.nowMin + afterMin, () => this.#arrive(party, gate));
  }

  #pressure(gate: SeedGate): number {
    return this.#lineOf(gate.id).people / gate.lanes.length;
  }

  #serviceMin(party: Party, isFollowing: boolean): number {
    const { chance } = this.#setup;
    if (party.direction === 'out') return EXIT_SECONDS / 60;
    const mean = isFollowing ? FOLLOWING_SECONDS : SERVICE_SECONDS;
    return (mean * Math.exp(chance.normal() * 0.35)) / 60;
  }

  #walkMin(): number {
    return this.#setup.chance.between(WALK_MIN.from, WALK_MIN.to);
  }

  #lineOf(gate: string): GateLine {
    const line = this.lines.get(gate);
    if (line === undefined) throw new Error(`there is no gate ${gate}`);
    return line;
  }
}
