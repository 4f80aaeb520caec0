// What twenty lanes showed and what the hub knows of it afterwards: what must be true of the two together.
import type { Presented } from './lane-program.ts';

export type HubScan = {
  readonly deviceId: string;
  readonly scanId: string;
  readonly verdict: string;
  readonly annulledAt: string | null;
};

/** How often the hub names a ticket in a conflict, by serial. */
export type Conflicts = ReadonlyMap<number, number>;

export type Books = {
  readonly shown: number;
  readonly provisional: number;
  readonly conflicts: number;
  /** Each is a breach of what the system promises; none, or the drill has failed. */
  readonly wrongs: readonly string[];
};

const WRONGS_NAMED_MAX = 20;

export function balance(
  presented: readonly Presented[],
  deviceOf: (lane: number) => string,
  hub: readonly HubScan[],
  conflicts: Conflicts,
): Books {
  const wrongs = [
    ...lost(presented, deviceOf, hub, conflicts),
    ...doubled(presented),
    ...unreported(presented, conflicts),
  ];
  return {
    shown: presented.length,
    provisional: presented.filter(({ shown }) => shown.verdict === 'provisional').length,
    conflicts: [...conflicts.values()].reduce((sum, count) => sum + count, 0),
    wrongs: wrongs.slice(0, WRONGS_NAMED_MAX),
  };
}

/**
 * Whatever a lane showed, the hub knows, with the same verdict. An exact admission whose answer came too late
 * stands beside what the lane had shown by then: a provisional one, which it confirms, or none, and then the
 * lane has taken it back. A refusal that came too late stays the answer to that scan, since no scan gets two; whom the
 * lane had let in by then is named in a conflict.
 */
function lost(
  presented: readonly Presented[],
  deviceOf: (lane: number) => string,
  hub: readonly HubScan[],
  conflicts: Conflicts,
): string[] {
  const known = new Map(hub.map((scan) => [`${scan.deviceId} ${scan.scanId}`, scan]));
  return presented.flatMap(({ lane, ticket, shown }) => {
    const scan = known.get(`${deviceOf(lane)} ${shown.scanId}`);
    const what = `ticket ${ticket} at lane ${lane}, scan ${shown.scanId}, shown ${shown.verdict}`;
    if (scan === undefined) return [`lost: ${what}`];
    const isLate =
      scan.verdict === 'admitted' &&
      (shown.verdict === 'provisional') === (scan.annulledAt === null);
    const isToldTooLate =
      scan.verdict === 'refused' && shown.verdict === 'provisional' && conflicts.has(ticket);
    if (scan.verdict === shown.verdict || isLate || isToldTooLate) return [];
    return [`changed: ${what}, at the hub ${scan.verdict}`];
  });
}

function doubled(presented: readonly Presented[]): string[] {
  return [...byTicket(presented, ['admitted'])]
    .filter(([, scans]) => scans.length > 1)
    .map(([ticket, scans]) => `ticket ${ticket} was admitted exactly ${scans.length} times`);
}

/** Who was let in beyond the first is named in a conflict. */
function unreported(presented: readonly Presented[], conflicts: Conflicts): string[] {
  return [...byTicket(presented, ['admitted', 'provisional'])].flatMap(([ticket, scans]) => {
    const reported = conflicts.get(ticket) ?? 0;
    if (reported === scans.length - 1) return [];
    return [`ticket ${ticket} let in ${scans.length} times, ${reported} conflicts`];
  });
}

function byTicket(
  presented: readonly Presented[],
  verdicts: readonly string[],
): Map<number, Presented[]> {
  const found = new Map<number, Presented[]>();
  for (const scan of presented) {
    if (!verdicts.includes(scan.shown.verdict)) continue;
    const scans = found.get(scan.ticket);
    if (scans === undefined) found.set(scan.ticket, [scan]);
    else scans.push(scan);
  }
  return found;
}
