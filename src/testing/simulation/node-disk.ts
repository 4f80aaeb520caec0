// What a simulated hub or box has on its disk: the claim store, journals, the numbered ticket list, what it
// follows of the authority. Each method is one transaction.
import type { Ticket } from '#domain/entry/ticket.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { takeUp, toldTime, wasExact, withCrossing, withTombstone } from '#domain/sync/take-up.ts';
import type { JournalEntry, JournalReceipt } from '#protocol/journal.ts';
import { iso } from '#server/platform/clock.ts';
import { ClaimMemory } from '#testing/claim-memory.ts';
import { type KeptScan, scanKey } from '#testing/claim-rows.ts';
import {
  journalKey,
  type KeptJournal,
  type Line,
  type Quarantined,
  type Upload,
} from './journal-lines.ts';
import { CHECKPOINT, foundBehind } from './simulated-match.ts';

type OutcomeLine = Extract<JournalEntry, { kind: 'outcome' }>;

export class NodeDisk extends ClaimMemory {
  /** When each re-admission began. */
  entryEpochs: readonly { readonly epoch: number; readonly startedAt: Instant }[] = [];
  listEpoch = 'l1';
  listN = 0;
  listed = new Map<number, number>();
  journals = new Map<string, KeptJournal>();
  quarantined = new Map<string, Quarantined>();
  /** Per target and journal: how far the target has it. */
  relayed = new Map<string, number>();
  /** Whose decisions these are: epoch of the authority. */
  logEpoch = 1;
  /** Which store of the authority they come from; null: this one. */
  logStore: string | null = null;
  /** At which revision the present authority took over; it does not begin before it holds as many. */
  takesOverAt = 0;
  takesOverFrom: string | null = null;
  /** By device: entries without a gap, told complete, since this store has been rebuilding. */
  heardOut = new Set<string>();
  /** Broken on purpose: conflicts are not kept. */
  isForgetful = false;

  copy(): NodeDisk {
    const copy = new NodeDisk(this.ground, this.keyring, this.controls, this.epoch);
    this.copyTo(copy);
    copy.listed = new Map(this.listed);
    copy.quarantined = new Map(this.quarantined);
    copy.relayed = new Map(this.relayed);
    copy.heardOut = new Set(this.heardOut);
    copy.journals = new Map(
      [...this.journals].map(([key, journal]) => {
        const lines = new Map([...journal.lines].map(([seq, each]) => [seq, { ...each }]));
        return [key, { ...journal, lines }];
      }),
    );
    return copy;
  }

  override changeTicket(serial: number, changes: Partial<Ticket>): void {
    super.changeTicket(serial, changes);
    this.listN += 1;
    this.listed.set(serial, this.listN);
  }

  override change(...asked: Parameters<ClaimMemory['change']>): ReturnType<ClaimMemory['change']> {
    const changed = super.change(...asked);
    if (this.isForgetful) this.conflicts.clear();
    return changed;
  }

  sell(ticket: Ticket): void {
    this.tickets.set(ticket.serial, ticket);
    this.listN += 1;
    this.listed.set(ticket.serial, this.listN);
  }

  /** Another line under a number that is taken is kept apart; the first stays. */
  receive(upload: Upload): Omit<JournalReceipt, 'conflicts'> {
    const { device, gate, journalId } = upload;
    const key = journalKey(upload);
    let journal = this.journals.get(key);
    if (journal === undefined) {
      journal = { device, gate, journalId, lines: new Map(), acceptedThrough: 0 };
      this.journals.set(key, journal);
    }
    const quarantined: { seq: number; why: string }[] = [];
    for (const line of upload.lines) {
      const before = journal.lines.get(line.seq);
      if (before === undefined) {
        const { kind } = line.entry;
        const isApplied = kind !== 'outcome' && kind !== 'annulled';
        journal.lines.set(line.seq, { line, isApplied });
      } else if (before.line.text !== line.text) {
        const why = 'another entry was uploaded under this number: a cloned or restored lane';
        this.quarantined.set(`${key}\n${line.text}`, { device, text: line.text, why });
        quarantined.push({ seq: line.seq, why });
      }
    }
    while (journal.lines.has(journal.acceptedThrough + 1)) journal.acceptedThrough += 1;
    const { acceptedThrough } = journal;
    return { acceptedThrough, durableThrough: acceptedThrough, quarantined };
  }

  /** Makes true what the journals of all lanes hold and has not been taken up yet. */
  replay(now: Instant, onTaken: (scanId: string, device: string) => void = () => {}): void {
    for (const journal of this.journals.values()) {
      for (const kept of [...journal.lines.values()].sort((a, b) => a.line.seq - b.line.seq)) {
        if (kept.isApplied) continue;
        const { entry } = kept.line;
        if (entry.kind === 'outcome') {
          kept.isApplied = this.#replayOutcome(journal, entry, now, kept.line.text);
          if (kept.isApplied) onTaken(entry.scanId, journal.device);
        } else if (entry.kind === 'annulled')
          kept.isApplied = this.#replayAnnulment(journal, kept.line);
      }
    }
  }

  /** What this node follows of the authority, as one page: all that is decided, and how far. */
  logPage(): LogPage {
    const key = `${this.revision} ${this.epoch} ${this.logEpoch} ${this.storeOfLog()} ${this.ends.size}`;
    if (this.#page?.key !== key) this.#page = { key, page: this.#newPage() };
    return this.#page.page;
  }

  #page: { readonly key: string; readonly page: LogPage } | null = null;

  #newPage(): LogPage {
    return {
      authorityEpoch: this.logEpoch,
      store: this.storeOfLog(),
      revision: this.revision,
      epochs: new Map([...this.ends, [this.epoch, this.revision] as const]),
      entryEpoch: this.entryEpoch,
      entryEpochs: this.entryEpochs,
      claims: new Map(this.claims),
      scans: new Map(this.scans),
      conflicts: new Map(this.conflicts),
      inside: [...this.inside],
      minute: this.minute,
      thisMinute: [...this.thisMinute],
    };
  }

  decidesHere(): boolean {
    const { decidingEpoch, authority } = this;
    return decidingEpoch === this.logEpoch && decidingEpoch === authority.epoch;
  }

  storeOfLog(): string | null {
    return this.decidesHere() ? this.epoch : this.logStore;
  }

  /** The mass re-admission after an evacuation: everybody enters anew. */
  readmit(entryEpoch: number, at: Instant): void {
    this.entryEpoch = entryEpoch;
    this.entryEpochs = [...this.entryEpochs, { epoch: entryEpoch, startedAt: at }];
    this.inside = this.inside.map(() => 0);
    this.thisMinute = this.thisMinute.map(() => 0);
    this.fence += 1;
    this.revision += 1;
  }

  /** @returns whether it was newer than what is here */
  follow(page: LogPage): boolean {
    const isNewer =
      page.authorityEpoch > this.logEpoch ||
      (page.authorityEpoch === this.logEpoch &&
        (page.store !== this.storeOfLog() || page.revision > this.revision));
    if (!isNewer) return false;
    const { epochs, authorityEpoch, store, ...decided } = page;
    const isOther = authorityEpoch !== this.logEpoch || store !== this.storeOfLog();
    // What it had decided itself, before it was put back, does not know what journals have added here since.
    if (isOther || this.decidesHere()) this.#forgetApplied();
    const { entryEpoch, entryEpochs } = this;
    Object.assign(this, {
      ...decided,
      claims: new Map(page.claims),
      scans: new Map(page.scans),
      conflicts: new Map(page.conflicts),
      inside: [...page.inside],
      thisMinute: [...page.thisMinute],
      logEpoch: authorityEpoch,
      logStore: store,
    });
    if (entryEpoch > page.entryEpoch) {
      // A re-admission that the others have not heard of yet.
      const inside = page.inside.map(() => 0);
      Object.assign(this, { entryEpoch, entryEpochs, inside, thisMinute: [...inside] });
    }
    for (const [epoch, end] of epochs) {
      if (epoch !== this.epoch) this.ends.set(epoch, end);
    }
    return true;
  }

  /** Another store's decisions take the place of these: what journals had added here is to be added again. */
  #forgetApplied(): void {
    for (const { lines } of this.journals.values()) {
      for (const kept of lines.values()) {
        const { kind } = kept.line.entry;
        if (kind === 'outcome' || kind === 'annulled') kept.isApplied = false;
      }
    }
  }

  #replayOutcome(journal: KeptJournal, entry: OutcomeLine, now: Instant, text: string): boolean {
    const { device, gate } = journal;
    const { lookup, codeHash } = foundBehind(entry.code);
    const stored = this.scans.get(scanKey(device, entry.scanId)) ?? null;
    const isOurs = lookup.kind === 'serial';
    const serial = isOurs && this.tickets.has(lookup.serial) ? lookup.serial : null;
    const taken = takeUp({
      verdict: entry.verdict,
      isTicketMissing: isOurs && serial === null,
      stored:
        stored === null
          ? null
          : { isSameScan: isOf(stored, entry, codeHash), verdict: stored.verdict },
    });
    if (taken.kind === 'wait') return false;
    if (taken.kind === 'set-aside') {
      this.quarantined.set(`${journalKey(journal)}\n${text}`, {
        device,
        text,
        why: 'scan-id-reused',
      });
      return true;
    }
    const notBefore = entry.notBefore === undefined ? null : parseInstant(entry.notBefore);
    const at = toldTime(parseInstant(entry.scannedAt) ?? now, notBefore, now);
    // Whoever came in before the evacuation is not in again after it, whenever we hear of them.
    const entryEpoch = this.entryEpochs.findLast(({ startedAt }) => at >= startedAt)?.epoch ?? 1;
    const place = { entryEpoch, checkpoint: CHECKPOINT, serial: serial ?? 0 };
    const crossing = {
      device,
      scan: entry.scanId,
      gate,
      lane: null,
      at,
      direction: entry.direction,
      isExact: wasExact(entry.rung),
      annulledAt: null,
    };
    const crossed =
      taken.hasCrossed && serial !== null
        ? this.change(place, gate, (before) => withCrossing(before, crossing))
        : null;
    if (!taken.isNew) return true;
    const revision = crossed === null ? this.takeRevision([], 0) : this.revision;
    const { scanId, verdict, reason, rung, direction } = entry;
    const ticket = serial === null ? null : { ref: this.tickets.get(serial)?.ref };
    const answer = JSON.stringify({ scanId, verdict, reason, rung, ticket, decidedAt: iso(at) });
    this.scans.set(scanKey(device, scanId), {
      ...{ device, scanId, codeHash: Buffer.from(codeHash), direction, verdict, reason, answer },
      ...{ revision, annulledAt: null, serial, gate, checkpoint: CHECKPOINT, entryEpoch },
    });
    return true;
  }

  /** @returns false while its scan may still come */
  #replayAnnulment(journal: KeptJournal, { seq, entry }: Line): boolean {
    if (entry.kind !== 'annulled') return true;
    const { device } = journal;
    const scan = this.scans.get(scanKey(device, entry.scanId));
    if (scan === undefined) return journal.acceptedThrough >= seq;
    if (scan.annulledAt !== null || scan.serial === null) return true;
    const at = parseInstant(entry.at) ?? (0 as Instant);
    this.takeBack(scan, at, (before) =>
      withTombstone(before, { device, scanId: entry.scanId }, at),
    );
    return true;
  }
}

export type LogPage = Pick<
  NodeDisk,
  | ('revision' | 'entryEpoch' | 'entryEpochs' | 'claims' | 'scans' | 'conflicts')
  | ('inside' | 'minute' | 'thisMinute')
> & {
  readonly authorityEpoch: number;
  readonly store: string | null;
  readonly epochs: ReadonlyMap<string, number | null>;
};

function isOf(stored: KeptScan, entry: OutcomeLine, codeHash: Uint8Array): boolean {
  return stored.direction === entry.direction && stored.codeHash.equals(codeHash);
}
