// The schedule file of a rehearsal: read strictly, each mistake named by field and mend.
import { z } from 'zod';
import { FAULT_NAMES, type FaultName, faultNamed, targetsOf } from './faults.ts';
import type { Injection, Plan } from './plan.ts';

const SECONDS_MAX = 4 * 3_600;
const LANES_MAX = 64;
const command = z.array(z.string().min(1)).min(1).max(50);

const injection = z.strictObject({
  at: z.number().min(0).max(SECONDS_MAX),
  fault: z.enum(FAULT_NAMES as [FaultName, ...FaultName[]]),
  target: z.string().max(64).optional(),
  lasts: z.number().min(0).max(SECONDS_MAX).optional(),
  amount: z.number().optional(),
  strike: command.optional(),
  mend: command.optional(),
});

const schedule = z.strictObject({
  name: z.string().min(1).max(100),
  seed: z.int().min(0).max(1e9).optional(),
  seconds: z.number().min(5).max(SECONDS_MAX),
  lanes: z.int().min(2).max(LANES_MAX).optional(),
  load: z.number().min(0.1).max(20).optional(),
  injections: z.array(injection).max(1_000),
});

export type Defaults = { readonly seed: number; readonly lanes: number; readonly load: number };

/** Every mistake of the file, one a line: where, and what to write instead. */
export class ScheduleError extends Error {
  override name = 'ScheduleError';
}

/** @throws ScheduleError */
export function readSchedule(text: string, defaults: Defaults): Plan {
  const read = schedule.safeParse(parseJson(text));
  if (!read.success) {
    const lines = read.error.issues.map(({ path, message }) => `${fieldOf(path)}: ${message}`);
    throw new ScheduleError(lines.join('\n'));
  }
  const { name, seconds, injections } = read.data;
  const { seed = defaults.seed, lanes = defaults.lanes, load = defaults.load } = read.data;
  const mistakes: string[] = [];
  const plan = injections.map((given, index): Injection => {
    mistakes.push(
      ...mistakesOf(given, { lanes, seconds }).map((it) => `injections[${index}].${it}`),
    );
    const { at, fault, target = '', strike, mend } = given;
    const { lasts } = faultNamed(fault);
    return {
      at,
      fault,
      target,
      lasts: given.lasts ?? lasts[0],
      amount: given.amount ?? faultNamed(fault).amount?.from ?? null,
      ...(strike === undefined ? {} : { strike }),
      ...(mend === undefined ? {} : { mend }),
    };
  });
  if (mistakes.length > 0) throw new ScheduleError(mistakes.join('\n'));
  plan.sort((a, b) => a.at - b.at);
  return { name, seed, isStorm: false, seconds, lanes, load, injections: plan };
}

type Given = z.infer<typeof injection>;

function mistakesOf(given: Given, size: { lanes: number; seconds: number }): string[] {
  const { fault, target, at, lasts = faultNamed(fault).lasts[0], amount, strike, mend } = given;
  const found: string[] = [];
  const targets = targetsOf(fault, size.lanes);
  if (targets.length === 0 && target !== undefined) {
    found.push(`target: ${fault} has none; leave it out`);
  }
  if (targets.length > 0 && !targets.includes(target ?? '')) {
    found.push(`target: “${target ?? ''}” is none of ${fault}: write one of ${targets.join(', ')}`);
  }
  if (at + lasts > size.seconds) {
    found.push(
      `lasts: it would end at ${at + lasts} s, after the last person at ${size.seconds} s`,
    );
  }
  if (amount !== undefined && faultNamed(fault).amount === undefined) {
    found.push(`amount: ${fault} has none; leave it out`);
  }
  if (fault === 'command' && strike === undefined) {
    found.push('strike: name the program and its arguments, such as ["ssh", "box-1", "reboot"]');
  }
  if (fault !== 'command' && (strike !== undefined || mend !== undefined)) {
    found.push(`strike, mend: only “command” has them, not ${fault}`);
  }
  return found;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ScheduleError(`not JSON: ${(error as Error).message}`);
  }
}

function fieldOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return text.join('').replace(/^\./, '') || 'the file';
}
