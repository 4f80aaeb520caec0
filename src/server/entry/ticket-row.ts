import type { Ticket, TicketStatus } from '#domain/entry/ticket.ts';
import type { TicketRef } from '#domain/kernel/ids.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Referral } from '#domain/venue/match-event.ts';

/** A row of `tickets`, as the driver reads it. */
export type TicketRow = {
  serial: number;
  ref: string;
  type: string;
  stand: string | null;
  section: string | null;
  row: string | null;
  seat: string | null;
  gates: string[] | null;
  valid_from: Date | null;
  valid_until: Date | null;
  admits: number | null;
  status: TicketStatus;
  is_blocked: boolean;
  issue: number;
  referral: Referral | null;
};

export const TICKET_COLUMNS =
  'serial, ref, type, stand, section, "row", seat, gates, valid_from, valid_until, admits, status, is_blocked, issue, referral';

export function ticketOf(row: TicketRow): Ticket {
  return {
    serial: row.serial,
    ref: row.ref as TicketRef,
    type: row.type,
    stand: row.stand,
    section: row.section,
    row: row.row,
    seat: row.seat,
    gates: row.gates,
    validFrom: instantOf(row.valid_from),
    validUntil: instantOf(row.valid_until),
    admits: row.admits,
    status: row.status,
    isBlocked: row.is_blocked,
    issue: row.issue,
    referral: row.referral,
  };
}

function instantOf(date: Date | null): Instant | null {
  return date === null ? null : (date.getTime() as Instant);
}
