// A lane from start to stop: wires what it remembers, what it knows and whom it asks, then takes one
// code after the other. Scanning waits for nothing but the verdict and the turnstile.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rung } from '#domain/entry/verdict.ts';
import { cannotVerify } from '#domain/sync/decide-alone.ts';
import { decideOne } from './decide-one.ts';
import { type Names, verdictLine } from './display.ts';
import { refreshSelf, startFeed } from './feed.ts';
import { createHub, type Hub, Revoked } from './hub.ts';
import { Journal } from './journal.ts';
import { createKnowledge, type Knowledge } from './knowledge.ts';
import { createLadderWatch, type LadderWatch } from './ladder-watch.ts';
import { answerHere, isThrough, type LaneAnswer } from './lane-answer.ts';
import { createLaneClock, isoTime, type LaneClock } from './lane-clock.ts';
import type { ScanDeps, ScanSettings, Step } from './scan-deps.ts';
import { TicketStore } from './ticket-store.ts';
import { heardTurn } from './turn.ts';
import type { Turnstile } from './turnstile.ts';
import { Unsettled } from './unsettled.ts';
import { startUploader, type Uploader } from './upload.ts';
import { ANNOUNCEMENTS, type Language } from './words.ts';

export type LaneSettings = ScanSettings & {
  readonly urls: readonly string[];
  readonly token: string;
  readonly journalFile: string;
  readonly language: Language;
  readonly isJson: boolean;
  readonly isColoured: boolean;
  /** Null: nothing is opened, as in shadow mode. */
  readonly turnstile: Turnstile | null;
  readonly isTurnHeard: boolean;
  /** After the last code: time for the journal to go up. */
  readonly drainMs: number;
};

export type LaneIo = {
  readonly codes: (stop: AbortSignal, tell: (words: string) => void) => AsyncIterable<string>;
  /** Resolves when the text has left this process. */
  readonly show: (text: string) => Promise<void>;
  readonly tell: (words: string) => void;
  /** Asks the lane to finish the scan in hand and end. */
  readonly stop: AbortSignal;
  readonly onStep?: (step: Step) => void;
};

const FIRST_CONTACT_MS = 1_500;
const FIRST_SETTLING_MS = 1_500;
const PROBE_TIMEOUT_MS = 1_000;

/** @returns the exit code */
export async function runLane(settings: LaneSettings, io: LaneIo): Promise<number> {
  const lane = new Lane(settings, io);
  return await lane.run();
}

class Lane {
  readonly #settings: LaneSettings;
  readonly #io: LaneIo;
  readonly #journal: Journal;
  readonly #store: TicketStore;
  readonly #knowledge: Knowledge;
  readonly #clock: LaneClock;
  readonly #hub: Hub;
  readonly #ladder: LadderWatch;
  readonly #uploader: Uploader;
  readonly #unsettled: Unsettled;
  readonly #deps: ScanDeps;
  /** Ends what runs beside scanning. */
  readonly #ending = new AbortController();
  /** Ends scanning. */
  readonly #reading: AbortSignal;
  readonly #revocation = new AbortController();

  constructor(settings: LaneSettings, io: LaneIo) {
    this.#settings = settings;
    this.#io = io;
    this.#journal = new Journal(settings.journalFile);
    this.#store = new TicketStore(`${settings.journalFile}.list`);
    this.#knowledge = createKnowledge(this.#store);
    this.#clock = createLaneClock(Number(this.#journal.meta.get('skewMs') ?? 0));
    this.#hub = createHub(settings.urls, settings.token);
    this.#reading = AbortSignal.any([io.stop, this.#revocation.signal]);
    const stop = this.#ending.signal;
    const onRevoked = () => this.#revoke();
    this.#ladder = createLadderWatch({
      clock: this.#clock,
      stop,
      onRevoked,
      probe: () => this.#probe(),
      onChange: (from, to, cause) => this.#changeRung(from, to, cause),
    });
    this.#uploader = startUploader({
      hub: this.#hub,
      journal: this.#journal,
      stop,
      onRevoked,
      onSetAside: (seq, why) => io.tell(`${this.#say(ANNOUNCEMENTS.quarantined)} ${seq}: ${why}`),
    });
    this.#deps = {
      hub: this.#hub,
      journal: this.#journal,
      store: this.#store,
      knowledge: this.#knowledge,
      clock: this.#clock,
      ladder: this.#ladder,
      settings,
      stop,
      acceptedThrough: () => this.#uploader.acceptedThrough(),
      tell: io.tell,
      say: (words) => this.#say(words),
      onRevoked,
      onStep: io.onStep ?? (() => {}),
    };
    this.#unsettled = new Unsettled(this.#deps);
  }

  async run(): Promise<number> {
    const stop = this.#ending.signal;
    const feed = startFeed({
      hub: this.#hub,
      store: this.#store,
      knowledge: this.#knowledge,
      clock: this.#clock,
      stop,
      onRevoked: () => this.#revoke(),
      onLost: () => this.#ladder.suspect('the event stream broke'),
      onCurrent: () => this.#onCurrent(),
      tell: this.#io.tell,
    });
    this.#onBack = () => feed.nudge();
    await atMost(feed.firstContact, FIRST_CONTACT_MS);
    if (!this.#ladder.isAlone()) await atMost(this.#settle(), FIRST_SETTLING_MS);
    try {
      for await (const code of this.#io.codes(this.#reading, this.#io.tell)) {
        await this.#take(code);
        if (this.#reading.aborted) break;
      }
      if (!this.#reading.aborted) await this.#drain();
    } finally {
      this.#ending.abort();
      await Promise.all([feed.ended, this.#uploader.ended, this.#ladder.ended()]);
      this.#settings.turnstile?.close();
      this.#try(() => this.#journal.meta.put('skewMs', String(this.#clock.skewMs())));
      this.#journal.close();
      this.#store.close();
    }
    return this.#revocation.signal.aborted ? 1 : 0;
  }

  #onBack: () => void = () => {};

  async #take(code: string): Promise<void> {
    const readMs = this.#clock.monotonicMs();
    let answer: LaneAnswer;
    try {
      answer = await decideOne(this.#deps, this.#unsettled, code);
      if (answer.rung === 'provisional' && !isThrough(answer)) this.#unsettled.noteDoubts();
      this.#deps.onStep('after-outcome');
      if (isThrough(answer)) this.#journal.lighting(answer.scanId);
    } catch (error) {
      // A disk that is full, a journal that cannot be written: nobody goes in without a trace.
      this.#tellUnwritten(error);
      this.#unsettled.recall();
      await this.#show(this.#unwritten(), readMs);
      return;
    }
    await this.#show(answer, readMs);
    this.#deps.onStep('after-light');
    const opened = isThrough(answer) ? this.#letThrough(answer) : null;
    this.#uploader.nudge();
    await opened;
  }

  async #show(answer: LaneAnswer, readMs: number): Promise<void> {
    const { isJson, language, isColoured } = this.#settings;
    const ms = Math.round(this.#clock.monotonicMs() - readMs);
    const text = isJson
      ? `${JSON.stringify({ ...answer, ms })}\n`
      : verdictLine(answer, this.#names(), { language, isColoured }, this.#clock.now());
    await this.#io.show(text);
  }

  async #letThrough(answer: LaneAnswer): Promise<void> {
    const { turnstile, isTurnHeard, direction } = this.#settings;
    if (turnstile === null) return;
    const turning = turnstile.open(answer, direction);
    if (!isTurnHeard) return;
    const changed = await heardTurn(this.#deps, answer, turning);
    if (changed !== null) await this.#show(changed, this.#clock.monotonicMs());
    this.#uploader.nudge(changed !== null);
  }

  async #drain(): Promise<void> {
    const left = await this.#uploader.drain(this.#settings.drainMs);
    if (left === 0) return;
    this.#io.tell(`${left} ${this.#say(ANNOUNCEMENTS.unsent)} ${this.#journal.file}`);
  }

  async #probe(): Promise<boolean> {
    const stop = this.#ending.signal;
    try {
      await this.#hub.get('/readyz', PROBE_TIMEOUT_MS, stop);
      await refreshSelf(this.#hub, this.#knowledge, this.#clock, stop, PROBE_TIMEOUT_MS);
      return true;
    } catch (error) {
      if (error instanceof Revoked) throw error;
      return false;
    }
  }

  #onCurrent(): void {
    this.#uploader.nudge(true);
    void this.#settle();
  }

  #changeRung(from: Rung, to: Rung, cause: string): void {
    const at = isoTime(this.#clock.now());
    this.#try(() =>
      this.#journal.rung({ kind: 'rung', from, to, cause: cause.slice(0, CAUSE_LENGTH_MAX), at }),
    );
    const isAlone = to === 'provisional';
    const words = this.#say(isAlone ? ANNOUNCEMENTS.alone : ANNOUNCEMENTS.back);
    this.#io.tell(isAlone ? `${words} (${cause})` : words);
    this.#uploader.nudge(true);
    if (isAlone) return;
    this.#onBack();
    void this.#settle();
  }

  async #settle(): Promise<void> {
    try {
      await this.#unsettled.resolve();
    } catch (error) {
      this.#tellUnwritten(error);
    }
  }

  #revoke(): void {
    if (this.#revocation.signal.aborted) return;
    this.#revocation.abort();
    this.#store.wipe();
    this.#io.tell(this.#say(ANNOUNCEMENTS.revoked));
  }

  /** For what the record is better with, and the gate can do without. */
  #try(write: () => unknown): void {
    try {
      write();
    } catch (error) {
      this.#tellUnwritten(error);
    }
  }

  #tellUnwritten(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#io.tell(`${this.#say(ANNOUNCEMENTS.unwritten)} ${why}`);
  }

  #unwritten(): LaneAnswer {
    const { direction, lane } = this.#settings;
    const scan = { direction, gate: '', lane, isConfirmed: false };
    const decided = { at: this.#clock.now(), ground: null, listAsOf: null };
    return answerHere('', cannotVerify(scan), 'provisional', decided);
  }

  #say(words: Readonly<Record<Language, string>>): string {
    return words[this.#settings.language];
  }

  #names(): Names {
    const ground = this.#knowledge.ground();
    return {
      timeZone: ground?.event.venue.timeZone ?? null,
      gate: (id) => ground?.gates.get(id)?.name ?? null,
      stand: (id, section) => {
        const stand = id ?? (section === null ? null : ground?.sections.get(section)?.stand);
        return ground?.event.stands.find((each) => each.id === stand)?.name ?? null;
      },
    };
  }
}

const CAUSE_LENGTH_MAX = 200;

async function atMost(work: Promise<void>, timeoutMs: number): Promise<void> {
  const over = new AbortController();
  const timer = sleep(timeoutMs, null, { signal: over.signal }).catch(() => {});
  await Promise.race([work, timer]);
  over.abort();
}
