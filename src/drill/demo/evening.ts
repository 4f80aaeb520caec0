// The evening from the seed to the reckoning: sets the stage, plays the hour, holds the books together.
import type { ServerProcess } from '#drill/server-process.ts';
import type { BalanceLine } from './balance/balance.ts';
import { reckon } from './balance/reckon.ts';
import { Hub } from './hub/hub.ts';
import { type Progress, prepare, type Stage, setSlots } from './hub/prepare.ts';
import { Lane } from './play/lane.ts';
import { Ledger } from './play/ledger.ts';
import { MatchClock } from './play/match-clock.ts';
import { Night } from './play/night.ts';
import { type Notice, planPowerCut } from './play/power-cut.ts';
import { DOORS_AT_MIN } from './seed/arrival-curve.ts';
import { Chance } from './seed/chance.ts';
import { EVENT_ID } from './seed/event.ts';
import { type SeedGround, seedGround } from './seed/ground.ts';
import { type SeedTicket, seedTickets } from './seed/tickets.ts';
import { SLOT_FROM_MIN, type Story, seedStory } from './seed/visits.ts';
import type { Screen } from './view/screen.ts';
import { type Snapshot, snapshotOf } from './view/snapshot.ts';

const SEED = 'langang derby';
const LAST_HOUR_FROM_MIN = -60;
/** Before the last hour the clock runs faster: a quarter of the crowd comes early, and in no hurry. */
const EARLY_HASTE = 10;
const SPEED_MAX = 2_000;
const MINUTE_MS = 60_000;
/** Setting the stage takes about this long. */
const PREPARATION_MS = 20_000;
const DIVERSION_MS = 2 * 60 * MINUTE_MS;

export type Evening = {
  readonly balance: readonly BalanceLine[];
  readonly ledger: Ledger;
  /** People who had not been served when the clock ran out. */
  readonly outside: number;
};

export type Seed = {
  readonly ground: SeedGround;
  readonly tickets: readonly SeedTicket[];
  readonly story: Story;
};

/** Shows the night until it is told to stop. */
export type Show = (look: () => Snapshot) => Screen;

/** @returns null when stopped before the end */
export async function playEvening(
  server: ServerProcess,
  seed: Seed,
  options: {
    readonly speed: number;
    readonly progress: Progress;
    readonly show: Show;
    readonly signal: AbortSignal;
  },
): Promise<Evening | null> {
  const { speed, progress, signal } = options;
  using hub = await Hub.open(server.url, server.adminToken);
  const now = Date.now();
  const startsAt = now + PREPARATION_MS + realMsFrom(DOORS_AT_MIN, 0, speed);
  const times = { doorsAt: now - MINUTE_MS, startsAt };
  const stage = await prepare(hub, { ...seed, prepared: seed.story.prepared, times }, progress);
  if (signal.aborted) return null;
  const slotAt = Date.now() + realMsFrom(DOORS_AT_MIN, SLOT_FROM_MIN, speed);
  await setSlots(hub, seed.story.prepared.slotted, new Date(slotAt));

  const ledger = new Ledger();
  const lanes = stage.places.map((place) => new Lane(server.url, place, ledger));
  const night = await playNight(hub, seed, stage, { ...options, ledger, lanes });
  for (const lane of lanes) lane.close();
  if (signal.aborted) return null;
  const balance = await progress('对账 · hold the books together', async () =>
    reckon(hub, {
      ...seed,
      ledger,
      settled: night.settled,
      chance: new Chance(`${SEED}, looked up`),
    }),
  );
  return { balance, ledger, outside: night.waiting };
}

async function playNight(
  hub: Hub,
  { ground, story }: Seed,
  { codes }: Stage,
  deps: {
    readonly speed: number;
    readonly ledger: Ledger;
    readonly lanes: readonly Lane[];
    readonly show: Show;
    readonly signal: AbortSignal;
  },
): Promise<Night> {
  const notices: Notice[] = [];
  const failed = new AbortController();
  const clock = new MatchClock(DOORS_AT_MIN, performance.now(), (min) => speedAt(min, deps.speed));
  const night = new Night({
    ground,
    visits: story.visits,
    lanes: deps.lanes,
    clock,
    chance: new Chance(`${SEED}, played`),
    codeOf: (shown) => codes.codeOf(shown),
  });
  planPowerCut(night, {
    divert: (sections, gates) =>
      hub.divert(EVENT_ID, sections, gates, new Date(Date.now() + DIVERSION_MS)),
    say: (notice) => notices.push(notice),
    onFailure: (error) => failed.abort(error),
  });
  const screen = deps.show(() => snapshotOf(night, deps.ledger, notices));
  try {
    await night.play(AbortSignal.any([deps.signal, failed.signal]));
  } finally {
    screen.stop();
  }
  if (failed.signal.aborted) throw failed.signal.reason;
  return night;
}

export function seedOf(): Seed {
  const ground = seedGround();
  const tickets = seedTickets(ground, new Chance(SEED));
  const story = seedStory(ground, tickets, new Chance(`${SEED}, told`));
  return { ground, tickets, story };
}

function speedAt(min: number, speed: number): number {
  return min < LAST_HOUR_FROM_MIN ? Math.min(speed * EARLY_HASTE, SPEED_MAX) : speed;
}

function realMsFrom(fromMin: number, toMin: number, speed: number): number {
  const early = Math.max(0, Math.min(toMin, LAST_HOUR_FROM_MIN) - fromMin);
  const late = toMin - Math.max(fromMin, LAST_HOUR_FROM_MIN);
  return (early / speedAt(fromMin, speed) + late / speed) * MINUTE_MS;
}
