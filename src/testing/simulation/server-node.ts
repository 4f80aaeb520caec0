// A process of the hub or of a box: it decides where its store is the authority, and passes on elsewhere. Two
// processes of the hub share one disk. What it keeps in memory dies with it, and may be out of date.
import { type Instant, plusMs } from '#domain/kernel/instant.ts';
import type { JournalReceipt } from '#protocol/journal.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { checkpointOf, type OpenEvent } from '#server/entry/catalogue.ts';
import { decideBatch } from '#server/entry/decide-batch.ts';
import { findingOf } from '#server/entry/look-up-scans.ts';
import { iso } from '#server/platform/clock.ts';
import type { Upload } from './journal-lines.ts';
import type { NodeDisk } from './node-disk.ts';
import {
  askOf,
  once,
  type Replied,
  type Reply,
  repliedOf,
  type ScanAsked,
  unlimited,
  type Waiting,
} from './scan-batch.ts';
import type { Process } from './schedule.ts';
import { foundBehind, STARTS_AT } from './simulated-match.ts';
import type { World } from './world.ts';

export type NodeStep = 'after-read' | 'after-commit' | 'before-replay';

const BATCH_MAX = 8;
const ATTEMPTS_MAX = 10;

export class ServerNode implements Process {
  readonly name: string;
  /** Under which it may decide: `hub`, or the box's name. */
  readonly self: string;
  readonly disks: { disk: NodeDisk };
  readonly world: World;
  isUp = true;
  incarnation = 0;
  skewMs = 0;
  trap: { readonly at: NodeStep; readonly downMs: number } | null = null;
  #known: OpenEvent;
  #revisionKnown = 0;
  #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(name: string, self: string, disks: { disk: NodeDisk }, world: World) {
    this.name = name;
    this.self = self;
    this.disks = disks;
    this.world = world;
    this.#known = this.disk.openEvent(self);
  }

  get disk(): NodeDisk {
    return this.disks.disk;
  }

  now(): Instant {
    return plusMs(STARTS_AT, this.world.schedule.now + this.skewMs);
  }

  isDeciding(): boolean {
    return this.disk.openEvent(this.self).isHere && this.disk.state === 'serving';
  }

  start(): void {
    this.incarnation += 1;
    this.isUp = true;
    this.#waiting = [];
    this.#isBusy = false;
    this.trap = null;
    const { disk } = this;
    disk.beginEpoch(this.world.newName('e'), 'starting');
    this.#known = disk.openEvent(this.self);
    this.#revisionKnown = 0;
    this.world.observer.startedOn(disk);
  }

  /** @returns true when it died here */
  passes(step: NodeStep): boolean {
    if (this.trap?.at !== step) return false;
    this.world.crash(this, this.trap.downMs, step);
    return true;
  }

  scan(asked: ScanAsked, reply: Reply): void {
    this.#reloadIfMoved();
    if (!this.#known.isHere) {
      this.#passOn(asked, reply);
      return;
    }
    const { disk, world } = this;
    const isBlind = world.isBroken('restored-store-answers');
    if (asked.seen !== null && !isBlind) {
      const behind = disk.judge(asked.seen, 'a lane');
      if (behind !== null) this.stopServing(behind.why, behind.unknownEpoch);
    }
    if (disk.state !== 'serving') {
      reply({ kind: 'problem', code: 'store-behind' });
      return;
    }
    const found = foundBehind(asked.code);
    this.#waiting.push({
      reply: (replied) => {
        if (replied.kind === 'answer') {
          world.observer.knows(disk, asked.seen, this.name);
          world.observer.answered(disk, asked.device, JSON.parse(replied.text) as ScanAnswer);
        }
        reply(replied);
      },
      scan: {
        device: asked.device,
        scanId: asked.scanId,
        direction: asked.direction,
        gate: asked.gate,
        lane: null,
        operator: null,
        scannedAt: iso(asked.scannedAt),
        isConfirmed: false,
        checkpoint: checkpointOf(this.#known, asked.gate),
        lookup: found.lookup,
        codeHash: found.codeHash,
      },
    });
    this.#start();
  }

  stopServing(why: string, unknownEpoch: string | null): void {
    const { disk, world } = this;
    if (disk.state === 'serving') {
      disk.heardOut.clear();
      world.count('rebuilds');
      world.tell(this.name, `stops serving: ${why}`);
    }
    disk.stopServing(unknownEpoch);
  }

  annul(
    asked: { device: string; scanId: string; isSecondHand?: boolean },
    reply: (outcome: string) => void,
  ): void {
    this.#reloadIfMoved();
    const { disk, world } = this;
    if (!this.#known.isHere) {
      const target = asked.isSecondHand === true ? null : this.#authority();
      if (target === null) {
        reply('unavailable');
        return;
      }
      const passed = { ...asked, isSecondHand: true };
      world.network.call<string>(this, target, (back) => target.annul(passed, back), reply);
      return;
    }
    if (disk.state !== 'serving') {
      reply('unavailable');
      return;
    }
    const outcome = world.isBroken('annul-after-crossing')
      ? world.annulRashly(disk, asked.device, asked.scanId, this.now())
      : disk.annul(asked.device, asked.scanId, this.now());
    world.observer.annulled(disk, asked.device, asked.scanId, outcome);
    world.tell(this.name, `annul ${asked.scanId}: ${outcome}`);
    if (outcome === 'annulled') world.count('annulments');
    reply(outcome);
  }

  journal(upload: Upload, lastSeq: number | null, reply: (receipt: JournalReceipt) => void): void {
    const { disk, world } = this;
    const receipt = world.isBroken('journal-overwrites')
      ? world.receiveRashly(disk, upload)
      : disk.receive(upload);
    world.count('quarantined', receipt.quarantined.length);
    // Nothing is left on the lane beyond `lastSeq`, and nothing before it is missing here.
    if (lastSeq !== null && receipt.acceptedThrough >= lastSeq) {
      disk.heardOut.add(upload.device);
    }
    if (this.passes('before-replay')) return;
    this.replay();
    reply({ ...receipt, conflicts: 0 });
  }

  /** Also what a crash left half done. */
  replay(): void {
    if (!this.disk.openEvent(this.self).isHere) return;
    this.disk.replay(this.now(), (scanId, device) =>
      this.world.observer.took(this.disk, device, scanId),
    );
    this.world.observer.counted(this.disk);
  }

  #reloadIfMoved(): void {
    // A node looks at its disk when something tells it to; the hub's second process is told late.
    if (this.#known.authorityEpoch !== this.disk.authority.epoch || !this.#known.isHere) {
      this.#known = this.disk.openEvent(this.self);
    }
  }

  #authority(): ServerNode | null {
    const { authority } = this.#known;
    return authority === null || authority === this.self ? null : this.world.nodeOf(authority);
  }

  #passOn(asked: ScanAsked, reply: Reply): void {
    const target = asked.isSecondHand === true ? null : this.#authority();
    if (target === null) {
      reply({ kind: 'problem', code: 'unavailable' });
      return;
    }
    this.world.count('forwarded');
    const passed = { ...asked, isSecondHand: true };
    const refused = () => reply({ kind: 'problem', code: 'unavailable' });
    this.world.network.call<Replied>(
      this,
      target,
      (back) => target.scan(passed, back),
      reply,
      refused,
    );
  }

  #start(): void {
    if (this.#isBusy || this.#waiting.length === 0) return;
    this.#isBusy = true;
    const batch = this.#waiting.splice(0, BATCH_MAX);
    this.#attempt(batch, 1);
  }

  #attempt(batch: readonly Waiting[], attempt: number): void {
    const { disk, world } = this;
    const giveUp = (code: string) => {
      for (const { reply } of batch) reply({ kind: 'problem', code });
      this.#isBusy = false;
      this.#start();
    };
    if (attempt > ATTEMPTS_MAX) {
      giveUp('unavailable');
      return;
    }
    if (disk.state !== 'serving') {
      giveUp('store-behind');
      return;
    }
    const event = world.isBroken('no-limits') ? unlimited(this.#known) : this.#known;
    if (!event.isHere) {
      giveUp('unavailable');
      return;
    }
    const { epoch } = disk;
    const scans = once(batch);
    const snapshot = disk.read(
      event,
      scans.map(({ scan }) => askOf(scan)),
    );
    if (snapshot.revision < this.#revisionKnown) {
      this.stopServing('the store under this server has gone back', null);
      giveUp('store-behind');
      return;
    }
    if (snapshot.fence !== event.fence && !world.isBroken('no-fence')) {
      this.#known = disk.openEvent(this.self);
      this.#attempt(batch, attempt + 1);
      return;
    }
    const decided = decideBatch(
      event,
      snapshot,
      scans.map(({ scan }, index) => {
        const ticket = snapshot.facts[index]?.ticket ?? null;
        return { scan, finding: findingOf(scan, ticket, undefined) };
      }),
      this.now(),
    );
    if (this.passes('after-read')) return;
    world.afterOn(this, world.chance.between(1, 8), () => {
      let base = 0;
      if (decided.batch.scans.length > 0) {
        const committed = disk.commit(event, epoch, decided.batch);
        if (committed === 'stale') {
          world.count('stale');
          this.#known = disk.openEvent(this.self);
          return this.#attempt(batch, attempt + 1);
        }
        base = committed;
        this.#revisionKnown = base + decided.batch.scans.length;
        const pending = scans.map(({ scan }) => scan);
        world.observer.committed(this, event, epoch, base, decided, pending);
      }
      if (this.passes('after-commit')) return;
      scans.forEach(({ replies }, index) => {
        const outcome = decided.outcomes[index];
        if (outcome === undefined) return;
        for (const reply of replies) reply(repliedOf(outcome, epoch, base));
      });
      this.#isBusy = false;
      this.#start();
    });
  }
}
