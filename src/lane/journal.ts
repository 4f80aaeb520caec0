// What this lane saw, in the order it happened, each entry durable before anything follows from it.
// Nothing is ever pruned: a hub restored from a backup asks for all of it again. Where the entries are
// kept is the platform's; what is written when, and what a crash leaves behind, is decided here.
import {
  type Annulment,
  type Body,
  type BodyOf,
  begun,
  type Draft,
  drafted,
  type OwnCrossing,
  ownCrossings,
  type Read,
  type Seen,
} from './journal-entries.ts';
import { isThrough, type LaneAnswer } from './lane-answer.ts';
import { isoTime } from './lane-clock.ts';
import type { Chance, Crossed, JournalBatch, JournalLine, JournalStore, ScanRow } from './ports.ts';

export class Journal {
  readonly #store: JournalStore;
  readonly #chance: Chance;
  readonly #meta: Map<string, string>;
  /** Begun, dark or in doubt, by scanId, oldest first. */
  readonly #unsettled: Map<string, ScanRow>;
  /** Let in by this lane alone and perhaps not taken over yet. */
  #alone: readonly ScanRow[];
  readonly #setAside: Set<number>;
  #lastSeq: number;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    store: JournalStore,
    chance: Chance,
    start: Awaited<ReturnType<JournalStore['load']>>,
  ) {
    this.#store = store;
    this.#chance = chance;
    this.#meta = new Map(start.meta);
    this.#unsettled = new Map(start.unsettled.map((row) => [row.scanId, row]));
    this.#alone = start.alone.filter(({ annulledAt }) => annulledAt === null);
    this.#setAside = new Set(start.setAside);
    this.#lastSeq = start.lastSeq;
  }

  /** @throws when another lane has it open: two lanes must not share one memory */
  static async open(store: JournalStore, chance: Chance): Promise<Journal> {
    const journal = new Journal(store, chance, await store.load());
    if (journal.meta('journalId') === null) await journal.renew();
    return journal;
  }

  get name(): string {
    return this.#store.name;
  }

  get journalId(): string {
    return this.meta('journalId') ?? '';
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  meta(key: string): string | null {
    return this.#meta.get(key) ?? null;
  }

  put(values: Readonly<Record<string, string>>): Promise<void> {
    return this.#together(({ meta }) => {
      for (const [key, value] of Object.entries(values)) meta.set(key, value);
    });
  }

  /** After what is being written has been written. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#store.close();
  }

  /** The hub knows entries of this journal that it does not hold: it is a copy come back. */
  renew(): Promise<void> {
    return this.put({ journalId: this.#chance.uuid() });
  }

  intent(body: BodyOf<'intent'>): Promise<void> {
    return this.#together((draft) => {
      this.#append(draft, body);
      if (!this.#unsettled.has(body.scanId)) draft.scans.push(begun(body));
    });
  }

  /**
   * @param seen - of an exact answer; kept with it, so that both survive or neither
   * @param asked - `unanswered`: what is refused here may be admitted above; `nobody`: nothing has been
   *   claimed anywhere, so that there is nothing to take back, and {@link lighting} is written with it
   */
  outcome(
    body: BodyOf<'outcome'>,
    answer: LaneAnswer,
    crossed: Crossed | null,
    { seen = null, asked }: { seen?: Seen | null; asked: 'answered' | 'unanswered' | 'nobody' },
  ): Promise<void> {
    return this.#together((draft) => {
      const open = asked === 'unanswered' ? 'doubtful' : 'settled';
      const state = isThrough(answer) && asked !== 'nobody' ? 'dark' : open;
      this.#decide(draft, body, answer, crossed, state);
      if (seen !== null) this.#noteSeen(draft, seen, answer.decidedAt);
    });
  }

  /**
   * Durable before the light, like everything that follows from: a lane killed after this has
   * shown its answer for all that it can know, and admits nobody again on it.
   */
  async lighting(scanId: string): Promise<void> {
    if (this.#unsettled.get(scanId)?.state !== 'dark') return;
    await this.#together((draft) => this.#settle(draft, scanId));
  }

  /** An answer that nobody was shown, and its taking back if it was, as one. */
  neverShown(
    outcome: BodyOf<'outcome'>,
    answer: LaneAnswer,
    crossed: Crossed | null,
    annulment: Annulment | null,
  ): Promise<void> {
    return this.#together(async (draft) => {
      const before = this.#unsettled.get(outcome.scanId);
      if (before?.state === 'open') this.#decide(draft, outcome, answer, crossed, 'settled');
      else this.#settle(draft, outcome.scanId);
      if (annulment !== null) await this.#annul(draft, annulment);
    });
  }

  /** Taken back above already; the record of it goes up all the same. */
  takenBack(annulment: Annulment): Promise<void> {
    return this.#together((draft) => this.#annul(draft, annulment));
  }

  turned(body: BodyOf<'turned'>, annulment: Annulment | null): Promise<void> {
    return this.#together(async (draft) => {
      this.#append(draft, body);
      if (annulment !== null) await this.#annul(draft, annulment);
    });
  }

  note(
    body: BodyOf<'rung' | 'counted'>,
    meta: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    return this.#together((draft) => {
      this.#append(draft, body);
      for (const [key, value] of Object.entries(meta)) draft.meta.set(key, value);
    });
  }

  /** An exact answer that came too late to be shown, and what it changes, as one. */
  late(body: BodyOf<'late'>, seen: Seen | null, decidedAt: string): Promise<void> {
    return this.#together((draft) => {
      this.#append(draft, body);
      if (seen !== null) this.#noteSeen(draft, seen, decidedAt);
    });
  }

  /** Scans that were begun and have no outcome, oldest first. */
  openScans(): readonly Read[] {
    return this.#inState('open');
  }

  /** Admissions whose light never came on, oldest first. */
  admittedInTheDark(): { read: Read; answer: LaneAnswer }[] {
    return this.#inState('dark').flatMap((row) =>
      row.answer === null ? [] : [{ read: row, answer: row.answer }],
    );
  }

  /** Refused here, while somebody above may have admitted; oldest first. */
  refusedInDoubt(): readonly Read[] {
    return this.#inState('doubtful');
  }

  /** @param annulment - what was admitted above after all has been taken back */
  outOfDoubt(scanId: string, annulment: Annulment | null): Promise<void> {
    return this.#together(async (draft) => {
      this.#settle(draft, scanId);
      if (annulment !== null) await this.#annul(draft, annulment);
    });
  }

  async scan(scanId: string): Promise<ScanRow | null> {
    return this.#unsettled.get(scanId) ?? (await this.#store.scan(scanId));
  }

  /** What this lane itself let through with a ticket, and what the store that decided it said of it. */
  async crossingsOf(serial: number, checkpoint: string, device: string): Promise<OwnCrossing[]> {
    return ownCrossings(await this.#store.crossingsOf(serial, checkpoint), device);
  }

  /** Provisional admissions of a type that the hub has not yet taken over. */
  admittedAlone(type: string, through: number): number {
    this.#alone = this.#alone.filter(({ outcomeSeq }) => (outcomeSeq ?? 0) > through);
    return this.#alone.filter(
      ({ crossed, direction }) => direction === 'in' && crossed?.type === type,
    ).length;
  }

  /** Entries from `seq` on as JSON texts, at most so many and so many characters, always at least one. */
  async linesFrom(seq: number, countMax: number, lengthMax: number): Promise<JournalLine[]> {
    const lines = await this.#store.linesFrom(seq, countMax);
    let length = 0;
    const end = lines.findIndex(({ text }, index) => {
      length += text.length;
      return index > 0 && length > lengthMax;
    });
    return end === -1 ? [...lines] : lines.slice(0, end);
  }

  /** Notes that the hub will not take an entry. @returns false when it was known already */
  async setAside(seq: number, why: string): Promise<boolean> {
    if (this.#setAside.has(seq)) return false;
    this.#setAside.add(seq);
    await this.#together(() => {}, [{ seq, why }]);
    return true;
  }

  /** Whether any entry after `after`, up to `through`, has been set aside. */
  hasSetAside(after: number, through: number): boolean {
    for (const seq of this.#setAside) if (seq > after && seq <= through) return true;
    return false;
  }

  #inState(state: ScanRow['state']): ScanRow[] {
    return [...this.#unsettled.values()].filter((row) => row.state === state);
  }

  #decide(
    draft: Draft,
    body: BodyOf<'outcome'>,
    answer: LaneAnswer,
    crossed: Crossed | null,
    state: ScanRow['state'],
  ): void {
    const outcomeSeq = this.#append(draft, body);
    const { verdict } = body;
    draft.scans.push({ ...begun(body), state, outcomeSeq, verdict, answer, crossed });
  }

  #settle(draft: Draft, scanId: string): void {
    const row = drafted(draft, scanId) ?? this.#unsettled.get(scanId);
    if (row !== undefined) draft.scans.push({ ...row, state: 'settled' });
  }

  async #annul(draft: Draft, { scanId, at, cause }: Annulment): Promise<void> {
    const row = drafted(draft, scanId) ?? (await this.scan(scanId));
    this.#append(draft, { kind: 'annulled', scanId, at: isoTime(at), cause });
    if (row !== null) draft.scans.push({ ...row, annulledAt: at });
  }

  #noteSeen(draft: Draft, seen: Seen, decidedAt: string): void {
    draft.meta.set('seen', JSON.stringify(seen));
    const last = this.meta('lastExactAt');
    const isLater = last === null || Date.parse(last) < Date.parse(decidedAt);
    if (isLater) draft.meta.set('lastExactAt', decidedAt);
  }

  #append(draft: Draft, body: Body): number {
    const seq = this.#lastSeq + draft.lines.length + 1;
    draft.lines.push({ seq, kind: body.kind, text: JSON.stringify({ seq, ...body }) });
    return seq;
  }

  /** One commit, durable at once: what belongs together is never found apart after a crash. */
  #together(
    compose: (draft: Draft) => void | Promise<void>,
    setAside: JournalBatch['setAside'] = [],
  ): Promise<void> {
    const turn = this.#turn.then(async () => {
      const draft: Draft = { lines: [], scans: [], meta: new Map() };
      await compose(draft);
      const scans = [...new Map(draft.scans.map((row) => [row.scanId, row])).values()];
      await this.#store.commit({ ...draft, scans, setAside });
      this.#take(draft, scans);
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #take({ lines, meta }: Draft, scans: readonly ScanRow[]): void {
    this.#lastSeq += lines.length;
    for (const [key, value] of meta) this.#meta.set(key, value);
    for (const row of scans) {
      if (row.state === 'settled') this.#unsettled.delete(row.scanId);
      else this.#unsettled.set(row.scanId, row);
      if (row.verdict !== 'provisional') continue;
      const others = this.#alone.filter(({ scanId }) => scanId !== row.scanId);
      this.#alone = row.annulledAt === null ? [...others, row] : others;
    }
  }
}
