import type { PoolClient } from 'pg';
import type { Finding } from '#domain/entry/decide-scan.ts';
import type { JournalEntry } from '#protocol/journal.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import type { Medium } from '#server/entry/claim-store.ts';
import { findCode } from '#server/entry/find-code.ts';
import { findingOf } from '#server/entry/look-up-scans.ts';
import { TICKET_COLUMNS, type TicketRow, ticketOf } from '#server/entry/ticket-row.ts';

type Outcome = Extract<JournalEntry, { kind: 'outcome' }>;

export type JournalledTicket = {
  readonly codeHash: Uint8Array;
  readonly row: TicketRow | null;
  /** A genuine code of this event whose ticket the authority does not have yet. */
  readonly isMissing: boolean;
  /** As a scan of this code would be judged now. */
  readonly finding: Finding;
};

/** Looks a journalled code up as a scan would; the ticket's present code and status do not matter. */
export async function findTicket(
  client: PoolClient,
  event: OpenEvent,
  { code, direction }: Outcome,
): Promise<JournalledTicket> {
  const { lookup, codeHash } = findCode(code, event.keyring);
  let serial: number | null = lookup.kind === 'serial' ? lookup.serial : null;
  let medium: Medium | undefined;
  if (lookup.kind === 'media') {
    const { rows } = await client.query<Medium>(
      'SELECT serial, is_current AS "isCurrent" FROM media WHERE event = $1 AND hash = ANY ($2) LIMIT 1',
      [event.number, lookup.hashes.map((hash) => Buffer.from(hash))],
    );
    medium = rows[0];
    serial = medium?.serial ?? null;
  }
  const { rows } = await client.query<TicketRow>(
    `SELECT ${TICKET_COLUMNS} FROM tickets WHERE event = $1 AND serial = $2`,
    [event.number, serial],
  );
  const row = rows[0] ?? null;
  const ticket = row === null ? null : ticketOf(row);
  const finding = findingOf({ lookup, direction }, ticket, medium);
  return { codeHash, row, isMissing: row === null && lookup.kind === 'serial', finding };
}
