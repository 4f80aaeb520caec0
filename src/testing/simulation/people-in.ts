import { type Crossing, foldCrossings, insideOf } from '#domain/entry/crossings.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import { claimKey } from '#testing/claim-rows.ts';
import type { NodeDisk } from './node-disk.ts';

/** People inside by the claims alone, of the entry epoch in force. */
export function peopleIn(disk: NodeDisk): number {
  let inside = 0;
  for (const [key, { crossings }] of disk.claims) {
    const [epoch, , serial] = key.split('/');
    const ticket = disk.tickets.get(Number(serial));
    if (ticket === undefined || Number(epoch) !== disk.entryEpoch) continue;
    inside += insideOf(foldCrossings(crossings, rulesFor(disk.ground, ticket)));
  }
  return inside;
}

/** What a store has on record of a scan, by its key; null: nobody crossed, or it does not know. */
export function crossingOf(disk: NodeDisk, key: string): Crossing | null {
  const scan = disk.scans.get(key);
  if (scan?.serial == null) return null;
  const { entryEpoch, checkpoint, serial } = scan;
  const claim = disk.claims.get(claimKey({ entryEpoch, checkpoint, serial }));
  const isIt = (each: Crossing) => each.device === scan.device && each.scan === scan.scanId;
  return claim?.crossings.find(isIt) ?? null;
}

/** Why nobody may enter on this code, as the store has it now; null: they may. */
export function takenAway(disk: NodeDisk, serial: number, issue: number | null): string | null {
  const ticket = disk.tickets.get(serial);
  const isGood = ticket !== undefined && !ticket.isBlocked && ticket.status === 'valid';
  if (!isGood || issue !== ticket.issue) return 'their code had been taken away';
  const { holds, status } = disk.controls;
  return holds.length > 0 || status !== 'open' ? 'the ground is held' : null;
}
