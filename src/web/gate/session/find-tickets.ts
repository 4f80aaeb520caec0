// Tickets looked up by whoever may: above while somebody answers, else by seat in the phone's own list.
import { z } from 'zod';
import type { ListRow } from '#protocol/ticket-list.ts';
import { Refused } from '../device/device-api.ts';
import type { GateSession } from './gate-session.ts';

export const FIND_BY = ['seat', 'order', 'phone'] as const;
export type FindBy = (typeof FIND_BY)[number];

const foundTicket = z.object({
  ref: z.string(),
  /** To be typed, or checked by a tap; null: not known offline. */
  shortId: z.string().nullable(),
  type: z.string(),
  stand: z.string().nullable(),
  section: z.string().nullable(),
  row: z.string().nullable(),
  seat: z.string().nullable(),
  isBlocked: z.boolean(),
  inside: z.coerce.number(),
  first: z
    .object({ gate: z.string(), lane: z.string().nullable().optional(), at: z.string() })
    .nullable(),
  /** Masked, as one line. */
  holder: z
    .object({ name: z.string().nullable(), phone: z.string().nullable() })
    .transform(
      ({ name, phone }) => [name, phone].filter((part) => part !== null).join(' ') || null,
    ),
});
type FoundTicket = z.infer<typeof foundTicket>;
const answer = z.object({ tickets: z.array(foundTicket), hasMore: z.boolean() });

export type Found = z.infer<typeof answer> & { readonly isFromOwnList: boolean };

const FOUND_MAX = 20;

/** @throws Refused; Unreachable when it cannot be looked up here either */
export async function findTickets(session: GateSession, by: FindBy, text: string): Promise<Found> {
  const event = encodeURIComponent(session.enrolment.identity.event);
  const path = `/api/v1/events/${event}/tickets/find?${by}=${encodeURIComponent(text)}`;
  try {
    return { ...(await session.api.ask('GET', path, null, answer)), isFromOwnList: false };
  } catch (error) {
    if (error instanceof Refused || by !== 'seat') throw error;
    return await findHere(session, text);
  }
}

async function findHere(session: GateSession, text: string): Promise<Found> {
  const wanted = text.toUpperCase().split(/[-\s]+/);
  const matches = (row: ListRow) => {
    const place = [row[8], row[9], row[10]].map((part) => (part ?? '').toUpperCase());
    return wanted.every((part, index) => part === '' || part === place[index]);
  };
  const rows = await session.list.bySeat(matches, FOUND_MAX + 1);
  const tickets = rows.slice(0, FOUND_MAX).map(ticketOf);
  return { tickets, hasMore: rows.length > FOUND_MAX, isFromOwnList: true };
}

function ticketOf(row: ListRow): FoundTicket {
  const [, , , , , blocked, ref, type, section, place, seat, more] = row;
  return {
    ref,
    shortId: null,
    type,
    stand: more?.stand ?? null,
    section,
    row: place,
    seat,
    isBlocked: blocked === 1,
    inside: 0,
    first: null,
    holder: null,
  };
}
