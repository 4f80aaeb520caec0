// What a reading is, as far as a ticket list can tell. A list may lag, so it says which of its
// answers a newer list could change: those are asked upward while anyone answers.
import type { Reading } from '#domain/credentials/reading.ts';
import type { TicketCode } from '#domain/credentials/ticket-code.ts';
import type { Finding } from '#domain/entry/decide-scan.ts';
import type { Ticket } from '#domain/entry/ticket.ts';

export type ListedTicket = {
  readonly ticket: Ticket;
  /** Hashes of the codes that open it, as text; the first is of the code we minted. */
  readonly hashes: readonly string[];
};

export type TicketList = {
  bySerial(serial: number): ListedTicket | null;
  byHash(hash: string): ListedTicket | null;
  /** This event's number in our codes; null until a listed code has shown it. */
  readonly eventNumber: number | null;
};

export type LookedUp =
  | { readonly kind: 'known'; readonly finding: Finding }
  /** Only a newer list, or the holder of the keys, can tell. */
  | { readonly kind: 'ask'; readonly why: 'not-listed' | 'not-ours-to-check' }
  /** Of a listed ticket that was re-issued since, or forged. */
  | { readonly kind: 'ask'; readonly why: 'newer-issue'; readonly ticket: Ticket };

/** @param hash - of the reading's text, as the list spells hashes; unused if unreadable */
export function lookUp(reading: Reading, hash: string, list: TicketList): LookedUp {
  switch (reading.kind) {
    case 'unreadable':
      return { kind: 'known', finding: { kind: 'none', reason: 'unreadable' } };
    case 'counterfeit':
      return { kind: 'known', finding: { kind: 'none', reason: 'forged' } };
    case 'signed-code':
      return { kind: 'ask', why: 'not-ours-to-check' };
    case 'foreign': {
      const listed = list.byHash(hash);
      return listed === null ? { kind: 'ask', why: 'not-listed' } : found(listed.ticket, true);
    }
    case 'ticket-code':
      return lookUpOurs(reading.code, hash, list);
  }
}

function lookUpOurs(code: TicketCode, hash: string, list: TicketList): LookedUp {
  const listed = list.bySerial(code.serial);
  if (listed?.hashes.includes(hash)) return found(listed.ticket, true);
  // Serials of other matches overlap with ours: nothing below may be said of another match's code.
  if (list.eventNumber === null) return { kind: 'ask', why: 'not-listed' };
  if (code.event !== list.eventNumber) {
    return { kind: 'known', finding: { kind: 'none', reason: 'wrong-event' } };
  }
  if (listed === null) return { kind: 'ask', why: 'not-listed' };
  if (code.issue > listed.ticket.issue) {
    return { kind: 'ask', why: 'newer-issue', ticket: listed.ticket };
  }
  if (code.issue < listed.ticket.issue) return found(listed.ticket, false);
  return { kind: 'known', finding: { kind: 'none', reason: 'forged' } };
}

function found(ticket: Ticket, isCurrent: boolean): LookedUp {
  return { kind: 'known', finding: { kind: 'ticket', ticket, isCurrent } };
}
