// Carries the journal up, whatever scanning is doing: in order, in batches, for as long as the hub is
// away. A hub that knows less than it did gets it again; an entry that it will not take is set aside.
import { JOURNAL_ENTRIES_MAX, type JournalReceipt, journalReceipt } from '#protocol/journal.ts';
import type { Hub } from './hub.ts';
import type { Journal } from './journal.ts';
import type { Chance, Timers } from './ports.ts';
import { NoAnswer, type Reply, Revoked, requireOk } from './replies.ts';
import { pause, within } from './waiting.ts';

const BATCH_LENGTH_MAX = 128 * 1024;
const TIMEOUT_MS = 15_000;
/** Scans that follow one another go up together. */
const GATHER_MS = 1_500;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 30_000;
/** With nothing to send, the hub is asked whether it still has everything. */
const IDLE_MS = 30_000;
/** Statuses that judge what was sent rather than who sent it or when. */
const REFUSES_CONTENT = new Set([400, 413, 422]);

export type Uploader = {
  /** There is something new, or somebody to send it to. */
  nudge(isUrgent?: boolean): void;
  /** Entries up to here are at the hub. */
  acceptedThrough(): number;
  /** @returns entries that are left when everything is sent or the time is over */
  drain(timeoutMs: number): Promise<number>;
  readonly ended: Promise<void>;
};

export type UploaderDeps = {
  readonly hub: Hub;
  readonly journal: Journal;
  readonly timers: Timers;
  readonly chance: Chance;
  readonly stop: AbortSignal;
  readonly onRevoked: () => void;
  /** A lane for training: what it wrote down is nobody's. */
  readonly isMute: () => boolean;
  readonly onSetAside: (seq: number, why: string) => void;
  /** Fewer entries are left to send, or more again: whoever shows their number looks again. */
  readonly onProgress: () => void;
};

export function startUploader(deps: UploaderDeps): Uploader {
  const { stop, timers, chance } = deps;
  const progress = new Progress(deps);
  let wake = new AbortController();
  let drained: (() => void) | null = null;
  let failures = 0;

  async function run(): Promise<void> {
    while (!stop.aborted) {
      try {
        await progress.sendNext();
        failures = 0;
      } catch (error) {
        if (stop.aborted) return;
        // A device that may decide no more may still have to be heard out: it goes on trying.
        if (error instanceof Revoked) deps.onRevoked();
        failures += 1;
      }
      if (progress.left() === 0) drained?.();
      else if (failures === 0) continue;
      wake = new AbortController();
      const waitMs =
        failures === 0 ? IDLE_MS : Math.min(RETRY_MIN_MS * 2 ** failures, RETRY_MAX_MS);
      const signal = AbortSignal.any([stop, wake.signal]);
      await pause(timers, waitMs * (0.75 + chance.fraction() / 2), signal);
      // Nudged while all was well: others are probably following.
      const isGathering = wake.signal.reason === GATHER;
      if (isGathering && drained === null) {
        await pause(timers, GATHER_MS, stop);
      }
    }
  }

  return {
    nudge(isUrgent = false) {
      if (isUrgent) wake.abort('urgent');
      // While nobody takes anything, one more scan is no reason to try: it would only be in the way.
      else if (failures === 0) wake.abort(GATHER);
    },
    acceptedThrough: () => progress.through,
    async drain(timeoutMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      drained = resolve;
      if (progress.left() === 0) resolve();
      else wake.abort('urgent');
      const cancel = timers.after(timeoutMs, resolve);
      stop.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      cancel();
      return progress.left();
    },
    ended: run(),
  };
}

const GATHER = 'gather';

class Progress {
  readonly #deps: UploaderDeps;
  /** What the hub last said that it holds without a gap. */
  #accepted: number;
  #batchMax = JOURNAL_ENTRIES_MAX;
  /** Everything up to here was taken or set aside. */
  through: number;

  constructor(deps: UploaderDeps) {
    this.#deps = deps;
    const { journal } = deps;
    this.#accepted = Number(journal.meta('acceptedThrough') ?? 0);
    this.through = Number(journal.meta('through') ?? this.#accepted);
  }

  left(): number {
    return this.#deps.isMute() ? 0 : this.#deps.journal.lastSeq - this.through;
  }

  /** Sends what comes next; nothing, if nothing does, to hear whether the hub still has the rest. */
  async sendNext(): Promise<void> {
    const { journal, onSetAside, isMute } = this.#deps;
    if (isMute()) return;
    const page = await journal.linesFrom(this.through + 1, this.#batchMax, BATCH_LENGTH_MAX);
    const last = page.at(-1)?.seq ?? this.through;
    const entries = page.filter(({ seq }) => !journal.hasSetAside(seq - 1, seq));
    const texts = entries.map(({ text }) => text).join(',');
    const leftOut = page.flatMap(({ seq }) => (journal.hasSetAside(seq - 1, seq) ? [seq] : []));
    const isComplete = last === journal.lastSeq;
    const rest = JSON.stringify({
      ...{ journalId: journal.journalId, isComplete, lastSeq: journal.lastSeq },
      ...(leftOut.length === 0 ? {} : { leftOut }),
    });
    // Entries go up as they were written, the same to the byte each time.
    const json = `{"entries":[${texts}],${rest.slice(1)}`;
    const reply = await this.#post(json);
    if (isJudgement(reply) && entries.length > 0) {
      // One of these is bad: halve until it stands alone, then leave it out.
      if (entries.length > 1) this.#batchMax = Math.ceil(entries.length / 2);
      else {
        const seq = entries[0]?.seq ?? last;
        if (await journal.setAside(seq, reply.words)) onSetAside(seq, reply.words);
        this.#batchMax = JOURNAL_ENTRIES_MAX;
      }
      return;
    }
    this.#batchMax = Math.min(this.#batchMax * 2, JOURNAL_ENTRIES_MAX);
    await this.#take(journalReceipt.parse(requireOk(reply).body), last);
  }

  async #take(receipt: JournalReceipt, last: number): Promise<void> {
    const { journal, onSetAside } = this.#deps;
    for (const { seq, why } of receipt.quarantined) {
      if (await journal.setAside(seq, why)) onSetAside(seq, why);
    }
    const { acceptedThrough } = receipt;
    if (acceptedThrough > journal.lastSeq) {
      // The hub holds entries of this journal that are not in it: this file was restored or copied.
      // Under a new id everything goes up again, and nothing is filed under another entry's number.
      await journal.renew();
      await this.#set(0, 0);
      return;
    }
    const wentBack = acceptedThrough < this.#accepted;
    const hasGap = journal.hasSetAside(acceptedThrough, last);
    if (wentBack) await this.#set(acceptedThrough, acceptedThrough);
    else if (acceptedThrough >= last || hasGap) {
      // Never past what this lane has sent: a copy of it may have sent more under the same name.
      await this.#set(acceptedThrough, last);
    } else {
      const isStuck = acceptedThrough <= this.through && last > this.through;
      await this.#set(acceptedThrough, acceptedThrough);
      if (isStuck) throw new Error('the hub took none of the entries');
    }
    const durableThrough = String(receipt.durableThrough);
    if (journal.meta('durableThrough') !== durableThrough) await journal.put({ durableThrough });
  }

  async #set(accepted: number, through: number): Promise<void> {
    const { journal } = this.#deps;
    const changed: Record<string, string> = {
      ...(accepted === this.#accepted ? {} : { acceptedThrough: String(accepted) }),
      ...(through === this.through ? {} : { through: String(through) }),
    };
    if (Object.keys(changed).length > 0) await journal.put(changed);
    this.#accepted = accepted;
    if (through === this.through) return;
    this.through = through;
    this.#deps.onProgress();
  }

  /** @throws Revoked, and what the last address failed with */
  async #post(json: string): Promise<Reply> {
    const { hub, stop, timers } = this.#deps;
    let last: unknown = new Error('there is no address to ask');
    for (const base of hub.bases()) {
      try {
        const call = { method: 'POST', path: '/api/v1/journal', json } as const;
        const reply = await within(timers, TIMEOUT_MS, stop, (signal) =>
          hub.send(base, call, signal),
        );
        if (isJudgement(reply)) return reply;
        requireOk(reply);
        journalReceipt.parse(reply.body);
        return reply;
      } catch (error) {
        if (stop.aborted) throw error;
        if (error instanceof Revoked && !(await hub.isRevokedBy(base, stop))) {
          last = new NoAnswer(`${base} does not know this device`);
        } else if (!(last instanceof Revoked)) last = error;
      }
    }
    throw last;
  }
}

/** A server of ours that will not take what was sent, however often it is sent. */
function isJudgement({ status, code }: Reply): boolean {
  return code !== null && REFUSES_CONTENT.has(status);
}
