// The match that is simulated: a small ground, few tickets so that they meet often, real codes.
import { codeHash, type Reading, readCode } from '#domain/credentials/reading.ts';
import { mintTicketCode } from '#domain/credentials/ticket-code.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { TicketRef } from '#domain/kernel/ids.ts';
import { type Ground, groundOf, type OfflinePolicy } from '#domain/venue/match-event.ts';
import { type Found, findCode, type Keyring } from '#server/entry/find-code.ts';
import { hmacSha256, sha256 } from '#testing/credentials.ts';
import { aTicket, at, MATCH } from '#testing/entry.ts';

/** What all clocks would show at the beginning, if they were right. */
export const STARTS_AT = at('18:00');
export const EVENT_NUMBER = 3;
export const GATES = ['N1', 'N3', 'S1'] as const;
export const CHECKPOINT = 'turnstile';

const own = { number: EVENT_NUMBER, eventId: 'derby', secret: new Uint8Array(32).fill(7) };
export const KEYRING: Keyring = {
  own,
  byNumber: new Map([[EVENT_NUMBER, own]]),
  outlines: new Set(),
};

export function groundWith(offline: OfflinePolicy, offlineMax: number): Ground {
  const isHere = new Set(['adult', 'season', 'family', 'staff']);
  const ticketTypes = MATCH.ticketTypes
    .filter(({ id }) => isHere.has(id))
    .map((type) => ({ ...type, entry: { ...type.entry, minutesBetween: 0 } }));
  return groundOf({ ...MATCH, ticketTypes, entry: { ...MATCH.entry, offline, offlineMax } });
}

const TYPES = ['adult', 'adult', 'season', 'season', 'family', 'adult', 'season', 'staff'];

/** Ticket `serial`, of a type and section in turn; section N104 is open to two gates. */
export function ticketFor(serial: number): Ticket {
  const type = TYPES[serial % TYPES.length] ?? 'adult';
  const section = serial % 5 === 4 ? 'S101' : 'N104';
  const ref = `RV-${serial}` as TicketRef;
  return aTicket({ serial, ref, type, section, stand: null });
}

const codes = new Map<string, string>();
export function codeFor(serial: number, issue: number): string {
  return kept(codes, `${serial}/${issue}`, () =>
    mintTicketCode({ event: EVENT_NUMBER, serial, issue }, own.secret, hmacSha256),
  );
}

/** Of the right form and the wrong key. */
export function forgedCode(serial: number): string {
  const fields = { event: EVENT_NUMBER, serial, issue: 0 };
  return kept(codes, `forged ${serial}`, () =>
    mintTicketCode(fields, new Uint8Array(32).fill(9), hmacSha256),
  );
}

const found = new Map<string, Found>();
export function foundBehind(code: string): Found {
  return kept(found, code, () => findCode(code, KEYRING));
}

const readings = new Map<string, { reading: Reading; hash: string }>();
/** As a lane reads it, and the hash under which its list would have it. */
export function readAtLane(code: string): { reading: Reading; hash: string } {
  return kept(readings, code, () => {
    const reading = readCode(code);
    const text = reading.kind === 'unreadable' ? code : reading.text;
    const hash = Buffer.from(codeHash(own.eventId, text, sha256)).toString('base64url');
    return { reading, hash };
  });
}

function kept<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}
