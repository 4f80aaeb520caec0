// What a lane is made of, and two things that follow from it alone.
import type { Instant } from '#domain/kernel/instant.ts';
import { modeOf } from '#domain/sync/ladder.ts';
import type { Hub } from './hub.ts';
import type { Identity } from './identity.ts';
import type { Journal } from './journal.ts';
import type { Knowledge } from './knowledge.ts';
import type { LadderDriver } from './ladder-driver.ts';
import type { LaneClock } from './lane-clock.ts';
import type { LaneEvents, LaneSettings, LaneStatus } from './lane-settings.ts';
import type { LanePorts } from './ports.ts';
import type { Tally } from './tally.ts';
import { within } from './waiting.ts';

const IDENTIFY_MS = 1_000;

export type LaneParts = {
  readonly ports: LanePorts;
  readonly settings: LaneSettings;
  readonly events: LaneEvents;
  /** Ends what runs beside scanning. */
  readonly ending: AbortController;
  readonly journal: Journal;
  readonly clock: LaneClock;
  readonly identity: Identity;
  readonly knowledge: Knowledge;
  readonly hub: Hub;
  readonly driver: LadderDriver;
  readonly tally: Tally;
};

/** Asks every address who stands there; who does not answer stays what they were. */
export async function identifyAll({ ports, identity, driver, ending }: LaneParts): Promise<void> {
  const ask = async (address: string) => {
    const { tier, isOurs } = await within(ports.timers, IDENTIFY_MS, ending.signal, (signal) =>
      identity.ask(address, signal),
    );
    driver.step({ kind: 'identified', address, tier, isOurs });
  };
  const { addresses } = driver.ladder();
  await Promise.allSettled(addresses.map(({ address }) => ask(address)));
}

export function statusOf(
  { driver, tally, clock, knowledge }: LaneParts,
  rest: {
    readonly unsent: number;
    readonly unsentSince: Instant | null;
    readonly isRevoked: boolean;
  },
): LaneStatus {
  const ladder = driver.ladder();
  return {
    rung: ladder.rung,
    mode: modeOf(ladder),
    modeHere: ladder.modes.supervisor.mode,
    tally: tally.counts(),
    addresses: ladder.addresses.map(({ address, tier, breaker, isOurs }) => ({
      ...{ address, tier, isOurs },
      isAnswering: isOurs && !breaker.isOpen,
    })),
    skewMs: clock.skewMs(),
    listAsOf: knowledge.listAsOf(),
    ...rest,
  };
}
