// One box for whatever somebody holds up or reads out: reference, code, seat, order, end of a phone number.
import { openShortId, readShortId } from '#domain/credentials/short-id.ts';
import type { TicketsFound } from '#protocol/desk.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { findCode } from '#server/entry/find-code.ts';
import { hmacSha256 } from '#server/platform/crypto.ts';
import type { ServerContext } from '#server/server-context.ts';
import { findTicket, listTickets } from '#server/tickets/ticket-view.ts';

const FOUND_MAX = 20;
const PHONE_TAIL = /^\d{4}$/;

export async function searchTickets(
  context: ServerContext,
  event: OpenEvent,
  q: string,
): Promise<TicketsFound> {
  const text = q.trim();
  const byCode = await refOfCode(context, event, text);
  if (byCode !== null) return found(context, event, 'code', [byCode]);
  const seat = text.split(/[\s,，·–-]+/).filter((part) => part !== '');
  const asSeat = seat.length >= 2 ? seat.join(' ') : null;
  for (const search of [text, text.toUpperCase(), asSeat]) {
    if (search === null) continue;
    const page = await listTickets(context.pool, event, { search, after: 0, limit: FOUND_MAX + 1 });
    if (page.tickets.length === 0) continue;
    const refs = page.tickets.map(({ ref }) => ref as string);
    const by = kindOf(search, page.tickets, asSeat);
    return found(context, event, by, refs);
  }
  return { by: 'nothing', tickets: [], hasMore: false };
}

function kindOf(
  search: string,
  tickets: readonly { readonly ref: string; readonly orderRef: string | null }[],
  asSeat: string | null,
): TicketsFound['by'] {
  if (tickets.some(({ ref }) => ref === search)) return 'reference';
  if (tickets.some(({ orderRef }) => orderRef === search)) return 'order';
  return search === asSeat ? 'seat' : PHONE_TAIL.test(search) ? 'phone' : 'seat';
}

async function refOfCode(
  { pool }: ServerContext,
  event: OpenEvent,
  text: string,
): Promise<string | null> {
  const short = readShortId(text);
  const serial =
    short === null
      ? null
      : (openShortId(short, event.keyring.own.secret, hmacSha256)?.serial ?? null);
  const { lookup } = findCode(text, event.keyring);
  const known = serial ?? (lookup.kind === 'serial' ? lookup.serial : null);
  const { rows } =
    lookup.kind === 'media' && known === null
      ? await pool.query<{ ref: string }>(
          `SELECT t.ref FROM media m JOIN tickets t ON t.event = m.event AND t.serial = m.serial
           WHERE m.event = $1 AND m.hash = ANY ($2) LIMIT 1`,
          [event.number, lookup.hashes.map((hash) => Buffer.from(hash))],
        )
      : await pool.query<{ ref: string }>(
          'SELECT ref FROM tickets WHERE event = $1 AND serial = $2',
          [event.number, known],
        );
  return rows[0]?.ref ?? null;
}

async function found(
  { pool }: ServerContext,
  event: OpenEvent,
  by: TicketsFound['by'],
  refs: readonly string[],
): Promise<TicketsFound> {
  const tickets: TicketsFound['tickets'] = [];
  for (const ref of refs.slice(0, FOUND_MAX)) {
    const ticket = await findTicket(pool, event, ref);
    if (ticket === null) continue;
    const { crossings: _, ...rest } = ticket;
    tickets.push(rest);
  }
  return { by, tickets, hasMore: refs.length > FOUND_MAX };
}
