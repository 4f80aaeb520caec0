// What the last run of this lane left behind when it was killed: scans begun and never answered, and
// admissions on the disk whose light never came on. The same code at this lane gets the same scan, so
// that it is admitted once; whatever else was claimed and never shown is taken back.
import { ANNUL_WITHIN_MS } from '#domain/entry/crossings.ts';
import type { Direction } from '#domain/entry/verdict.ts';
import { parseInstant } from '#domain/kernel/instant.ts';
import { cannotVerify } from '#domain/sync/decide-alone.ts';
import { annulAbove } from './annul.ts';
import { type Asked, askOne } from './ask.ts';
import type { Annulment, Read } from './journal-entries.ts';
import { answerAbove, answerHere, isThrough, type LaneAnswer } from './lane-answer.ts';
import { crossedOf, outcomeBody, readBody, type ScanDeps, seenOf } from './scan-deps.ts';
import { atMost, within } from './waiting.ts';

const RESOLVE_WAIT_MS = 5_000;
const CLEARING_WAIT_MS = 300;

export type Left = {
  readonly read: Read;
  /** Admitted, and never shown; null: nobody knows what became of it. */
  readonly answer: LaneAnswer | null;
};

export class Unsettled {
  readonly #deps: ScanDeps;
  readonly #left = new Map<string, Left>();
  /** Refused here though the hub may have admitted: its answer was lost. */
  readonly #doubtful = new Map<string, Read>();
  readonly #clearing = new Map<string, Promise<boolean>>();
  #resolving: Promise<void> | null = null;

  constructor(deps: ScanDeps) {
    this.#deps = deps;
    for (const left of deps.journal.admittedInTheDark()) this.#left.set(left.read.scanId, left);
    this.recall();
    this.noteDoubts();
  }

  /** After a scan that the hub was asked about and did not answer. */
  noteDoubts(): void {
    for (const read of this.#deps.journal.refusedInDoubt()) this.#doubtful.set(read.scanId, read);
  }

  /** Before the same code is asked for again: what the hub holds for a refused scan bars nobody. */
  async clearDoubt(code: string, direction: Direction): Promise<void> {
    for (const read of [...this.#doubtful.values()]) {
      if (read.code !== code || read.direction !== direction) continue;
      // Never at the cost of the verdict's deadline: the clearing goes on by itself.
      await atMost(this.#deps.ports.timers, this.#clear(read), CLEARING_WAIT_MS);
    }
  }

  /** An answer that came late says what became of a refused scan. */
  async settleDoubt(scanId: string, wasAdmitted: boolean): Promise<void> {
    const read = this.#doubtful.get(scanId);
    if (read !== undefined && wasAdmitted) await this.#clear(read);
    else if (read !== undefined) {
      this.#doubtful.delete(scanId);
      await this.#deps.journal.outOfDoubt(scanId, null);
    } else if (wasAdmitted) await this.#takeBack(scanId);
  }

  /** A scan of this run could not be written to its end: it is settled like those of earlier runs. */
  recall(): void {
    for (const read of this.#deps.journal.openScans()) {
      this.#left.set(read.scanId, { read, answer: null });
    }
  }

  /** The same code in the same direction: this scan is that scan, and settles it. */
  take(code: string, direction: Direction): Left | null {
    for (const [scanId, left] of this.#left) {
      if (left.read.code !== code || left.read.direction !== direction) continue;
      // What was admitted long ago is not of this person: control settles it.
      if (left.answer !== null && !this.#isRecent(left.answer)) continue;
      this.#left.delete(scanId);
      return left;
    }
    return null;
  }

  /** Finds out what became of each; those that nobody answers wait for the next time. */
  resolve(): Promise<void> {
    this.#resolving ??= this.#resolveAll().finally(() => {
      this.#resolving = null;
    });
    return this.#resolving;
  }

  async #resolveAll(): Promise<void> {
    for (const { read, answer } of [...this.#left.values()]) {
      if (this.#deps.stop.aborted) return;
      if (!this.#left.has(read.scanId)) continue;
      if (answer !== null) await this.#withdraw(read, answer);
      else if (!(await this.#ask(read))) return;
    }
    for (const read of [...this.#doubtful.values()]) {
      if (this.#deps.stop.aborted || !(await this.#clear(read))) return;
    }
  }

  /** @returns false when nobody answers */
  #clear(read: Read): Promise<boolean> {
    const { scanId } = read;
    const underway = this.#clearing.get(scanId);
    if (underway !== undefined) return underway;
    const clearing = this.#clearOne(read).finally(() => this.#clearing.delete(scanId));
    this.#clearing.set(scanId, clearing);
    return clearing;
  }

  /**
   * Asked again before it is taken back: the first request may still be on its way, and must find an
   * answer when it arrives. Taken back unasked, it would admit somebody then, and nobody would know.
   */
  async #clearOne(read: Read): Promise<boolean> {
    const asked = await this.#askAnywhere(read);
    if (asked.kind === 'unanswered' || asked.kind === 'revoked') return false;
    if (asked.kind === 'answered' && isThrough(answerAbove(asked.answer))) {
      return await this.#takeBack(read.scanId);
    }
    this.#doubtful.delete(read.scanId);
    await this.#deps.journal.outOfDoubt(read.scanId, null);
    return true;
  }

  /** @returns false when nobody answers */
  async #takeBack(scanId: string): Promise<boolean> {
    const { hub, journal, clock, stop, ports } = this.#deps;
    const annulled = await annulAbove(hub, ports.timers, scanId, 'never-shown', stop);
    if (annulled.kind === 'unreached') return false;
    this.#doubtful.delete(scanId);
    const isTakenBack = annulled.kind === 'taken-back';
    const annulment = { scanId, at: clock.now(), cause: 'never-shown' } as const;
    await journal.outOfDoubt(scanId, isTakenBack ? annulment : null);
    return true;
  }

  /** @returns false when nobody answers */
  async #ask(read: Read): Promise<boolean> {
    const { onRevoked } = this.#deps;
    const asked = await this.#askAnywhere(read);
    // Read again at the lane meanwhile: then it is shown there, and nothing is to be taken back.
    if (!this.#left.has(read.scanId)) return true;
    switch (asked.kind) {
      case 'unanswered':
        return false;
      case 'revoked':
        onRevoked();
        return false;
      case 'refused':
        await this.#closeUnanswerable(read, asked.words);
        return true;
      case 'answered': {
        const answer = answerAbove(asked.answer);
        if (isThrough(answer)) await this.#withdraw(read, answer);
        else await this.#close(read, answer, null);
        return true;
      }
    }
  }

  async #askAnywhere(read: Read): Promise<Asked> {
    const { hub, journal, ports, stop } = this.#deps;
    const seen = seenOf(journal);
    const headers: Record<string, string> =
      seen === null ? {} : { 'kaimen-seen': `${seen.epoch}:${seen.revision}:${seen.mark}` };
    const scan = { json: JSON.stringify(readBody(this.#deps, read)), headers };
    for (const base of hub.bases()) {
      try {
        return await within(ports.timers, RESOLVE_WAIT_MS, stop, (signal) =>
          askOne(hub, base, scan, signal),
        );
      } catch {
        // The next address, or the next time.
      }
    }
    return { kind: 'unanswered', cause: 'nobody answers' };
  }

  /**
   * Takes an admission back that nobody was shown. The journal says so first: from then on this scan
   * admits nobody here, and the hub learns of it whether or not it can be told now.
   */
  async #withdraw(read: Read, answer: LaneAnswer): Promise<void> {
    const { hub, clock, stop, notify, ports } = this.#deps;
    const { scanId } = read;
    const ticket = answer.ticket?.ref ?? scanId;
    if (!this.#isRecent(answer)) {
      await this.#close(read, answer, null);
      notify('notTakenBack', ticket);
      return;
    }
    await this.#close(read, answer, { scanId, at: clock.now(), cause: 'never-shown' });
    const isExact = answer.revision !== null;
    const annulled = isExact
      ? await annulAbove(hub, ports.timers, scanId, 'never-shown', stop)
      : null;
    if (annulled?.kind === 'refused') notify('notTakenBack', `${ticket} ${annulled.words}`);
    else notify('neverShown', ticket);
  }

  async #close(read: Read, answer: LaneAnswer, annulment: Annulment | null): Promise<void> {
    const { journal } = this.#deps;
    this.#left.delete(read.scanId);
    const crossed = await crossedOf(this.#deps, answer, null);
    await journal.neverShown(outcomeBody(this.#deps, read, answer), answer, crossed, annulment);
  }

  /** The hub will never decide it: closed as refused, so that it is not asked for ever. */
  async #closeUnanswerable(read: Read, words: string): Promise<void> {
    const { clock, notify } = this.#deps;
    const scan = { direction: read.direction, gate: '', lane: null, isConfirmed: false };
    const decided = { at: clock.now(), ground: null, listAsOf: null };
    const answer = answerHere(read.scanId, cannotVerify(scan), 'provisional', decided);
    await this.#close(read, answer, null);
    notify('scanRefused', words);
  }

  #isRecent(answer: LaneAnswer): boolean {
    const decidedAt = parseInstant(answer.decidedAt) ?? 0;
    return this.#deps.clock.now() - decidedAt <= ANNUL_WITHIN_MS;
  }
}
