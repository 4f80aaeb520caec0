import { clockTime, clockTimeBeside, dateLine, isoDate } from './local-time.ts';
import { bothLanguages, gateLine, seatParts, spacedCode } from './seat-line.ts';
import type { Localized, TicketFace } from './ticket-face.ts';
import { SLIP_NOTE, WORDS } from './words.ts';

/**
 * A ticket on the roll of a receipt printer, line by line, before anyone has decided whether the
 * printer gets a PDF or its own commands.
 */
export type SlipLine =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly size: SlipSize;
      readonly isCentred: boolean;
    }
  | { readonly kind: 'fact'; readonly label: string; readonly value: string }
  | { readonly kind: 'banner'; readonly text: string }
  | { readonly kind: 'symbol'; readonly code: string }
  | { readonly kind: 'rule' };

export type SlipSize = 'small' | 'normal' | 'large';

export type SlipOptions = {
  readonly printedAt: number;
  /** Marks a slip that was printed before, so that nobody takes two slips for two tickets. */
  readonly duplicate?: boolean;
  /** How many were printed before it; stands beside the mark of a duplicate. */
  readonly copy?: number;
};

/** What the roll takes on its 80 mm. */
export const SLIP_MM = { paper: 80, printable: 72, symbol: 30 } as const;

export function slipLines(
  ticket: TicketFace,
  { printedAt, duplicate = false, copy = 0 }: SlipOptions,
): SlipLine[] {
  const { event } = ticket;
  const date = dateLine(event.startsAt, event.timeZone);
  const kickOff = clockTime(event.startsAt, event.timeZone);
  const entry = clockTimeBeside(ticket.entryFrom, event.startsAt, event.timeZone);
  const mark = bothLanguages(WORDS.duplicate, ' · ');
  const banner: SlipLine = { kind: 'banner', text: copy > 0 ? `${mark} ${copy}` : mark };
  return [
    ...(duplicate ? [banner] : []),
    ...centred(event.name, 'large'),
    ...centred(event.venue, 'normal'),
    { kind: 'rule' },
    line(`${date['zh-CN']} ${kickOff}`, 'normal'),
    line(date.en, 'small'),
    fact(WORDS.entry, entry),
    fact(WORDS.kickOff, kickOff),
    { kind: 'rule' },
    ...placeFacts(ticket),
    fact(WORDS.gate, bothLanguages(gateLine(ticket.gates), ' · ')),
    { kind: 'rule' },
    { kind: 'symbol', code: ticket.code },
    { ...line(spacedCode(ticket.code), 'small'), isCentred: true },
    fact(WORDS.shortId, ticket.shortId),
    { kind: 'rule' },
    fact(WORDS.type, bothLanguages(ticket.type, ' · ')),
    ...(ticket.admits > 1 ? [fact(WORDS.admits, `${ticket.admits}`)] : []),
    ...(ticket.holderName === null ? [] : [fact(WORDS.holder, ticket.holderName)]),
    fact(WORDS.ticket, ticket.ref),
    ...(ticket.orderRef === null ? [] : [fact(WORDS.order, ticket.orderRef)]),
    fact(
      WORDS.printed,
      `${isoDate(printedAt, event.timeZone)} ${clockTime(printedAt, event.timeZone)}`,
    ),
    { kind: 'rule' },
    ...centred(SLIP_NOTE, 'small'),
    ...(duplicate ? [banner] : []),
  ];
}

function line(text: string, size: SlipSize): SlipLine & { kind: 'text' } {
  return { kind: 'text', text, size, isCentred: false };
}

function centred(text: Localized, size: SlipSize): SlipLine[] {
  const below = size === 'large' ? 'normal' : 'small';
  return [
    { ...line(text['zh-CN'], size), isCentred: true },
    { ...line(text.en, below), isCentred: true },
  ];
}

function fact(label: Localized, value: string): SlipLine & { kind: 'fact' } {
  return { kind: 'fact', label: bothLanguages(label), value };
}

function placeFacts(ticket: TicketFace): SlipLine[] {
  const parts = seatParts(ticket);
  if (parts.length === 0) return [fact(WORDS.seat, bothLanguages(WORDS.unreserved))];
  return parts.map(({ label, value }) => fact(label, value));
}
