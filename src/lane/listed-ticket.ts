// A row of the ticket list as the rules know it.
import { TICKET_STATUSES, type Ticket } from '#domain/entry/ticket.ts';
import type { TicketRef } from '#domain/kernel/ids.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { ListedTicket } from '#domain/sync/look-up.ts';
import type { Referral } from '#domain/venue/match-event.ts';
import type { ListRow } from '#protocol/ticket-list.ts';

export function listedTicket(row: ListRow | null): ListedTicket | null {
  return row === null ? null : { ticket: ticketOf(row), hashes: row[2] };
}

function ticketOf(row: ListRow): Ticket {
  const [serial, , , issue, status, blocked, ref, type, section, seatRow, seat, rest] = row;
  return {
    serial,
    ref: ref as TicketRef,
    type,
    stand: rest?.stand ?? null,
    section,
    row: seatRow,
    seat,
    gates: rest?.gates ?? null,
    validFrom: (rest?.from ?? null) as Instant | null,
    validUntil: (rest?.until ?? null) as Instant | null,
    admits: rest?.admits ?? null,
    status: TICKET_STATUSES[status] ?? 'not-activated',
    isBlocked: blocked === 1,
    issue,
    referral: (rest?.referral ?? null) as Referral | null,
  };
}
