// What the last run of this lane left behind when it was killed: scans begun and never answered, and
// admissions of which nobody can say whether the light came on. The same code at this lane gets the
// same scan, so nobody is admitted twice for it; what is claimed and was never shown is taken back.

import { ANNUL_WITHIN_MS } from '#domain/entry/crossings.ts';
import type { Direction } from '#domain/entry/verdict.ts';
import { parseInstant } from '#domain/kernel/instant.ts';
import { cannotVerify } from '#domain/sync/decide-alone.ts';
import { annulAbove } from './annul.ts';
import { askAbove } from './ask.ts';
import type { Read } from './journal.ts';
import { answerAbove, answerHere, isThrough, type LaneAnswer } from './lane-answer.ts';
import { crossedOf, outcomeBody, readBody, type ScanDeps, seenOf } from './scan-deps.ts';
import { ANNOUNCEMENTS } from './words.ts';

const RESOLVE_WAIT_MS = 5_000;

export type Left =
  | { readonly kind: 'begun'; readonly read: Read }
  | { readonly kind: 'perhaps-shown'; readonly answer: LaneAnswer };

export class Unsettled {
  readonly #deps: ScanDeps;
  readonly #begun: Map<string, Read>;
  readonly #perhapsShown = new Map<string, { read: Read; answer: LaneAnswer }>();
  #resolving: Promise<void> | null = null;

  constructor(deps: ScanDeps) {
    this.#deps = deps;
    const { journal } = deps;
    this.#begun = new Map(journal.openScans().map((read) => [read.scanId, read]));
    for (const { read, answer } of journal.unshownAdmissions()) {
      this.#perhapsShown.set(answer.scanId, { read, answer });
      deps.tell(`${deps.say(ANNOUNCEMENTS.perhapsShown)} ${answer.ticket?.ref ?? answer.scanId}`);
    }
  }

  /** A scan of this run could not be written to its end: it is settled like those of earlier runs. */
  recall(): void {
    for (const read of this.#deps.journal.openScans()) this.#begun.set(read.scanId, read);
  }

  /** The same code in the same direction: this scan is that scan. Asked once; it is settled by it. */
  take(code: string, direction: Direction): Left | null {
    for (const [scanId, { read, answer }] of this.#perhapsShown) {
      const decidedAt = parseInstant(answer.decidedAt) ?? 0;
      if (this.#deps.clock.now() - decidedAt > ANNUL_WITHIN_MS) {
        this.#perhapsShown.delete(scanId);
      } else if (read.code === code && read.direction === direction) {
        this.#perhapsShown.delete(scanId);
        return { kind: 'perhaps-shown', answer };
      }
    }
    for (const [scanId, read] of this.#begun) {
      if (read.code !== code || read.direction !== direction) continue;
      this.#begun.delete(scanId);
      return { kind: 'begun', read };
    }
    return null;
  }

  /** Asks what became of each scan begun; those that nobody answers wait for the next time. */
  resolve(): Promise<void> {
    this.#resolving ??= this.#resolveAll().finally(() => {
      this.#resolving = null;
    });
    return this.#resolving;
  }

  async #resolveAll(): Promise<void> {
    for (const read of [...this.#begun.values()]) {
      if (this.#deps.stop.aborted || !(await this.#resolveOne(read))) return;
    }
  }

  /** @returns false when nobody answers */
  async #resolveOne(read: Read): Promise<boolean> {
    const { hub, journal, clock } = this.#deps;
    const { scanId } = read;
    const request = readBody(this.#deps, read);
    const asked = await askAbove(hub, request, seenOf(journal), RESOLVE_WAIT_MS);
    if (asked.kind === 'unanswered') return false;
    if (asked.kind === 'revoked') {
      this.#deps.onRevoked('');
      return false;
    }
    // Read again at the lane meanwhile: then it is shown there, and nothing is to be taken back.
    if (!this.#begun.delete(scanId)) return true;
    if (asked.kind === 'refused') {
      this.#closeUnanswerable(read, asked.words);
      return true;
    }
    const answer = answerAbove(asked.answer);
    const isClaimed = isThrough(answer);
    journal.neverShown(
      outcomeBody(this.#deps, read, answer),
      answer,
      isClaimed ? crossedOf(this.#deps, answer, null) : null,
      isClaimed ? { scanId, at: clock.now(), cause: 'never-shown' } : null,
    );
    if (isClaimed) await this.#takeBack(answer);
    return true;
  }

  /** The hub will never decide it: closed as refused, so that it is not asked for ever. */
  #closeUnanswerable(read: Read, words: string): void {
    const { clock, journal, tell, say, settings } = this.#deps;
    const scan = { direction: settings.direction, gate: '', lane: null, isConfirmed: false };
    const at = clock.now();
    const decided = { at, ground: null, listAsOf: null };
    const answer = answerHere(read.scanId, cannotVerify(scan), 'provisional', decided);
    journal.neverShown(outcomeBody(this.#deps, read, answer), answer, null, null);
    tell(`${say(ANNOUNCEMENTS.scanRefused)} ${words}`);
  }

  async #takeBack(answer: LaneAnswer): Promise<void> {
    const { hub, stop, tell, say } = this.#deps;
    const ticket = answer.ticket?.ref ?? answer.scanId;
    const refusal = await annulAbove(hub, answer.scanId, 'never-shown', stop);
    if (refusal === null) tell(`${say(ANNOUNCEMENTS.neverShown)} ${ticket}`);
    else tell(`${say(ANNOUNCEMENTS.notTakenBack)} ${ticket}: ${refusal}`);
  }
}
