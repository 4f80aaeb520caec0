// What may be written after `kaimen drill`.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Plan } from '#drill/catalogue/plan.ts';
import { readSchedule } from '#drill/catalogue/schedule.ts';
import { stormPlan } from '#drill/catalogue/storm.ts';
import { readShape } from './arrival-shape.ts';
import { canDoElsewhere } from './elsewhere.ts';

export const USAGE = `kaimen drill [--storm] [--seed N]     a random storm; the same seed, the same storm
kaimen drill --schedule FILE.json     what the file says, when it says so
kaimen drill --list                   the catalogue of what can be broken
kaimen drill sign FOLDER --name NAME --role ROLE [--no-go]
                                      puts a name under a report
kaimen drill kill | faults | demo     smaller drills, each with a purpose of its own

  --seconds N        for how long people come (default 45)
  --lanes N          2 to 64 (default 8)
  --load N           times as many people as a match brings each lane, 0.1 to 20 (default 12)
  --arrivals FILE    when people came: scans as JSON or CSV, such as of the last match
  --plan             print what would be done, and do nothing
  --out DIR          where reports are kept, to be compared with each other (default drills)
  --network KIND     namespaces, wires, or auto: namespaces where this process may (default auto)
  --build DIR        rehearse the server of another checkout
  --url URL          against your staging system instead of this machine; token in KAIMEN_TOKEN
  --box URL          a box of that system; again for each
  --ca FILE          certificates to trust there, PEM
  --json             one JSON document on stdout

Exit codes: 0 go, 1 no go, 2 not rehearsed: not understood, refused, or stopped.
`;

export type Options = {
  readonly plan: Plan;
  readonly shape: readonly number[] | null;
  readonly isPlanOnly: boolean;
  readonly outDir: string;
  readonly network: 'auto' | 'namespaces' | 'wires';
  /** `main.ts` of another server. */
  readonly program: string | undefined;
  readonly url: string | null;
  readonly boxes: readonly string[];
  readonly ca: string | undefined;
  /** Of that system. */
  readonly token: string;
  readonly isJson: boolean;
};

export class UsageError extends Error {
  override name = 'UsageError';
}

const SEED_MAX = 1_000_000_000;

/** @throws UsageError, ScheduleError */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  const seed = wholeOf('--seed', values.seed ?? String(Date.now() % 1_000_000), 0, SEED_MAX);
  const lanes = wholeOf('--lanes', values.lanes, 2, 64);
  const load = numberOf('--load', values.load, 0.1, 20);
  const seconds = numberOf('--seconds', values.seconds, 10, 4 * 3_600);
  if (values.schedule !== undefined && values.storm) {
    throw new UsageError('--storm draws what --schedule says: give one of the two');
  }
  const { network } = values;
  if (network !== 'auto' && network !== 'namespaces' && network !== 'wires') {
    throw new UsageError(`--network ${network}: auto, namespaces or wires`);
  }
  const url = values.url === undefined ? null : urlOf('--url', values.url);
  const { box: boxes } = values;
  if (url === null && boxes.length > 0) throw new UsageError('--box belongs to --url');
  if (boxes.length > 2)
    throw new UsageError('--box: two boxes are the most that a rehearsal plays');
  const token = process.env['KAIMEN_TOKEN'] ?? '';
  if (url !== null && token === '') {
    throw new UsageError('--url needs a token of that system in KAIMEN_TOKEN: of the role admin');
  }
  const canDo = url === null ? undefined : canDoElsewhere(boxes.length);
  return {
    plan:
      values.schedule === undefined
        ? stormPlan(seed, { seconds, lanes, load, ...(canDo === undefined ? {} : { canDo }) })
        : readSchedule(fileOf(values.schedule), { seed, lanes, load }),
    shape: values.arrivals === undefined ? null : readShape(fileOf(values.arrivals)),
    isPlanOnly: values.plan,
    outDir: values.out,
    network,
    program: values.build && path.resolve(values.build, 'src/server/main.ts'),
    url,
    boxes: boxes.map((box) => urlOf('--box', box)),
    ca: values.ca && fileOf(values.ca),
    token,
    isJson: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        storm: { type: 'boolean', default: false },
        seed: { type: 'string' },
        schedule: { type: 'string' },
        seconds: { type: 'string', default: '45' },
        lanes: { type: 'string', default: '8' },
        load: { type: 'string', default: '12' },
        arrivals: { type: 'string' },
        plan: { type: 'boolean', default: false },
        out: { type: 'string', default: 'drills' },
        network: { type: 'string', default: 'auto' },
        build: { type: 'string' },
        url: { type: 'string' },
        box: { type: 'string', multiple: true, default: [] },
        ca: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function fileOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function urlOf(name: string, text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text).origin;
  throw new UsageError(`${name} ${text}: write an address such as https://staging.example`);
}

function wholeOf(name: string, text: string, min: number, max: number): number {
  const value = numberOf(name, text, min, max);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`${name} ${text}: write a whole number`);
}

function numberOf(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new UsageError(`${name} ${text}: write a number from ${min} to ${max}`);
}
