import type { SeedTicket } from './tickets.ts';

const COLUMNS = [
  'ticket_ref',
  'type',
  'section',
  'row',
  'seat',
  'holder_name',
  'code',
  'card_uid',
  'order_ref',
  'group',
  'companion_of',
  'admits',
  'status',
];

/** The ticket file as the box office would export it. No cell of the seed needs quoting. */
export function ticketCsv(tickets: readonly SeedTicket[]): string {
  const lines = tickets.map((ticket) =>
    [
      ticket.ref,
      ticket.type,
      ticket.section,
      ticket.row,
      ticket.seat,
      ticket.holder,
      ticket.code,
      ticket.cardUid,
      ticket.orderRef,
      ticket.group,
      ticket.companionOf,
      ticket.admits,
      ticket.status,
    ]
      .map((cell) => cell ?? '')
      .join(','),
  );
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}
