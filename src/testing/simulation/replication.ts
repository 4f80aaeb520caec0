// What flows between hub and boxes: list, controls and the name of the authority down; decisions and journals
// up; journals to whoever decides. A box that is to decide waits until it holds all that was decided before.
import type { JournalReceipt } from '#protocol/journal.ts';
import type { Authority } from '#testing/claim-rows.ts';
import { BoxLists } from './box-list.ts';
import { journalKey, type Quarantined } from './journal-lines.ts';
import type { LogPage, NodeDisk } from './node-disk.ts';
import type { Answered, Asked } from './node-words.ts';
import type { ServerNode } from './server-node.ts';
import type { World } from './world.ts';

const SYNC_EVERY_MS = 900;
const RELAY_EVERY_MS = 1_100;
const PAGE_MAX = 5;
const LINES_MAX = 20;

export class Replication {
  readonly #world: World;
  readonly #lists: BoxLists;

  constructor(world: World) {
    this.#world = world;
    this.#lists = new BoxLists(world);
  }

  start(): void {
    const { boxes, hubs } = this.#world;
    for (const box of boxes) {
      this.#repeat(SYNC_EVERY_MS, () => this.#sync(box));
      this.#repeat(RELAY_EVERY_MS, () => this.#relay(box, this.#anyHub()));
      this.#repeat(RELAY_EVERY_MS, () => this.#relayToAuthority(box));
    }
    for (const hub of hubs.slice(0, 1)) {
      this.#repeat(RELAY_EVERY_MS, () => this.#relayToAuthority(hub.isUp ? hub : this.#anyHub()));
    }
  }

  /** Control names another authority; who decides now stops first. */
  move(to: string): void {
    const [hub] = this.#world.hubs;
    if (hub === undefined) return;
    const { disk } = hub;
    const { authority } = disk;
    if (
      this.#world.lost.has(to) ||
      authority.name === to ||
      authority.handoverTo !== null ||
      disk.state !== 'serving'
    )
      return;
    // Nor from a store that is being rebuilt: what journals still bring would be missing at the next.
    if (this.#world.nodeOf(authority.name)?.disk.state !== 'serving') return;
    // Not before the last move is done: whoever was named then has begun.
    if (disk.logEpoch !== authority.epoch) return;
    this.#world.tell(hub.name, `authority is to move from ${authority.name} to ${to}`);
    disk.authority = { ...authority, handoverTo: to };
    disk.fence += 1;
    if (authority.name === 'hub') this.#handOver(disk);
  }

  /** The authority is lost: what it decided beyond what the hub has comes by journals, if at all. */
  giveUp(disk: NodeDisk, lost: NodeDisk): void {
    const { authority } = disk;
    for (const epoch of [lost.epoch, ...lost.ends.keys()]) {
      if (epoch !== disk.epoch) disk.ends.set(epoch, null);
    }
    disk.authority = { ...authority, handoverTo: 'hub' };
    this.#world.observer.settled();
    this.#world.observer.lostBeyond(disk);
    this.#handOver(disk);
    this.#anyHub().replay();
    this.#world.count('givenUp');
  }

  #anyHub(): ServerNode {
    const up = this.#world.hubs.filter(({ isUp }) => isUp);
    return this.#world.chance.pick(up.length === 0 ? this.#world.hubs : up);
  }

  #repeat(everyMs: number, work: () => void): void {
    const { schedule, chance } = this.#world;
    const again = () => {
      work();
      schedule.after(everyMs * (0.8 + 0.4 * chance.next()), again);
    };
    schedule.after(chance.between(0, everyMs), again);
  }

  #sync(box: ServerNode): void {
    if (!box.isUp) return;
    const { disk } = box;
    const hub = this.#anyHub();
    const staged = this.#lists.staged(box.name);
    const decides = disk.decidesHere() && disk.state === 'serving';
    const isBroken = this.#world.isBroken('unfenced-move');
    const asked: Asked = {
      box: box.name,
      listEpoch: staged?.listEpoch ?? disk.listEpoch,
      listN: staged?.n ?? disk.listN,
      revision: disk.revision,
      logEpoch: disk.logEpoch,
      logStore: disk.storeOfLog(),
      log: disk.logPage(),
      decides,
      authority: disk.authority,
      hasStopped: decides && (isBroken || !disk.openEvent(box.self).isHere),
    };
    this.#world.network.call<Answered>(
      box,
      hub,
      (reply) => reply(this.#answer(hub, asked)),
      (answered) => this.#take(box, answered),
    );
  }

  #answer(hub: ServerNode, asked: Asked): Answered {
    const { disk } = hub;
    this.#hear(hub, asked);
    const isSame = asked.listEpoch === disk.listEpoch && asked.listN <= disk.listN;
    const since = isSame ? asked.listN : 0;
    const changed = [...disk.listed].filter(([, n]) => n > since).sort((a, b) => a[1] - b[1]);
    const isNewer =
      disk.logEpoch > asked.logEpoch ||
      (disk.logEpoch === asked.logEpoch &&
        (disk.storeOfLog() !== asked.logStore || disk.revision > asked.revision));
    return {
      listEpoch: disk.listEpoch,
      after: since,
      tickets: changed.slice(0, PAGE_MAX).map(([serial, n]) => {
        const ticket = disk.tickets.get(serial);
        if (ticket === undefined) throw new Error('what is listed is there');
        return { ticket, n };
      }),
      isWhole: changed.length <= PAGE_MAX,
      controls: disk.controls,
      authority: disk.authority,
      takesOverAt: disk.takesOverAt,
      takesOverFrom: disk.takesOverFrom,
      log: isNewer && !asked.decides && disk.state === 'serving' ? disk.logPage() : null,
    };
  }

  /** What a box has come to tell. */
  #hear(hub: ServerNode, { box, log, decides, hasStopped, authority }: Asked): void {
    const { disk } = hub;
    if (authority.epoch > disk.authority.epoch) this.#adopt(disk, authority, log);
    if (!decides || disk.authority.name !== box || log.authorityEpoch < disk.authority.epoch)
      return;
    if (disk.follow(log)) this.#world.observer.followed(disk);
    if (hasStopped && disk.authority.handoverTo !== null && disk.revision === log.revision) {
      this.#handOver(disk);
    }
  }

  /** An older copy of this hub does not know who has been named since, perhaps itself. */
  #adopt(disk: NodeDisk, authority: Authority, log: LogPage): void {
    const isHere = authority.name === 'hub';
    if (disk.follow(log)) this.#world.observer.followed(disk);
    disk.takesOverAt = disk.revision;
    disk.takesOverFrom = disk.storeOfLog();
    disk.logStore = disk.takesOverFrom;
    disk.authority = { ...authority, handoverTo: null };
    disk.decidingEpoch = isHere ? authority.epoch : null;
    if (isHere) disk.logEpoch = authority.epoch;
    disk.fence += 1;
    this.#world.count('adopted');
    this.#world.tell('hub', `hears that ${authority.name} decides under epoch ${authority.epoch}`);
  }

  #handOver(disk: NodeDisk): void {
    const { name, epoch, handoverTo } = disk.authority;
    if (handoverTo === null) return;
    disk.authority = { name: handoverTo, epoch: epoch + 1, handoverTo: null };
    disk.takesOverAt = disk.revision;
    disk.takesOverFrom = disk.storeOfLog();
    disk.logStore = disk.takesOverFrom;
    disk.fence += 1;
    const isHere = handoverTo === 'hub';
    disk.decidingEpoch = isHere ? epoch + 1 : null;
    if (isHere) disk.logEpoch = epoch + 1;
    this.#world.count('moves');
    this.#world.tell('hub', `authority moves from ${name} to ${handoverTo} at ${disk.revision}`);
  }

  #take(box: ServerNode, answered: Answered): void {
    const { disk } = box;
    if (!this.#lists.take(box, answered)) return;
    const isMoved =
      answered.authority.epoch > disk.authority.epoch ||
      (answered.authority.epoch === disk.authority.epoch &&
        answered.authority.handoverTo !== disk.authority.handoverTo);
    if (isMoved && !this.#world.isBroken('unfenced-move')) {
      disk.authority = answered.authority;
      disk.fence += 1;
    } else if (isMoved && disk.decidingEpoch === null) disk.authority = answered.authority;
    // Whoever decides follows nobody: this was sent before it did.
    const isServing = disk.decidesHere() && disk.state === 'serving';
    if (answered.log !== null && !isServing && disk.follow(answered.log)) {
      this.#world.observer.followed(disk);
      box.replay();
    }
    this.#takeOver(box, answered);
  }

  #takeOver(box: ServerNode, { authority, takesOverAt, takesOverFrom }: Answered): void {
    const { disk } = box;
    // Also when it is to be relieved already: whoever has not begun cannot hand over.
    const isMine = authority.name === box.self;
    if (!isMine || authority.epoch !== disk.authority.epoch) return;
    if (disk.decidingEpoch === authority.epoch || disk.revision < takesOverAt) return;
    // Or its own decisions, which it had lost and has back from the hub.
    if (disk.logStore !== takesOverFrom && disk.logEpoch !== authority.epoch) return;
    if (disk.logEpoch > authority.epoch || disk.state !== 'serving') return;
    disk.decidingEpoch = authority.epoch;
    disk.logEpoch = authority.epoch;
    disk.fence += 1;
    this.#world.observer.tookOver(disk);
    this.#world.tell(box.name, `decides from revision ${disk.revision} on`);
    box.replay();
  }

  #relayToAuthority(node: ServerNode): void {
    const { authority } = node.disk;
    if (authority.name === node.self || authority.name === 'hub') return;
    const target = this.#world.nodeOf(authority.name);
    if (target !== null) this.#relay(node, target);
  }

  #relay(from: ServerNode, to: ServerNode): void {
    if (!from.isUp || from.self === to.self) return;
    const { disk } = from;
    for (const journal of disk.journals.values()) {
      const key = `${to.self}\n${journalKey(journal)}`;
      const through = disk.relayed.get(key) ?? 0;
      const { device, gate, journalId } = journal;
      const lines = [...journal.lines.values()]
        .map(({ line }) => line)
        .filter(({ seq }) => seq > through)
        .sort((a, b) => a.seq - b.seq)
        .slice(0, LINES_MAX);
      if (lines.length === 0 && this.#world.chance.is(0.8)) continue;
      const last = lines.at(-1)?.seq ?? through;
      const upload = { device, gate, journalId, lines };
      this.#world.network.call<JournalReceipt>(
        from,
        to,
        (reply) => to.journal(upload, null, reply),
        ({ acceptedThrough }) => {
          // Never past what was sent: another may have brought more under the same name.
          disk.relayed.set(key, Math.min(acceptedThrough, last));
        },
      );
    }
    for (const [key, kept] of disk.quarantined) this.#relayQuarantined(from, to, key, kept);
  }

  /** What was kept apart at a box is carried up as well: people look at it at the hub. */
  #relayQuarantined(from: ServerNode, to: ServerNode, key: string, kept: Quarantined): void {
    if (to.disk.quarantined.has(key)) return;
    this.#world.network.call<null>(
      from,
      to,
      (reply) => {
        to.disk.quarantined.set(key, kept);
        reply(null);
      },
      () => {},
    );
  }
}
