import { type EventFile, eventFile } from '#protocol/event-file.ts';

/** A match whose doors are open now, whatever the time. Sections N103 by gate N1, N104 by N2. */
export function eventNow(entry: EventFile['entry'] = { offline: 'open' }): EventFile {
  const time = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const name = (en: string, zh = en) => ({ 'zh-CN': zh, en });
  return eventFile.parse({
    id: 'derby',
    name: name('Derby night'),
    venue: { id: 'riverside', name: name('Riverside'), timeZone: 'Asia/Shanghai' },
    doorsAt: time(-2),
    startsAt: time(0),
    endsAt: time(3),
    entry,
    zones: ['north'],
    stands: [{ id: 'north', name: name('North', '北看台') }],
    gates: [
      { id: 'N1', zone: 'north', name: name('North 1', '北1入口'), lanes: [{ id: 'N1-1' }] },
      { id: 'N2', zone: 'north', name: name('North 2', '北2入口'), lanes: [{ id: 'N2-1' }] },
    ],
    sections: [
      { id: 'N103', stand: 'north', zone: 'north', gates: ['N1'] },
      { id: 'N104', stand: 'north', zone: 'north', gates: ['N2'] },
    ],
    ticketTypes: [{ id: 'adult', name: name('Adult', '成人') }],
  });
}
