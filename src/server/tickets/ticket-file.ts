// Bytes of a ticket file to rows of text: UTF-8 with or without BOM, or GBK; CRLF or LF; streamed, so
// that a million rows need no more memory than a thousand.
import { parse } from 'csv-parse';
import { TICKET_COLUMNS, type TicketColumn } from '#protocol/tickets.ts';

export type FileRow = { readonly line: number; readonly cells: readonly string[] };

export type TicketFile = {
  readonly columns: readonly TicketColumn[];
  readonly rows: AsyncIterable<FileRow>;
  encoding(): 'utf-8' | 'gbk';
};

/** The file as a whole cannot be read; `line` is where, 1 being the header. */
export class TicketFileError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'TicketFileError';
    this.line = line;
  }
}

const CELL_BYTES_MAX = 10_000;
const ROW_BYTES_MAX = 100_000;

/** @throws TicketFileError when the header is not one of ours, before any row is read */
export async function readTicketFile(bytes: AsyncIterable<Buffer>): Promise<TicketFile> {
  const decoder = new TicketDecoder();
  const rows = parseCsv(decoder.decode(bytes))[Symbol.asyncIterator]();
  const header = await rows.next();
  if (header.done === true) throw new TicketFileError(1, 'the file is empty: it has no header');
  return {
    columns: columnsOf(header.value.cells),
    rows: { [Symbol.asyncIterator]: () => rows },
    encoding: () => decoder.encoding,
  };
}

function columnsOf(header: readonly string[]): readonly TicketColumn[] {
  const columns = header.map((name) => name.trim().toLowerCase());
  const unknown = columns.filter((name) => !(TICKET_COLUMNS as readonly string[]).includes(name));
  if (unknown.length > 0) {
    const names = unknown.map((name) => `“${name.slice(0, 40)}”`).join(', ');
    throw new TicketFileError(1, `unknown column ${names}; known are ${TICKET_COLUMNS.join(', ')}`);
  }
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) throw new TicketFileError(1, `column “${twice}” stands twice`);
  for (const required of ['ticket_ref', 'type']) {
    if (!columns.includes(required))
      throw new TicketFileError(1, `column “${required}” is missing`);
  }
  return columns as TicketColumn[];
}

async function* parseCsv(text: AsyncIterable<string>): AsyncGenerator<FileRow> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: ROW_BYTES_MAX,
  });
  const feeding = feed(text, parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      const long = record.find((cell) => cell.length > CELL_BYTES_MAX);
      if (long !== undefined)
        throw new TicketFileError(info.lines, 'a cell is longer than 10,000 letters');
      yield { line: info.lines, cells: record };
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
    parser.once('drain', resolve);
    parser.once('close', resolve);
  });
}

function fileErrorOf(error: unknown): unknown {
  if (error instanceof TicketFileError) return error;
  const { code, lines, message } = error as { code?: string; lines?: number; message: string };
  if (code?.startsWith('CSV_') !== true) return error;
  return new TicketFileError(lines ?? 0, `not CSV: ${message.split(',', 1)[0] ?? code}`);
}

/**
 * Decodes as UTF-8 until a byte proves otherwise. If all before it was ASCII the file is GBK; if not,
 * the file mixes encodings and is refused where it does.
 */
class TicketDecoder {
  encoding: 'utf-8' | 'gbk' = 'utf-8';
  #decoder = new TextDecoder('utf-8', { fatal: true });
  #isAscii = true;
  #lines = 1;

  async *decode(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
    for await (const part of bytes) yield this.#decodePart(part, true);
    yield this.#decodePart(Buffer.alloc(0), false);
  }

  #decodePart(part: Buffer, stream: boolean): string {
    const text = this.#tryDecode(part, stream) ?? this.#decodeAsGbk(part, stream);
    this.#isAscii &&= isAscii(part);
    for (const letter of part) if (letter === NEWLINE) this.#lines += 1;
    return text;
  }

  #tryDecode(part: Buffer, stream: boolean): string | null {
    try {
      return this.#decoder.decode(part, { stream });
    } catch {
      return null;
    }
  }

  #decodeAsGbk(part: Buffer, stream: boolean): string {
    if (this.encoding === 'gbk' || !this.#isAscii) {
      throw new TicketFileError(
        this.#lines,
        'bytes after this line are neither UTF-8 nor GBK throughout: save the file as UTF-8',
      );
    }
    this.encoding = 'gbk';
    this.#decoder = new TextDecoder('gbk', { fatal: true });
    const text = this.#tryDecode(part, stream);
    if (text === null) return this.#decodeAsGbk(part, stream);
    return text;
  }
}

const NEWLINE = 10;

function isAscii(part: Buffer): boolean {
  for (const byte of part) if (byte > 0x7f) return false;
  return true;
}
