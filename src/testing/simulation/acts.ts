// Does to a simulated evening what its plan says.
import type { Ticket } from '#domain/entry/ticket.ts';
import { plusMs } from '#domain/kernel/instant.ts';
import type { Controls } from '#domain/venue/controls.ts';
import type { LaneStep } from './lane-view.ts';
import type { NodeDisk } from './node-disk.ts';
import type { Act } from './plan.ts';
import type { Process } from './schedule.ts';
import type { NodeStep, ServerNode } from './server-node.ts';
import type { SimLane } from './sim-lane.ts';
import { codeFor, forgedCode, STARTS_AT, ticketFor } from './simulated-match.ts';
import type { World } from './world.ts';

const FLAP_MS = 1_500;

export class Acts {
  readonly #world: World;
  readonly #backups = new Map<string, NodeDisk>();

  constructor(world: World) {
    this.#world = world;
  }

  perform(act: Act): void {
    const world = this.#world;
    if (act.kind !== 'scan') world.tell('·', JSON.stringify(act));
    switch (act.kind) {
      case 'scan':
        this.#scan(act);
        return;
      case 'cut':
        this.#cut([[act.a, act.b]], act.forMs);
        return;
      case 'isolate':
        this.#cut(this.#linksOf(act.name), act.forMs);
        return;
      case 'flap':
        this.#flap(act.name, act.forMs);
        return;
      case 'slow':
        world.network.slow(act.name, act.byMs);
        world.schedule.after(act.forMs, () => world.network.slow(act.name, 0));
        return;
      case 'crash':
        world.crash(this.#process(act.name), act.forMs, 'killed');
        return;
      case 'trap':
        this.#trap(act.name, act.at, act.forMs);
        return;
      case 'skew':
        this.#skew(act.name, act.byMs);
        return;
      case 'clone':
        this.#clone(act.lane, act.onto);
        return;
      case 'wipe-list':
        this.#wipeList(act.lane);
        return;
      case 'move':
        world.replication.move(act.to);
        return;
      case 'backup':
      case 'restore':
      case 'lose':
        this.#machine(act);
        return;
      default:
        this.#control(act);
        return;
    }
  }

  #scan(act: Extract<Act, { kind: 'scan' }>): void {
    const { serial, direction, turns } = act;
    const issue = this.#world.hubs[0]?.disk.tickets.get(serial)?.issue ?? 0;
    const codes = {
      current: () => codeFor(serial, issue),
      older: () => codeFor(serial, Math.max(0, issue - 1)),
      forged: () => forgedCode(serial),
      noise: () => `noise ${serial}`,
    };
    this.#lane(act.lane).take({ code: codes[act.code](), direction, turns });
  }

  /** At the hub; a box that decides learns of it with its next look. */
  #control(act: Act): void {
    const { hubs, schedule } = this.#world;
    const disk = hubs[0]?.disk;
    if (disk === undefined || !hubs.some(({ isUp }) => isUp)) return;
    const control = (changes: Partial<Controls>) => disk.control(changes);
    const change = (serial: number, changes: Partial<Ticket>) => disk.changeTicket(serial, changes);
    switch (act.kind) {
      case 'block':
      case 'unblock':
        change(act.serial, { isBlocked: act.kind === 'block' });
        return;
      case 'refund':
        change(act.serial, { status: 'cancelled' });
        return;
      case 'reissue':
        change(act.serial, { issue: (disk.tickets.get(act.serial)?.issue ?? 0) + 1 });
        return;
      case 'sell':
        if (!disk.tickets.has(act.serial)) disk.sell(ticketFor(act.serial));
        return;
      case 'limit':
        control({ limits: { ground: act.limit } });
        return;
      case 'hold': {
        const hold = {
          id: 'h',
          scope: 'ground',
          kind: 'stop',
          perMinute: null,
          reason: 'x',
        } as const;
        control({ holds: [hold] });
        schedule.after(act.forMs, () => hubs[0]?.disk.control({ holds: [] }));
        return;
      }
      case 'divert': {
        const until = plusMs(STARTS_AT, schedule.now + act.forMs);
        const diversion = {
          id: 'd',
          sections: ['N104', 'S101'],
          gates: ['S1', 'N1'],
          until,
          reason: 'x',
        };
        control({ diversions: [diversion] });
        return;
      }
      case 'readmit':
        this.#readmit();
        return;
      default:
        return;
    }
  }

  /** The act of the control room, at whoever decides. */
  #readmit(): void {
    const world = this.#world;
    const node = world.nodeOf(world.hubs[0]?.disk.authority.name ?? 'hub');
    if (node === null || !node.isUp || !node.isDeciding()) return;
    node.disk.readmit(node.disk.entryEpoch + 1, node.now());
    world.count('readmissions');
  }

  #cut(links: readonly (readonly [string, string])[], forMs: number): void {
    const { network, schedule } = this.#world;
    for (const [a, b] of links) network.cut(a, b, 1);
    this.#world.count('partitions');
    schedule.after(forMs, () => {
      for (const [a, b] of links) network.cut(a, b, -1);
    });
  }

  #flap(name: string, forMs: number): void {
    for (let ms = 0; ms < forMs; ms += 2 * FLAP_MS) {
      this.#world.schedule.after(ms, () => this.#cut(this.#linksOf(name), FLAP_MS));
    }
  }

  #linksOf(name: string): (readonly [string, string])[] {
    const all: Process[] = [...this.#world.nodes(), ...this.#world.lanes];
    return all.filter((each) => each.name !== name).map((each) => [name, each.name] as const);
  }

  #trap(name: string, at: LaneStep | NodeStep, downMs: number): void {
    const process = this.#process(name);
    if (!process.isUp) return;
    if ('disk' in process && 'gate' in process) process.trap = { at: at as LaneStep, downMs };
    else (process as ServerNode).trap = { at: at as NodeStep, downMs };
  }

  #skew(name: string, byMs: number): void {
    const process = this.#process(name);
    if ('gate' in process) process.wallSkewMs += byMs;
    // A server's clock is kept by NTP: it may be wrong by little.
    else process.skewMs = Math.round(byMs / 40);
    this.#world.count('skews');
  }

  /** A phone set up from a copy of another: its journal, and its identity. */
  #clone(from: string, onto: string): void {
    const world = this.#world;
    const [source, target] = [this.#lane(from), this.#lane(onto)];
    const disk = source.disk.copy();
    const index = world.lanes.indexOf(target);
    target.isUp = false;
    const id = { name: `${onto}'`, device: source.device, gate: source.gate };
    const clone = Object.assign(world.newLane(id, target.addresses, disk), { isUp: true });
    world.lanes.push(clone);
    world.retired.push(target);
    world.lanes.splice(index, 1);
    world.clonedDevices.add(source.device);
    world.rename(target, clone);
    clone.start();
    world.count('clones');
  }

  #wipeList(name: string): void {
    const lane = this.#lane(name);
    lane.forgetList();
    this.#world.count('wipedLists');
  }

  #machine(act: Extract<Act, { kind: 'backup' | 'restore' | 'lose' }>): void {
    const world = this.#world;
    const nodes = world.nodes().filter(({ self }) => self === act.name);
    const [node] = nodes;
    if (node === undefined || world.lost.has(act.name)) return;
    if (act.kind === 'backup') this.#backups.set(act.name, node.disk.copy());
    else if (act.kind === 'lose') this.#lose(node);
    else {
      const backup = this.#backups.get(act.name);
      if (backup !== undefined) this.#restore(nodes, backup, act.how);
    }
  }

  #restore(
    nodes: readonly ServerNode[],
    backup: NodeDisk,
    how: 'restored' | 'folder' | 'machine',
  ): void {
    const world = this.#world;
    const [node] = nodes;
    if (node === undefined) return;
    for (const each of nodes) each.isUp = false;
    const before = node.disk;
    const wasDeciding = before.decidesHere();
    node.disks.disk = backup.copy();
    const { disk } = node;
    // What control had ordered since, control orders again.
    const { entryEpoch, entryEpochs, ground } = before;
    if (entryEpoch > disk.entryEpoch) {
      const inside = ground.scopes.map(() => 0);
      Object.assign(disk, { entryEpoch, entryEpochs, inside, thisMinute: [...inside] });
    }
    if (how === 'restored') {
      disk.stopServing(null);
      disk.heardOut.clear();
      world.count('rebuilds');
    }
    const highWater = world.highWater.get(node.self);
    if (how === 'machine') {
      world.highWater.delete(node.self);
      world.rolledBack.add(disk);
    }
    if (world.hubs[0]?.disk.authority.name === node.self || wasDeciding)
      world.observer.lostBeyond(disk);
    world.count(`restores ${how}`);
    for (const each of nodes) {
      each.start();
      if (how !== 'folder' || highWater === undefined || world.isBroken('restored-store-answers'))
        continue;
      const behind = disk.judge(highWater, 'this machine');
      if (behind !== null) each.stopServing(behind.why, behind.unknownEpoch);
    }
  }

  /** A box is gone with all it had; two people give it up if it decided. */
  #lose(box: ServerNode): void {
    const world = this.#world;
    const hub = world.hubs[0]?.disk;
    if (hub === undefined || box.self === 'hub') return;
    box.isUp = false;
    world.lost.add(box.name);
    world.count('boxesLost');
    world.schedule.after(5_000, () => {
      const disk = world.hubs[0]?.disk;
      if (disk === undefined) return;
      const { name, handoverTo } = disk.authority;
      if (name === box.name || handoverTo === box.name) world.replication.giveUp(disk, box.disk);
    });
  }

  #process(name: string): ServerNode | SimLane {
    return this.#world.nodes().find((each) => each.name === name) ?? this.#lane(name);
  }

  #lane(name: string): SimLane {
    const lane = this.#world.laneAt(name);
    if (lane === undefined) throw new Error(`nobody is called ${name}`);
    return lane;
  }
}
