// A claim store in memory, of one match: what `claim-store.ts`, `change-crossings.ts` and `epochs.ts` of the
// server do in PostgreSQL, each as one step that is done whole or not at all. It passes the conformance suite
// of claim stores (`claim-memory.test.ts`), so what is found out on it holds for the real one.
import { refold } from '#domain/entry/conflicts.ts';
import { annulCrossing, type Crossing } from '#domain/entry/crossings.ts';
import { CLOCKS_APART_MAX_MINUTES } from '#domain/entry/metering.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Direction, Reason, Verdict } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { type Behind, judgeWitness, type Witnessed } from '#domain/sync/witness.ts';
import { type Controls, limitOf } from '#domain/venue/controls.ts';
import { type Ground, scopesCrossed } from '#domain/venue/match-event.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import type { Ask, Batch } from '#server/entry/claim-store.ts';
import type { Keyring } from '#server/entry/find-code.ts';
import type { Snapshot } from '#server/entry/snapshot.ts';
import {
  type Authority,
  type ClaimPlace,
  claimKey,
  conflictKey,
  type KeptClaim,
  type KeptConflict,
  type KeptScan,
  type Laxity,
  scanKey,
  storedScan,
} from './claim-rows.ts';

export class ClaimMemory {
  readonly ground: Ground;
  readonly keyring: Keyring;
  readonly laxities = new Set<Laxity>();
  epoch: string;
  state: 'serving' | 'rebuilding' = 'serving';
  /** Where each earlier epoch ended; null: settled. */
  ends = new Map<string, number | null>();
  revision = 0;
  fence = 1;
  entryEpoch = 1;
  minute = 0;
  inside: number[];
  thisMinute: number[];
  controls: Controls;
  authority: Authority = { name: 'hub', epoch: 1, handoverTo: null };
  decidingEpoch: number | null = 1;
  tickets = new Map<number, Ticket>();
  claims = new Map<string, KeptClaim>();
  scans = new Map<string, KeptScan>();
  conflicts = new Map<string, KeptConflict>();

  constructor(ground: Ground, keyring: Keyring, controls: Controls, epoch: string) {
    this.ground = ground;
    this.keyring = keyring;
    this.controls = controls;
    this.epoch = epoch;
    this.inside = ground.scopes.map(() => 0);
    this.thisMinute = ground.scopes.map(() => 0);
  }

  /** A backup: what is done to one afterwards leaves the other alone. */
  copyTo(copy: ClaimMemory): void {
    Object.assign(copy, {
      ...this,
      ends: new Map(this.ends),
      inside: [...this.inside],
      thisMinute: [...this.thisMinute],
      tickets: new Map(this.tickets),
      claims: new Map(this.claims),
      scans: new Map(this.scans),
      conflicts: new Map(this.conflicts),
    });
  }

  /** What deciding needs of the match, as a node keeps it in memory under the fence it was read at. */
  openEvent(self: string): OpenEvent {
    const { ground, controls, authority } = this;
    const hasTakenOver = this.decidingEpoch === authority.epoch;
    return {
      number: this.keyring.own.number,
      ground,
      status: controls.status,
      entryEpoch: this.entryEpoch,
      fence: this.fence,
      controls,
      keyring: this.keyring,
      scopeIndex: new Map(ground.scopes.map((scope, index) => [scope, index])),
      limits: ground.scopes.map((scope) =>
        scope.startsWith('gate/') ? null : limitOf(ground, controls, scope),
      ),
      hasMeter: controls.holds.some(({ kind }) => kind === 'meter'),
      isHere: hasTakenOver && authority.name === self && authority.handoverTo === null,
      rung: self === 'hub' ? 'hub' : 'edge',
      authority: authority.handoverTo === null ? authority.name : null,
      authorityEpoch: authority.epoch,
    };
  }

  read(event: OpenEvent, asks: readonly Ask[]): Snapshot {
    return {
      revision: this.revision,
      fence: this.fence,
      inside: [...this.inside],
      minute: this.minute,
      thisMinute: [...this.thisMinute],
      facts: asks.map(({ device, scanId, checkpoint, serial }) => {
        const stored = this.scans.get(scanKey(device, scanId));
        const place = { entryEpoch: event.entryEpoch, checkpoint, serial: serial ?? 0 };
        const claim = this.claims.get(claimKey(place));
        return {
          stored: stored === undefined ? null : storedScan(stored),
          ticket: this.tickets.get(serial ?? 0) ?? null,
          crossings: claim?.crossings ?? [],
          claimRevision: claim?.revision ?? 0,
        };
      }),
    };
  }

  commit(event: OpenEvent, epoch: string, batch: Batch): number | 'stale' {
    if (!this.#mayCommit(event, epoch, batch)) return 'stale';
    const base = this.revision;
    this.revision += batch.scans.length;
    batch.insideDelta.forEach((delta, index) => {
      this.inside[index] = (this.inside[index] ?? 0) + delta;
    });
    this.#countMinute(batch);
    for (const { checkpoint, serial, crossings } of batch.claims) {
      const key = claimKey({ entryEpoch: event.entryEpoch, checkpoint, serial });
      this.claims.set(key, { crossings, revision: this.revision });
    }
    for (const [index, scan] of batch.scans.entries()) {
      this.scans.set(scanKey(scan.device, scan.scan_id), {
        device: scan.device,
        scanId: scan.scan_id,
        codeHash: Buffer.from(scan.code_hash.slice(2), 'hex'),
        direction: scan.direction as Direction,
        verdict: scan.verdict as Verdict,
        reason: scan.reason as Reason | null,
        answer: scan.answer,
        revision: base + index + 1,
        annulledAt: null,
        serial: scan.serial,
        gate: scan.gate,
        checkpoint: scan.checkpoint,
        entryEpoch: event.entryEpoch,
      });
    }
    return base;
  }

  /** Outside of the batches: annulments and journals. @returns null if there is nothing to change */
  change(
    place: ClaimPlace,
    gate: string,
    change: (before: readonly Crossing[]) => readonly Crossing[] | null,
  ): { readonly inside: number; readonly fresh: number } | null {
    const ticket = this.tickets.get(place.serial);
    if (ticket === undefined) return null;
    const before = this.claims.get(claimKey(place))?.crossings ?? [];
    const after = change(before);
    if (after === null) return null;
    const { inside, fresh, conflicts, settled } = refold(
      before,
      after,
      rulesFor(this.ground, ticket),
    );
    const scopes = scopesCrossed(this.ground, ticket.section, gate, ticket.stand);
    // Of an earlier epoch: everybody who is in now has been counted since.
    this.takeRevision(scopes, place.entryEpoch === this.entryEpoch ? inside : 0);
    this.claims.set(claimKey(place), { crossings: after, revision: this.revision });
    const { serial } = place;
    for (const each of conflicts) {
      this.conflicts.set(conflictKey(each), { ...each, serial, isOpen: true });
    }
    for (const each of settled) {
      this.conflicts.set(conflictKey(each), { ...each, serial, isOpen: false });
    }
    return { inside, fresh };
  }

  takeRevision(scopes: readonly string[], inside: number): number {
    this.revision += 1;
    this.ground.scopes.forEach((scope, index) => {
      if (scopes.includes(scope)) this.inside[index] = (this.inside[index] ?? 0) + inside;
    });
    return this.revision;
  }

  /** @returns `annulled`, `already-annulled`, or why not */
  annul(device: string, scanId: string, at: Instant): string {
    const scan = this.scans.get(scanKey(device, scanId));
    if (scan === undefined) return 'no-such-crossing';
    if (scan.annulledAt !== null) return 'already-annulled';
    let outcome = 'no-such-crossing';
    const isDone = this.takeBack(scan, at, (crossings) => {
      const after = annulCrossing(crossings, device, scanId, at);
      outcome = typeof after === 'string' ? after : 'annulled';
      return typeof after === 'string' ? null : after;
    });
    return isDone ? 'annulled' : outcome;
  }

  takeBack(
    scan: KeptScan,
    at: Instant,
    change: (before: readonly Crossing[]) => readonly Crossing[] | null,
  ): boolean {
    const { entryEpoch, checkpoint, serial } = scan;
    if (serial === null) return false;
    if (this.change({ entryEpoch, checkpoint, serial }, scan.gate, change) === null) return false;
    this.scans.set(scanKey(scan.device, scan.scanId), { ...scan, annulledAt: at });
    return true;
  }

  /** Whatever could change a verdict raises the fence with it. */
  changeTicket(serial: number, changes: Partial<Ticket>): void {
    const ticket = this.tickets.get(serial);
    if (ticket === undefined) return;
    this.tickets.set(serial, { ...ticket, ...changes });
    this.fence += 1;
  }

  control(changes: Partial<Controls>): void {
    this.controls = { ...this.controls, ...changes };
    this.fence += 1;
  }

  /** Starting begins an epoch, unless the store is being rebuilt; the end of a rebuild settles all before. */
  beginEpoch(epoch: string, how: 'starting' | 'rebuilt'): void {
    this.fence += 1;
    if (how === 'rebuilt') {
      for (const each of [...this.ends.keys(), this.epoch]) this.ends.set(each, null);
    } else if (this.state === 'rebuilding') return;
    else this.ends.set(this.epoch, this.revision);
    this.epoch = epoch;
    this.state = 'serving';
  }

  stopServing(unknownEpoch: string | null): void {
    this.state = 'rebuilding';
    // Settled once its lanes have been heard out, which the end of the rebuild stands for.
    if (unknownEpoch !== null && !this.ends.has(unknownEpoch)) this.ends.set(unknownEpoch, null);
  }

  judge(seen: Witnessed, who: string): Behind | null {
    const { epoch, revision, ends } = this;
    return judgeWitness(seen, { epoch, revision, endOf: (each) => ends.get(each) }, who);
  }

  insideOf(scope: string): number {
    return this.inside[this.ground.scopes.indexOf(scope)] ?? 0;
  }

  #mayCommit(event: OpenEvent, epoch: string, batch: Batch): boolean {
    const { strictRevision } = batch;
    if (this.fence !== event.fence && !this.laxities.has('no-fence')) return false;
    if (strictRevision !== null && this.revision !== strictRevision) return false;
    if (this.state !== 'serving' || this.epoch !== epoch) return false;
    const isOver = batch.insideDelta.some((delta, index) => {
      const limit = batch.limits[index] ?? null;
      return delta > 0 && limit !== null && (this.inside[index] ?? 0) + delta > limit;
    });
    if (isOver && !this.laxities.has('no-limits')) return false;
    if (this.laxities.has('no-guard')) return true;
    const isMoved = batch.claims.some(({ checkpoint, serial, previous }) => {
      const key = claimKey({ entryEpoch: event.entryEpoch, checkpoint, serial });
      return (this.claims.get(key)?.revision ?? 0) !== previous;
    });
    return (
      !isMoved && !batch.scans.some((scan) => this.scans.has(scanKey(scan.device, scan.scan_id)))
    );
  }

  #countMinute({ minute, entered }: Batch): void {
    const ahead = this.minute - minute;
    if (ahead >= 0 && ahead <= CLOCKS_APART_MAX_MINUTES) {
      this.thisMinute = this.thisMinute.map((count, index) => count + (entered[index] ?? 0));
    } else {
      this.minute = minute;
      this.thisMinute = [...entered];
    }
  }
}
