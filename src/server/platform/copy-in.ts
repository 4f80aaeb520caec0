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

/** One row; text must not hold NUL, which PostgreSQL has no place for. */
export function copyLine(values: readonly (string | number | null)[]): string {
  let line = '';
  for (const value of values) {
    if (value === null) line += NULL;
    else line += typeof value === 'string' && SPECIAL.test(value) ? escaped(value) : value;
    line += '\t';
  }
  return `${line.slice(0, -1)}\n`;
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
