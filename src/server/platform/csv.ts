// CSV files from elsewhere to rows of text: CRLF, LF or CR; streamed, so that a million rows need no more
// memory than a thousand.
import { parse } from 'csv-parse';
import { CsvFileError, CsvText, type Encoding, LINE_BYTES_MAX } from './csv-text.ts';

/** `line` is where the row begins: a quoted cell may go on for several. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] };

export type CsvFile<Column extends string> = {
  readonly columns: readonly Column[];
  readonly rows: AsyncIterable<CsvRow>;
  /** Known once the rows have been read. */
  encoding(): Encoding;
};

export type CsvColumns<Column extends string> = {
  readonly known: readonly Column[];
  readonly required: readonly Column[];
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
      columns: columnsOf(header.value, expected),
      rows: { [Symbol.asyncIterator]: () => rows },
      encoding: () => text.encoding,
    };
  } catch (error) {
    await rows.return(undefined);
    throw error;
  }
}

function columnsOf<Column extends string>(
  header: CsvRow,
  { known, required }: CsvColumns<Column>,
): readonly Column[] {
  const columns = header.cells.map((name) => name.trim().toLowerCase());
  const unknown = columns.filter((name) => !(known as readonly string[]).includes(name));
  if (unknown.length > 0) {
    const names = unknown
      .slice(0, NAMES_SHOWN)
      .map((name) => `“${name.slice(0, 40)}”`)
      .join(', ');
    throw new CsvFileError(header.line, `unknown column ${names}; known are ${known.join(', ')}`);
  }
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) throw new CsvFileError(header.line, `column “${twice}” stands twice`);
  const missing = required.find((name) => !columns.includes(name));
  if (missing !== undefined) throw new CsvFileError(header.line, `column “${missing}” is missing`);
  return columns as Column[];
}

const NAMES_SHOWN = 8;

async function* parseRows(text: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    info: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LINE_BYTES_MAX,
  });
  const feeding = feed(text, parser);
  // The parser counts CRLF inside a quoted cell as two lines.
  let countedTwice = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      const { all, crlf } = breaksWithin(record);
      countedTwice += crlf;
      yield { line: info.lines - countedTwice - all, cells: record };
    }
  } catch (error) {
    throw fileErrorOf(error);
  } finally {
    parser.destroy();
    await feeding.catch(() => {});
  }
  await feeding;
}

type CsvRecord = { record: string[]; info: { lines: number } };

function breaksWithin(cells: readonly string[]): { all: number; crlf: number } {
  let all = 0;
  let crlf = 0;
  for (const cell of cells) {
    if (!cell.includes('\n') && !cell.includes('\r')) continue;
    for (const [found] of cell.matchAll(/\r\n|\r|\n/g)) {
      all += 1;
      if (found === '\r\n') crlf += 1;
    }
  }
  return { all, crlf };
}

async function feed(text: AsyncIterable<string>, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const part of text) {
      if (parser.destroyed) return;
      if (!parser.write(part)) await drained(parser);
    }
    parser.end();
  } catch (error) {
    parser.destroy(error as Error);
  }
}

function drained(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      parser.off('drain', goOn).off('close', goOn);
      resolve();
    };
    parser.on('drain', goOn).on('close', goOn);
  });
}

const CSV_PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  CSV_MAX_RECORD_SIZE: 'the row is longer than 100,000 letters: is a quote left open before it?',
  CSV_INVALID_CLOSING_QUOTE: 'after a closing quote comes neither comma nor end of line',
  INVALID_OPENING_QUOTE: 'a quote stands inside a cell that does not begin with one',
};

function fileErrorOf(error: unknown): unknown {
  const { code = '', lines, message } = error as { code?: string; lines?: number; message: string };
  const known = CSV_PROBLEMS[code];
  if (known === undefined && !code.startsWith('CSV_')) return error;
  return new CsvFileError(lines ?? 0, `not CSV: ${known ?? message.split(',', 1)[0]}`);
}
