// What this lane saw, in the order it happened, each entry on the disk before anything follows from
// it. Nothing is ever pruned: a hub restored from a backup asks for all of it again.
import { randomUUID } from 'node:crypto';
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Direction } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { JournalEntry } from '#protocol/journal.ts';
import { JOURNAL_SCHEMA, journalStatements } from './journal-sql.ts';
import { isThrough, type LaneAnswer } from './lane-answer.ts';
import { isoTime } from './lane-clock.ts';
import { type Database, Meta, openDatabase } from './sqlite.ts';

/** A scan as it was read. */
export type Read = {
  readonly scanId: string;
  readonly code: string;
  readonly direction: Direction;
  readonly scannedAt: string;
};

export type Crossed = {
  readonly serial: number;
  readonly type: string;
  readonly checkpoint: string;
  readonly gate: string;
  readonly lane: string | null;
  readonly at: Instant;
  readonly isExact: boolean;
};

/** What the server proved that it had decided; sent back with every scan. */
export type Seen = { readonly epoch: string; readonly revision: number; readonly mark: string };

export type Annulment = {
  readonly scanId: string;
  readonly at: Instant;
  readonly cause: 'never-shown' | 'not-turned';
};

type Body = JournalEntry extends infer Entry
  ? Entry extends { seq: number }
    ? Omit<Entry, 'seq'>
    : never
  : never;
export type BodyOf<Kind extends JournalEntry['kind']> = Extract<Body, { kind: Kind }>;

export class Journal {
  readonly file: string;
  readonly meta: Meta;
  readonly #db: Database;
  readonly #sql: ReturnType<typeof journalStatements>;
  #journalId: string;
  #lastSeq: number;

  /** @throws FileTaken when another lane has it open: two lanes must not share one memory */
  constructor(file: string) {
    this.file = file;
    // Codes are in it: whoever reads it could show them at another gate.
    this.#db = openDatabase(file, 'FULL', JOURNAL_SCHEMA);
    this.meta = new Meta(this.#db);
    this.#sql = journalStatements(this.#db);
    this.#journalId = this.meta.get('journalId') ?? this.meta.put('journalId', randomUUID());
    this.#lastSeq = Number(this.#sql.lastSeq.get()?.['seq'] ?? 0);
  }

  get journalId(): string {
    return this.#journalId;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  close(): void {
    this.#db.close();
  }

  /** The hub knows entries of this journal that it does not hold: it is a copy come back. */
  renew(): void {
    this.#journalId = this.meta.put('journalId', randomUUID());
  }

  intent(body: BodyOf<'intent'>): void {
    this.#together(() => {
      this.#append(body);
      this.#sql.open.run(body.scanId, body.code, body.direction, body.scannedAt);
    });
  }

  /**
   * @param seen - of an exact answer; kept with it, so that both survive or neither
   * @param wasAsked - the hub was asked and has not answered: it may have admitted what is refused here
   */
  outcome(
    body: BodyOf<'outcome'>,
    answer: LaneAnswer,
    crossed: Crossed | null,
    { seen = null, wasAsked = false }: { seen?: Seen | null; wasAsked?: boolean },
  ): void {
    this.#together(() => {
      this.#sql.open.run(body.scanId, body.code, body.direction, body.scannedAt);
      this.#decide(body, answer, crossed, wasAsked);
      if (seen === null) return;
      this.meta.put('seen', JSON.stringify(seen));
      const last = this.meta.get('lastExactAt');
      const isLater = last === null || Date.parse(last) < Date.parse(answer.decidedAt);
      if (isLater) this.meta.put('lastExactAt', answer.decidedAt);
    });
  }

  /**
   * On the disk before the light, like everything that follows from: a lane killed after this has
   * shown its answer for all that it can know, and admits nobody again on it.
   */
  lighting(scanId: string): void {
    this.#sql.settle.run(scanId);
  }

  /** An answer that nobody was shown, and its taking back if it was, as one. */
  neverShown(
    outcome: BodyOf<'outcome'>,
    answer: LaneAnswer,
    crossed: Crossed | null,
    annulment: Annulment | null,
  ): void {
    this.#together(() => {
      const isOpen = this.#sql.stateOf.get(outcome.scanId)?.['state'] === 'open';
      if (isOpen) this.#decide(outcome, answer, crossed, false);
      this.#sql.settle.run(outcome.scanId);
      if (annulment !== null) this.#annul(annulment);
    });
  }

  turned(body: BodyOf<'turned'>, annulment: Annulment | null): void {
    this.#together(() => {
      this.#append(body);
      if (annulment !== null) this.#annul(annulment);
    });
  }

  rung(body: BodyOf<'rung'>): void {
    this.#together(() => this.#append(body));
  }

  /** Scans that were begun and have no outcome, oldest first. */
  openScans(): Read[] {
    return this.#sql.unsettled.all('open').map(readOf);
  }

  /** Admissions whose light never came on, oldest first. */
  admittedInTheDark(): { read: Read; answer: LaneAnswer }[] {
    return this.#sql.unsettled.all('dark').map((row) => ({
      read: readOf(row),
      answer: JSON.parse(String(row['answer'])) as LaneAnswer,
    }));
  }

  /** Refused here, while the hub may have admitted; oldest first. */
  refusedInDoubt(): Read[] {
    return this.#sql.unsettled.all('doubtful').map(readOf);
  }

  /** @param annulment - what the hub had admitted after all has been taken back */
  outOfDoubt(scanId: string, annulment: Annulment | null): void {
    this.#together(() => {
      this.#sql.settle.run(scanId);
      if (annulment !== null) this.#annul(annulment);
    });
  }

  /** What this lane itself let through with a ticket. */
  crossingsOf(serial: number, checkpoint: string, device: string): Crossing[] {
    return this.#sql.crossings.all(serial, checkpoint).map((row) => ({
      device,
      scan: String(row['scan_id']),
      gate: String(row['gate']),
      lane: row['lane'] === null ? null : String(row['lane']),
      at: Number(row['crossed_at']) as Instant,
      direction: row['direction'] as Direction,
      isExact: row['is_exact'] === 1,
      annulledAt: row['annulled_at'] === null ? null : (Number(row['annulled_at']) as Instant),
    }));
  }

  /** Provisional admissions of a type that the hub has not yet taken over. */
  admittedAlone(type: string, acceptedThrough: number): number {
    return Number(this.#sql.alone.get(type, acceptedThrough)?.['n'] ?? 0);
  }

  /** Entries from `seq` on as JSON texts, at most so many and so many bytes, always at least one. */
  entriesFrom(seq: number, countMax: number, bytesMax: number): Page {
    const page: { seq: number; entry: string }[] = [];
    let bytes = 0;
    for (const row of this.#sql.from.iterate(seq, countMax)) {
      const entry = String(row['entry']);
      bytes += Buffer.byteLength(entry);
      if (page.length > 0 && bytes > bytesMax) break;
      page.push({ seq: Number(row['seq']), entry });
    }
    return page;
  }

  /** Notes that the hub will not take an entry. @returns false when it was known already */
  setAside(seq: number, why: string): boolean {
    return this.#sql.setAside.run(seq, why).changes > 0;
  }

  /** Whether any entry after `after`, up to `through`, has been set aside. */
  hasSetAside(after: number, through: number): boolean {
    return this.#sql.setAsideIn.get(after, through) !== undefined;
  }

  #decide(
    body: BodyOf<'outcome'>,
    answer: LaneAnswer,
    crossed: Crossed | null,
    wasAsked: boolean,
  ): void {
    const seq = this.#append(body);
    // A refusal that was not shown is asked for again and changes nothing.
    const state = isThrough(answer) ? 'dark' : wasAsked ? 'doubtful' : 'settled';
    this.#sql.decide.run(state, ...decidedValues(seq, body, answer, crossed));
  }

  #annul({ scanId, at, cause }: Annulment): void {
    this.#append({ kind: 'annulled', scanId, at: isoTime(at), cause });
    this.#sql.annul.run(at, scanId);
  }

  #append(body: Body): number {
    this.#lastSeq += 1;
    this.#sql.append.run(this.#lastSeq, body.kind, JSON.stringify({ seq: this.#lastSeq, ...body }));
    return this.#lastSeq;
  }

  /** One commit, one fsync: what belongs together is never found apart after a crash. */
  #together(work: () => unknown): void {
    const before = this.#lastSeq;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#lastSeq = before;
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

type Page = readonly { readonly seq: number; readonly entry: string }[];

function decidedValues(
  seq: number,
  { scanId, verdict }: BodyOf<'outcome'>,
  answer: LaneAnswer,
  crossed: Crossed | null,
): (string | number | null)[] {
  const where =
    crossed === null
      ? [null, null, null, null, null, null, null]
      : [
          crossed.serial,
          crossed.type,
          crossed.checkpoint,
          crossed.gate,
          crossed.lane,
          crossed.at,
          crossed.isExact ? 1 : 0,
        ];
  return [seq, verdict, JSON.stringify(answer), ...where, scanId];
}

function readOf(row: Record<string, unknown>): Read {
  return {
    scanId: String(row['scan_id']),
    code: String(row['code']),
    direction: row['direction'] as Direction,
    scannedAt: String(row['scanned_at']),
  };
}
