// CSV files from elsewhere to rows of text: CRLF, LF or CR; streamed, so that a million rows need no more
// memory than a thousand.
import { parse } from 'csv-parse/sync';
import { CsvFileError, CsvText, type Encoding, LINE_BYTES_MAX } from './csv-text.ts';

/** `line` is where the row begins: a quoted cell may go on for several. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] };

export type CsvFile<Column extends string> = {
  readonly columns: readonly Column[];
  /** What each cell of a row is of; null for a column that is left out. */
  readonly header: readonly (Column | null)[];
  /** Names of columns that nobody knows, as they stand in the file. */
  readonly leftOut: readonly string[];
  readonly rows: AsyncIterable<CsvRow>;
  /** Known once the rows have been read. */
  encoding(): Encoding;
};

export type CsvColumns<Column extends string> = {
  readonly known: readonly Column[];
  readonly required: readonly Column[];
  /** Leaves out columns that nobody knows; otherwise they are a mistake of the file. */
  readonly leavesOut?: boolean;
};

/** @throws CsvFileError when the header is not the expected one, before any row is read */
export async function readCsv<Column extends string>(
  bytes: AsyncIterable<Buffer>,
  expected: CsvColumns<Column>,
): Promise<CsvFile<Column>> {
  const text = new CsvText();
  const rows = parseRows(text.lines(bytes))[Symbol.asyncIterator]();
  const header = await rows.next();
  if (header.done === true) throw new CsvFileError(1, 'the file is empty: it has no header');
  try {
    return {
      ...headerOf(header.value, expected),
      rows: { [Symbol.asyncIterator]: () => rows },
      encoding: () => text.encoding,
    };
  } catch (error) {
    await rows.return(undefined);
    throw error;
  }
}

function headerOf<Column extends string>(
  row: CsvRow,
  { known, required, leavesOut = false }: CsvColumns<Column>,
): Pick<CsvFile<Column>, 'columns' | 'header' | 'leftOut'> {
  const names = row.cells.map((name) => name.trim().toLowerCase());
  const isKnown = (name: string): name is Column => (known as readonly string[]).includes(name);
  const unknown = names.filter((name) => !isKnown(name)).map((name) => name.slice(0, 40));
  if (unknown.length > 0 && !leavesOut) {
    const some = unknown.slice(0, NAMES_SHOWN).map((name) => `“${name}”`);
    const message = `unknown column ${some.join(', ')}; known are ${known.join(', ')}`;
    throw new CsvFileError(row.line, message);
  }
  const columns = names.filter(isKnown);
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) throw new CsvFileError(row.line, `column “${twice}” stands twice`);
  const missing = required.find((name) => !columns.includes(name));
  if (missing !== undefined) throw new CsvFileError(row.line, `column “${missing}” is missing`);
  return { columns, header: names.map((name) => (isKnown(name) ? name : null)), leftOut: unknown };
}

const NAMES_SHOWN = 8;

/** The text comes in whole lines; a row that goes on for several is held until its last quote closes. */
async function* parseRows(text: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  let held = '';
  let line = 1;
  for await (const part of text) {
    held += line === 1 && held === '' ? part.replace(/^\ufeff/, '') : part;
    const end = endOfRows(held);
    if (end === 0 && held.length <= LINE_BYTES_MAX) continue;
    const rows = end === 0 ? held : held.slice(0, end);
    held = held.slice(rows.length);
    yield* rowsOf(rows, line);
    line += breaksIn(rows).all;
  }
  if (held !== '') yield* rowsOf(held, line);
}

/** Where the last row that is whole ends: after a line break with as many quotes opened as closed. */
function endOfRows(text: string): number {
  if (!text.includes(QUOTE)) return text.length;
  let end = 0;
  let isOpen = false;
  let quote = text.indexOf(QUOTE);
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('\n', at) + 1 || text.length;
    for (; quote !== -1 && quote < next; quote = text.indexOf(QUOTE, quote + 1)) isOpen = !isOpen;
    if (!isOpen) end = next;
    at = next;
  }
  return end;
}

const QUOTE = '"';

/** Without quotes a row is its line, cut at the commas: that needs no parser, and takes a fifth of its time. */
function* rowsOf(text: string, firstLine: number): Generator<CsvRow> {
  if (text.includes(QUOTE)) return yield* parsedRows(text, firstLine);
  let line = firstLine - 1;
  for (const row of text.split(LINE_BREAK)) {
    line += 1;
    if (row === '') continue;
    if (row.length > LINE_BYTES_MAX) throw new CsvFileError(line, TOO_LONG);
    yield { line, cells: row.split(',') };
  }
}

const LINE_BREAK = /\r\n|\n|\r/;
const LINE_BREAKS = /\r\n|\n|\r/g;

function* parsedRows(text: string, firstLine: number): Generator<CsvRow> {
  // The parser counts CRLF inside a quoted cell as two lines.
  let countedTwice = 0;
  try {
    const parsed = parse(text, {
      info: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: LINE_BYTES_MAX,
    }) as unknown as readonly CsvRecord[];
    for (const { record, info } of parsed) {
      let all = 0;
      for (const cell of record) {
        const breaks = breaksIn(cell);
        all += breaks.all;
        countedTwice += breaks.crlf;
      }
      yield { line: firstLine - 1 + info.lines - countedTwice - all, cells: record };
    }
  } catch (error) {
    throw fileErrorOf(error, firstLine);
  }
}

type CsvRecord = { record: string[]; info: { lines: number } };

function breaksIn(text: string): { all: number; crlf: number } {
  let all = 0;
  let crlf = 0;
  if (!text.includes('\n') && !text.includes('\r')) return { all, crlf };
  for (const [found] of text.matchAll(LINE_BREAKS)) {
    all += 1;
    if (found === '\r\n') crlf += 1;
  }
  return { all, crlf };
}

const TOO_LONG = 'not CSV: the row is longer than 100,000 letters: is a quote left open before it?';

const CSV_PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'after a closing quote comes neither comma nor end of line',
  INVALID_OPENING_QUOTE: 'a quote stands inside a cell that does not begin with one',
};

function fileErrorOf(error: unknown, firstLine: number): unknown {
  const { code = '', lines, message } = error as { code?: string; lines?: number; message: string };
  const line = firstLine - 1 + (lines ?? 1);
  if (code === 'CSV_MAX_RECORD_SIZE') return new CsvFileError(line, TOO_LONG);
  const known = CSV_PROBLEMS[code];
  if (known === undefined && !code.startsWith('CSV_')) return error;
  return new CsvFileError(line, `not CSV: ${known ?? message.split(',', 1)[0]}`);
}
