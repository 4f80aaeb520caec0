// A lane at work: one code after the other, and beside it what keeps it current and heard. Scanning
// waits for nothing but the verdict.
import type { Rung } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { cannotVerify } from '#domain/sync/decide-alone.ts';
import type { Mode } from '#domain/sync/ladder.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { type Counted, countPeople } from './count-people.ts';
import { decideOne } from './decide-one.ts';
import { type Feed, startFeed } from './feed.ts';
import { type SetBy, setModeHere, takeModeOfControl } from './gate-mode.ts';
import type { Knowledge } from './knowledge.ts';
import { answerHere, isThrough, type LaneAnswer } from './lane-answer.ts';
import { isoTime } from './lane-clock.ts';
import { identifyAll, type LaneParts, statusOf } from './lane-parts.ts';
import type { LaneStatus } from './lane-settings.ts';
import { hearLate } from './late.ts';
import { noticeOf } from './moved.ts';
import { Practice } from './practice.ts';
import type { ScanDeps, ScanOptions, ScanSettings } from './scan-deps.ts';
import { heardTurn, type Turned } from './turn.ts';
import { Unsettled } from './unsettled.ts';
import { startUploader, type Uploader } from './upload.ts';
import { atMost } from './waiting.ts';

const FIRST_CONTACT_MS = 1_500;
const FIRST_SETTLING_MS = 1_500;
const CAUSE_LENGTH_MAX = 200;

export class Lane {
  readonly #parts: LaneParts;
  readonly #deps: ScanDeps;
  readonly #unsettled: Unsettled;
  readonly #practice: Practice;
  #settings: ScanSettings;
  #feed: Feed | null = null;
  #uploader: Uploader | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #isRevoked = false;
  #unsentSince: Instant | null = null;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
    const { events } = parts;
    this.#deps = {
      ...parts,
      settings: () => this.#settings,
      stop: parts.ending.signal,
      acceptedThrough: () =>
        this.#uploader?.acceptedThrough() ?? Number(parts.journal.meta('through') ?? 0),
      notify: events.onNotice,
      onRevoked: () => this.revoke(),
      onMoment: events.onMoment ?? (() => {}),
    };
    this.#unsettled = new Unsettled(this.#deps);
    this.#practice = new Practice(parts.ports);
  }

  /** What the lane knows: who it is, the match, control's word. */
  get knowledge(): Knowledge {
    return this.#parts.knowledge;
  }

  now(): Instant {
    return this.#parts.clock.now();
  }

  /** Begins to listen and to send. Resolves when the first contact is over, however it went. */
  async start(): Promise<void> {
    const { ports, journal, hub, driver, ending, events } = this.#parts;
    const { timers, chance } = ports;
    this.#uploader = startUploader({
      ...{ hub, journal, timers, chance, stop: ending.signal },
      onRevoked: () => this.revoke(),
      isMute: () => this.#isPractice,
      onSetAside: (seq, why) => events.onNotice('quarantined', `${seq}: ${why}`),
      onProgress: () => this.#changed(),
    });
    this.#feed = startFeed({
      ...this.#deps,
      identity: this.#parts.identity,
      onLost: () => driver.suspect('the event stream broke'),
      onCurrent: () => this.#onCurrent(),
      onList: () => this.#onList(),
      onOther: (event) => events.onFeed?.(event),
      tell: events.onTrouble,
    });
    const contact = Promise.all([this.#feed.firstContact, identifyAll(this.#parts)]);
    await atMost(timers, contact, FIRST_CONTACT_MS);
    if (driver.mayAsk()) await atMost(timers, this.#settle(), FIRST_SETTLING_MS);
  }

  /**
   * One code, one verdict. When it resolves everything is durable, also that the light is coming on: show
   * it at once. It never rejects: a lane that cannot write its journal lets nobody in, and says so.
   */
  scan(code: string, options: ScanOptions = {}): Promise<LaneAnswer> {
    return this.#inTurn(() => this.#take(code, options));
  }

  /**
   * What the turnstile said after an admission, or the supervisor who saw that nobody went through.
   *
   * @returns what to show instead of the answer; null when it stands
   */
  turned(answer: LaneAnswer, turned: Turned): Promise<LaneAnswer | null> {
    return this.#inTurn(async () => {
      const changed = await heardTurn(this.#deps, answer, turned);
      this.#uploader?.nudge(changed !== null);
      return changed;
    });
  }

  /** A supervisor had it taken back above: this lane knows too, also when it is alone. */
  takenBack(scanId: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#parts.journal.takenBack({ scanId, at: this.now(), cause: 'supervisor' });
      this.#uploader?.nudge();
      this.#changed();
    });
  }

  /**
   * People counted where no code decides.
   *
   * @returns null in a mode that counts nobody; `isFull` when an open gate has reached its threshold
   * @throws when the journal cannot be written
   */
  count(direction: 'in' | 'out', people: number, scanId?: string): Promise<Counted | null> {
    return this.#inTurn(async () => {
      const counts = await countPeople(this.#parts, this.#settings, direction, people, scanId);
      this.#uploader?.nudge();
      this.#changed();
      return counts;
    });
  }

  /** The supervisor at this lane puts a mode on or takes it back. */
  setMode(mode: Mode, stopAt: number | null, by: SetBy): Promise<void> {
    return setModeHere(this.#parts, mode, stopAt, by);
  }

  /** Who stands here from now on, which way people pass. */
  use(changes: Partial<Pick<ScanSettings, 'operator' | 'lane' | 'direction'>>): void {
    this.#settings = { ...this.#settings, ...changes };
  }

  status(): LaneStatus {
    const { journal } = this.#parts;
    const unsent = this.#isPractice ? 0 : journal.lastSeq - this.#deps.acceptedThrough();
    this.#unsentSince = unsent === 0 ? null : (this.#unsentSince ?? this.now());
    const isRevoked = this.#isRevoked;
    return statusOf(this.#parts, { unsent, unsentSince: this.#unsentSince, isRevoked });
  }

  /** @returns entries that are left when everything is sent or the time is over */
  async drain(timeoutMs: number): Promise<number> {
    return (await this.#uploader?.drain(timeoutMs)) ?? 0;
  }

  /** Ends everything; what is in hand is finished first. */
  async stop(): Promise<void> {
    const { ending, driver, journal, clock, ports } = this.#parts;
    ending.abort();
    await Promise.all([this.#feed?.ended, this.#uploader?.ended, driver.ended(), this.#turn]);
    await this.#try(() => journal.put({ skewMs: String(clock.skewMs()) }));
    await journal.close();
    await ports.list.close();
  }

  /** Control's word has come, and with it perhaps a mode for this gate. */
  onControls(): void {
    if (!takeModeOfControl(this.#parts)) this.#changed();
  }

  onMoved(from: Rung, to: Rung, cause: string, isQuiet: boolean): void {
    const { journal, events, tally } = this.#parts;
    const at = isoTime(this.now());
    const entry = { kind: 'rung', from, to, cause: cause.slice(0, CAUSE_LENGTH_MAX), at } as const;
    void this.#try(() => journal.note(entry));
    const isCounting = to === 'visual' || to === 'open';
    void this.#try(() => (isCounting ? tally.begin() : tally.end()));
    const kind = isQuiet ? null : noticeOf(from, to);
    if (kind !== null) events.onNotice(kind, cause);
    this.#uploader?.nudge(true);
    this.#changed();
    if (to !== 'edge' && to !== 'hub') return;
    this.#feed?.nudge();
    void this.#settle();
  }

  onLate(answer: ScanAnswer): void {
    void this.#try(async () => {
      // The scan in hand may be this one, decided and not written down yet.
      await this.#turn;
      const late = await hearLate(this.#deps, this.#unsettled, answer);
      if (late !== null) this.#parts.events.onLate?.(late);
      this.#uploader?.nudge(true);
    });
  }

  /** The list goes, the journal stays until it is above. */
  revoke(): void {
    if (this.#isRevoked) return;
    this.#isRevoked = true;
    const { ports, knowledge, events } = this.#parts;
    void this.#try(() => ports.list.wipe());
    knowledge.forget();
    events.onNotice('revoked', '');
    events.onRevoked?.();
    this.#changed();
  }

  async #take(code: string, options: ScanOptions): Promise<LaneAnswer> {
    const { clock, journal, events } = this.#parts;
    if (this.#isRevoked) return this.#closed(options);
    if (this.#isPractice) {
      return await this.#practice.answer(code, options.confirms !== undefined, this.now());
    }
    const readMs = clock.monotonicMs();
    try {
      const answer = await decideOne(this.#deps, this.#unsettled, code, options, readMs);
      if (!isThrough(answer)) this.#unsettled.noteDoubts();
      events.onMoment?.('after-outcome');
      if (isThrough(answer)) await journal.lighting(answer.scanId);
      return answer;
    } catch (error) {
      // A disk that is full, a journal that cannot be written: nobody goes in without a trace.
      this.#tellUnwritten(error);
      this.#unsettled.recall();
      return this.#closed(options);
    } finally {
      this.#uploader?.nudge();
      this.#changed();
    }
  }

  #onCurrent(): void {
    this.#uploader?.nudge(true);
    const { driver, tally } = this.#parts;
    const { rung } = driver.ladder();
    // What an earlier run counted is over now.
    if (rung === 'edge' || rung === 'hub') void this.#try(() => tally.end());
    void this.#settle();
  }

  #onList(): void {
    this.#parts.driver.step({ kind: 'list', isWhole: this.knowledge.listAsOf() !== null });
    this.#changed();
  }

  #settle(): Promise<void> {
    return this.#try(() => this.#unsettled.resolve());
  }

  /** For what the record is better with, and the gate can do without. */
  async #try(write: () => unknown): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#tellUnwritten(error);
    }
  }

  #tellUnwritten(error: unknown): void {
    if (this.#parts.ending.signal.aborted) return;
    const why = error instanceof Error ? error.message : String(error);
    this.#parts.events.onNotice('unwritten', why);
  }

  /** The answer of a lane that may let nobody in. */
  #closed({ direction = this.#settings.direction }: ScanOptions): LaneAnswer {
    const scan = { direction, gate: '', lane: this.#settings.lane, isConfirmed: false };
    const decided = { at: this.now(), ground: null, listAsOf: null };
    return answerHere('', cannotVerify(scan), 'provisional', decided);
  }

  get #isPractice(): boolean {
    return this.knowledge.self()?.isPractice === true;
  }

  #changed(): void {
    this.#parts.events.onChange?.();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
