// Everything before the evening's first scan: the event, its tickets, its lanes, what the box office
// and control did in the days before.

import type { LanePlace } from '../play/lane.ts';
import { EVENT_ID, type EventTimes, OTHER_EVENT_ID, otherEvent, seedEvent } from '../seed/event.ts';
import type { SeedGround } from '../seed/ground.ts';
import { seedLayout } from '../seed/layout.ts';
import { ticketCsv } from '../seed/ticket-csv.ts';
import type { SeedTicket } from '../seed/tickets.ts';
import type { Preparations } from '../seed/visits.ts';
import { CodeBook } from './code-book.ts';
import type { Hub } from './hub.ts';

const OTHER_TICKETS = 24;
const AT_ONCE = 8;

/** Says what is being done, and how long it took once it is. */
export type Progress = <T>(what: string, work: () => Promise<T>) => Promise<T>;

export type Stage = { readonly codes: CodeBook; readonly places: readonly LanePlace[] };

export async function prepare(
  hub: Hub,
  seed: {
    readonly ground: SeedGround;
    readonly tickets: readonly SeedTicket[];
    readonly prepared: Preparations;
    readonly times: EventTimes;
  },
  progress: Progress,
): Promise<Stage> {
  const { ground, tickets, prepared } = seed;
  const total = tickets.length.toLocaleString('en');
  await progress(`导入比赛与 ${total} 张票 · import the match and ${total} tickets`, async () => {
    await hub.importLayout(seedLayout(ground));
    await hub.putEvent(seedEvent(ground, seed.times));
    await hub.importTickets(EVENT_ID, ticketCsv(tickets));
  });
  const lanes = ground.gates.flatMap((gate) => gate.lanes.map((lane) => ({ gate, lane })));
  const places = await progress(
    `登记 ${lanes.length} 条通道 · enrol ${lanes.length} lanes`,
    async () =>
      await inParallel(lanes, async ({ gate, lane }) => {
        const { deviceId, token } = await hub.enrol(EVENT_ID, gate.id, lane.id);
        return { device: deviceId, token, gate: gate.id, lane: lane.id, kind: lane.kind };
      }),
  );
  const codes = await progress('出票、换票、冻结 · print, re-issue, block', async () => {
    const printed = await hub.exportCodes(EVENT_ID);
    const otherMatch = await ticketsOfOtherMatch(hub, seed.times);
    const reissued = await inParallel(
      prepared.reissued,
      async (ref) => [ref, await hub.reissue(EVENT_ID, ref)] as const,
    );
    await inParallel(prepared.blocked, (ref) => hub.block(EVENT_ID, ref));
    await hub.openEvent(EVENT_ID);
    return new CodeBook({ tickets, printed, reissued: new Map(reissued), otherMatch });
  });
  return { codes, places };
}

/** The school's tickets get their entry time, as a delta file while everything is on sale. */
export async function setSlots(hub: Hub, refs: readonly string[], from: Date): Promise<void> {
  const rows = refs.map((ref) => `${ref},student,${from.toISOString()}`);
  const csv = ['ticket_ref,type,valid_from', ...rows, ''].join('\n');
  await hub.importTickets(EVENT_ID, csv, true);
}

async function ticketsOfOtherMatch(hub: Hub, times: EventTimes): Promise<string[]> {
  const refs = Array.from({ length: OTHER_TICKETS }, (_, index) => `CUP-${index + 1}`);
  await hub.putEvent(otherEvent(times));
  const csv = ['ticket_ref,type', ...refs.map((ref) => `${ref},adult`), ''].join('\n');
  await hub.importTickets(OTHER_EVENT_ID, csv);
  return [...(await hub.exportCodes(OTHER_EVENT_ID)).values()];
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
