// What a simulated lane does beside scanning: lists and crossings down, its journal up, and what earlier runs
// left behind. It may lag, fail and begin again without a scan waiting for it.
import { ANNUL_WITHIN_MS } from '#domain/entry/crossings.ts';
import type { Direction } from '#domain/entry/verdict.ts';
import type { JournalReceipt } from '#protocol/journal.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { isThrough, type LaneScan, type Read, type Shown } from './lane-disk.ts';
import { listedOf, type News, newsOf } from './lane-news.ts';
import { shownAbove } from './lane-view.ts';
import type { Replied } from './scan-batch.ts';
import type { ServerNode } from './server-node.ts';
import type { SimLane } from './sim-lane.ts';

const EVERY_MS = 700;
/** Its journal goes to one node for as long. */
const STAYS_MS = 6_000;
const LINES_MAX = 20;

export class LaneErrands {
  readonly #lane: SimLane;
  /** Begun or admitted in an earlier run, and not known to have been shown. */
  readonly #left = new Map<string, LaneScan>();
  readonly #annulling = new Set<string>();
  #turn = 0;

  constructor(lane: SimLane) {
    this.#lane = lane;
    for (const scan of [...lane.disk.inState('dark'), ...lane.disk.inState('open')]) {
      this.#left.set(scan.read.scanId, scan);
    }
  }

  start(): void {
    const again = () => {
      this.nudge();
      this.#lane.later(EVERY_MS * (0.8 + 0.4 * this.#lane.world.chance.next()), again);
    };
    this.#lane.later(this.#lane.world.chance.between(0, EVERY_MS), again);
  }

  /** The same code in the same direction: this scan is that scan, and settles it. */
  take(code: string, direction: Direction): LaneScan | null {
    for (const [scanId, scan] of this.#left) {
      if (scan.read.code !== code || scan.read.direction !== direction) continue;
      if (scan.shown !== null && !this.#isRecent(scan.shown)) continue;
      this.#left.delete(scanId);
      return scan;
    }
    return null;
  }

  nudge(): void {
    const { addresses } = this.#lane;
    this.#turn += 1;
    const node = addresses[this.#turn % addresses.length];
    if (node === undefined) return;
    this.#fetch(node);
    this.#upload(
      addresses[Math.floor(this.#lane.world.schedule.now / STAYS_MS) % addresses.length],
    );
    this.#settle(node);
  }

  clearDoubt(code: string, direction: Direction): void {
    for (const { read } of this.#lane.disk.inState('doubtful')) {
      if (read.code !== code || read.direction !== direction) continue;
      const node = this.#lane.addresses[this.#turn % this.#lane.addresses.length];
      if (node !== undefined) this.#clear(node, read);
    }
  }

  annulAbove(scanId: string): void {
    const { addresses } = this.#lane;
    const node = addresses[(this.#turn + scanId.length) % addresses.length];
    if (node !== undefined) this.#annul(node, scanId);
  }

  /** What became of each; those that nobody answers wait for the next time. */
  #settle(node: ServerNode): void {
    for (const scan of [...this.#left.values()]) {
      if (scan.shown !== null) this.#withdraw(node, scan.read, scan.shown);
      else this.#askAgain(node, scan.read);
    }
    for (const { read } of this.#lane.disk.inState('doubtful')) this.#clear(node, read);
  }

  #askAgain(node: ServerNode, read: Read): void {
    const { world } = this.#lane;
    world.network.call<Replied>(
      this.#lane,
      node,
      (reply) => node.scan(this.#lane.asked(read), reply),
      (replied) => {
        // Read again at the lane meanwhile: then it is shown there, and nothing is to be taken back.
        if (!this.#left.has(read.scanId) || replied.kind === 'problem') return;
        const answer = JSON.parse(replied.text) as ScanAnswer;
        const shown = shownAbove(answer, this.#lane.now());
        this.#lane.disk.outcome(read, shown, null, false);
        if (isThrough(shown)) this.#withdraw(node, read, shown);
        else this.#left.delete(read.scanId);
      },
    );
  }

  /** The journal says so first: from then on this scan admits nobody here. */
  #withdraw(node: ServerNode, { scanId }: Read, shown: Shown): void {
    const { disk, world } = this.#lane;
    this.#left.delete(scanId);
    if (!this.#isRecent(shown)) {
      disk.settle(scanId);
      return;
    }
    disk.annulled(scanId, this.#lane.now(), 'never-shown');
    world.observer.annulledAt(this.#lane, scanId);
    world.count('withdrawn');
    this.#annul(node, scanId);
  }

  /** Asked again before it is taken back: the first request may still be on its way, and must find an answer. */
  #clear(node: ServerNode, read: Read): void {
    const { world, disk } = this.#lane;
    if (this.#annulling.has(read.scanId)) return;
    if (world.isBroken('annul-unasked')) {
      this.#annul(node, read.scanId);
      return;
    }
    world.network.call<Replied>(
      this.#lane,
      node,
      (reply) => node.scan(this.#lane.asked(read), reply),
      (replied) => {
        if (replied.kind === 'problem' || disk.scans.get(read.scanId)?.state !== 'doubtful') return;
        const answer = JSON.parse(replied.text) as ScanAnswer;
        if (isThrough(answer)) this.#annul(node, read.scanId);
        else disk.settle(read.scanId);
      },
    );
  }

  #annul(node: ServerNode, scanId: string): void {
    if (this.#annulling.has(scanId)) return;
    this.#annulling.add(scanId);
    const { world, disk, device } = this.#lane;
    this.#lane.later(1_500, () => this.#annulling.delete(scanId));
    world.network.call<string>(
      this.#lane,
      node,
      (reply) => node.annul({ device, scanId }, reply),
      (outcome) => {
        const scan = disk.scans.get(scanId);
        if (outcome === 'unavailable' || scan?.state !== 'doubtful') return;
        // Refused here, and admitted above without anybody hearing of it.
        if (outcome === 'annulled') disk.annulled(scanId, this.#lane.now(), 'never-shown');
        else disk.settle(scanId);
        world.count('doubtsCleared');
      },
    );
  }

  #fetch(node: ServerNode): void {
    const { world, list } = this.#lane;
    const askedMs = world.schedule.now;
    const cursor = list.arriving ?? list.cursor;
    const through = list.heardThrough;
    world.network.call<News>(
      this.#lane,
      node,
      (reply) => reply(newsOf(node, cursor, through)),
      (news) => {
        this.#lane.heardTime(news.at, askedMs);
        this.#takeList(news, cursor);
        list.controls = news.controls;
        if (news.entryEpoch > list.entryEpoch) list.heard.clear();
        list.entryEpoch = Math.max(list.entryEpoch, news.entryEpoch);
        if (list.heardThrough !== through) return;
        for (const { serial, crossings } of news.claims) list.heard.set(serial, crossings);
        list.heardThrough = news.through;
      },
    );
  }

  #takeList(news: News, asked: { readonly epoch: string; readonly n: number } | null): void {
    const { list, world } = this.#lane;
    const { listEpoch, rows, hasMore } = news;
    const current = list.arriving ?? list.cursor;
    if (current?.epoch !== asked?.epoch || current?.n !== asked?.n) return;
    const listed = rows.map(({ ticket }) => listedOf(ticket));
    const n = Math.max(asked?.epoch === listEpoch ? asked.n : 0, ...rows.map((row) => row.n));
    if (list.cursor?.epoch === listEpoch) {
      list.take(listed);
      list.cursor = { epoch: listEpoch, n };
      return;
    }
    if (list.arriving?.epoch !== listEpoch) {
      // Another list than the one that was arriving: dropped, and begun anew with the next answer.
      list.arriving = { epoch: listEpoch, n: 0, rows: new Map() };
      if (asked !== null) return;
    }
    const arriving = list.arriving;
    for (const row of listed) arriving.rows.set(row.ticket.serial, row);
    arriving.n = n;
    if (hasMore) {
      world.count('halfLists');
      return;
    }
    list.rows = new Map();
    list.byHash = new Map();
    list.take([...arriving.rows.values()]);
    list.cursor = { epoch: listEpoch, n };
    list.arriving = null;
    this.#lane.step({ kind: 'list', isWhole: true });
  }

  #upload(node: ServerNode | undefined): void {
    if (node === undefined) return;
    const { world, disk, device, gate } = this.#lane;
    const { journalId, through } = disk;
    const lines = disk.lines.slice(through, through + LINES_MAX);
    const last = lines.at(-1)?.seq ?? through;
    const lastSeq = last === disk.lines.length ? last : null;
    const upload = { device, gate, journalId, lines };
    world.network.call<JournalReceipt>(
      this.#lane,
      node,
      (reply) => node.journal(upload, lastSeq, reply),
      ({ acceptedThrough }) => {
        if (disk.journalId !== journalId) return;
        if (acceptedThrough > disk.lines.length) {
          // The hub holds lines of this journal that are not in it: this lane is a copy come back.
          disk.journalId = world.newName('j');
          disk.accepted = 0;
          disk.through = 0;
          world.count('renewedJournals');
          return;
        }
        disk.accepted = acceptedThrough;
        // Never past what this lane has sent: a copy of it may have sent more under the same name.
        const trusted = world.isBroken('trusts-receipt') ? acceptedThrough : last;
        disk.through = Math.min(acceptedThrough, trusted);
      },
    );
  }

  #isRecent({ decidedAt }: Shown): boolean {
    return this.#lane.now() - decidedAt <= ANNUL_WITHIN_MS;
  }
}
