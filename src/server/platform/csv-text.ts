// Bytes of a file to text. Old systems write UTF-8 with or without BOM, or GBK; nobody says which.
import { isAscii } from 'node:buffer';

export type Encoding = 'utf-8' | 'gbk';

/** The file as a whole cannot be read; `line` is where, 1 being the header. */
export class CsvFileError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'CsvFileError';
    this.line = line;
  }
}

export const LINE_BYTES_MAX = 100_000;
/** A GBK letter in three reads as UTF-8: one alone proves nothing, this many bytes with some do. */
const PROBE_BYTES = 64 * 1024;
const NEWLINE = 10;

/**
 * Decodes whole lines, so that where the bytes were cut on their way changes nothing: neither encoding
 * has a newline inside a letter. The first lines that are not ASCII settle which it is, and a later line
 * of the other is refused.
 */
export class CsvText {
  /** Settled once `lines` has ended. */
  encoding: Encoding = 'utf-8';
  #isSettled = false;
  #line = 1;

  async *lines(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
    let held: Buffer = Buffer.alloc(0);
    for await (const part of bytes) {
      held = held.length === 0 ? part : Buffer.concat([held, part]);
      if (!this.#isSettled && !isAscii(held) && held.length < PROBE_BYTES) continue;
      const end = held.lastIndexOf(NEWLINE) + 1;
      if (end > 0) yield this.#decode(held.subarray(0, end));
      held = held.subarray(end);
      if (held.length > LINE_BYTES_MAX) {
        throw new CsvFileError(this.#line, 'the line is longer than 100,000 bytes');
      }
    }
    if (held.length > 0) yield this.#decode(held);
  }

  #decode(lines: Buffer): string {
    if (!this.#isSettled && !isAscii(lines)) {
      this.#isSettled = true;
      this.encoding = encodingOf(lines);
    }
    if (lines.includes(0)) {
      throw new CsvFileError(this.#line, 'NUL bytes, as UTF-16 has them: save the file as UTF-8');
    }
    const text = tryDecode(lines, this.encoding);
    if (text === null) throw this.#mixed(lines);
    for (let at = lines.indexOf(NEWLINE); at !== -1; at = lines.indexOf(NEWLINE, at + 1))
      this.#line += 1;
    return text;
  }

  /** Names the first line that does not decode. */
  #mixed(lines: Buffer): CsvFileError {
    let at = this.#line - 1;
    for (const line of splitLines(lines)) {
      at += 1;
      if (tryDecode(line, this.encoding) === null) break;
    }
    const name = this.encoding === 'gbk' ? 'GBK' : 'UTF-8';
    return new CsvFileError(at, `bytes that are not ${name}: save the whole file as UTF-8`);
  }
}

/** Of lines that are neither throughout, the first that is not ASCII says what they set out to be. */
function encodingOf(lines: Buffer): Encoding {
  if (tryDecode(lines, 'utf-8') !== null) return 'utf-8';
  if (tryDecode(lines, 'gbk') !== null) return 'gbk';
  for (const line of splitLines(lines)) {
    if (!isAscii(line)) return tryDecode(line, 'utf-8') === null ? 'gbk' : 'utf-8';
  }
  return 'utf-8';
}

function* splitLines(lines: Buffer): Generator<Buffer> {
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(NEWLINE, start) + 1 || lines.length;
    yield lines.subarray(start, end);
    start = end;
  }
}

function tryDecode(bytes: Buffer, encoding: Encoding): string | null {
  try {
    // A BOM is left for the CSV parser, which drops it at the start only.
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
