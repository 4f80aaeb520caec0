import type { TicketRef } from '#domain/kernel/ids.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Referral } from '#domain/venue/match-event.ts';

/** `not-activated`: an allotment that nobody has bought yet. Blocking is apart, because it is undone. */
export const TICKET_STATUSES = ['valid', 'cancelled', 'unpaid', 'not-activated'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

/** What deciding needs of a ticket; no name, no key, no code is in it. */
export type Ticket = {
  /** 1–16,777,215, unique within the event, never used again. */
  readonly serial: number;
  readonly ref: TicketRef;
  readonly type: string;
  readonly stand: string | null;
  readonly section: string | null;
  readonly row: string | null;
  readonly seat: string | null;
  /** Gates printed on this ticket; null: where its type or section leads. */
  readonly gates: readonly string[] | null;
  readonly validFrom: Instant | null;
  readonly validUntil: Instant | null;
  /** People this ticket admits; null: what its type says. */
  readonly admits: number | null;
  readonly status: TicketStatus;
  readonly isBlocked: boolean;
  /** Issue of the code now in force; a lower one has been replaced. */
  readonly issue: number;
  readonly referral: Referral | null;
};
