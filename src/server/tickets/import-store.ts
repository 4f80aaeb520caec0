// SQL of the ticket import.
import type { Pool, PoolClient } from 'pg';
import type { RowProblem, TicketColumn } from '#protocol/tickets.ts';
import type { TicketDraft } from './ticket-draft.ts';

export type StagedTicket = TicketDraft & {
  readonly serial: number;
  readonly codeHash: Uint8Array;
  readonly foreignHash: Uint8Array | null;
  readonly cardHash: Uint8Array | null;
  readonly documentHash: Uint8Array | null;
};

/** Columns of `staged_tickets` with their types and where they come from. */
const STAGED: readonly (readonly [string, string, (ticket: StagedTicket) => unknown])[] = [
  ['line', 'integer', (t) => t.line],
  ['serial', 'integer', (t) => t.serial],
  ['ref', 'text', (t) => t.ref],
  ['type', 'text', (t) => t.type],
  ['stand', 'text', (t) => t.stand],
  ['section', 'text', (t) => t.section],
  ['"row"', 'text', (t) => t.row],
  ['seat', 'text', (t) => t.seat],
  // An array of arrays must be rectangular, so gates travel as one text.
  ['gates', 'text', (t) => t.gates?.join(' ') ?? null],
  ['valid_from', 'timestamptz', (t) => dateOf(t.validFrom)],
  ['valid_until', 'timestamptz', (t) => dateOf(t.validUntil)],
  ['admits', 'smallint', (t) => t.admits],
  ['status', 'text', (t) => t.status],
  ['code_hash', 'text', (t) => hex(t.codeHash)],
  ['foreign_hash', 'text', (t) => hex(t.foreignHash)],
  ['card_hash', 'text', (t) => hex(t.cardHash)],
  ['document_hash', 'text', (t) => hex(t.documentHash)],
  ['order_ref', 'text', (t) => t.orderRef],
  ['party', 'text', (t) => t.group],
  ['companion_of', 'text', (t) => t.companionOf],
  ['holder_name', 'text', (t) => t.holderName],
  ['phone', 'text', (t) => t.phone],
];

const SELECTED = STAGED.map(([column]) => {
  if (column === 'gates') return "string_to_array(gates, ' ')";
  return column.endsWith('_hash') ? `decode(${column}, 'hex')` : column;
}).join(', ');

const STAGE = `
  INSERT INTO staged_tickets (import_id, is_new, ${STAGED.map(([column]) => column).join(', ')})
  SELECT $1, is_new, ${SELECTED}
  FROM unnest($2::boolean[], ${STAGED.map(([, type], index) => `$${index + 3}::${type}[]`).join(', ')})
       AS s (is_new, ${STAGED.map(([column]) => column).join(', ')})`;

/** Stages one part. Known references keep their serials, new ones get the next. */
export async function stageTickets(
  pool: Pool,
  event: number,
  importId: string,
  drafts: readonly TicketDraft[],
  staged: (draft: TicketDraft, serial: number) => StagedTicket,
): Promise<void> {
  const known = await pool.query<{ ref: string; serial: number }>(
    'SELECT ref, serial FROM tickets WHERE event = $1 AND ref = ANY ($2)',
    [event, drafts.map((draft) => draft.ref)],
  );
  const serials = new Map(known.rows.map((row) => [row.ref, row.serial]));
  const fresh = drafts.filter((draft) => !serials.has(draft.ref)).length;
  const { rows } = await pool.query<{ first: number }>(
    `UPDATE lists SET last_serial = last_serial + $2 WHERE event = $1
     RETURNING last_serial - $2 + 1 AS first`,
    [event, fresh],
  );
  let next = rows[0]?.first ?? 1;
  const tickets = drafts.map((draft) => staged(draft, serials.get(draft.ref) ?? next++));
  const isNew = drafts.map((draft) => !serials.has(draft.ref));
  await pool.query(STAGE, [importId, isNew, ...STAGED.map(([, , value]) => tickets.map(value))]);
}

/**
 * What only the file as a whole can show: a reference twice, or a code that another ticket has.
 *
 * @param discard - take the later rows out of the staging, as `--skip-bad` asks
 */
export async function findClashes(
  pool: Pool,
  event: number,
  importId: string,
  discard: boolean,
): Promise<RowProblem[]> {
  const { rows } = await pool.query<{ line: number; column: TicketColumn; message: string }>(
    CLASHES,
    [importId, event],
  );
  if (discard && rows.length > 0) {
    await pool.query('DELETE FROM staged_tickets WHERE import_id = $1 AND line = ANY ($2)', [
      importId,
      rows.map((row) => row.line),
    ]);
  }
  return rows;
}

function sameHashTwice(hash: string, column: TicketColumn): string {
  return `
    SELECT line, '${column}' AS "column", 'is on line ' || first || ' already' AS message FROM (
      SELECT line, min(line) OVER (PARTITION BY ${hash}) AS first FROM staged_tickets
      WHERE import_id = $1 AND ${hash} IS NOT NULL) s
    WHERE line > first
    UNION ALL
    SELECT s.line, '${column}', 'belongs to ticket ' || t.ref || ' already'
    FROM staged_tickets s
    JOIN media m ON m.event = $2 AND m.hash = s.${hash} AND m.serial <> s.serial
    JOIN tickets t ON t.event = $2 AND t.serial = m.serial
    WHERE s.import_id = $1 AND NOT EXISTS (
      SELECT 1 FROM staged_tickets o WHERE o.import_id = $1 AND o.ref = t.ref
        AND o.${hash} IS DISTINCT FROM s.${hash})`;
}

const CLASHES = `
  SELECT DISTINCT ON (line) line, "column", message FROM (
    SELECT line, 'ticket_ref' AS "column", 'is on line ' || first || ' already' AS message FROM (
      SELECT line, min(line) OVER (PARTITION BY ref) AS first FROM staged_tickets
      WHERE import_id = $1) s
    WHERE line > first
    UNION ALL ${sameHashTwice('foreign_hash', 'code')}
    UNION ALL ${sameHashTwice('card_hash', 'card_uid')}
    UNION ALL ${sameHashTwice('document_hash', 'document')}
  ) clashes ORDER BY line`;

/** Columns of a ticket that a file may change, by the file's column that carries them. */
const CHANGEABLE: Readonly<Partial<Record<TicketColumn, string>>> = {
  type: 'type',
  stand: 'stand',
  section: 'section',
  row: '"row"',
  seat: 'seat',
  gate: 'gates',
  valid_from: 'valid_from',
  valid_until: 'valid_until',
  admits: 'admits',
  status: 'status',
  code: 'foreign_hash',
  order_ref: 'order_ref',
  group: 'party',
  companion_of: 'companion_of',
};

export type Applied = {
  readonly added: number;
  readonly changed: number;
  readonly missing: number;
};

/**
 * Makes the staged rows true. A column that the file does not have stays as it is. Change numbers are
 * given under the list's lock, which is held from here to the commit.
 */
export async function applyStaged(
  client: PoolClient,
  event: number,
  importId: string,
  columns: readonly TicketColumn[],
): Promise<Applied> {
  const list = await client.query<{ n: string }>(
    'SELECT n FROM lists WHERE event = $1 FOR UPDATE',
    [event],
  );
  const before = Number(list.rows[0]?.n ?? 0);
  const changed = await client.query(updateStatement(columns), [importId, event, before]);
  const added = await client.query(INSERT_NEW, [importId, event, before + (changed.rowCount ?? 0)]);
  const counts = { added: added.rowCount ?? 0, changed: changed.rowCount ?? 0 };
  await client.query('UPDATE lists SET n = $2 WHERE event = $1', [
    event,
    before + counts.added + counts.changed,
  ]);
  await applyMedia(client, event, importId, columns);
  if (columns.includes('holder_name') || columns.includes('phone')) {
    await client.query(UPSERT_HOLDERS, [importId, event]);
  }
  const { rows } = await client.query<{ missing: string }>(
    `SELECT count(*) AS missing FROM tickets t WHERE t.event = $2 AND t.status <> 'cancelled'
       AND NOT EXISTS (SELECT 1 FROM staged_tickets s WHERE s.import_id = $1 AND s.ref = t.ref)`,
    [importId, event],
  );
  return { ...counts, missing: Number(rows[0]?.missing ?? 0) };
}

function updateStatement(columns: readonly TicketColumn[]): string {
  const given = columns.flatMap((column) => CHANGEABLE[column] ?? []);
  // A stand left out of the file still follows from the section.
  if (given.includes('section') && !given.includes('stand')) given.push('stand');
  const set = given.map((column) => `${column} = s.${column}`).join(', ');
  const now = given.map((column) => `t.${column}`).join(', ');
  const then = given.map((column) => `s.${column}`).join(', ');
  return `
    UPDATE tickets t SET ${set}, n = s.n
    FROM (SELECT s.*, $3::bigint + row_number() OVER (ORDER BY s.line) AS n
          FROM staged_tickets s JOIN tickets t ON t.event = $2 AND t.ref = s.ref
          WHERE s.import_id = $1 AND (${now}) IS DISTINCT FROM (${then})) s
    WHERE t.event = $2 AND t.ref = s.ref`;
}

const INSERT_NEW = `
  INSERT INTO tickets (event, serial, n, ref, type, stand, section, "row", seat, gates, valid_from,
    valid_until, admits, status, code_hash, foreign_hash, order_ref, party, companion_of)
  SELECT $2, serial, $3::bigint + row_number() OVER (ORDER BY line), ref, type, stand, section, "row",
    seat, gates, valid_from, valid_until, admits, status, code_hash, foreign_hash, order_ref, party,
    companion_of
  FROM staged_tickets s WHERE import_id = $1 AND is_new
    AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.event = $2 AND t.ref = s.ref)
  ORDER BY serial`;

/** A new code of a ticket replaces its old one, which from now on is answered `revoked`. */
async function applyMedia(
  client: PoolClient,
  event: number,
  importId: string,
  columns: readonly TicketColumn[],
): Promise<void> {
  const kinds = [
    ['code', 'code', 'foreign_hash'],
    ['card_uid', 'card', 'card_hash'],
    ['document', 'document', 'document_hash'],
  ] as const;
  for (const [column, kind, hash] of kinds) {
    if (!columns.includes(column)) continue;
    await client.query(
      `UPDATE media m SET is_current = false
       FROM staged_tickets s JOIN tickets t ON t.event = $2 AND t.ref = s.ref
       WHERE s.import_id = $1 AND m.event = $2 AND m.serial = t.serial AND m.kind = $3
         AND m.is_current AND m.hash IS DISTINCT FROM s.${hash}`,
      [importId, event, kind],
    );
    await client.query(
      `INSERT INTO media (event, hash, serial, kind)
       SELECT $2, s.${hash}, t.serial, $3
       FROM staged_tickets s JOIN tickets t ON t.event = $2 AND t.ref = s.ref
       WHERE s.import_id = $1 AND s.${hash} IS NOT NULL
       ORDER BY s.${hash}
       ON CONFLICT (event, hash) DO UPDATE
         SET serial = excluded.serial, kind = excluded.kind, is_current = true
         WHERE (media.serial, media.is_current) IS DISTINCT FROM (excluded.serial, true)`,
      [importId, event, kind],
    );
  }
}

const UPSERT_HOLDERS = `
  INSERT INTO holders (event, serial, name, phone)
  SELECT $2, t.serial, s.holder_name, s.phone
  FROM staged_tickets s JOIN tickets t ON t.event = $2 AND t.ref = s.ref
  WHERE s.import_id = $1 AND (s.holder_name IS NOT NULL OR s.phone IS NOT NULL)
  ON CONFLICT (event, serial) DO UPDATE SET name = excluded.name, phone = excluded.phone`;

function dateOf(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('hex');
}
