// Decisions of another node, told to whoever listens here as if they had been made here.

import type { LogPage, Row } from '#protocol/edge.ts';
import type { LiveScan } from '#protocol/live.ts';
import { iso } from '#server/platform/clock.ts';
import type { ServerContext } from '#server/server-context.ts';

/** What is older than this when it arrives is no news: lanes have it by their lists. */
const NEWS_MS = 10 * 60_000;

export function announce(
  { bus, now }: Pick<ServerContext, 'bus' | 'now'>,
  event: number,
  page: Pick<LogPage, 'scans' | 'conflicts'>,
): void {
  const scans = page.scans.filter((row) => Date.parse(String(row['decided_at'])) > now() - NEWS_MS);
  if (scans.length > 0) bus.emit('followed', event, scans.map(followedOf));
  if (page.conflicts.length > 0) bus.emit('conflict', event);
}

function followedOf(row: Row) {
  const { revision, gate, lane, direction, verdict, reason, rung } = row as unknown as LiveScan;
  const at = Date.parse(String(row['decided_at']));
  const live: LiveScan = { revision, gate, lane, direction, verdict, reason, rung, at: iso(at) };
  return { live };
}
