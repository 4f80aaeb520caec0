// `npm run drill:sim`: many simulated evenings, each from its seed. A rule that breaks is named with its seed;
// `-- --seed N --trace` plays that evening again, in as few acts as still break it, and tells what happened.
import { parseArgs } from 'node:util';
import { planFor } from './plan.ts';
import { shrink } from './shrink.ts';
import { type Result, simulate, simulateSeed } from './simulate.ts';
import { FAULTS, type Fault } from './world.ts';

const SEEDS = 10_000;
const SAY_EVERY = 1_000;
const FAILURES_MAX = 10;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    fault: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
});

const HELP = `npm run drill:sim [-- OPTIONS]
  --seeds N        as many evenings as that (${SEEDS})
  --from N         the first seed (1)
  --seed N         this evening alone; with --trace everything that happens in it, made as short as it breaks
  --fault NAME     break a rule on purpose: ${FAULTS.join(', ')}
`;

process.exitCode = run();

function run(): number {
  const faults = values.fault.filter((name): name is Fault => FAULTS.some((each) => each === name));
  if (values.help || faults.length < values.fault.length) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  return values.seed === undefined ? runMany(faults) : runOne(Number(values.seed), faults);
}

function runMany(faults: readonly Fault[]): number {
  const startedAt = performance.now();
  const first = Number(values.from);
  const seeds = Number(values.seeds ?? SEEDS);
  const counts = new Map<string, number>();
  let failed = 0;
  let steps = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const result = simulateSeed(seed, { faults });
    steps += result.steps;
    for (const [what, count] of result.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    if (result.broken !== null) {
      failed += 1;
      say(result);
      if (failed >= FAILURES_MAX) break;
    }
    if ((seed - first + 1) % SAY_EVERY === 0)
      process.stdout.write(`${seed - first + 1} evenings\n`);
  }
  for (const [what, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    process.stdout.write(`${String(count).padStart(10)}  ${what}\n`);
  }
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  process.stdout.write(
    `${seeds - failed} passed, ${failed} failed · ${steps} steps in ${seconds} s\n`,
  );
  return failed === 0 ? 0 : 1;
}

function runOne(seed: number, faults: readonly Fault[]): number {
  const plan = planFor(seed);
  const result = simulate(plan, { faults });
  say(result);
  if (!values.trace) return result.broken === null ? 0 : 1;
  const told = result.broken === null ? plan : shrink(plan, result, { faults });
  process.stdout.write(
    `${told.acts.length} of ${plan.acts.length} acts · ${JSON.stringify(plan.setting)}\n`,
  );
  simulate(told, { faults, trace: (line) => process.stdout.write(`${line}\n`) });
  return result.broken === null ? 0 : 1;
}

function say({ seed, broken }: Result): void {
  const outcome = broken === null ? 'every rule held' : `${broken.what} (at ${broken.atMs} ms)`;
  process.stdout.write(`seed ${seed}: ${outcome}\n`);
}
