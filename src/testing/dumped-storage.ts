// What somebody finds who takes a device home: every byte of its files, every row of its databases, and all that a
// browser keeps for a page.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
// biome-ignore lint/correctness/noUnresolvedImports: built into Node 24; the linter's list is older.
import { DatabaseSync } from 'node:sqlite';
import type { Pool } from 'pg';
import type { Page } from 'playwright-core';

/** As texts stand in files: in UTF-8, in UTF-16 of either order, escaped as JSON does, in base64. */
function formsOf(word: string): Buffer[] {
  const little = Buffer.from(word, 'utf16le');
  const escaped = [...word].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x80 ? character : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  const plain = Buffer.from(word);
  // Base64 of it from the first full group on, wherever in a text it begins.
  const grouped = [0, 1, 2].map((skipped) => {
    const whole = plain.subarray(skipped, skipped + 3 * Math.floor((plain.length - skipped) / 3));
    return Buffer.from(whole.toString('base64'));
  });
  const forms = [plain, little, Buffer.from(little).swap16(), Buffer.from(escaped.join(''))];
  return [...forms, ...grouped.filter(({ length }) => length >= 8)];
}

/** @returns which of the words stand in a text or in bytes, in any form */
export function wordsIn(words: readonly string[], found: string | Buffer): string[] {
  const bytes = Buffer.isBuffer(found) ? found : Buffer.from(found);
  return words.filter((word) => formsOf(word).some((form) => bytes.includes(form)));
}

/** @returns `file: word` of each that stands in a file of a folder, in any form */
export function wordsInFolder(words: readonly string[], folder: string): string[] {
  return filesUnder(folder).flatMap((file) => {
    const bytes = readFileSync(file);
    return wordsIn(words, bytes).map((word) => `${path.relative(folder, file)}: ${word}`);
  });
}

export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

/** All that the browser keeps for the page's origin, opened and written out: databases, caches, storages, cookies. */
export async function dumpPage(page: Page): Promise<string> {
  const cookies = await page.context().cookies();
  return JSON.stringify(cookies) + (await page.evaluate<string>(DUMP));
}

/** Every row of every table of a SQLite file. */
export function dumpSqlite(file: string): string {
  using database = new DatabaseSync(file, { readOnly: true });
  const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
  return tables
    .flatMap(({ name }) => database.prepare(`SELECT * FROM "${String(name)}"`).all())
    .map((row) => Object.values(row).map(written).join('|'))
    .join('\n');
}

/** Every row of every table of a PostgreSQL database. */
export async function dumpPostgres(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const dumped: string[] = [];
  for (const { name } of rows) {
    const { rows: all } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    dumped.push(...all.map(({ row }) => `${name}: ${row}`));
  }
  return dumped.join('\n');
}

function written(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value);
}

/** In the page: bytes are written as the texts that they would be. */
const DUMP = `(async () => {
  const asText = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer ?? value, value.byteOffset ?? 0, value.byteLength);
      return ['utf-8', 'utf-16le'].map((encoding) => new TextDecoder(encoding).decode(bytes));
    }
    if (value instanceof Map || value instanceof Set) return [...value].map(asText);
    if (Array.isArray(value)) return value.map(asText);
    if (value instanceof CryptoKey) return String(value);
    if (value !== null && typeof value === 'object') {
      return Object.entries(value).map(([key, inner]) => [key, asText(inner)]);
    }
    return String(value);
  };
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = [Object.entries(localStorage), Object.entries(sessionStorage)];
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const read = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([asked(read.getAllKeys()), asked(read.getAll())]);
      found.push([name, store, asText(keys), asText(values)]);
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const response = await cache.match(request);
      found.push([name, request.url, await response.text()]);
    }
  }
  return JSON.stringify(found);
})()`;
