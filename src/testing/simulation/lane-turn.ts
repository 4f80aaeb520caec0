// After the light: whether the turnstile turned.
import { isThrough, type Read, type Shown } from './lane-disk.ts';
import type { SimLane } from './sim-lane.ts';

export function turn(lane: SimLane, { scanId }: Read, turns: boolean, shown: Shown): void {
  if (!isThrough(shown)) return;
  lane.later(lane.world.chance.between(200, 900), () => {
    const at = lane.now();
    lane.disk.append({ kind: 'turned', scanId, turned: turns, at: new Date(at).toISOString() });
    if (turns) return;
    lane.disk.annulled(scanId, at, 'not-turned');
    lane.world.observer.annulledAt(lane, scanId);
    if (shown.revision !== null) lane.errands.annulAbove(scanId);
  });
}
