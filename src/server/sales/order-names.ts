// Whose tickets they are, where a sale asks for that: read from what was sent, for the step that makes the order.
import type { Pool } from 'pg';
import { type IdentityDocument, readDocument } from '#domain/identity/document.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import type { OrderRequest } from '#protocol/shop-orders.ts';
import { malformedField } from '#server/platform/http/problem.ts';
import type { ServerContext } from '#server/server-context.ts';
import type { OpenSale } from './open-sale.ts';
import type { NamedAsk } from './order-asks.ts';

export type OrderedMatch = {
  readonly kickOffAt: Instant;
  readonly endsAt: Instant;
  readonly timeZone: string;
};

export async function matchOf(pool: Pool, event: number): Promise<OrderedMatch | null> {
  const { rows } = await pool.query<{ starts: string; ends: string; zone: string }>({
    name: 'event-ordered',
    text: `SELECT file ->> 'startsAt' AS starts, file ->> 'endsAt' AS ends,
             file -> 'venue' ->> 'timeZone' AS zone FROM events WHERE number = $1`,
    values: [event],
  });
  const [row] = rows;
  const kickOffAt = parseInstant(row?.starts ?? '');
  const endsAt = parseInstant(row?.ends ?? '');
  if (row === undefined || kickOffAt === null || endsAt === null) return null;
  return { kickOffAt, endsAt, timeZone: row.zone };
}

/**
 * Of each line that named one. What nobody asks for is not taken: it would be kept for nothing.
 *
 * @throws HttpProblem `malformed-request` naming the holder; it never quotes a number
 */
export function documentsOf(
  { holders }: Pick<OrderRequest, 'holders'>,
  { terms }: OpenSale,
): ReadonlyMap<string, IdentityDocument> {
  const documents = new Map<string, IdentityDocument>();
  for (const [at, { line, document }] of holders.entries()) {
    if (document === undefined) continue;
    const field = `holders[${at}].document`;
    if (terms.realName === null) {
      throw malformedField(field, 'this sale asks for no documents: leave it out');
    }
    const read = readDocument(document.kind, document.number);
    if (read.kind === 'refused') {
      throw malformedField(
        `${field}.number`,
        read.why === 'shape'
          ? `no ${document.kind} is written like this`
          : 'the check digit does not fit: look at each character again',
      );
    }
    documents.set(line, read.document);
  }
  return documents;
}

export async function namedAsk(
  { catalogue, masterKey }: Pick<ServerContext, 'catalogue' | 'masterKey'>,
  event: number,
  { kickOffAt, endsAt, timeZone }: OrderedMatch,
  documents: ReadonlyMap<string, IdentityDocument>,
): Promise<NamedAsk> {
  const { keyring } = await catalogue.get(event);
  const keeping = { masterKey, key: keyring.own, endsAt };
  return { documents, matchDay: dayAt(kickOffAt, timeZone), keeping };
}

/** `2026-11-29`: Swedish dates are written like that. */
function dayAt(at: Instant, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
}
