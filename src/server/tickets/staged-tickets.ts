// Rows of a ticket file on their way in. They are visible to nobody but their import, and whatever ends
// it takes them away: its own end, or the next start of the node that it died with.
import type { Pool, PoolClient } from 'pg';
import { SERIAL_MAX } from '#domain/credentials/ticket-code.ts';
import { arrayLiteral } from '#server/platform/array-literal.ts';
import { type CopyValue, copyIn, copyLine } from '#server/platform/copy-in.ts';
import { randomName, sha256 } from '#server/platform/crypto.ts';
import { CsvFileError } from '#server/platform/csv-text.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { TicketDraft } from './ticket-draft.ts';

export type StagedTicket = TicketDraft & {
  readonly serial: number;
  readonly codeHash: Uint8Array;
  readonly foreignHash: Uint8Array | null;
  readonly cardHash: Uint8Array | null;
  readonly documentHash: Uint8Array | null;
};

/** Columns of `staged_tickets`, in the order of {@link valuesOf}. */
const STAGED =
  'import_id, is_new, line, serial, ref, type, stand, section, "row", seat, gates, valid_from, valid_until, admits, ' +
  'status, code_hash, foreign_hash, card_hash, document_hash, order_ref, party, companion_of, holder_name, phone';

function valuesOf(importId: string, isNew: boolean, t: StagedTicket): CopyValue[] {
  return [
    importId,
    isNew ? 't' : 'f',
    t.line,
    t.serial,
    t.ref,
    t.type,
    t.stand,
    t.section,
    t.row,
    t.seat,
    t.gates === null ? null : arrayLiteral(t.gates),
    timeOf(t.validFrom),
    timeOf(t.validUntil),
    t.admits,
    t.status,
    bytesOf(t.codeHash),
    bytesOf(t.foreignHash),
    bytesOf(t.cardHash),
    bytesOf(t.documentHash),
    t.orderRef,
    t.group,
    t.companionOf,
    t.holderName,
    t.phone,
  ];
}

const COPY = `COPY staged_tickets (${STAGED}) FROM STDIN`;

/** Serials that an import has taken for tickets it does not know. */
export type TakenSerials = { first: number; last: number; count: number };

/** Stages one part. Known references keep their serials, new ones get the next. */
export async function stageTickets(
  pool: Pool,
  event: number,
  importId: string,
  drafts: readonly TicketDraft[],
  taken: TakenSerials,
  staged: (draft: TicketDraft, serial: number, isNew: boolean) => StagedTicket,
): Promise<void> {
  const known = await pool.query<{ ref: string; serial: number }>(
    'SELECT ref, serial FROM tickets WHERE event = $1 AND ref = ANY ($2)',
    [event, drafts.map((draft) => draft.ref)],
  );
  const serials = new Map(known.rows.map((row) => [row.ref, row.serial]));
  const added = drafts.filter((draft) => !serials.has(draft.ref));
  let next = await takeSerials(pool, event, added.length, taken);
  const beyond = added[Math.max(0, SERIAL_MAX - next + 1)];
  if (beyond !== undefined) throw new CsvFileError(beyond.line, 'the event has no serials left');
  let lines = '';
  for (const draft of drafts) {
    const serial = serials.get(draft.ref);
    const isNew = serial === undefined;
    lines += copyLine(valuesOf(importId, isNew, staged(draft, serial ?? next++, isNew)));
  }
  await copyIn(pool, COPY, lines);
}

/** @returns the first of them */
async function takeSerials(
  pool: Pool,
  event: number,
  count: number,
  taken: TakenSerials,
): Promise<number> {
  if (count === 0) return 0;
  const { rows } = await pool.query<{ last: number }>(
    'UPDATE lists SET last_serial = last_serial + $2 WHERE event = $1 RETURNING last_serial AS last',
    [event, count],
  );
  const last = rows[0]?.last ?? count;
  if (taken.count === 0) taken.first = last - count + 1;
  taken.last = last;
  taken.count += count;
  return last - count + 1;
}

/**
 * Gives back what a refused file had taken, or sixteen tries of a million rows would use an event up.
 * Only where nobody has taken any since, and no ticket has them: a commit may have been done unheard.
 */
export async function returnSerials(pool: Pool, event: number, taken: TakenSerials): Promise<void> {
  if (taken.count === 0 || taken.last - taken.first + 1 !== taken.count) return;
  await pool.query(
    `UPDATE lists SET last_serial = $2 WHERE event = $1 AND last_serial = $3
       AND NOT EXISTS (SELECT 1 FROM tickets WHERE event = $1 AND serial > $2)`,
    [event, taken.first - 1, taken.last],
  );
}

/** Tells this run of a node from the one before, whose imports are dead. */
const RUN = randomName('', 3);

export function newImportId(node: string): string {
  return `${importsOf(node)}${RUN}-${randomName('', 5)}`;
}

function importsOf(node: string): string {
  return `imp-${Buffer.from(sha256(Buffer.from(node)))
    .toString('hex')
    .slice(0, 12)}-`;
}

/** What imports of this node left when it was killed; those of other nodes may be under way. */
export async function clearDeadImports(pool: Pool, node: string): Promise<void> {
  await pool.query(
    'DELETE FROM staged_tickets WHERE starts_with(import_id, $1) AND NOT starts_with(import_id, $2)',
    [importsOf(node), `${importsOf(node)}${RUN}-`],
  );
}

/** Staged rows are in no log: a server that was started anew, or promoted, has lost some or all of them. */
export async function serverStart(client: Pool | PoolClient): Promise<string> {
  const { rows } = await client.query<{ at: string }>(
    `SELECT pg_postmaster_start_time()::text AS at`,
  );
  return rows[0]?.at ?? '';
}

export function stagedLost(): HttpProblem {
  return new HttpProblem('unavailable', {
    detail: 'the database was started anew while the file was read: nothing of it was taken',
    mend: 'send the file again',
    retryAfterSeconds: 1,
  });
}

export async function clearImport(pool: Pool, importId: string): Promise<void> {
  await pool.query('DELETE FROM staged_tickets WHERE import_id = $1', [importId]);
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function bytesOf(hash: Uint8Array | null): Buffer | null {
  return hash === null ? null : Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength);
}
