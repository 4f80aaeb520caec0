import { type Instant, plusMs } from '#domain/kernel/instant.ts';
import {
  createLadder,
  type Ladder,
  type LadderEffect,
  type LadderEvent,
  mayAsk,
  stepLadder,
} from '#domain/sync/ladder.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { isThrough, type LaneDisk, LaneList, type Read, type Shown } from './lane-disk.ts';
import { LaneErrands } from './lane-errands.ts';
import { probe } from './lane-probe.ts';
import { turn } from './lane-turn.ts';
import * as see from './lane-view.ts';
import type { Replied } from './scan-batch.ts';
import type { Process } from './schedule.ts';
import type { ServerNode } from './server-node.ts';
import { STARTS_AT } from './simulated-match.ts';
import type { World } from './world.ts';

export const DEADLINE_MS = 1_200;

export class SimLane implements Process {
  readonly name: string;
  readonly device: string;
  readonly gate: string;
  readonly world: World;
  readonly addresses: readonly ServerNode[];
  disk: LaneDisk;
  list = new LaneList();
  errands: LaneErrands;
  isUp = true;
  incarnation = 0;
  /** How wrong the machine's own clock is. */
  wallSkewMs = 0;
  trap: { readonly at: see.LaneStep; readonly downMs: number } | null = null;
  ladder: Ladder;
  #anchor = { ms: 0, at: STARTS_AT };
  #underway: see.Underway | null = null;
  #queue: see.Coming[] = [];
  #wakeMs: number | null = null;

  constructor(
    world: World,
    { name, device, gate }: { name: string; device: string; gate: string },
    addresses: readonly ServerNode[],
    disk: LaneDisk,
  ) {
    this.world = world;
    this.name = name;
    this.device = device;
    this.gate = gate;
    this.addresses = addresses;
    this.disk = disk;
    this.ladder = this.#newLadder();
    this.errands = new LaneErrands(this);
  }

  start(): void {
    this.incarnation += 1;
    this.isUp = true;
    this.trap = null;
    this.ladder = this.#newLadder();
    this.#underway = null;
    this.#queue = [];
    this.#wakeMs = null;
    this.#anchor = {
      ms: this.world.schedule.now,
      at: plusMs(this.#wall(), this.disk.lastSkewMs),
    };
    this.errands = new LaneErrands(this);
    this.errands.start();
  }

  /** Evicted by the machine, or lost with a crash: it is loaded anew. */
  forgetList(): void {
    const { controls } = this.list;
    this.list = new LaneList();
    this.list.controls = controls;
    this.step({ kind: 'list', isWhole: false });
  }

  now(): Instant {
    return plusMs(this.#anchor.at, this.world.schedule.now - this.#anchor.ms);
  }

  /** A server spoke, half-way between asking and hearing. */
  heardTime(at: Instant, askedMs: number): void {
    const { now } = this.world.schedule;
    this.#anchor = { ms: now, at: plusMs(at, Math.round((now - askedMs) / 2)) };
    this.disk.lastSkewMs = this.now() - this.#wall();
  }

  take(coming: see.Coming): void {
    if (!this.isUp) return;
    if (this.#underway !== null) {
      this.#queue.push(coming);
      return;
    }
    const { world, disk } = this;
    const left = this.errands.take(coming.code, coming.direction);
    const readMs = world.schedule.now;
    const read = left?.read ?? {
      scanId: world.newName('s'),
      code: coming.code,
      direction: coming.direction,
      scannedAt: this.now(),
    };
    const view = see.lookAt(
      { ...this.#viewer(), ground: world.ground },
      coming.code,
      coming.direction,
    );
    const underway = { coming, read, readMs, view, answers: new Map() };
    this.#underway = underway;
    const isSlow = see.isStrict(view, coming.direction);
    world.observer.taken(this, read, readMs + DEADLINE_MS + (isSlow ? 1_300 : 0));
    if (left?.shown) {
      // Admitted before this lane was killed, and never shown: this is that scan.
      world.count('shownAgain');
      this.#light(underway, left.shown);
      return;
    }
    const settled = see.settleHere(view, this.list);
    if (settled !== null) {
      this.#conclude(underway, settled, left !== null);
      return;
    }
    if (!mayAsk(this.ladder)) {
      // Begun in an earlier run: somebody above may have admitted it since.
      this.#alone(underway, left !== null);
      return;
    }
    this.errands.clearDoubt(coming.code, coming.direction);
    this.#write(() => {
      if (left === null) disk.intent(read);
      if (this.#passes('after-intent')) return;
      const { scanId } = read;
      this.step({ kind: 'read', scanId, readMs, deadlineMs: DEADLINE_MS, isStrict: isSlow });
    });
  }

  step(event: LadderEvent): void {
    const stepped = stepLadder(this.ladder, event, this.world.schedule.now);
    this.ladder = stepped.ladder;
    this.#wake(stepped.wakeMs);
    for (const effect of stepped.effects) this.#do(effect);
  }

  asked(read: Read) {
    const { scanId, code, direction, scannedAt } = read;
    const { device, gate } = this;
    return { device, gate, scanId, code, direction, scannedAt, seen: this.disk.seen };
  }

  later(ms: number, work: () => void): void {
    this.world.afterOn(this, ms, work);
  }

  #newLadder(): Ladder {
    const addresses = this.addresses.map(({ name, self }) => {
      return { address: name, tier: self === 'hub' ? ('hub' as const) : ('edge' as const) };
    });
    return createLadder(addresses, false, this.list?.cursor !== null);
  }

  #wall(): Instant {
    return plusMs(STARTS_AT, this.world.schedule.now + this.wallSkewMs);
  }

  #wake(atMs: number | null): void {
    if (atMs === null || (this.#wakeMs !== null && this.#wakeMs <= atMs)) return;
    this.#wakeMs = atMs;
    this.later(atMs - this.world.schedule.now, () => {
      if (this.#wakeMs !== atMs) return;
      this.#wakeMs = null;
      this.step({ kind: 'tick' });
    });
  }

  #do(effect: LadderEffect): void {
    switch (effect.kind) {
      case 'ask':
        this.#ask(effect.scanId, effect.address);
        return;
      case 'take-answer':
        this.#takeAnswer(effect.scanId, effect.address);
        return;
      case 'go-alone':
        if (this.#underway?.read.scanId === effect.scanId) this.#alone(this.#underway, true);
        return;
      case 'late':
        this.world.count('late');
        return;
      case 'probe':
        probe(this, effect.address);
        return;
      case 'moved': {
        const { from, to, cause } = effect;
        this.disk.append({ kind: 'rung', from, to, cause, at: new Date(this.now()).toISOString() });
        this.world.count('rungChanges');
        this.world.tell(this.name, `moves from ${from} to ${to}: ${cause}`);
        return;
      }
      case 'forget':
        return;
    }
  }

  #ask(scanId: string, address: string): void {
    const node = this.addresses.find(({ name }) => name === address);
    const underway = this.#underway;
    if (node === undefined || underway?.read.scanId !== scanId) return;
    const isFresh = this.ladder.askings.find((each) => each.scanId === scanId)?.asked.length === 1;
    const isBroken = this.world.isBroken('new-scan-id-on-retry') && !isFresh;
    const asked = { ...this.asked(underway.read), ...(isBroken ? { scanId: `${scanId}x` } : {}) };
    if (!isFresh) this.world.count('hedged');
    this.world.network.call<Replied>(
      this,
      node,
      (reply) => node.scan(asked, reply),
      (replied) => {
        if (replied.kind === 'problem') {
          return this.step({ kind: 'failed', scanId, address, cause: replied.code });
        }
        const answer = JSON.parse(replied.text) as ScanAnswer;
        underway.answers.set(address, answer);
        this.step({ kind: 'answered', scanId, address });
      },
      () => this.step({ kind: 'failed', scanId, address, cause: 'refused' }),
    );
  }

  #takeAnswer(scanId: string, address: string): void {
    const underway = this.#underway;
    const answer = underway?.answers.get(address);
    if (underway?.read.scanId !== scanId || answer === undefined) return;
    if (this.#passes('after-claim')) return;
    const shown = see.shownAbove(answer, this.now());
    const { storeEpoch: epoch, revision } = answer;
    this.#conclude(underway, shown, false, { epoch, revision });
  }

  #viewer() {
    const { device, gate, disk, list } = this;
    return { device, gate, disk, list, at: this.now() };
  }

  #alone(underway: see.Underway, wasAsked: boolean): void {
    const shown = see.decideHere(underway.view, this.list, this.disk, this.now());
    this.#conclude(underway, shown, wasAsked);
  }

  #conclude(
    underway: see.Underway,
    shown: Shown,
    wasAsked: boolean,
    seen: { readonly epoch: string; readonly revision: number } | null = null,
  ): void {
    if (this.world.isBroken('light-before-outcome'))
      this.world.observer.lit(this, underway.read, shown);
    this.#write(() => {
      const type =
        shown.serial === null ? null : (this.list.rows.get(shown.serial)?.ticket.type ?? null);
      this.disk.outcome(underway.read, shown, type, wasAsked);
      if (seen !== null) this.disk.saw(seen, shown.decidedAt);
      if (this.#passes('after-outcome')) return;
      this.#light(underway, shown);
    });
  }

  /** On the disk before the light: killed after this, the lane has shown its answer for all it can know. */
  #light(underway: see.Underway, shown: Shown): void {
    this.#write(() => {
      const { read, coming } = underway;
      if (isThrough(shown)) this.disk.settle(read.scanId);
      if (!this.world.isBroken('light-before-outcome')) this.world.observer.lit(this, read, shown);
      this.#underway = null;
      if (this.#passes('after-light')) return;
      this.errands.nudge();
      turn(this, read, coming.turns, shown);
      const next = this.#queue.shift();
      if (next !== undefined) this.take(next);
    });
  }

  #write(done: () => void): void {
    this.later(this.world.chance.between(1, 4), done);
  }

  #passes(step: see.LaneStep): boolean {
    if (this.trap?.at !== step) return false;
    this.world.crash(this, this.trap.downMs, step);
    return true;
  }
}
