// Verdicts of other nodes in the cell, told to whoever listens here as they are written down; those that were made
// here have been told when they were made.
import type { Bus } from '#server/bus.ts';
import { announce } from '#server/edge/announce.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Written } from './archive.ts';

/** More than are ever on their way through the cell at once. */
const OWN_MAX = 50_000;

export function followedTeller(bus: Bus, now: Clock): (event: number, written: Written) => void {
  const own = new Set<string>();
  bus.on('decided', (decided) => {
    if (own.size > OWN_MAX) own.clear();
    for (const { event, scan } of decided) {
      if (event.cell !== undefined) own.add(`${scan.device}\n${scan.scanId}`);
    }
  });
  return (event, { scans, conflicts }) => {
    const others = scans.filter(({ device, scan_id }) => !own.delete(`${device}\n${scan_id}`));
    announce({ bus, now }, event, { scans: others, conflicts });
  };
}
