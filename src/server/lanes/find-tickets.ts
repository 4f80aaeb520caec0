// Tickets as a steward finds them at a lane: by seat, order or the end of a phone number, masked, with the
// short identifier that is typed in to admit.
import type { Pool } from 'pg';
import { type Crossing, foldCrossings, insideOf } from '#domain/entry/crossings.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import { FOUND_MAX, type FoundTickets } from '#protocol/find.ts';
import { checkpointOf, type OpenEvent } from '#server/entry/catalogue.ts';
import { shortIdOf } from '#server/entry/event-key.ts';
import { TICKET_COLUMNS, type TicketRow, ticketOf } from '#server/entry/ticket-row.ts';
import { iso } from '#server/platform/clock.ts';
import { maskName, maskPhone } from '#server/tickets/ticket-view.ts';

export type Wanted = {
  readonly section?: string | undefined;
  readonly row?: string | undefined;
  readonly seat?: string | undefined;
  readonly order?: string | undefined;
  readonly phone?: string | undefined;
};

type Row = TicketRow & {
  name: string | null;
  phone: string | null;
  crossings: Crossing[] | null;
};

const COLUMNS = TICKET_COLUMNS.split(', ')
  .map((column) => `t.${column}`)
  .join(', ');

/** Seats are compared as people say them: in any case, whatever stands between their parts. */
const SEAT = `upper(concat_ws(' ', t.section, t."row", t.seat))`;

/** @param gate - where it is asked: what counts as used is what crossed this gate's perimeter */
export async function findTickets(
  pool: Pool,
  event: OpenEvent,
  gate: string | null,
  wanted: Wanted,
): Promise<FoundTickets> {
  const { section, row, seat, order, phone } = wanted;
  const spoken = section === undefined && seat !== undefined ? spokenSeat(seat) : null;
  const checkpoint = gate === null ? null : checkpointOf(event, gate);
  const { rows } = await pool.query<Row>(
    `SELECT ${COLUMNS}, h.name, h.phone, c.crossings
     FROM tickets t
     LEFT JOIN holders h ON h.event = t.event AND h.serial = t.serial
     LEFT JOIN LATERAL (SELECT crossings FROM claims
       WHERE event = t.event AND entry_epoch = $2 AND serial = t.serial
         AND ($3::text IS NULL OR checkpoint = $3) ORDER BY checkpoint LIMIT 1) c ON true
     WHERE t.event = $1
       AND ($4::text IS NULL OR ${SEAT} = $4)
       AND ($5::text IS NULL OR upper(t.section) = upper($5))
       AND ($6::text IS NULL OR upper(t."row") = upper($6))
       AND ($7::text IS NULL OR upper(t.seat) = upper($7))
       AND ($8::text IS NULL OR t.order_ref = $8)
       AND ($9::text IS NULL OR right(h.phone, length($9)) = $9)
     ORDER BY t.section, t."row", t.seat, t.serial LIMIT $10`,
    [
      event.number,
      event.entryEpoch,
      checkpoint,
      spoken,
      section ?? null,
      row ?? null,
      section === undefined ? null : (seat ?? null),
      order ?? null,
      phone ?? null,
      FOUND_MAX + 1,
    ],
  );
  return {
    tickets: rows.slice(0, FOUND_MAX).map((each) => foundTicket(each, event)),
    hasMore: rows.length > FOUND_MAX,
  };
}

function spokenSeat(seat: string): string {
  return seat
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s/,-]+/g, ' ')
    .trim();
}

function foundTicket(row: Row, event: OpenEvent): FoundTickets['tickets'][number] {
  const ticket = ticketOf(row);
  const rules = rulesFor(event.ground, ticket);
  const crossed = foldCrossings(row.crossings ?? [], rules);
  const entered = crossed.slots[0]?.entered ?? null;
  return {
    ref: ticket.ref,
    shortId: shortIdOf(event.keyring.own, { serial: ticket.serial, issue: ticket.issue }),
    type: ticket.type,
    stand: ticket.stand,
    section: ticket.section,
    row: ticket.row,
    seat: ticket.seat,
    status: ticket.status,
    isBlocked: ticket.isBlocked,
    admits: rules.admits,
    inside: insideOf(crossed),
    first:
      entered === null ? null : { gate: entered.gate, lane: entered.lane, at: iso(entered.at) },
    holder: { name: maskName(row.name), phone: maskPhone(row.phone) },
  };
}
