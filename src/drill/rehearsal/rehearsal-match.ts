// The match of a rehearsal: two stands, four gates, tickets with codes of the system’s own.
import { GATES, gateOf, laneName } from '#drill/catalogue/parties.ts';
import type { EventFile } from '#protocol/event-file.ts';
import type { Desk } from './desk.ts';

export type Place = {
  readonly number: number;
  readonly gate: string;
  readonly deviceId: string;
  readonly token: string;
};

export type Match = {
  readonly eventId: string;
  /** By serial from 1: what is on the ticket now. */
  readonly codes: Map<number, string>;
  readonly places: readonly Place[];
};

const HOUR_MS = 3_600_000;
/** So wide that a clock which is wrong by hours changes no verdict. */
const OPEN_HOURS = 12;

export async function prepareMatch(
  desk: Desk,
  size: { readonly eventId: string; readonly tickets: number; readonly lanes: number },
): Promise<Match> {
  const { eventId, lanes } = size;
  const path = `/api/v1/events/${eventId}`;
  await desk.ask(path, { method: 'PUT', body: matchFile(eventId, lanes) });
  await desk.importTickets(eventId, ticketCsv(1, size.tickets));
  await desk.ask(`${path}/open`, { method: 'POST', body: {} });
  const places: Place[] = [];
  for (let number = 1; number <= lanes; number += 1) {
    const gate = gateOf(number, lanes);
    const body = { event: eventId, gate, lane: laneName(number) };
    const enrolled = await desk.ask<{ deviceId: string; token: string }>('/api/v1/devices', {
      body,
    });
    places.push({ number, gate, ...enrolled });
  }
  const byRef = await desk.codes(eventId);
  const codes = new Map([...byRef].map(([ref, code]) => [serialOf(ref), code]));
  return { eventId, codes, places };
}

/** Tickets sold late: in the list from now on. */
export function ticketCsv(from: number, count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `${refOf(from + index)},adult,N101`);
  return ['ticket_ref,type,section', ...rows].join('\n');
}

export function refOf(serial: number): string {
  return `T-${String(serial).padStart(6, '0')}`;
}

export function serialOf(ref: string): number {
  return Number(ref.slice(ref.lastIndexOf('-') + 1));
}

function matchFile(eventId: string, lanes: number): EventFile {
  const now = Date.now();
  const time = (hours: number) => new Date(now + hours * HOUR_MS).toISOString();
  const lanesOf = (gate: string) =>
    Array.from({ length: lanes }, (_, index) => index + 1)
      .filter((number) => gateOf(number, lanes) === gate)
      .map((number) => ({ id: laneName(number) }));
  return {
    id: eventId,
    name: { 'zh-CN': '赛前演练', en: 'Rehearsal' },
    venue: { id: 'ground', name: { 'zh-CN': '球场', en: 'Ground' }, timeZone: 'Asia/Shanghai' },
    doorsAt: time(-OPEN_HOURS),
    startsAt: time(1),
    endsAt: time(OPEN_HOURS),
    zones: ['ring'],
    stands: [{ id: 'north' }, { id: 'south' }],
    gates: GATES.map((id) => ({
      id,
      zone: 'ring',
      name: { 'zh-CN': id, en: id },
      lanes: lanesOf(id),
    })),
    sections: [{ id: 'N101', stand: 'north', zone: 'ring', gates: [] }],
    ticketTypes: [{ id: 'adult', name: { 'zh-CN': '成人', en: 'Adult' } }],
  } as unknown as EventFile;
}
