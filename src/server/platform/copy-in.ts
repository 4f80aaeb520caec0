// Many rows into a table at once, by COPY: PostgreSQL takes them at half the cost of an INSERT, and so
// do we. https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pool } from 'pg';
import { from } from 'pg-copy-streams';

const NULL = '\\N';
const SPECIAL = /[\\\t\n\r]/;
const EACH_SPECIAL = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

/** Bytes are for a column of type `bytea`; text must not hold NUL, which PostgreSQL has no place for. */
export type CopyValue = string | number | Buffer | null;

export function copyLine(values: readonly CopyValue[]): string {
  let line = '';
  let separator = '';
  for (const value of values) {
    line += separator + written(value);
    separator = '\t';
  }
  return `${line}\n`;
}

function written(value: CopyValue): string | number {
  if (value === null) return NULL;
  if (typeof value === 'string') return SPECIAL.test(value) ? escaped(value) : value;
  return typeof value === 'number' ? value : `\\\\x${value.toString('hex')}`;
}

function escaped(text: string): string {
  return text.replace(EACH_SPECIAL, (sign) => ESCAPES[sign] ?? sign);
}

/** @param copy - a `COPY … FROM STDIN`. All of the lines or, when it throws, none. */
export async function copyIn(pool: Pool, copy: string, lines: string): Promise<void> {
  const client = await pool.connect();
  try {
    await pipeline(Readable.from([Buffer.from(lines)]), client.query(from(copy)));
    client.release();
  } catch (error) {
    // What the connection is in the middle of, nobody knows.
    client.release(true);
    throw error;
  }
}
