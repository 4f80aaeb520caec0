// The lane's brain in this browser: its ports, and what an enrolled phone needs beside it.
import { createLane } from '#lane/create-lane.ts';
import type { Lane } from '#lane/lane.ts';
import type { LaneEvents } from '#lane/lane-settings.ts';
import type { Transport } from '#lane/ports.ts';
import { sha256 } from '../device/proven-transport.ts';
import { type Enrolment, journalName, listName } from '../device/vault.ts';
import { IndexedDbJournal } from '../storage/journal-store.ts';
import { IndexedDbList } from '../storage/list-store.ts';

const DEADLINE_MS = 1_200;

/** @throws when the lane is open in another window, or its storage cannot be opened */
export async function openLane(
  { identity, keys }: Enrolment,
  transport: Transport,
  events: LaneEvents,
): Promise<{ readonly lane: Lane; readonly list: IndexedDbList }> {
  const list = await IndexedDbList.open(listName(identity), keys.data);
  const ports = {
    clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
    timers: {
      after(ms: number, work: () => void) {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    },
    chance: { uuid: () => crypto.randomUUID(), fraction: () => Math.random() },
    sha256,
    journal: new IndexedDbJournal(journalName(identity), keys.data),
    list,
    transport,
  };
  const settings = {
    addresses: identity.addresses,
    direction: 'in' as const,
    lane: identity.lane,
    operator: null,
    deadlineMs: DEADLINE_MS,
    isStewarded: true,
  };
  return { lane: await createLane(ports, settings, events), list };
}
