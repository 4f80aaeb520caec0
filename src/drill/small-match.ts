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

const CSV = { 'content-type': 'text/csv' };
const HOUR_MS = 3_600_000;

export async function setUpMatch(
  client: DrillClient,
  token: string,
  size: { readonly tickets: number; readonly lanes: number },
): Promise<SmallMatch> {
  const file = matchFile();
  const eventId = file.id;
  const path = `/api/v1/events/${eventId}`;
  const codes = Array.from({ length: size.tickets }, (_, index) => codeOf(index + 1));
  const rows = codes.map((code, index) => `${refOf(index + 1)},adult,north,N101,${code}`);
  const csv = ['ticket_ref,type,stand,section,code', ...rows].join('\n');
  await client.ask({ method: 'PUT', path, token, body: file });
  await client.ask({ path: `${path}/tickets/import`, token, body: csv, headers: CSV });
  await client.ask({ method: 'POST', path: `${path}/open`, token });
  const lanes: Lane[] = [];
  for (let index = 0; index < size.lanes; index++) {
    const body = { event: eventId, gate: index % 2 === 0 ? 'N1' : 'N2' };
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

function matchFile(): EventFile {
  const now = Date.now();
  const time = (hours: number) => new Date(now + hours * HOUR_MS).toISOString();
  const gate = (id: string) => ({
    id,
    zone: 'north',
    name: { 'zh-CN': id, en: id },
    lanes: [{ id: `${id}-1` }],
  });
  return {
    id: 'drill',
    name: { 'zh-CN': '演练', en: 'Drill' },
    venue: { id: 'ground', name: { 'zh-CN': '球场', en: 'Ground' }, timeZone: 'Asia/Shanghai' },
    doorsAt: time(-2),
    startsAt: time(1),
    endsAt: time(6),
    zones: ['north'],
    stands: [{ id: 'north' }],
    gates: [gate('N1'), gate('N2')],
    sections: [{ id: 'N101', stand: 'north', zone: 'north', gates: [] }],
    ticketTypes: [{ id: 'adult', name: { 'zh-CN': '成人', en: 'Adult' } }],
  } as unknown as EventFile;
}
