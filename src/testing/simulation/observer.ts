// Sees everything that happens in a simulation and holds it against the rules of design §2. It keeps books of
// its own, in the plainest way, and trusts none of the code that it watches.

import { rulesFor } from '#domain/entry/rules.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import { limitOf } from '#domain/venue/controls.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import type { DecidedBatch, PendingScan } from '#server/entry/decide-batch.ts';
import { scanKey } from '#testing/claim-rows.ts';
import { type Admitted, Broken, type Lit } from './invariants.ts';
import { isThrough, type Read, type Seen, type Shown } from './lane-disk.ts';
import type { NodeDisk } from './node-disk.ts';
import { crossingOf, peopleIn, takenAway } from './people-in.ts';
import type { ServerNode } from './server-node.ts';
import type { SimLane } from './sim-lane.ts';
import { foundBehind } from './simulated-match.ts';
import type { World } from './world.ts';

const TAKEN_BACK = 'refused annulled';

/** Disk and loop take this long beside the deadline. */
const SLACK_MS = 60;

export class Observer {
  readonly #world: World;
  readonly admitted = new Map<string, Admitted>();
  readonly lights = new Map<string, Lit>();
  /** Crossings whose annulment was refused: somebody has crossed since, or it is too late. */
  readonly notTakenBack = new Set<string>();
  readonly #answers = new Map<string, string>();
  readonly #annulled = new Set<string>();
  readonly #told = new Map<string, string>();
  readonly #taken = new Map<string, { readonly scanId: string; readonly run: number }>();
  #authorityEpoch = 1;

  constructor(world: World) {
    this.#world = world;
  }

  // What nodes do.

  startedOn(disk: NodeDisk): void {
    this.counted(disk);
  }

  followed(disk: NodeDisk): void {
    this.counted(disk);
  }

  tookOver(disk: NodeDisk): void {
    this.#authorityEpoch = Math.max(this.#authorityEpoch, disk.decidingEpoch ?? 0);
  }

  committed(
    node: ServerNode,
    event: OpenEvent,
    epoch: string,
    base: number,
    { outcomes, batch }: DecidedBatch,
    scans: readonly PendingScan[],
  ): void {
    const { disk } = node;
    const decided = disk.decidingEpoch ?? 0;
    this.#authorityEpoch = Math.max(this.#authorityEpoch, disk.authority.epoch, decided);
    if (this.#isRelieved(disk)) return;
    if (decided < this.#authorityEpoch) {
      const why = `${node.name} decides under epoch ${decided}, the authority is at ${this.#authorityEpoch}`;
      throw new Broken('one-authority', why);
    }
    outcomes.forEach((outcome, index) => {
      const scan = scans[index];
      if (outcome.kind !== 'decided' || scan === undefined) return;
      const { ticket, crosses } = outcome.decision;
      const key = scanKey(scan.device, scan.scanId);
      this.#told.set(`${epoch}:${base + outcome.index + 1}`, key);
      const { verdict, reason } = outcome.decision;
      const what = `${scan.scanId} ticket ${ticket?.serial ?? '?'} ${scan.direction}`;
      this.#world.tell(node.name, `${what} ${reason ?? verdict}`);
      if (crosses === null || ticket === null) return;
      if (scan.direction === 'in') this.#binds(disk, ticket, scan);
      const { device, scanId, direction } = scan;
      const { serial } = ticket;
      const { entryEpoch } = event;
      const crossing = { device, scanId, serial, entryEpoch, direction };
      const at = crossingOf(disk, key)?.at ?? 0;
      this.admitted.set(key, {
        ...crossing,
        at,
        isExact: true,
        isAnnulled: false,
        isForgotten: false,
      });
      this.#world.count(direction === 'in' ? 'exactEntries' : 'exits');
      if (direction === 'in') this.#onceOnly(disk, ticket, entryEpoch, node.name);
    });
    this.counted(disk);
    batch.insideDelta.forEach((delta, index) => {
      const scope = disk.ground.scopes[index] ?? '';
      const limit = scope.startsWith('gate/') ? null : limitOf(disk.ground, disk.controls, scope);
      if (delta <= 0 || limit === null || (disk.inside[index] ?? 0) <= limit) return;
      throw new Broken('limits-hold', `${disk.inside[index]} are in ${scope}, ${limit} may be`);
    });
  }

  annulled(disk: NodeDisk, device: string, scanId: string, outcome: string): void {
    const key = scanKey(device, scanId);
    if (outcome !== 'annulled') {
      if (outcome !== 'no-such-crossing') this.notTakenBack.add(key);
      return;
    }
    this.#tookBack(key);
    const admitted = this.admitted.get(key);
    if (admitted !== undefined) this.#notAfterAnother(admitted);
    this.counted(disk);
  }

  /** A journal's line was made true. */
  took(disk: NodeDisk, device: string, scanId: string): void {
    if (!disk.decidesHere()) return;
    const key = scanKey(device, scanId);
    const admitted = this.admitted.get(key);
    const crossing = crossingOf(disk, key);
    if (admitted !== undefined && crossing !== null) admitted.isForgotten = false;
    if (crossing === null || admitted !== undefined) return;
    const { serial, entryEpoch } = disk.scans.get(key) ?? { serial: null, entryEpoch: 0 };
    const { direction, at, isExact, annulledAt } = crossing;
    const isAnnulled = annulledAt !== null || this.#annulled.has(key);
    const known = { device, scanId, serial: serial ?? 0, entryEpoch, direction, at, isExact };
    this.admitted.set(key, { ...known, isAnnulled, isForgotten: false });
  }

  /** The same scan, the same answer, until it is taken back, and then for ever that. */
  answered(
    disk: NodeDisk,
    device: string,
    answer: Pick<ScanAnswer, 'scanId' | 'verdict' | 'reason'>,
  ): void {
    const key = scanKey(device, answer.scanId);
    const word = `${answer.verdict} ${answer.reason}`;
    const before = this.#answers.get(key);
    if (this.#isRelieved(disk)) return;
    this.#answers.set(key, word);
    if (before === undefined || before === word || word === TAKEN_BACK) return;
    throw new Broken('same-answer', `${key.replace('\n', '/')} was ${before}, is ${word}`);
  }

  /** Who answers must know whatever the one who asks has seen. */
  knows(disk: NodeDisk, seen: Seen | null, who: string): void {
    if (seen === null) return;
    const key = this.#told.get(`${seen.epoch}:${seen.revision}`);
    if (key === undefined || disk.scans.has(key)) return;
    const what = `${who} answers without ${key.replace('\n', '/')}, which the lane has seen decided`;
    throw new Broken('behind-never-answers', what);
  }

  /** People inside, by the head and by the claims. */
  counted(disk: NodeDisk): void {
    const inside = peopleIn(disk);
    if (!disk.decidesHere() || inside === disk.insideOf('ground')) return;
    throw new Broken('counts-fold', `${disk.insideOf('ground')} are counted, ${inside} are in`);
  }

  /** A store was put back from a copy, or is gone: what it knew beyond is known to journals alone. */
  lostBeyond(disk: NodeDisk): void {
    for (const [key, each] of this.admitted) {
      if (!disk.scans.has(key)) each.isForgotten = true;
    }
    for (const [key, word] of this.#answers) {
      const shown = this.lights.get(key)?.shown;
      const isShown = shown !== undefined && word === `${shown.verdict} ${shown.reason}`;
      if (!disk.scans.has(key) && !isShown) this.#answers.delete(key);
    }
  }

  /** Every lane has been heard out, or is named as lost: what was seen before is settled. */
  settled(): void {
    this.#told.clear();
  }

  // What lanes do.

  taken(lane: SimLane, { scanId }: Read, byMs: number): void {
    const { schedule } = this.#world;
    const run = lane.incarnation;
    this.#taken.set(lane.name, { scanId, run });
    schedule.after(byMs + SLACK_MS - schedule.now, () => {
      const open = this.#taken.get(lane.name);
      if (open?.scanId !== scanId || open.run !== run || lane.incarnation !== run || !lane.isUp)
        return;
      throw new Broken('verdict-in-time', `${lane.name} has shown nothing for ${scanId}`);
    });
  }

  /** A whole machine put back from before it was relieved: nobody can tell it but who has seen more. */
  #isRelieved(disk: NodeDisk): boolean {
    const isBehind = (disk.decidingEpoch ?? 0) < this.#authorityEpoch;
    return isBehind && this.#world.rolledBack.has(disk);
  }

  annulledAt(lane: SimLane, scanId: string): void {
    this.#tookBack(scanKey(lane.device, scanId));
  }

  lit(lane: SimLane, read: Read, shown: Shown): void {
    const key = scanKey(lane.device, read.scanId);
    const kept = lane.disk.scans.get(read.scanId);
    this.#world.tell(
      lane.name,
      `shows ${read.scanId} ticket ${shown.serial ?? '?'} ${read.direction} ${shown.reason ?? shown.verdict}`,
    );
    if (kept?.outcomeSeq == null || kept.shown?.verdict !== shown.verdict) {
      throw new Broken(
        'outcome-before-light',
        `${lane.name} shows ${read.scanId} before it is written`,
      );
    }
    const before = this.lights.get(key);
    // Two phones with one identity, copied in the middle of a scan: each shows it.
    if (
      before !== undefined &&
      (before.lane === lane || !this.#world.clonedDevices.has(lane.device))
    ) {
      throw new Broken('verdict-in-time', `${lane.name} shows ${read.scanId} twice`);
    }
    this.lights.set(key, { lane, read, shown });
    this.#taken.delete(lane.name);
    this.#world.count(`shown ${shown.verdict}`);
    if (read.direction === 'out' && !isThrough(shown)) this.#exitRefused(lane, read, shown);
  }

  #exitRefused(lane: SimLane, { code, scanId }: Read, { reason, rung }: Shown): void {
    if (reason === 'annulled') return;
    const { lookup } = foundBehind(code);
    if (lookup.kind !== 'serial') return;
    // To the authority a ticket that was sold meanwhile may be unknown: then it is not refused as its own.
    const isExact = rung === 'edge' || rung === 'hub';
    const isKnown = reason !== 'unknown' && (isExact || lane.list.rows.has(lookup.serial));
    if (!isKnown || lane.list.controls === null) return;
    throw new Broken('exits-never-refused', `${lane.name} keeps ${scanId} inside: ${reason}`);
  }

  #tookBack(key: string): void {
    this.#annulled.add(key);
    const admitted = this.admitted.get(key);
    if (admitted !== undefined) admitted.isAnnulled = true;
  }

  /** What has been acknowledged binds whatever is committed after it. */
  #binds(disk: NodeDisk, { serial }: Ticket, { scanId, lookup }: PendingScan): void {
    const what = takenAway(disk, serial, lookup.kind === 'serial' ? lookup.issue : null);
    if (what !== null) throw new Broken('acknowledged-binds', `${scanId} enters though ${what}`);
  }

  /** What somebody has crossed upon since is not taken back. */
  #notAfterAnother(taken: Admitted): void {
    for (const each of this.admitted.values()) {
      const isSame = each.serial === taken.serial && each.entryEpoch === taken.entryEpoch;
      if (!isSame || !each.isExact || each.isAnnulled || each.isForgotten) continue;
      if (each.at <= taken.at || (each.direction === 'in' && taken.direction === 'in')) continue;
      const what = `${taken.scanId} was taken back after ${each.scanId} went ${each.direction}`;
      throw new Broken('annul-not-after-another', what);
    }
  }

  #onceOnly(disk: NodeDisk, ticket: Ticket, entryEpoch: number, where: string): void {
    const rules = rulesFor(this.#world.ground, ticket);
    if (rules.reentry === 'always') return;
    let inside = 0;
    let entries = 0;
    const inTime = [...this.admitted.values()]
      .filter((each) => each.serial === ticket.serial && each.entryEpoch === entryEpoch)
      .map((each) => ({ each, known: crossingOf(disk, scanKey(each.device, each.scanId)) }))
      .sort((a, b) => (a.known?.at ?? a.each.at) - (b.known?.at ?? b.each.at));
    for (const { each, known } of inTime) {
      // What the store has is as the store has it; what it has not, it must have had a reason to forget.
      const isOut =
        known === null ? each.isAnnulled || each.isForgotten : known.annulledAt !== null;
      if (isOut) continue;
      if (each.direction === 'in') {
        inside += 1;
        entries += 1;
      } else inside = Math.max(0, inside - 1);
    }
    const most = rules.reentry === 'not-allowed' ? entries : inside;
    if (most <= rules.admits) return;
    const who = inTime.map(({ each }) => each.scanId);
    const what = `ticket ${ticket.serial} admits ${rules.admits}, ${most} are in by ${where}: ${who}`;
    throw new Broken('once-only', what);
  }
}
