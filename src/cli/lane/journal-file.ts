// A lane's journal in SQLite: one file, one lane, each commit on the disk when it returns.
import type { Direction, Verdict } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { LaneAnswer } from '#lane/lane-answer.ts';
import type {
  Crossed,
  JournalBatch,
  JournalLine,
  JournalStart,
  JournalStore,
  ScanRow,
} from '#lane/ports.ts';
import { JOURNAL_SCHEMA, journalStatements } from './journal-sql.ts';
import { type Database, Meta, openDatabase } from './sqlite.ts';

export class JournalFile implements JournalStore {
  readonly name: string;
  readonly #db: Database;
  readonly #meta: Meta;
  readonly #sql: ReturnType<typeof journalStatements>;

  /** @throws FileTaken when another lane has it open: two lanes must not share one memory */
  constructor(file: string) {
    this.name = file;
    // Codes are in it: whoever reads it could show them at another gate.
    this.#db = openDatabase(file, 'FULL', JOURNAL_SCHEMA);
    this.#meta = new Meta(this.#db);
    this.#sql = journalStatements(this.#db);
  }

  load(): JournalStart {
    const meta = this.#meta.all();
    const through = Number(meta.get('through') ?? 0);
    return {
      lastSeq: Number(this.#sql.lastSeq.get()?.['seq'] ?? 0),
      meta,
      unsettled: this.#sql.unsettled.all().map(scanOf),
      alone: this.#sql.alone.all(through).map(scanOf),
      setAside: this.#sql.setAsides.all().map((row) => Number(row['seq'])),
    };
  }

  commit({ lines, scans, meta, setAside }: JournalBatch): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const { seq, kind, text } of lines) this.#sql.append.run(seq, kind, text);
      for (const scan of scans) this.#sql.put.run(...valuesOf(scan));
      for (const [key, value] of meta) this.#meta.put(key, value);
      for (const { seq, why } of setAside) this.#sql.setAside.run(seq, why);
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  scan(scanId: string): ScanRow | null {
    const row = this.#sql.scan.get(scanId);
    return row === undefined ? null : scanOf(row);
  }

  crossingsOf(serial: number, checkpoint: string): ScanRow[] {
    return this.#sql.crossings.all(serial, checkpoint).map(scanOf);
  }

  linesFrom(seq: number, countMax: number): JournalLine[] {
    return this.#sql.from.all(seq, countMax).map((row) => ({
      seq: Number(row['seq']),
      kind: String(row['kind']),
      text: String(row['entry']),
    }));
  }

  close(): void {
    this.#db.close();
  }
}

type Row = Record<string, unknown>;

/** In the order of `put` in `journal-sql.ts`. */
function valuesOf(scan: ScanRow): (string | number | null)[] {
  const { scanId, code, direction, scannedAt, state, outcomeSeq, verdict, answer } = scan;
  const { crossed, annulledAt } = scan;
  return [
    ...[scanId, code, direction, scannedAt, state, outcomeSeq],
    answer === null ? null : JSON.stringify(answer),
    verdict,
    ...(crossed === null
      ? [null, null, null, null, null, null, null]
      : [crossed.serial, crossed.type, crossed.checkpoint, crossed.gate, crossed.lane, crossed.at]),
    ...(crossed === null ? [] : [crossed.isExact ? 1 : 0]),
    annulledAt,
  ];
}

function scanOf(row: Row): ScanRow {
  return {
    scanId: String(row['scan_id']),
    code: String(row['code']),
    direction: row['direction'] as Direction,
    scannedAt: String(row['scanned_at']),
    state: row['state'] as ScanRow['state'],
    outcomeSeq: numberOf(row['outcome_seq']),
    verdict: row['verdict'] as Verdict | null,
    answer: row['answer'] === null ? null : (JSON.parse(String(row['answer'])) as LaneAnswer),
    crossed: crossedOf(row),
    annulledAt: numberOf(row['annulled_at']) as Instant | null,
  };
}

function crossedOf(row: Row): Crossed | null {
  const serial = numberOf(row['serial']);
  if (serial === null) return null;
  return {
    serial,
    type: String(row['type']),
    checkpoint: String(row['checkpoint']),
    gate: String(row['gate']),
    lane: row['lane'] === null ? null : String(row['lane']),
    at: Number(row['crossed_at']) as Instant,
    isExact: row['is_exact'] === 1,
  };
}

function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
