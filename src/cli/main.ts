// Wires the commands together; each has a file of its own.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { accountCommand } from './account.ts';
import { auditCommand } from './audit.ts';
import { backupCommand } from './backup.ts';
import { caCommand } from './ca/command.ts';
import { callsCommand } from './calls.ts';
import { cellCommand } from './cell.ts';
import { divertCommand } from './controls/divert.ts';
import { holdCommand } from './controls/hold.ts';
import { limitCommand } from './controls/limit.ts';
import { controlsCommand } from './controls/show.ts';
import { windowCommand } from './controls/window.ts';
import { decodeCommand } from './decode/command.ts';
import { deviceCommand } from './device.ts';
import { doctorCommand } from './doctor/command.ts';
import { drillPrograms } from './drill-programs.ts';
import { edgeCommand } from './edge.ts';
import { eventCommand } from './event.ts';
import {
  CommandFailure,
  EXIT_FAILED,
  EXIT_OK,
  EXIT_USAGE,
  failureDocument,
  failureOf,
  failureText,
} from './failure.ts';
import { groundCommand } from './ground/command.ts';
import { laneCommand } from './lane/command.ts';
import { messageCommand } from './message.ts';
import type { Sink } from './output.ts';
import { paperCommand } from './paper.ts';
import { paymentsCommand } from './payments/command.ts';
import { personCommand } from './person.ts';
import { practiceCommand } from './practice.ts';
import { reconcileCommand } from './reconcile.ts';
import { regionCommand } from './region/command.ts';
import { releaseCommand } from './release/command.ts';
import { freezeCommand } from './release/freeze.ts';
import { replayCommand } from './replay.ts';
import { restoreCommand } from './restore.ts';
import { scansCommand } from './scans.ts';
import { serveCommand } from './serve.ts';
import { shadowCommand } from './shadow.ts';
import { storeCommand } from './store.ts';
import { ticketsCommand } from './tickets/command.ts';
import { tokenCommand } from './token.ts';

const EXAMPLES = `
Start here:
  $ kaimen serve --data data
  $ kaimen event import event.json --data data
  $ kaimen tickets import tickets.csv --event derby-2026-11-29 --data data

Exit codes: 0 done, 1 refused or failed, 2 not understood.`;

/** @returns the exit code: 0 done, 1 refused or failed, 2 not understood */
export async function main(
  args: readonly string[],
  { stdout, stderr }: { stdout: Sink; stderr: Sink } = process,
): Promise<number> {
  const isJson = args.includes('--json');
  let usage = '';
  const program = buildProgram((text) => {
    usage += text;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT_OK);
  } catch (error) {
    const failure = error instanceof CommanderError ? usageFailure(error, usage) : failureOf(error);
    if (failure === null) return reportBug(error, stderr);
    if (failure.exitCode === EXIT_OK) return EXIT_OK;
    stderr.write(failureText(failure));
    if (isJson) stdout.write(`${JSON.stringify(failureDocument(failure), null, 2)}\n`);
    return failure.exitCode;
  }
}

function buildProgram(onUsage: (text: string) => void): Command {
  const program = new Command('kaimen')
    .version(ownVersion(), '-V, --version')
    .description('Ticketing and venue entry: imports the match, serves the gates, keeps the count.')
    .addHelpText('after', EXAMPLES);
  for (const command of allCommands()) program.addCommand(command);
  prepare(program, onUsage);
  return program;
}

/** In the order of --help: bring up, bring in, enrol, run the night, look after. */
export function allCommands(): Command[] {
  return [
    serveCommand(),
    eventCommand(),
    groundCommand(),
    ticketsCommand(),
    deviceCommand(),
    personCommand(),
    accountCommand(),
    practiceCommand(),
    laneCommand(),
    tokenCommand(),
    edgeCommand(),
    cellCommand(),
    caCommand(),
    controlsCommand(),
    holdCommand(),
    divertCommand(),
    limitCommand(),
    windowCommand(),
    messageCommand(),
    callsCommand(),
    paperCommand(),
    paymentsCommand(),
    shadowCommand(),
    scansCommand(),
    replayCommand(),
    releaseCommand(),
    freezeCommand(),
    auditCommand(),
    backupCommand(),
    restoreCommand(),
    storeCommand(),
    reconcileCommand(),
    doctorCommand(),
    regionCommand(),
    decodeCommand(),
    ...drillPrograms(),
  ];
}

function ownVersion(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version }: { version: string } = JSON.parse(file);
  return version;
}

/** Commander ends the process by itself unless every command is told otherwise. */
function prepare(command: Command, onUsage: (text: string) => void): void {
  command.exitOverride().configureOutput({ writeErr: onUsage });
  for (const child of command.commands) prepare(child, onUsage);
}

function usageFailure(error: CommanderError, usage: string): CommandFailure {
  if (error.exitCode === EXIT_OK) return new CommandFailure('', { exitCode: EXIT_OK });
  // `kaimen tickets` alone: commander has written the help of that word.
  const isIncomplete = error.code === 'commander.help';
  return new CommandFailure(
    isIncomplete ? `say what to do\n\n${usage.trimEnd()}` : error.message.replace(/^error: /, ''),
    {
      code: 'usage',
      exitCode: EXIT_USAGE,
      ...(isIncomplete ? {} : { mend: 'add --help to see how it is written' }),
    },
  );
}

/** No stack trace for people at a gate; whoever hunts the bug asks for it. */
function reportBug(error: unknown, stderr: Sink): number {
  const { KAIMEN_DEBUG: wanted } = process.env;
  const text =
    error instanceof Error ? ((wanted === undefined ? null : error.stack) ?? error.message) : error;
  stderr.write(
    `kaimen: this is a bug in kaimen: ${String(text)}\n  → report it; KAIMEN_DEBUG=1 shows where it happened\n`,
  );
  return EXIT_FAILED;
}
