// What only the file as a whole can show: a reference twice, or a code that two tickets would have.
import type { PoolClient } from 'pg';
import { PROBLEMS_SHOWN_MAX, type RowProblem, type TicketColumn } from '#protocol/tickets.ts';

/** Columns of a file that carry what can be scanned, the kind of medium, and where it is staged. */
export const MEDIA = [
  ['code', 'code', 'foreign_hash'],
  ['card_uid', 'card', 'card_hash'],
  ['document', 'document', 'document_hash'],
] as const;

export type Clashes = { readonly count: number; readonly problems: readonly RowProblem[] };

/** Under the list's lock, so that no other import can give the same code away meanwhile. */
export async function findClashes(
  client: PoolClient,
  event: number,
  importId: string,
  columns: readonly TicketColumn[],
): Promise<Clashes> {
  const { rows } = await client.query<RowProblem & { total: string }>(
    `SELECT line, "column", message, count(*) OVER () AS total FROM (${clashesOf(columns)}) c
     ORDER BY line LIMIT ${PROBLEMS_SHOWN_MAX}`,
    valuesOf(event, importId, columns),
  );
  const problems = rows.map(({ line, column, message }) => ({ line, column, message }));
  return { count: Number(rows[0]?.total ?? 0), problems };
}

/** Takes the later rows out of the staging, and then those that clash for want of them. */
export async function discardClashes(
  client: PoolClient,
  event: number,
  importId: string,
  columns: readonly TicketColumn[],
): Promise<Clashes> {
  let count = 0;
  const problems: RowProblem[] = [];
  for (;;) {
    const found = await findClashes(client, event, importId, columns);
    if (found.count === 0) break;
    count += found.count;
    problems.push(...found.problems);
    await client.query(
      `DELETE FROM staged_tickets WHERE import_id = $1
         AND line IN (SELECT line FROM (${clashesOf(columns)}) c)`,
      valuesOf(event, importId, columns),
    );
  }
  return { count, problems };
}

function valuesOf(event: number, importId: string, columns: readonly TicketColumn[]): unknown[] {
  return mediaIn(columns).length === 0 ? [importId] : [importId, event];
}

export function mediaIn(columns: readonly TicketColumn[]) {
  return MEDIA.filter(([column]) => columns.includes(column));
}

function clashesOf(columns: readonly TicketColumn[]): string {
  return `SELECT DISTINCT ON (line) line, "column", message FROM (
    ${[SAME_REF, ...mediaClashes(columns)].join(' UNION ALL ')}) every ORDER BY line`;
}

const SAME_REF = `
  SELECT s.line, 'ticket_ref' AS "column", 'is on line ' || twice.first || ' already' AS message
  FROM (SELECT ref, min(line) AS first FROM staged_tickets WHERE import_id = $1
        GROUP BY ref HAVING count(*) > 1) twice
  JOIN staged_tickets s ON s.import_id = $1 AND s.ref = twice.ref AND s.line > twice.first`;

/**
 * A ticket’s medium may pass to another when the file gives the first one something else, so that codes
 * can be swapped. What a re-issue has revoked passes to nobody.
 */
function mediaClashes(columns: readonly TicketColumn[]): string[] {
  const media = mediaIn(columns);
  if (media.length === 0) return [];
  const staged = media
    .map(
      ([column, , hash]) =>
        `SELECT line, ref, '${column}' AS "column", ${hash} AS hash FROM staged_tickets
         WHERE import_id = $1 AND ${hash} IS NOT NULL`,
    )
    .join(' UNION ALL ');
  const isGivenUp = media
    .map(
      ([, kind, hash]) =>
        `(m.kind = '${kind}' AND EXISTS (SELECT 1 FROM staged_tickets o
           WHERE o.import_id = $1 AND o.ref = t.ref AND o.${hash} IS DISTINCT FROM m.hash))`,
    )
    .join(' OR ');
  return [
    `SELECT s.line, s."column", 'is on line ' || twice.first || ' already'
     FROM (SELECT hash, min(line) AS first FROM (${staged}) a
           GROUP BY hash HAVING min(line) < max(line)) twice
     JOIN (${staged}) s ON s.hash = twice.hash AND s.line > twice.first`,
    `SELECT s.line, s."column", CASE WHEN m.is_current THEN 'belongs to ticket ' || t.ref || ' already'
       ELSE 'was revoked when ticket ' || t.ref || ' was re-issued' END
     FROM (${staged}) s
     JOIN media m ON m.event = $2 AND m.hash = s.hash
     JOIN tickets t ON t.event = $2 AND t.serial = m.serial AND t.ref <> s.ref
     WHERE CASE WHEN m.is_current THEN NOT (${isGivenUp}) ELSE m.kind = 'code' AND t.issue > 0 END`,
  ];
}
