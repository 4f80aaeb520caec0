// Tickets as the console and help desk see them: with history, without personal data in the clear.
import type { Pool, PoolClient } from 'pg';
import { type Crossing, foldCrossings, insideOf } from '#domain/entry/crossings.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { TicketView } from '#protocol/tickets.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { TICKET_COLUMNS, type TicketRow, ticketOf } from '#server/entry/ticket-row.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';

type Row = TicketRow & {
  order_ref: string | null;
  party: string | null;
  companion_of: string | null;
  name: string | null;
  phone: string | null;
};

const COLUMNS = `${TICKET_COLUMNS.split(', ')
  .map((column) => (column === 'serial' ? 't.serial' : column))
  .join(', ')}, order_ref, party, companion_of, h.name, h.phone`;
const FROM = 'FROM tickets t LEFT JOIN holders h ON h.event = t.event AND h.serial = t.serial';

export async function findTicket(
  pool: Pool,
  event: OpenEvent,
  ref: string,
): Promise<TicketView | null> {
  const { rows } = await pool.query<Row>(
    `SELECT ${COLUMNS} ${FROM} WHERE t.event = $1 AND t.ref = $2`,
    [event.number, ref],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const claims = await pool.query<{ checkpoint: string; crossings: Crossing[] }>(
    `SELECT checkpoint, crossings FROM claims
     WHERE event = $1 AND entry_epoch = $2 AND serial = $3 ORDER BY checkpoint`,
    [event.number, event.entryEpoch, row.serial],
  );
  const rules = rulesFor(event.ground, ticketOf(row));
  const inside = claims.rows.map((claim) => insideOf(foldCrossings(claim.crossings, rules)));
  return {
    ...ticketView(row, event),
    inside: Math.max(0, ...inside),
    crossings: claims.rows.flatMap(({ checkpoint, crossings }) =>
      crossings.map((crossing) => ({
        direction: crossing.direction,
        gate: crossing.gate,
        lane: crossing.lane,
        at: iso(crossing.at),
        checkpoint,
        isExact: crossing.isExact,
        annulledAt: crossing.annulledAt === null ? null : iso(crossing.annulledAt),
      })),
    ),
  };
}

/** Pages by serial. A search matches a reference or order exactly, or a seat as “section row seat”. */
export async function listTickets(
  pool: Pool,
  event: OpenEvent,
  page: { readonly search: string | null; readonly after: number; readonly limit: number },
): Promise<{ tickets: Omit<TicketView, 'inside' | 'crossings'>[]; next: string | null }> {
  const { rows } = await pool.query<Row>(
    `SELECT ${COLUMNS} ${FROM}
     WHERE t.event = $1 AND t.serial > $2 AND ($3::text IS NULL OR ref = $3 OR order_ref = $3
       OR concat_ws(' ', section, "row", seat) = $3 OR right(h.phone, 4) = $3)
     ORDER BY t.serial LIMIT $4`,
    [event.number, page.after, page.search, page.limit + 1],
  );
  const shown = rows.slice(0, page.limit);
  const hasMore = rows.length > page.limit;
  return {
    tickets: shown.map((row) => ticketView(row, event)),
    next: hasMore ? String(shown.at(-1)?.serial ?? 0) : null,
  };
}

export async function findHolder(
  client: PoolClient,
  event: number,
  ref: string,
): Promise<{ name: string | null; phone: string | null } | null> {
  const { rows } = await client.query<{ name: string | null; phone: string | null }>(
    `SELECT h.name, h.phone ${FROM} WHERE t.event = $1 AND t.ref = $2`,
    [event, ref],
  );
  return rows[0] ?? null;
}

function ticketView(row: Row, event: OpenEvent): Omit<TicketView, 'inside' | 'crossings'> {
  const ticket = ticketOf(row);
  return {
    ref: ticket.ref,
    serial: ticket.serial,
    type: ticket.type,
    stand: ticket.stand,
    section: ticket.section,
    row: ticket.row,
    seat: ticket.seat,
    gates: ticket.gates === null ? null : [...ticket.gates],
    validFrom: ticket.validFrom === null ? null : iso(ticket.validFrom),
    validUntil: ticket.validUntil === null ? null : iso(ticket.validUntil),
    admits: rulesFor(event.ground, ticket).admits,
    status: ticket.status,
    isBlocked: ticket.isBlocked,
    issue: ticket.issue,
    orderRef: row.order_ref,
    group: row.party,
    companionOf: row.companion_of,
    holder: { name: maskName(row.name), phone: maskPhone(row.phone) },
  };
}

/** 张三 → 张*, Anna Berg → A*** B***: enough to recognise by, too little to learn from. */
export function maskName(name: string | null): string | null {
  if (name === null) return null;
  return name
    .split(/\s+/)
    .map((word) => {
      const letters = [...word];
      return `${letters[0] ?? ''}${'*'.repeat(Math.min(3, Math.max(1, letters.length - 1)))}`;
    })
    .join(' ');
}

export function maskPhone(phone: string | null): string | null {
  return phone === null ? null : `***${phone.slice(-4)}`;
}

export function noSuchTicket(ref: string): HttpProblem {
  return new HttpProblem('not-found', {
    detail: `there is no ticket ${ref} in this event`,
    mend: 'check the reference; a search also takes an order, a seat or the end of a phone number',
  });
}
