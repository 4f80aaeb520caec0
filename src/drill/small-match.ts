// A match that is on now, with as many tickets as a drill needs. Tickets carry codes of another system,
// since those are known before they are imported.
import type { EventFile } from '#protocol/event-file.ts';
import type { ScanRequest } from '#protocol/scans.ts';
import type { DrillClient, Lane } from './drill-client.ts';

export type SmallMatch = {
  readonly eventId: string;
  readonly codes: readonly string[];
  readonly lanes: readonly Lane[];
};

export type MatchSize = {
  readonly tickets: number;
  /** Lanes stand at the gates in turn, and every ticket may use every gate. */
  readonly lanes: number;
  readonly gates?: number;
  readonly eventId?: string;
  /** People a ticket admits, by its serial from 1; one when left out. */
  readonly admits?: (serial: number) => number;
};

const CSV = { 'content-type': 'text/csv' };
const HOUR_MS = 3_600_000;

export async function setUpMatch(
  client: DrillClient,
  token: string,
  size: MatchSize,
): Promise<SmallMatch> {
  const { eventId = 'drill', admits = () => 1 } = size;
  const gates = Array.from({ length: size.gates ?? 2 }, (_, index) => `N${index + 1}`);
  const path = `/api/v1/events/${eventId}`;
  const codes = Array.from({ length: size.tickets }, (_, index) => codeOf(index + 1));
  const rows = codes.map((code, index) => {
    const serial = index + 1;
    return `${refOf(serial)},adult,north,N101,${code},${admits(serial)}`;
  });
  const csv = ['ticket_ref,type,stand,section,code,admits', ...rows].join('\n');
  await client.ask({ method: 'PUT', path, token, body: matchFile(eventId, gates) });
  await client.ask({ path: `${path}/tickets/import`, token, body: csv, headers: CSV });
  await client.ask({ method: 'POST', path: `${path}/open`, token });
  const lanes: Lane[] = [];
  for (let index = 0; index < size.lanes; index++) {
    const body = { event: eventId, gate: gates[index % gates.length] };
    lanes.push(await client.ask<Lane>({ path: '/api/v1/devices', token, body }));
  }
  return { eventId, codes, lanes };
}

export function refOf(serial: number): string {
  return `T-${String(serial).padStart(7, '0')}`;
}

export function codeOf(serial: number): string {
  return `OLD-${String(serial).padStart(7, '0')}`;
}

export function entryScan(scanId: string, code: string): ScanRequest {
  return { scanId, code, direction: 'in', scannedAt: new Date().toISOString() };
}

function matchFile(eventId: string, gates: readonly string[]): EventFile {
  const now = Date.now();
  const time = (hours: number) => new Date(now + hours * HOUR_MS).toISOString();
  const gate = (id: string) => ({
    id,
    zone: 'north',
    name: { 'zh-CN': id, en: id },
    lanes: [{ id: `${id}-1` }],
  });
  return {
    id: eventId,
    name: { 'zh-CN': '演练', en: 'Drill' },
    venue: { id: 'ground', name: { 'zh-CN': '球场', en: 'Ground' }, timeZone: 'Asia/Shanghai' },
    doorsAt: time(-2),
    startsAt: time(1),
    endsAt: time(6),
    zones: ['north'],
    stands: [{ id: 'north' }],
    gates: gates.map(gate),
    sections: [{ id: 'N101', stand: 'north', zone: 'north', gates: [] }],
    ticketTypes: [{ id: 'adult', name: { 'zh-CN': '成人', en: 'Adult' } }],
  } as unknown as EventFile;
}
