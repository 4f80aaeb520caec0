// Asks an address that was lost whether it is back, until it is.
import type { SimLane } from './sim-lane.ts';

const PROBE_EVERY_MS = 1_000;
const REPLIES_WITHIN_MS = 1_000;

export function probe(lane: SimLane, address: string): void {
  const node = lane.addresses.find(({ name }) => name === address);
  if (node === undefined) return;
  lane.later(PROBE_EVERY_MS * (0.8 + 0.4 * lane.world.chance.next()), () => {
    let isOver = false;
    const over = (isAnswered: boolean) => {
      if (isOver) return;
      isOver = true;
      lane.step({ kind: 'probed', address, isAnswered, cause: 'a probe' });
      const isOpen = lane.ladder.addresses.some(
        (each) => each.address === address && each.breaker.isOpen,
      );
      if (isOpen) probe(lane, address);
      else lane.errands.nudge();
    };
    lane.later(REPLIES_WITHIN_MS, () => over(false));
    const { network } = lane.world;
    network.call<boolean>(
      lane,
      node,
      (reply) => reply(node.disk.state === 'serving'),
      over,
      () => over(false),
    );
  });
}
