import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import { END_OF_ROWS } from './backup-file.ts';
import { RestoreError } from './restore-error.ts';

const LINE_BYTES_MAX = 1024 * 1024;
const NEWLINE = 10;
const BOUNDARY = Buffer.from(`\n${END_OF_ROWS}`);

/** Unpacks a backup and hands it out part by part, adding up its bytes; holds no more than a chunk. */
export class BackupReader {
  readonly #file: string;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #close: () => void;
  readonly #sha256 = createHash('sha256');
  #rest: Buffer = Buffer.alloc(0);

  constructor(file: string) {
    this.#file = file;
    const packed = createReadStream(file);
    // What goes wrong is thrown to whoever reads on.
    const unpacked = pipeline(packed, createGunzip(), () => {});
    this.#chunks = unpacked[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#close = () => packed.destroy();
  }

  close(): void {
    this.#close();
  }

  /** The next line, which must be of that form. */
  async line<T>(schema: z.ZodType<T>): Promise<T> {
    let end = this.#rest.indexOf(NEWLINE);
    while (end < 0) {
      if (this.#rest.length > LINE_BYTES_MAX) throw this.#damaged('a line is too long');
      await this.#more();
      end = this.#rest.indexOf(NEWLINE);
    }
    const bytes = this.#take(end + 1);
    const parsed = schema.safeParse(parseJson(bytes.toString()));
    this.#sha256.update(bytes);
    if (parsed.success) return parsed.data;
    throw this.#damaged('a line is not of the expected form');
  }

  /** Rows up to the end of the table, in chunks that keep to no row. */
  async *rows(): AsyncGenerator<Buffer> {
    while (this.#rest.length < END_OF_ROWS.length) await this.#more();
    if (this.#rest.subarray(0, END_OF_ROWS.length).equals(BOUNDARY.subarray(1))) {
      this.#sha256.update(this.#take(END_OF_ROWS.length));
      return;
    }
    for (;;) {
      const end = this.#rest.indexOf(BOUNDARY);
      // A boundary may lie across two chunks: its possible first part waits for the next.
      const size = end < 0 ? this.#rest.length - BOUNDARY.length + 1 : end + 1;
      if (size > 0) {
        const chunk = this.#take(size);
        this.#sha256.update(chunk);
        yield chunk;
      }
      if (end >= 0) {
        this.#sha256.update(this.#take(END_OF_ROWS.length));
        return;
      }
      await this.#more();
    }
  }

  /** SHA-256 of all that was read so far. */
  sum(): string {
    return this.#sha256.copy().digest('hex');
  }

  /** Whether the next line begins a table, not the end of the file. */
  async hasTable(): Promise<boolean> {
    const begin = '{"table":';
    while (this.#rest.length < begin.length) await this.#more();
    return this.#rest.subarray(0, begin.length).toString() === begin;
  }

  async expectEnd(): Promise<void> {
    const { done } = await this.#next();
    if (done !== true || this.#rest.length > 0) throw this.#damaged('it goes on after its end');
  }

  #take(size: number): Buffer {
    const taken = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    return taken;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#next();
    if (done === true) throw this.#damaged('it ends in the middle');
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.#chunks.next();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'Z_BUF_ERROR') throw this.#damaged('it ends in the middle', error);
      if (code?.startsWith('Z_') === true) throw this.#damaged(message, error);
      throw new RestoreError('not-a-backup', `${this.#file} cannot be read: ${message}`, {
        cause: error,
      });
    }
  }

  #damaged(why: string, cause?: unknown): RestoreError {
    return new RestoreError(
      'backup-damaged',
      `${this.#file} is not a whole backup (${why}): nothing was restored; take another copy of it`,
      { cause },
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
