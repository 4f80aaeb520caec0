// One simulated evening: hub, boxes and lanes, what is done to them, and everything that is counted on the way.
import type { Instant } from '#domain/kernel/instant.ts';
import type { Controls } from '#domain/venue/controls.ts';
import { NO_CONTROLS } from '#domain/venue/controls.ts';
import type { Ground } from '#domain/venue/match-event.ts';
import type { JournalReceipt } from '#protocol/journal.ts';
import { scanKey } from '#testing/claim-rows.ts';
import { Chance } from './chance.ts';
import { journalKey, type Upload } from './journal-lines.ts';
import { LaneDisk } from './lane-disk.ts';
import { NodeDisk } from './node-disk.ts';
import { Observer } from './observer.ts';
import type { Plan } from './plan.ts';
import { Replication } from './replication.ts';
import { Network, type Process, Schedule } from './schedule.ts';
import { ServerNode } from './server-node.ts';
import { SimLane } from './sim-lane.ts';
import { groundWith, KEYRING, ticketFor } from './simulated-match.ts';

/** Rules broken on purpose, to see that the observer names what follows. */
export const FAULTS = [
  'no-fence',
  'no-limits',
  'restored-store-answers',
  'annul-after-crossing',
  'light-before-outcome',
  'new-scan-id-on-retry',
  'unfenced-move',
  'journal-overwrites',
  'conflict-dropped',
  'annul-unasked',
  'trusts-receipt',
] as const;
export type Fault = (typeof FAULTS)[number];

const HIGH_WATER_EVERY_MS = 1_000;

export class World {
  readonly schedule = new Schedule();
  readonly chance: Chance;
  readonly network: Network;
  readonly observer: Observer;
  readonly ground: Ground;
  readonly hubs: readonly ServerNode[];
  readonly boxes: readonly ServerNode[];
  readonly lanes: SimLane[];
  readonly replication: Replication;
  readonly counts = new Map<string, number>();
  readonly faults: ReadonlySet<Fault>;
  /** Per machine: how far its store had come, written down beside it. */
  readonly highWater = new Map<string, { readonly epoch: string; readonly revision: number }>();
  readonly lost = new Set<string>();
  /** Stores of machines that were put back whole, witness beside the database and all. */
  readonly rolledBack = new Set<NodeDisk>();
  /** Phones that were set up anew as a copy of another; what they had written went with them. */
  readonly retired: SimLane[] = [];
  readonly clonedDevices = new Set<string>();
  readonly #renamed = new Map<string, SimLane>();
  readonly trace: ((line: string) => void) | null;
  #names = 0;

  constructor(plan: Plan, faults: ReadonlySet<Fault>, trace: ((line: string) => void) | null) {
    const { setting, seed } = plan;
    this.faults = faults;
    this.trace = trace;
    this.chance = new Chance(`world ${seed}`);
    this.network = new Network(this.schedule, this.chance, setting.weather);
    this.observer = new Observer(this);
    this.ground = groundWith(setting.offline, setting.offlineMax);
    const authority = { name: setting.authority, epoch: 1, handoverTo: null };
    const hub = { disk: this.#newDisk('hub', authority) };
    const sellAll = (disk: NodeDisk) => {
      for (let serial = 1; serial <= setting.tickets; serial += 1) disk.sell(ticketFor(serial));
    };
    sellAll(hub.disk);
    this.hubs = setting.hubs.map((name) => new ServerNode(name, 'hub', hub, this));
    this.boxes = setting.boxes.map((name) => {
      const disk = this.#newDisk(name, authority);
      sellAll(disk);
      return new ServerNode(name, name, { disk }, this);
    });
    this.lanes = setting.lanes.map(({ name, gate }, index) => {
      const addresses = [...this.#rotated(this.boxes, index), ...this.#rotated(this.hubs, index)];
      const id = { name, device: `d-${name}`, gate };
      return new SimLane(this, id, addresses, new LaneDisk(this.newName('j')));
    });
    this.replication = new Replication(this);
  }

  start(): void {
    for (const lane of this.lanes) lane.start();
    this.replication.start();
    const keep = () => {
      for (const { self, disk, isUp } of this.nodes()) {
        const { epoch, revision } = disk;
        if (isUp && disk.state === 'serving') this.highWater.set(self, { epoch, revision });
      }
      this.schedule.after(HIGH_WATER_EVERY_MS, keep);
    };
    keep();
  }

  nodes(): readonly ServerNode[] {
    return [...this.hubs, ...this.boxes];
  }

  /** Who is asked when this name is the authority; of the hub, a process that is up. */
  nodeOf(name: string): ServerNode | null {
    const named = this.nodes().filter(({ self }) => self === name);
    return named.find(({ isUp }) => isUp) ?? named[0] ?? null;
  }

  /** The disk on which claims are decided, or will be. */
  decidingDisk(): NodeDisk | null {
    const hub = this.hubs[0]?.disk;
    const node = hub === undefined ? null : this.nodeOf(hub.authority.name);
    return node?.disk ?? null;
  }

  laneAt(name: string): SimLane | undefined {
    return this.#renamed.get(name) ?? this.lanes.find((lane) => lane.name === name);
  }

  newLane(
    id: { readonly name: string; readonly device: string; readonly gate: string },
    addresses: readonly ServerNode[],
    disk: LaneDisk,
  ): SimLane {
    return new SimLane(this, id, addresses, disk);
  }

  rename(before: SimLane, after: SimLane): void {
    this.#renamed.set(before.name, after);
    for (const [name, lane] of this.#renamed) if (lane === before) this.#renamed.set(name, after);
  }

  newName(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names.toString(36)}`;
  }

  isBroken(fault: Fault): boolean {
    return this.faults.has(fault);
  }

  count(what: string, by = 1): void {
    if (by > 0) this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  tell(who: string, what: string): void {
    this.trace?.(`${String(this.schedule.now).padStart(6)}  ${who.padEnd(7)} ${what}`);
  }

  afterOn(process: Process, ms: number, work: () => void): void {
    const { incarnation } = process;
    this.schedule.after(ms, () => {
      if (process.isUp && process.incarnation === incarnation) work();
    });
  }

  crash(process: ServerNode | SimLane, downMs: number, why: string): void {
    if (!process.isUp) return;
    process.isUp = false;
    this.count(process instanceof SimLane ? 'laneCrashes' : 'nodeCrashes');
    this.tell(process.name, `dies: ${why}`);
    this.schedule.after(downMs, () => {
      if (process.isUp || this.lost.has(process.name)) return;
      process.start();
      this.tell(process.name, 'is back');
    });
  }

  // What breaking a rule on purpose looks like.

  annulRashly(disk: NodeDisk, device: string, scanId: string, at: Instant): string {
    const scan = disk.scans.get(scanKey(device, scanId));
    if (scan === undefined || scan.annulledAt !== null) return 'no-such-crossing';
    const isDone = disk.takeBack(scan, at, (before) => {
      const isIt = before.some((each) => each.device === device && each.scan === scanId);
      const after = before.map((each) =>
        each.device === device && each.scan === scanId ? { ...each, annulledAt: at } : each,
      );
      return isIt ? after : null;
    });
    return isDone ? 'annulled' : 'no-such-crossing';
  }

  receiveRashly(disk: NodeDisk, upload: Upload): Omit<JournalReceipt, 'conflicts'> {
    const kept = disk.journals.get(journalKey(upload));
    for (const line of upload.lines) {
      if (kept?.lines.has(line.seq)) kept.lines.set(line.seq, { line, isApplied: false });
    }
    return disk.receive(upload);
  }

  #newDisk(name: string, authority: NodeDisk['authority']): NodeDisk {
    const disk = new NodeDisk(this.ground, KEYRING, START_CONTROLS, this.newName('e'));
    disk.authority = authority;
    disk.decidingEpoch = name === authority.name ? 1 : null;
    if (this.faults.has('no-fence')) disk.laxities.add('no-fence');
    if (this.faults.has('no-limits')) disk.laxities.add('no-limits');
    disk.isForgetful = this.faults.has('conflict-dropped');
    return disk;
  }

  #rotated<T>(items: readonly T[], by: number): T[] {
    const at = by % items.length;
    return [...items.slice(at), ...items.slice(0, at)];
  }
}

const START_CONTROLS: Controls = NO_CONTROLS;
