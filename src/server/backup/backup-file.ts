/**
 * What a backup file is, so that it can be read in ten years with nothing but `gunzip`: lines of text.
 *
 *     {"format":"kaimen-backup", …}      the manifest
 *     {"table":"events","columns":[…]}   then its rows as PostgreSQL's COPY writes them, then a line \.
 *     …                                  further tables, each after those that it refers to
 *     {"tables":[…],"sha256":…,"mac":…}  rows and SHA-256 of each table, and of all the bytes before
 *
 * The last line comes last because the rows are sent as they are read; a file without it is not whole.
 */
import { z } from 'zod';
import { hmacSha256 } from '#server/platform/crypto.ts';

export const FORMAT_VERSION = 1;

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

export const manifest = z.object({
  format: z.literal('kaimen-backup'),
  version: z.int().min(1),
  /** Version of the program that wrote it. */
  program: z.string(),
  id: z.string(),
  takenAt: z.iso.datetime(),
  migrations: z.array(z.object({ name: z.string(), sha256: sha256Hex })),
  /** Made with the master key, which is in no backup: tells whether another key is the right one. */
  keyMark: sha256Hex,
});
export type Manifest = z.infer<typeof manifest>;

export const tableHeader = z.object({ table: z.string(), columns: z.array(z.string()).min(1) });
export type TableHeader = z.infer<typeof tableHeader>;

export const contents = z.object({
  tables: z.array(z.object({ table: z.string(), rows: z.int().min(0), sha256: sha256Hex })),
  /** Of every byte before this line. */
  sha256: sha256Hex,
  /** Of `sha256`, with the master key: nobody else can have written this file. */
  mac: sha256Hex,
});
export type Contents = z.infer<typeof contents>;
export type TableSum = Contents['tables'][number];

/** Ends the rows of a table: COPY writes each backslash of a value twice, so no row looks like it. */
export const END_OF_ROWS = '\\.\n';

export function line(value: Manifest | TableHeader | Contents): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

export function keyMarkOf(masterKey: Uint8Array, backupId: string): string {
  return mac(masterKey, `kaimen backup key 1\n${backupId}`);
}

export function contentsMacOf(masterKey: Uint8Array, sha256: string): string {
  return mac(masterKey, `kaimen backup contents 1\n${sha256}`);
}

function mac(masterKey: Uint8Array, text: string): string {
  const key = hmacSha256(masterKey, Buffer.from('kaimen backup 1'));
  return Buffer.from(hmacSha256(key, Buffer.from(text))).toString('hex');
}
