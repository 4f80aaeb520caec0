import { type Command, InvalidArgumentError } from 'commander';
import { anyAnswer } from '#cli/answers.ts';
import { at } from '#cli/client.ts';
import { idArgument, numberArgument, runs, serverCommand } from '#cli/command.ts';
import { scopeArgument, scopeHelp } from './scope.ts';

const LIMIT_MAX = 1_000_000;

type Options = { readonly event: string; readonly reason: string; readonly second?: string };

export function limitCommand(): Command {
  const command = serverCommand('limit', {
    summary: 'Set how many people may be in a place. Raising or lifting it takes two persons.',
    example:
      'kaimen limit --event derby-2026-11-29 stand/north 9800 --reason "barrier broken" --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .argument('<scope>', scopeHelp, scopeArgument)
    .argument('<n>', 'how many people, or none to lift the limit', limitArgument)
    .requiredOption('--reason <text>', 'why, for the audit and the next shift')
    .option('--second <token>', 'token of the second person (or KAIMEN_SECOND_TOKEN)');
  return runs<Options>(command, async ({ args: [scope = '', n = ''], options, out, client }) => {
    // The environment is the better place for it: arguments show in the list of processes.
    const { KAIMEN_SECOND_TOKEN: fromEnvironment } = process.env;
    const answer = await client().ask(anyAnswer, {
      method: 'PUT',
      path: at`/events/${options.event}/limits`,
      body: {
        scope,
        limit: n === 'none' ? null : Number(n),
        reason: options.reason,
        secondPerson: options.second ?? fromEnvironment,
      },
    });
    out.result(answer, n === 'none' ? `${scope} has no limit now` : `${scope} is limited to ${n}`);
  });
}

function limitArgument(text: string): string {
  if (text === 'none') return text;
  try {
    return String(numberArgument(0, LIMIT_MAX)(text));
  } catch {
    throw new InvalidArgumentError(`write a whole number up to ${LIMIT_MAX}, or none`);
  }
}
