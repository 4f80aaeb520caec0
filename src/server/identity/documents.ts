// Documents of holders, as they are kept: a keyed hash that finds them, the number sealed, and a day on which
// both are deleted. Nothing here gives a number back.
import type { Pool, PoolClient } from 'pg';
import { type IdentityDocument, maskedDocument } from '#domain/identity/document.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { type EventKey, mediumHash } from '#server/entry/event-key.ts';
import { hmacSha256, seal } from '#server/platform/crypto.ts';

/** After the match is over, unless the law of the place asks for less. */
export const DOCUMENTS_KEPT_DAYS = 30;
const DAY_MS = 24 * 3_600_000;

export type DocumentDeps = {
  readonly masterKey: Uint8Array;
  /** Of the event; its number and secret key the hash. */
  readonly key: EventKey;
  readonly endsAt: Instant;
};

export type LineDocument = { readonly line: string; readonly document: IdentityDocument };

/** Lines whose document is somebody's ticket already, in this order or another. */
export type KeptDocuments =
  | { readonly kind: 'kept' }
  | { readonly kind: 'refused'; readonly why: 'has-ticket'; readonly lines: readonly string[] };

/**
 * Keeps the documents of an order's lines, in the transaction that makes the order; a line that had one gets the
 * new one. Refused, none of these lines has any.
 */
export async function keepDocuments(
  client: PoolClient,
  { masterKey, key, endsAt }: DocumentDeps,
  documents: readonly LineDocument[],
): Promise<KeptDocuments> {
  const rows = documents.map(({ line, document }) => ({
    line,
    document,
    hash: Buffer.from(mediumHash(key, document.number)),
  }));
  // Always in the same order: two orders that name the same people wait for each other, and do not meet.
  rows.sort((a, b) => Buffer.compare(a.hash, b.hash));
  const isTwice = (hash: Buffer) => rows.filter((row) => row.hash.equals(hash)).length > 1;
  const lines = rows.map(({ line }) => line);
  await client.query(DROP_UNBOUND, [key.number, lines]);
  const sealingKey = documentKey(masterKey);
  const { rows: kept } = await client.query<{ line: string }>(
    `INSERT INTO documents (event, line, kind, hash, sealed, masked, delete_on)
     SELECT $1, line, kind, hash, sealed, masked, $7
     FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::text[])
       AS d (line, kind, hash, sealed, masked)
     ON CONFLICT DO NOTHING RETURNING line`,
    [
      key.number,
      lines,
      rows.map(({ document }) => document.kind),
      rows.map(({ hash }) => hash),
      rows.map(({ line, document }) =>
        seal(sealingKey, contextOf(key, line), Buffer.from(document.number)),
      ),
      rows.map(({ document }) => maskedDocument(document)),
      deletionDay(endsAt),
    ],
  );
  if (kept.length === rows.length) return { kind: 'kept' };
  const isKept = new Set(kept.map(({ line }) => line));
  const refused = rows.filter(({ line, hash }) => !isKept.has(line) || isTwice(hash));
  await client.query(DROP_UNBOUND, [key.number, lines]);
  return { kind: 'refused', why: 'has-ticket', lines: refused.map(({ line }) => line).sort() };
}

const DROP_UNBOUND =
  'DELETE FROM documents WHERE event = $1 AND line = ANY ($2) AND serial IS NULL';

/** Binds the document of a line to its ticket: from now on the gate's box knows whose it is by it. */
export async function bindDocuments(
  client: PoolClient,
  event: number,
  tickets: readonly { readonly line: string; readonly serial: number }[],
): Promise<void> {
  await client.query(
    `WITH bound AS (
       UPDATE documents d SET serial = t.serial
       FROM unnest($2::text[], $3::integer[]) AS t (line, serial)
       WHERE d.event = $1 AND d.line = t.line RETURNING d.hash, d.serial)
     INSERT INTO media (event, hash, serial, kind) SELECT $1, hash, serial, 'document' FROM bound
     ON CONFLICT (event, hash) DO UPDATE SET serial = excluded.serial, is_current = true`,
    [event, tickets.map(({ line }) => line), tickets.map(({ serial }) => serial)],
  );
}

/** Frees the documents of lines that were given back: their holders may buy again. */
export async function freeDocuments(
  client: PoolClient,
  event: number,
  lines: readonly string[],
): Promise<void> {
  await client.query(
    `WITH freed AS (
       DELETE FROM documents WHERE event = $1 AND line = ANY ($2) RETURNING hash)
     DELETE FROM media USING freed
     WHERE media.event = $1 AND media.hash = freed.hash AND media.kind = 'document'`,
    [event, lines],
  );
}

export type FoundDocument = {
  readonly ref: string;
  readonly section: string | null;
  readonly row: string | null;
  readonly seat: string | null;
  readonly kind: string;
  readonly masked: string;
};

/** Whose ticket it is, by the document that somebody holds in their hand. */
export async function findByDocument(
  client: PoolClient,
  key: EventKey,
  document: IdentityDocument,
): Promise<FoundDocument | null> {
  const { rows } = await client.query<FoundDocument>(
    `SELECT t.ref, t.section, t."row", t.seat, d.kind, d.masked FROM documents d
     JOIN tickets t ON t.event = d.event AND t.serial = d.serial
     WHERE d.event = $1 AND d.hash = $2 AND d.kind = $3`,
    [key.number, Buffer.from(mediumHash(key, document.number)), document.kind],
  );
  return rows[0] ?? null;
}

/**
 * Deletes what its day has come for, at hub and boxes alike: a box has the hashes only.
 *
 * @returns how many of each event
 */
export async function deleteDocuments(
  client: Pool | PoolClient,
  at: Instant,
): Promise<{ event: number; count: number }[]> {
  const { rows } = await client.query<{ event: number; count: number }>(
    `WITH gone AS (DELETE FROM documents WHERE delete_on <= $1 RETURNING event),
     hashes AS (
       DELETE FROM media m USING events e
       WHERE m.event = e.number AND m.kind = 'document'
         AND (e.file->>'endsAt')::timestamptz <= $2 RETURNING m.event)
     SELECT event, count(*)::int AS count
     FROM (SELECT event FROM gone UNION ALL SELECT event FROM hashes) all_of
     GROUP BY event ORDER BY event`,
    [dayOf(at), new Date(at - DOCUMENTS_KEPT_DAYS * DAY_MS)],
  );
  return rows;
}

/** The first day on which nothing is needed any more, UTC. */
export function deletionDay(endsAt: Instant): string {
  return dayOf(endsAt + (DOCUMENTS_KEPT_DAYS + 1) * DAY_MS);
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Its own key: whoever is given one that opens something else opens no document with it. */
function documentKey(masterKey: Uint8Array): Uint8Array {
  return hmacSha256(masterKey, Buffer.from('kaimen documents 1'));
}

function contextOf({ eventId }: EventKey, line: string): string {
  return `document of ${eventId}/${line}`;
}
