import type { Command } from 'commander';
import { groupCommand, localCommand, numberArgument, runs, serverCommand } from '#cli/command.ts';
import { CommandFailure, EXIT_USAGE } from '#cli/failure.ts';
import { table } from '#cli/output.ts';
import { runProgram } from '#cli/run-program.ts';
import { type FreezeView, freezeView } from '#protocol/freeze.ts';

const HOURS_MAX = 720;
const MINUTES_MAX = 24 * 60;

export function freezeCommand(): Command {
  return groupCommand('freeze', 'The time around a match in which nothing may change.', [
    show(),
    hours(),
    override(),
    overrideHere(),
  ]);
}

function show(): Command {
  const command = serverCommand('show', {
    summary: 'Whether a match freezes this system now, and what ran on it.',
    example: 'kaimen freeze show --data data',
  });
  return runs(command, async ({ out, client }) => {
    const view = await client().ask(freezeView, { path: '/freeze' });
    out.result(view, wordsOf(view));
  });
}

function hours(): Command {
  const command = serverCommand('hours', {
    summary: 'How many hours before doors nothing changes any more (at first 72).',
    example: 'kaimen freeze hours 48 --reason "two matches a week" --data data',
  })
    .argument('<n>', 'hours before doors', numberArgument(0, HOURS_MAX))
    .requiredOption('--reason <text>', 'why, for the audit');
  return runs<{ readonly reason: string }>(
    command,
    async ({ args: [hoursBefore], options, out, client }) => {
      const { KAIMEN_SECOND_TOKEN: secondPerson } = process.env;
      const view = await client().ask(freezeView, {
        method: 'PUT',
        path: '/freeze',
        body: { hoursBefore: Number(hoursBefore), reason: options.reason, secondPerson },
      });
      out.result(view, wordsOf(view));
    },
  );
}

function override(): Command {
  const command = serverCommand('override', {
    summary:
      'Two people let something change for a while; the second token is in KAIMEN_SECOND_TOKEN.',
    example: 'kaimen freeze override --reason "the fix for the north gates" --data data',
  })
    .requiredOption('--reason <text>', 'why, for the audit')
    .option('--minutes <n>', 'for how long (120 if left out)', numberArgument(1, MINUTES_MAX));
  type Options = { readonly reason: string; readonly minutes?: number };
  return runs<Options>(command, async ({ options: { reason, minutes }, out, client }) => {
    const view = await client().ask(freezeView, {
      method: 'POST',
      path: '/freeze/override',
      body: { reason, minutes, secondPerson: secondToken() },
    });
    out.result(view, wordsOf(view));
  });
}

function overrideHere(): Command {
  const command = localCommand('override-here', {
    summary:
      'The same on the server’s machine, when none starts; both tokens are in the environment.',
    example: 'kaimen freeze override-here --reason "the old one is broken" --data data',
  })
    .requiredOption('--data <dir>', 'the server’s data directory')
    .requiredOption('--reason <text>', 'why, for the audit');
  type Options = { readonly data: string; readonly reason: string; readonly json?: true };
  return runs<Options>(command, async ({ options }) => {
    secondToken();
    return await runProgram('src/server/main.ts', [
      'override',
      options.reason,
      '--data',
      options.data,
      ...(options.json === true ? ['--json'] : []),
    ]);
  });
}

/** Never on the command line, where everybody on the machine could read it. */
function secondToken(): string {
  const { KAIMEN_SECOND_TOKEN: token = '' } = process.env;
  if (token.trim() !== '') return token.trim();
  throw new CommandFailure('it takes two people', {
    code: 'no-token',
    mend: 'set KAIMEN_SECOND_TOKEN to the token of another person who may override a freeze',
    exitCode: EXIT_USAGE,
  });
}

function wordsOf({ hoursBefore, event, from, until, override, releases }: FreezeView): string[] {
  const frozen =
    event === null
      ? 'nothing is frozen now'
      : `${event} freezes this system${from === null ? '' : ` since ${from}`}, until it is closed or ${until}`;
  return [
    `${frozen}; ${hoursBefore} hours before doors nothing changes any more`,
    ...(override === null
      ? []
      : [`overridden by ${override.by.join(' and ')} until ${override.until}: ${override.reason}`]),
    ...table(
      ['release', 'first', 'last'],
      releases.map((each) => [each.release, each.firstAt, each.lastAt]),
    ),
  ];
}
