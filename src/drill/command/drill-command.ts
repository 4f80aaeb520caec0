// `kaimen drill`: reads what is wanted, rehearses it, judges, reports. Exit code by verdict.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FAULT_NAMES, faultNamed, isAct } from '#drill/catalogue/faults.ts';
import { injectionLine, type Plan, planMark } from '#drill/catalogue/plan.ts';
import { ScheduleError } from '#drill/catalogue/schedule.ts';
import { judge } from '#drill/judge/judge.ts';
import { outcomeOf } from '#drill/report/figures.ts';
import { PAGE_FILE, writeReport } from '#drill/report/files.ts';
import type { Outcome } from '#drill/report/outcome.ts';
import { RULE_WORDS } from '#drill/report/words.ts';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { runPlan } from './run-plan.ts';

const EXIT = { go: 0, 'no-go': 1, stopped: 2 } as const;
const EXIT_NOT_REHEARSED = 2;

/** @returns the exit code */
export async function drillCommand(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) return say(USAGE, 0);
  if (args.includes('--list')) return say(catalogueText(), 0);
  try {
    const options = readOptions(args);
    if (options.isPlanOnly) return say(planText(options), 0);
    return await rehearseAndReport(options);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ScheduleError) {
      process.stderr.write(`kaimen drill: ${error.message}\n  → kaimen drill --help\n`);
    } else {
      process.stderr.write(`kaimen drill: ${(error as Error).message}\n`);
    }
    return EXIT_NOT_REHEARSED;
  }
}

async function rehearseAndReport(options: Options): Promise<number> {
  const { plan, isJson } = options;
  const log = (line: string) => (isJson ? process.stderr : process.stdout).write(`${line}\n`);
  log(planText(options).trimEnd());
  const stopping = stopOnSignal(log);
  const startedAt = new Date().toISOString();
  const { record, network } = await runPlan({ ...options, stopping, say: log });
  const judgement = judge(record);
  const outcome = outcomeOf({
    plan,
    record,
    judgement,
    startedAt,
    network,
    url: options.url,
    version: ownVersion(),
  });
  const folder = writeReport(
    options.outDir,
    outcome,
    record.seen.map(({ atMs }) => atMs),
  );
  for (const line of summary(outcome)) log(line);
  log(`report: ${path.join(folder, PAGE_FILE)}`);
  if (isJson) process.stdout.write(`${JSON.stringify({ ...outcome, folder })}\n`);
  return EXIT[outcome.verdict];
}

function summary({ findings, figures, all, verdict, stopped }: Outcome): string[] {
  const lines = findings.map(({ rule, checked, breaches }) => {
    const word = breaches.length === 0 ? 'held' : `BROKEN × ${breaches.length}`;
    return `  ${RULE_WORDS[rule].name.en.padEnd(24)} ${word.padEnd(12)} ${checked} checked`;
  });
  const broken = findings.flatMap(({ breaches }) => breaches).slice(0, 20);
  return [
    ...lines,
    ...broken.map((breach) => `  ✗ ${breach}`),
    `  ${figures.scans} scans, ${figures.provisional} let in offline, ${figures.conflicts} conflicts, ` +
      `p99 ${all.p99Ms} ms, longest ${all.longestMs} ms, back after ${figures.recoveredMs ?? '–'} ms`,
    stopped === null ? verdict.toUpperCase() : `STOPPED: ${stopped}`,
  ];
}

function planText({ plan }: { readonly plan: Plan }): string {
  const { name, seconds, lanes, load, injections } = plan;
  const head = `${name}: ${seconds} s, ${lanes} lanes, load ${load}, plan ${planMark(plan)}`;
  return `${[head, ...injections.map(injectionLine)].join('\n')}\n`;
}

function catalogueText(): string {
  const lines = FAULT_NAMES.map((name) => {
    const { means, needs, isForStaging, targets } = faultNamed(name);
    const where = isForStaging ? '' : ' · not with --url';
    const who = typeof targets === 'string' ? targets : targets.join(' ');
    const target = who === 'none' ? '' : `\n${' '.repeat(18)}target: ${who}`;
    const need = needs === undefined ? '' : ` · needs ${needs}`;
    return `${(isAct(name) ? '· ' : '× ') + name.padEnd(16)}${means}${need}${where}${target}`;
  });
  return `${lines.join('\n')}\n`;
}

/** The first signal mends everything and ends in order; a second one means now. */
function stopOnSignal(log: (line: string) => void): AbortController {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(130);
      log('stopping: everything is mended and taken away first');
      stopping.abort(`stopped by ${signal}`);
    });
  }
  return stopping;
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

function ownVersion(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
