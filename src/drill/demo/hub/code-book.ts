// What is really held before the reader, once tickets have codes.
import { ean13, type SeedTicket } from '../seed/tickets.ts';
import type { Shown } from '../seed/visits.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** A letter of the tag: changing it leaves the ticket's number readable and the code worthless. */
const TAG_LETTER = 18;
/** Numbers of season cards that were never sold. */
const UNSOLD_FROM = 900_000_000;

export class CodeBook {
  readonly #tickets: ReadonlyMap<string, SeedTicket>;
  readonly #printed: ReadonlyMap<string, string>;
  readonly #reissued: ReadonlyMap<string, string>;
  readonly #otherMatch: readonly string[];

  constructor(codes: {
    readonly tickets: readonly SeedTicket[];
    /** As first printed or sent. */
    readonly printed: ReadonlyMap<string, string>;
    readonly reissued: ReadonlyMap<string, string>;
    readonly otherMatch: readonly string[];
  }) {
    this.#tickets = new Map(codes.tickets.map((ticket) => [ticket.ref, ticket]));
    this.#printed = codes.printed;
    this.#reissued = codes.reissued;
    this.#otherMatch = codes.otherMatch;
  }

  codeOf(shown: Shown): string {
    switch (shown.kind) {
      case 'code':
        return this.#reissued.get(shown.ref) ?? this.#printedOf(shown.ref);
      case 'old-copy':
        return this.#printedOf(shown.ref);
      case 'forged':
        return forgedFrom(this.#printedOf(shown.ref));
      case 'foreign':
        return this.#ticketOf(shown.ref).code ?? '';
      case 'card':
        return this.#ticketOf(shown.ref).cardUid ?? '';
      case 'other-match':
        return this.#otherMatch[shown.number % this.#otherMatch.length] ?? '';
      case 'payment-code':
        return `https://pay.example/qr/${shown.number}`;
      case 'unsold':
        return ean13(UNSOLD_FROM + shown.number);
    }
  }

  #printedOf(ref: string): string {
    const code = this.#printed.get(ref);
    if (code === undefined) throw new Error(`ticket ${ref} was not exported`);
    return code;
  }

  #ticketOf(ref: string): SeedTicket {
    const ticket = this.#tickets.get(ref);
    if (ticket === undefined) throw new Error(`there is no ticket ${ref}`);
    return ticket;
  }
}

function forgedFrom(code: string): string {
  const at = BASE32.indexOf(code[TAG_LETTER] ?? 'A');
  const other = BASE32[(at + 7) % BASE32.length];
  return code.slice(0, TAG_LETTER) + other + code.slice(TAG_LETTER + 1);
}
