// Makes the staged rows of a ticket file true, in one transaction.
import type { PoolClient } from 'pg';
import type { TicketColumn } from '#protocol/tickets.ts';
import { mediaIn } from './import-clashes.ts';

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

export type Applied = { readonly added: number; readonly changed: number };

/** Change numbers are given under the list's lock, which is held from here to the commit. */
export async function lockList(client: PoolClient, event: number): Promise<number> {
  const { rows } = await client.query<{ n: string }>(
    'SELECT n FROM lists WHERE event = $1 FOR UPDATE',
    [event],
  );
  return Number(rows[0]?.n ?? 0);
}

/**
 * What the planner knows of tables that this very transaction fills is wrong by a million rows, so it is
 * told: few rows are looked up one by one, many are joined as a whole.
 */
export async function planFor(client: PoolClient, rows: number): Promise<void> {
  await client.query(
    rows < LOOKED_UP_MAX
      ? 'SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off'
      : "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'",
  );
}

const LOOKED_UP_MAX = 5_000;

/**
 * A column that the file does not have stays as it is.
 *
 * @param isFirst - that the event has no tickets yet: then there is nothing to compare the file with, which is
 *   most of the work
 */
export async function applyStaged(
  client: PoolClient,
  event: number,
  importId: string,
  columns: readonly TicketColumn[],
  listN: number,
  isFirst: boolean,
): Promise<Applied> {
  const changed = isFirst ? 0 : await applyChanges(client, event, importId, columns, listN);
  const inserted = await client.query(INSERT_NEW, [importId, event, listN]);
  const added = inserted.rowCount ?? 0;
  if (added + changed > 0) await client.query(RAISE_LIST, [importId, event, listN]);
  await applyMedia(client, event, importId, columns, isFirst);
  const personal = personalIn(columns);
  if (personal.length > 0) {
    if (!isFirst) await client.query(updateHolders(personal), [importId, event]);
    await client.query(insertHolders(personal, isFirst), [importId, event]);
  }
  return { added, changed };
}

/** Tickets are never deleted, and under the list’s lock nobody adds any. */
export async function hasNoTickets(client: PoolClient, event: number): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM tickets WHERE event = $1 LIMIT 1', [event]);
  return rowCount === 0;
}

async function applyChanges(
  client: PoolClient,
  event: number,
  importId: string,
  columns: readonly TicketColumn[],
  listN: number,
): Promise<number> {
  if (columns.includes('code')) await client.query(KEEP_REVOKED, [importId, event]);
  const beside = await countBesideList(client, event, importId, columns);
  const listed = await client.query(updateStatement(columns), [importId, event, listN]);
  return beside + (listed.rowCount ?? 0);
}

/** Tickets that a whole file does not name. */
export async function countMissing(
  client: PoolClient,
  event: number,
  importId: string,
): Promise<number> {
  const { rows } = await client.query<{ missing: string }>(
    `SELECT count(*) AS missing FROM tickets t WHERE t.event = $2 AND t.status <> 'cancelled'
       AND NOT EXISTS (SELECT 1 FROM staged_tickets s WHERE s.import_id = $1 AND s.ref = t.ref)`,
    [importId, event],
  );
  return Number(rows[0]?.missing ?? 0);
}

/** The old system does not hear of our re-issues: its files name the revoked code for ever after. */
const KEEP_REVOKED = `
  UPDATE staged_tickets s SET foreign_hash = NULL
  FROM tickets t JOIN media m ON m.event = t.event AND m.serial = t.serial
  WHERE s.import_id = $1 AND t.event = $2 AND t.ref = s.ref AND t.issue > 0
    AND m.hash = s.foreign_hash AND NOT m.is_current`;

/** Changes of cards, documents and holders alone: in no list, but changes all the same. */
async function countBesideList(
  client: PoolClient,
  event: number,
  importId: string,
  columns: readonly TicketColumn[],
): Promise<number> {
  const media = mediaIn(columns).filter(([column]) => column !== 'code');
  const differs = [
    ...media.map(([, kind, hash]) => `s.${hash} IS DISTINCT FROM ${kind}.hash`),
    ...personalIn(columns).map(([from, to]) => `h.${to} IS DISTINCT FROM s.${from}`),
  ];
  if (differs.length === 0) return 0;
  const joins = media.map(
    ([, kind]) => `LEFT JOIN media ${kind} ON ${kind}.event = $2 AND ${kind}.serial = t.serial
      AND ${kind}.kind = '${kind}' AND ${kind}.is_current`,
  );
  const { now, wanted } = comparison(columns);
  const { rows } = await client.query<{ count: string }>(
    `SELECT count(*) FROM staged_tickets s JOIN tickets t ON t.event = $2 AND t.ref = s.ref
     ${joins.join(' ')} LEFT JOIN holders h ON h.event = $2 AND h.serial = t.serial
     WHERE s.import_id = $1 AND (${now}) IS NOT DISTINCT FROM (${wanted})
       AND (${differs.join(' OR ')})`,
    [importId, event],
  );
  return Number(rows[0]?.count ?? 0);
}

function comparison(columns: readonly TicketColumn[]) {
  const given = columns.flatMap((column) => CHANGEABLE[column] ?? []);
  // A stand left out of the file still follows from the section.
  if (given.includes('section') && !given.includes('stand')) given.push('stand');
  return {
    set: given.map((column) => `${column} = s.${column}`).join(', '),
    now: given.map((column) => `t.${column}`).join(', '),
    wanted: given.map((column) => `s.${column}`).join(', '),
  };
}

/**
 * Changes are numbered by the lines that bring them: one ticket a line, so no number is given twice. What
 * has not changed leaves gaps, which mean nothing.
 */
function updateStatement(columns: readonly TicketColumn[]): string {
  const { set, now, wanted } = comparison(columns);
  return `
    UPDATE tickets t SET ${set}, n = $3::bigint + s.line
    FROM staged_tickets s
    WHERE s.import_id = $1 AND t.event = $2 AND t.ref = s.ref
      AND (${now}) IS DISTINCT FROM (${wanted})`;
}

const INSERT_NEW = `
  INSERT INTO tickets (event, serial, n, ref, type, stand, section, "row", seat, gates, valid_from,
    valid_until, admits, status, code_hash, foreign_hash, order_ref, party, companion_of)
  SELECT $2, serial, $3::bigint + line, ref, type, stand, section, "row", seat, gates, valid_from,
    valid_until, admits, status, code_hash, foreign_hash, order_ref, party, companion_of
  FROM staged_tickets s WHERE import_id = $1 AND is_new
    AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.event = $2 AND t.ref = s.ref)`;

const RAISE_LIST = `
  UPDATE lists SET n = $3::bigint + (SELECT max(line) FROM staged_tickets WHERE import_id = $1)
  WHERE event = $2`;

/** A new code of a ticket replaces its old one, which from now on is answered `revoked`. */
async function applyMedia(
  client: PoolClient,
  event: number,
  importId: string,
  columns: readonly TicketColumn[],
  isFirst: boolean,
): Promise<void> {
  for (const [, kind, hash] of mediaIn(columns)) {
    if (!isFirst) await passMediaOn(client, event, importId, kind, hash);
    const { from, serial } = rowsAndTickets(isFirst);
    await client.query(
      `INSERT INTO media (event, hash, serial, kind)
       SELECT $2, s.${hash}, ${serial}, $3 FROM ${from}
       WHERE s.import_id = $1 AND s.${hash} IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM media m WHERE m.event = $2 AND m.hash = s.${hash})
       ORDER BY s.${hash}`,
      [importId, event, kind],
    );
  }
}

/** Staged rows with the serials of their tickets; those of a first file are the ones just added. */
function rowsAndTickets(isFirst: boolean) {
  return isFirst
    ? { from: 'staged_tickets s', serial: 's.serial' }
    : {
        from: 'staged_tickets s JOIN tickets t ON t.event = $2 AND t.ref = s.ref',
        serial: 't.serial',
      };
}

async function passMediaOn(
  client: PoolClient,
  event: number,
  importId: string,
  kind: string,
  hash: string,
): Promise<void> {
  await client.query(
    `UPDATE media m SET is_current = false
       FROM staged_tickets s JOIN tickets t ON t.event = $2 AND t.ref = s.ref
       WHERE s.import_id = $1 AND m.event = $2 AND m.serial = t.serial AND m.kind = $3
         AND m.is_current AND m.hash IS DISTINCT FROM s.${hash}`,
    [importId, event, kind],
  );
  await client.query(
    `UPDATE media m SET serial = t.serial, kind = $3, is_current = true
       FROM staged_tickets s JOIN tickets t ON t.event = $2 AND t.ref = s.ref
       WHERE s.import_id = $1 AND m.event = $2 AND m.hash = s.${hash}
         AND (m.serial, m.is_current) IS DISTINCT FROM (t.serial, true)`,
    [importId, event, kind],
  );
}

function personalIn(columns: readonly TicketColumn[]) {
  const all = [
    ['holder_name', 'name'],
    ['phone', 'phone'],
  ] as const;
  return all.filter(([column]) => columns.includes(column));
}

function updateHolders(personal: ReturnType<typeof personalIn>): string {
  return `
    UPDATE holders h SET ${personal.map(([from, to]) => `${to} = s.${from}`).join(', ')}
    FROM staged_tickets s JOIN tickets t ON t.event = $2 AND t.ref = s.ref
    WHERE s.import_id = $1 AND h.event = $2 AND h.serial = t.serial
      AND (${personal.map(([from, to]) => `h.${to} IS DISTINCT FROM s.${from}`).join(' OR ')})`;
}

/** A blank cell makes no row where there is none. */
function insertHolders(personal: ReturnType<typeof personalIn>, isFirst: boolean): string {
  const { from, serial } = rowsAndTickets(isFirst);
  const values = personal.map(([column]) => `s.${column}`).join(', ');
  return `
    INSERT INTO holders (event, serial, ${personal.map(([, to]) => to).join(', ')})
    SELECT $2, ${serial}, ${values}
    FROM ${from}
    WHERE s.import_id = $1 AND coalesce(${values}) IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM holders h WHERE h.event = $2 AND h.serial = ${serial})`;
}
