// The files in which providers say what they did in a day, each in its own columns, read into one shape. A file that
// cannot be read is refused by line.
import { parse } from 'csv-parse/sync';
import { CsvFileError, CsvText } from '#server/platform/csv-text.ts';
import { factId } from '../provider.ts';

export type BillLine = {
  /** In the file, 1 the first. */
  readonly line: number;
  readonly kind: 'captured' | 'refunded';
  /** As the fact is named that tells the same. */
  readonly fact: string;
  readonly payment: string;
  readonly amountMinor: number;
  readonly currency: string;
};

export type BillFormat = {
  /** The first cell of the row that names the columns. */
  readonly headerBegins: string;
  readonly columns: readonly string[];
  /** Of the day's clock, from UTC. */
  readonly offsetMs: number;
  /** Where the sums begin that are at the end of some files. */
  readonly sumsBegin: string | null;
  /** @returns null: a line that moves no money. @throws Error saying what is wrong with it */
  read(cell: (column: string) => string): Omit<BillLine, 'line'> | null;
};

const BYTES_MAX = 64 * 1024 * 1024;

export { BYTES_MAX as BILL_BYTES_MAX };

/** @throws CsvFileError */
export async function readBill(
  format: BillFormat,
  bytes: AsyncIterable<Buffer>,
): Promise<BillLine[]> {
  let text = '';
  for await (const part of new CsvText().lines(bytes)) text += part;
  const rows = parse(text.replace(/^\ufeff/, ''), {
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  }) as unknown as readonly { record: string[]; info: { lines: number } }[];
  const at = rows.findIndex(({ record }) => bare(record[0]) === format.headerBegins);
  const header = rows[at]?.record.map(bare);
  if (header === undefined) {
    throw new CsvFileError(1, `no header: the row that begins with “${format.headerBegins}”`);
  }
  const missing = format.columns.find((column) => !header.includes(column));
  if (missing !== undefined) throw new CsvFileError(at + 1, `column “${missing}” is missing`);
  const lines: BillLine[] = [];
  for (const { record, info } of rows.slice(at + 1)) {
    const first = bare(record[0]);
    if (format.sumsBegin !== null && first.startsWith(format.sumsBegin)) break;
    if (first.startsWith('#')) continue;
    try {
      const read = format.read((column) => bare(record[header.indexOf(column)]));
      if (read !== null) lines.push({ ...read, line: info.lines });
    } catch (error) {
      throw new CsvFileError(info.lines, (error as Error).message);
    }
  }
  return lines;
}

/** WeChat writes a backtick before each cell, so that spreadsheets leave numbers alone. */
function bare(cell: string | undefined): string {
  return (cell ?? '').replace(/^`/, '').trim();
}

/** `380.00`, `-19.00`; of currencies with two decimals. @throws Error */
export function minorOf(text: string): number {
  const [, sign, whole = '', part = ''] = /^(-?)(\d{1,12})(?:\.(\d{1,2})0*)?$/.exec(text) ?? [];
  if (whole === '') throw new Error(`“${text.slice(0, 40)}” is not an amount`);
  const minor = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  return sign === '-' ? -minor : minor;
}

export function capturedLine(
  payment: string,
  charge: string,
  amountMinor: number,
  currency: string,
): Omit<BillLine, 'line'> {
  const kind = 'captured';
  return { kind, fact: factId(kind, charge), payment, amountMinor, currency };
}

export function refundedLine(
  payment: string,
  ref: string,
  amountMinor: number,
  currency: string,
): Omit<BillLine, 'line'> {
  const kind = 'refunded';
  return { kind, fact: factId(kind, ref), payment, amountMinor: Math.abs(amountMinor), currency };
}
