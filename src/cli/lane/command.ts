// `kaimen lane`: reads its arguments, connects stdin, stdout and signals, and lets the lane run.
import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { userLanguage } from '#cli/language.ts';
import { ID_PATTERN } from '#domain/kernel/ids.ts';
import { LANGUAGES, type Language } from '#lane/words.ts';
import { codeLines, serialCodes } from './code-lines.ts';
import { type LaneIo, type LaneSettings, runLane } from './lane.ts';
import { runReleases } from './launcher.ts';
import { followOrders } from './release-orders.ts';
import { FileTaken } from './sqlite.ts';
import { createTurnstile } from './turnstile.ts';

type Options = {
  readonly url: readonly string[];
  readonly token?: string;
  readonly journal?: string;
  readonly data?: string;
  readonly direction: 'in' | 'out';
  readonly lane?: string;
  readonly operator?: string;
  readonly serial?: string;
  readonly baud: number;
  readonly open?: string;
  readonly turned?: true;
  readonly turnTimeout: number;
  readonly shadow?: true;
  readonly deadline: number;
  readonly drain: number;
  readonly lang: Language;
  readonly releases?: string;
  readonly release?: string;
  readonly json?: true;
};

const DEFAULT_URL = 'http://127.0.0.1:8080';

const MORE_HELP = `
Codes come one a line from a keyboard wedge or a pipe on stdin, or from --serial. Each gets one
verdict on stdout; everything else is told on stderr.

Was the last code referred (check ID, age, companion), “:confirm” in place of a code lets its holder in.

Boxes in the ground and the hub say themselves which they are: the boxes are asked first, a second one
after 150 ms, the hub from 800 ms on. When nobody answers in time the lane decides from its list.

What --open takes:
  CMD               run by the shell; with --turned exit code 0 means turned, 3 not turned
  http(s)://…       POST {scanId, verdict, direction}; with --turned it answers {"turned": true}
  serial:/dev/…     writes “open”; with --turned it reads “turned” or “not-turned”

Example:
  $ kaimen device enrol --event derby-2026-11-29 --gate N1 --lane N1-1 --data data
  $ kaimen lane --token TOKEN --lang en --url https://box-1.ground.example --url https://hub.example`;

export function laneCommand(): Command {
  return new Command('lane')
    .description('A gate lane: codes in, verdicts out, also while the server is away.')
    .addOption(
      new Option('--url <url>', 'box or hub; several: give it again, or separate them by commas')
        .env('KAIMEN_URL')
        .default([DEFAULT_URL], DEFAULT_URL)
        .argParser(urlsCollector()),
    )
    .addOption(new Option('--token <token>', 'of the enrolled device').env('KAIMEN_TOKEN'))
    .option('--journal <file>', 'this lane’s memory (default: one for each device under --data)')
    .option('--data <dir>', 'where journals are kept (default: ~/.local/share/kaimen)')
    .addOption(
      new Option('--direction <direction>', 'which way people pass')
        .choices(['in', 'out'])
        .default('in'),
    )
    .option('--lane <id>', 'lane, if not the one enrolled', idArgument)
    .option('--operator <id>', 'who stands at the lane', idArgument)
    .option('--serial <device>', 'read codes from a serial line instead of stdin')
    .option('--baud <rate>', 'of serial lines', wholeArgument(50, 4_000_000), 9600)
    .option('--open <target>', 'what opens the turnstile: a command, http(s)://… or serial:/dev/…')
    .option('--turned', 'the turnstile says whether it turned; if not, the scan is taken back')
    .option('--turn-timeout <ms>', 'wait for that', wholeArgument(1, 600_000), 8_000)
    .option('--shadow', 'decide and record, open nothing')
    .option('--deadline <ms>', 'from code to verdict', wholeArgument(100, 60_000), 1_200)
    .option(
      '--drain <ms>',
      'wait for uploads after the last code',
      wholeArgument(0, 600_000),
      10_000,
    )
    .addOption(
      new Option('--lang <language>', 'of verdicts').choices(LANGUAGES).default(userLanguage()),
    )
    .option('--releases <dir>', 'run the release that the server names for this gate, from DIR')
    .option('--release <id>', 'with --releases: which one until the server names another')
    .option('--json', 'one JSON document a line on stdout')
    .addHelpText('after', MORE_HELP)
    .action(async (options: Options, command: Command) => {
      if (options.token === undefined || options.token === '') {
        command.error(
          'error: set KAIMEN_TOKEN or --token to the token that “kaimen device enrol” gave',
        );
      }
      process.exitCode =
        options.releases === undefined
          ? await runWithTerminal(settingsOf(options, options.token), options)
          : await runFromReleases(options, command);
    });
}

/** The lane of some release runs in a process of its own, with these very options. */
async function runFromReleases(options: Options, command: Command): Promise<number> {
  const { releases: dir = '', release: fallback, token = '', url: urls } = options;
  if (fallback === undefined) {
    command.error('error: --releases needs --release ID, for when the server has named none');
  }
  const stop = new AbortController();
  const end = () => stop.abort();
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', end);
  const io = terminal(options, stop.signal);
  try {
    const orders = followOrders({ urls, token }, stop.signal, io.tell);
    return await runReleases({ dir, fallback, args: argsForLane(process.argv) }, orders, {
      codes: io.codes(stop.signal, io.tell),
      show: (line) => void io.show(`${line}\n`),
      tell: io.tell,
      stop: stop.signal,
    });
  } finally {
    end();
    process.stdin.destroy();
  }
}

/** What was written after `kaimen lane`, without what is the launcher’s. */
export function argsForLane(argv: readonly string[]): string[] {
  const args = argv.slice(argv.indexOf('lane') + 1);
  const own = ['--releases', '--release'];
  return args.filter(
    (arg, index) =>
      !own.includes(arg) &&
      !own.includes(args[index - 1] ?? '') &&
      !own.some((name) => arg.startsWith(`${name}=`)),
  );
}

async function runWithTerminal(settings: LaneSettings, options: Options): Promise<number> {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', end);
  // Whoever read the verdicts is gone: nobody can be shown anything any more.
  process.stdout.on('error', end);
  try {
    return await runLane(settings, terminal(options, stop.signal));
  } catch (error) {
    if (!(error instanceof FileTaken)) throw error;
    process.stderr.write(`kaimen: ${error.message}\n  → stop that lane, or give --journal FILE\n`);
    return 1;
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end).off('SIGHUP', end);
    // A terminal that is still being read would keep the process.
    process.stdin.destroy();
  }
}

export function terminal(
  options: { readonly serial?: string; readonly baud: number },
  stop: AbortSignal,
): LaneIo {
  return {
    stop,
    codes: (reading, tell) =>
      options.serial === undefined
        ? codeLines(process.stdin, reading)
        : serialCodes(options.serial, options.baud, reading, tell),
    show: (text) =>
      new Promise((resolve) => {
        process.stdout.write(text, () => resolve());
      }),
    tell: (words) => {
      process.stderr.write(`${words}\n`);
    },
  };
}

function settingsOf(options: Options, token: string): LaneSettings {
  const isOpening = options.open !== undefined && options.shadow !== true;
  const tell = (words: string) => process.stderr.write(`${words}\n`);
  return {
    urls: options.url,
    token,
    journalFile: options.journal ?? defaultJournal(options.data, token),
    language: options.lang,
    isJson: options.json === true,
    isColoured: hasColour(),
    direction: options.direction,
    lane: options.lane ?? null,
    operator: options.operator ?? null,
    deadlineMs: options.deadline,
    drainMs: options.drain,
    isTurnHeard: options.turned === true,
    turnstile:
      !isOpening || options.open === undefined
        ? null
        : createTurnstile(options.open, {
            baud: options.baud,
            isHeard: options.turned === true,
            timeoutMs: options.turnTimeout,
            tell,
          }),
  };
}

/** Named by the token, not by the device's id: that is known even when nobody answers. */
function defaultJournal(data: string | undefined, token: string): string {
  const dir = data ?? path.join(os.homedir(), '.local', 'share', 'kaimen');
  const device = createHash('sha256').update(token).digest('hex').slice(0, 12);
  return path.join(dir, `lane-${device}.sqlite`);
}

/** @see https://no-color.org */
function hasColour(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return process.stdout.isTTY || (FORCE_COLOR !== undefined && FORCE_COLOR !== '0');
}

/** What is given replaces the default, and each further address is added. */
function urlsCollector(): (text: string) => string[] {
  const given: string[] = [];
  return (text) => {
    given.push(...urlsArgument(text));
    return [...given];
  };
}

function urlsArgument(text: string): string[] {
  const urls = text.split(',').map((url) => url.trim());
  for (const url of urls) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new InvalidArgumentError(`“${url}” is no http(s) address`);
    }
  }
  return urls;
}

function idArgument(text: string): string {
  if (ID_PATTERN.test(text)) return text;
  throw new InvalidArgumentError('use 1–64 letters, digits, “.”, “_” or “-”');
}

function wholeArgument(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`write a whole number from ${min} to ${max}`);
  };
}
