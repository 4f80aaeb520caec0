// Wires a lane: what it remembers, what it knows, whom it asks. The same in Node and in a browser; what
// differs are the ports.
import { recallMode } from './gate-mode.ts';
import { createHub } from './hub.ts';
import { createIdentity } from './identity.ts';
import { Journal } from './journal.ts';
import { createKnowledge } from './knowledge.ts';
import { LadderDriver } from './ladder-driver.ts';
import { Lane } from './lane.ts';
import { createLaneClock } from './lane-clock.ts';
import type { LaneEvents, LaneSettings } from './lane-settings.ts';
import type { LanePorts } from './ports.ts';
import { probe } from './probe.ts';
import { createTally } from './tally.ts';
import { within } from './waiting.ts';

const PROBE_TIMEOUT_MS = 1_000;

/**
 * Opens journal and list and reads what they remember. Nobody is asked before {@link Lane.start}.
 *
 * @throws what the stores throw, above all that another lane has the journal open
 */
export async function createLane(
  ports: LanePorts,
  settings: LaneSettings,
  events: LaneEvents,
): Promise<Lane> {
  const { clock: machine, timers, chance, transport } = ports;
  const ending = new AbortController();
  let lane: Lane | null = null;
  const journal = await Journal.open(ports.journal, chance);
  const clock = createLaneClock(machine, Number(journal.meta('skewMs') ?? 0));
  const identity = createIdentity(journal, transport);
  const knowledge = await createKnowledge(ports.list, () => lane?.onControls());
  const hub = createHub(transport, timers, identity, () => order());
  const self = { hub, identity, knowledge, clock };
  const driver = new LadderDriver({
    addresses: settings.addresses.map((address) => ({ address, tier: identity.tierOf(address) })),
    isStewarded: settings.isStewarded,
    hasList: knowledge.listAsOf() !== null,
    hub,
    clock,
    timers,
    chance,
    stop: ending.signal,
    probe: (address) =>
      within(timers, PROBE_TIMEOUT_MS, ending.signal, (signal) =>
        probe(
          {
            ...self,
            onIdentified: (base, { tier, isOurs }) =>
              driver.step({ kind: 'identified', address: base, tier, isOurs }),
            onRevoked: () => lane?.revoke(),
          },
          address,
          signal,
        ),
      ),
    isRevokedBy: (address) => hub.isRevokedBy(address, ending.signal),
    onMoved: (...moved) => lane?.onMoved(...moved),
    onLate: (answer) => lane?.onLate(answer),
  });
  /** Who answers before who does not, in the order of the ladder. */
  function order(): readonly string[] {
    const { addresses } = driver.ladder();
    const rank = (each: (typeof addresses)[number]) =>
      (each.breaker.isOpen || !each.isOurs ? 2 : 0) + (each.tier === 'hub' ? 1 : 0);
    return [...addresses].sort((a, b) => rank(a) - rank(b)).map(({ address }) => address);
  }
  const parts = {
    ...{ ports, settings, events, ending, journal, clock, identity, knowledge, hub, driver },
    tally: createTally(journal),
  };
  lane = new Lane(parts);
  recallMode(parts);
  lane.onControls();
  return lane;
}
