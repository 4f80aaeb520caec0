// Runs one plan to its end: the evening with its troubles, then healing, then rest, then the last look.
import { Acts } from './acts.ts';
import { lookAtTheEnd } from './final-look.ts';
import { Broken, type Invariant } from './invariants.ts';
import { type Plan, planFor } from './plan.ts';
import { type Fault, World } from './world.ts';

export type Result = {
  readonly seed: number;
  /** Null: every rule held at every step. */
  readonly broken: {
    readonly invariant: Invariant;
    readonly what: string;
    readonly atMs: number;
  } | null;
  readonly counts: ReadonlyMap<string, number>;
  readonly steps: number;
};

export type SimulateOptions = {
  readonly faults?: readonly Fault[];
  readonly trace?: (line: string) => void;
};

const REST_MS = 45_000;
const RECONCILE_EVERY_MS = 3_000;

export function simulateSeed(seed: number, options: SimulateOptions = {}): Result {
  return simulate(planFor(seed), options);
}

export function simulate(plan: Plan, { faults = [], trace }: SimulateOptions = {}): Result {
  const world = new World(plan, new Set(faults), trace ?? null);
  const acts = new Acts(world);
  let steps = 0;
  const run = (until: number) => {
    while (world.schedule.step(until)) steps += 1;
  };
  try {
    world.start();
    for (const act of plan.acts) world.schedule.after(act.atMs, () => acts.perform(act));
    reconcileWhenHeardOut(world);
    run(plan.setting.endsMs);
    heal(world);
    run(plan.setting.endsMs + REST_MS);
    lookAtTheEnd(world);
    return { seed: plan.seed, broken: null, counts: world.counts, steps };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    const { invariant, message: what } = error;
    world.tell('!', what);
    const broken = { invariant, what, atMs: world.schedule.now };
    return { seed: plan.seed, broken, counts: world.counts, steps };
  }
}

/** People end a rebuild once every lane has been heard out, and the store has what its followers have. */
function reconcileWhenHeardOut(world: World): void {
  const look = () => {
    for (const node of new Set(world.nodes())) {
      const { disk } = node;
      if (!node.isUp || disk.state !== 'rebuilding') continue;
      const isHeardOut = world.lanes.every(({ device }) => disk.heardOut.has(device));
      const hub = world.hubs[0]?.disk;
      const lags =
        hub !== undefined && hub.logEpoch === disk.logEpoch && hub.revision > disk.revision;
      if (!isHeardOut || lags) continue;
      node.replay();
      disk.beginEpoch(world.newName('e'), 'rebuilt');
      disk.listEpoch = world.newName('l');
      world.observer.settled();
      world.count('reconciled');
      world.tell(node.name, 'is reconciled');
    }
    world.schedule.after(RECONCILE_EVERY_MS, look);
  };
  world.schedule.after(RECONCILE_EVERY_MS, look);
}

function heal(world: World): void {
  world.tell('·', 'everything is healed');
  world.network.heal();
  for (const process of [...world.nodes(), ...world.lanes]) {
    process.trap = null;
    if (!process.isUp && !world.lost.has(process.name)) process.start();
  }
}
