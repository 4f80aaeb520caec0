// The derby as an event file, its times chosen so that the real clock lies within the entry window.
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import { type EventFile, eventFile } from '#protocol/event-file.ts';
import type { SeedGround } from './ground.ts';

export const EVENT_ID = 'derby';
/** Last week's match: its tickets are genuine, and of no use tonight. */
export const OTHER_EVENT_ID = 'cup';

/** Gates of staff and press. */
export const STAFF_GATES = ['W1', 'E1'];
const PEOPLE_MAX = 41_000;
/** Long enough to go on trying things out after the demonstration. */
const OPEN_FOR_MS = 6 * 60 * MINUTE_MS;

/** On the real clock, which has to lie between doors and end while the evening is played. */
export type EventTimes = { readonly doorsAt: number; readonly startsAt: number };

const TICKET_TYPES = [
  { id: 'adult', name: { 'zh-CN': '成人票', en: 'Adult' } },
  { id: 'child', name: { 'zh-CN': '儿童票', en: 'Child' }, attention: 'child' },
  {
    id: 'student',
    name: { 'zh-CN': '学生票', en: 'Student' },
    entry: { referral: 'id' },
  },
  { id: 'season', name: { 'zh-CN': '季票', en: 'Season' }, entry: { reentry: 'after-exit' } },
  { id: 'family', name: { 'zh-CN': '家庭票', en: 'Family of four' }, entry: { admits: 4 } },
  {
    id: 'accessible',
    name: { 'zh-CN': '无障碍席', en: 'Wheelchair place' },
    attention: 'assist',
    entry: { laneKinds: ['accessible'] },
  },
  { id: 'companion', name: { 'zh-CN': '陪同席', en: 'Companion' }, attention: 'companion' },
  {
    id: 'staff',
    name: { 'zh-CN': '工作证', en: 'Staff pass' },
    entry: { reentry: 'always', gates: STAFF_GATES },
  },
  {
    id: 'press',
    name: { 'zh-CN': '记者证', en: 'Press pass' },
    entry: { reentry: 'always', gates: STAFF_GATES },
  },
];

export function seedEvent(ground: SeedGround, times: EventTimes): EventFile {
  return eventFile.parse({
    id: EVENT_ID,
    name: { 'zh-CN': '澜港德比：海燕 对 铁锚', en: 'Langang derby: Petrels v Anchors' },
    venue: {
      id: 'tidewatch',
      name: { 'zh-CN': '望潮体育场', en: 'Tidewatch Ground' },
      timeZone: 'Asia/Shanghai',
      limit: PEOPLE_MAX,
    },
    ...fileTimes(times),
    entry: { reentry: 'not-allowed', toleranceMinutes: 0, offline: 'open' },
    zones: ground.stands.map((stand) => stand.id),
    stands: ground.stands,
    gates: ground.gates.map(({ id, stand, name, lanes }) => ({ id, zone: stand, name, lanes })),
    sections: ground.sections.map(({ id, stand, gate, rows, seatsPerRow }) => ({
      id,
      stand,
      zone: stand,
      gates: [gate],
      limit: rows * seatsPerRow,
    })),
    ticketTypes: TICKET_TYPES,
  });
}

export function otherEvent(times: EventTimes): EventFile {
  return eventFile.parse({
    id: OTHER_EVENT_ID,
    name: { 'zh-CN': '澜港杯', en: 'Langang Cup' },
    venue: {
      id: 'tidewatch',
      name: { 'zh-CN': '望潮体育场', en: 'Tidewatch Ground' },
      timeZone: 'Asia/Shanghai',
    },
    ...fileTimes(times),
    zones: ['ground'],
    gates: [{ id: 'G1', zone: 'ground', name: { 'zh-CN': '1号入口', en: 'Gate 1' }, lanes: [] }],
    sections: [],
    ticketTypes: [{ id: 'adult', name: { 'zh-CN': '成人票', en: 'Adult' } }],
  });
}

function fileTimes({ doorsAt, startsAt }: EventTimes) {
  const at = (ms: number) => new Date(ms).toISOString();
  return { doorsAt: at(doorsAt), startsAt: at(startsAt), endsAt: at(startsAt + OPEN_FOR_MS) };
}
