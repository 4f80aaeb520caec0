// Tickets as paper needs them: words instead of ids, and the code, minted for the moment of printing.
import type { Pool } from 'pg';
import { entryWindow, gatesFor, rulesFor } from '#domain/entry/rules.ts';
import { NO_CONTROLS } from '#domain/venue/controls.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { codeOf, shortIdOf } from '#server/entry/event-key.ts';
import { TICKET_COLUMNS, type TicketRow, ticketOf } from '#server/entry/ticket-row.ts';
import type { EventFace, TicketFace } from '#server/paper/ticket-face.ts';

export type FaceRow = TicketRow & { order_ref: string | null; name: string | null };

const PAGE = 2_000;
const COLUMNS = TICKET_COLUMNS.replace('serial', 't.serial');

/** Tickets of an event by serial, in pages; or those of these references. */
export async function* readFaceRows(
  pool: Pool,
  event: OpenEvent,
  only: { readonly refs?: readonly string[] } = {},
): AsyncGenerator<readonly FaceRow[]> {
  let after = 0;
  for (;;) {
    const { rows } = await pool.query<FaceRow>(
      `SELECT ${COLUMNS}, t.order_ref, h.name FROM tickets t
       LEFT JOIN holders h ON h.event = t.event AND h.serial = t.serial
       WHERE t.event = $1 AND t.serial > $2 AND ($3::text[] IS NULL OR t.ref = ANY ($3))
       ORDER BY t.serial LIMIT $4`,
      [event.number, after, only.refs ?? null, PAGE],
    );
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.serial ?? after;
  }
}

export function eventFaceOf({ ground }: OpenEvent): EventFace {
  const { name, venue, doorsAt, startsAt } = ground.event;
  return { name, venue: venue.name, timeZone: venue.timeZone, doorsAt, startsAt };
}

export function ticketFaceOf(event: OpenEvent, row: FaceRow, face: EventFace): TicketFace {
  const { ground, keyring } = event;
  const ticket = ticketOf(row);
  const rules = rulesFor(ground, ticket);
  const unknown = { 'zh-CN': ticket.type, en: ticket.type };
  return {
    event: face,
    ref: ticket.ref,
    type: ground.types.get(ticket.type)?.name ?? unknown,
    stand: standName(event, ticket.stand),
    section: ticket.section,
    row: ticket.row,
    seat: ticket.seat,
    gates: printedGates(event, row).flatMap((gate) => ground.gates.get(gate)?.name ?? []),
    entryFrom: entryWindow(ground, NO_CONTROLS, ticket, { ...rules, toleranceMinutes: 0 }).opensAt,
    holderName: row.name,
    orderRef: row.order_ref,
    admits: rules.admits,
    code: codeOf(keyring.own, { issue: ticket.issue, serial: ticket.serial }),
    shortId: shortIdOf(keyring.own, { issue: ticket.issue, serial: ticket.serial }),
  };
}

/** In the ground's own words where the event file has them; a stand's id is all there is otherwise. */
function standName({ ground }: OpenEvent, stand: string | null): string | null {
  return ground.event.stands.find(({ id }) => id === stand)?.name['zh-CN'] ?? stand;
}

/** Gates that the ticket may use by its own rules, of every checkpoint; tonight's diversions are not printed. */
export function printedGates({ ground }: OpenEvent, row: TicketRow): string[] {
  const ticket = ticketOf(row);
  const rules = rulesFor(ground, ticket);
  const { doorsAt, checkpoints, gates } = ground.event;
  return checkpoints.flatMap(({ id }) => {
    const somewhere = gates.find((gate) => gate.checkpoint === id);
    if (somewhere === undefined) return [];
    return gatesFor(ground, NO_CONTROLS, ticket, rules, somewhere.id, doorsAt) ?? [];
  });
}
