// One match for tests of the server: a ground with a gate for every case, and as many tickets as a test
// needs. Its times are those of `entry.ts`, so that a clock set by `at('18:00')` finds its doors open.
import type { EntryRules } from '#domain/venue/match-event.ts';
import { type EventFile, eventFile } from '#protocol/event-file.ts';

const DAY = '2026-11-29';

/** What a test may alter of the match. */
export type DerbyChanges = {
  readonly id?: string;
  readonly entry?: Partial<Pick<EntryRules, 'reentry' | 'admits' | 'minutesBetween'>>;
  readonly sectionLimit?: number;
  /** An outer cordon, through which the gate named here leads. */
  readonly cordonGate?: 'N1' | 'N3' | 'S1';
  /** Doors opened two hours ago, by the clock of this machine. */
  readonly isNow?: true;
  readonly moreGates?: readonly string[];
};

/**
 * Stands north (sections N103 by N1, N104 by N1 or N3) and south (S101 by S1). Types: `adult` once,
 * `family` four people, `season` again after an exit, `staff` always.
 */
export function derbyFile(changes: DerbyChanges = {}): EventFile {
  const time = changes.isNow === true ? hoursFromNow : clockAt;
  const cordon = { id: 'cordon', name: named('Cordon') };
  const turnstile = { id: 'turnstile', name: named('Turnstile') };
  const gate = (id: string, zone: string) => ({
    id,
    zone,
    name: named(id),
    lanes: [{ id: `${id}-1` }],
    ...(changes.cordonGate === id ? { checkpoint: 'cordon' } : {}),
  });
  const limit = changes.sectionLimit === undefined ? {} : { limit: changes.sectionLimit };
  return eventFile.parse({
    id: changes.id ?? 'derby',
    name: named('Derby night'),
    venue: { id: 'riverside', name: named('Riverside'), timeZone: 'Asia/Shanghai' },
    doorsAt: time(-2),
    startsAt: time(0),
    endsAt: time(2),
    entry: { offline: 'open', ...changes.entry },
    checkpoints: changes.cordonGate === undefined ? [turnstile] : [turnstile, cordon],
    zones: ['north', 'south'],
    stands: [{ id: 'north' }, { id: 'south' }],
    gates: [
      gate('N1', 'north'),
      gate('N3', 'north'),
      gate('S1', 'south'),
      ...(changes.moreGates ?? []).map((id) => gate(id, 'south')),
    ],
    sections: [
      { id: 'N103', stand: 'north', zone: 'north', gates: ['N1'], ...limit },
      { id: 'N104', stand: 'north', zone: 'north', gates: ['N1', 'N3'] },
      { id: 'S101', stand: 'south', zone: 'south', gates: ['S1'] },
    ],
    ticketTypes: [
      { id: 'adult', name: named('Adult') },
      { id: 'family', name: named('Family'), entry: { admits: 4 } },
      { id: 'season', name: named('Season'), entry: { reentry: 'after-exit' } },
      { id: 'staff', name: named('Staff'), entry: { reentry: 'always' } },
    ],
  });
}

/** A ticket file with serials from 1: `RV-000001` and so on, the types in turn. */
export function derbyTickets(
  count: number,
  types: readonly string[] = ['adult'],
  from = 1,
): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const type = types[index % types.length] ?? 'adult';
    return `${derbyRef(from + index)},${type},N104,4,${from + index}`;
  });
  return ['ticket_ref,type,section,row,seat', ...rows, ''].join('\n');
}

export function derbyRef(serial: number): string {
  return `RV-${String(serial).padStart(6, '0')}`;
}

function named(text: string) {
  return { 'zh-CN': text, en: text };
}

/** Kick-off is at 19:30 in Shanghai. */
function clockAt(hours: number): string {
  return `${DAY}T${String(19 + hours).padStart(2, '0')}:30:00+08:00`;
}

function hoursFromNow(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}
