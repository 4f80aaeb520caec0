// `kaimen ground readers`: who is told of the risks of an entry.
import type { Command } from 'commander';
import { at } from '#cli/client.ts';
import { idArgument, runs, serverCommand } from '#cli/command.ts';
import { CommandFailure, EXIT_USAGE } from '#cli/failure.ts';
import { riskReaders } from '#protocol/entry-plan.ts';

type Options = { readonly ground: string; readonly none?: boolean };

export function readersCommand(): Command {
  const command = serverCommand('readers', {
    summary: 'Who is written to a day before doors, with what would go wrong at the gates.',
    example:
      'kaimen ground readers --ground riverside --data data\n' +
      'kaimen ground readers safety@club.example=zh-CN ops@club.example=en --ground riverside --data data',
  })
    .argument('[addresses...]', 'all of them, each with its language; none: shows who is set')
    .requiredOption('--ground <id>', 'the ground', idArgument)
    .option('--none', 'nobody from now on');
  return runs<Options>(command, async ({ args, options, out, client }) => {
    const path = at`/grounds/${options.ground}/risk-readers`;
    const isSetting = args.length > 0 || options.none === true;
    const shown = isSetting
      ? await client().ask(riskReaders, {
          ...{ method: 'PUT', path },
          body: { readers: options.none === true ? [] : args.map(readerOf) },
        })
      : await client().ask(riskReaders, { path });
    const lines = shown.readers.map(({ address, language }) => `${address} (${language})`);
    out.result(shown, lines.length === 0 ? ['nobody is told'] : lines);
  });
}

function readerOf(argument: string): { address: string; language: string } {
  const [address = '', language = 'zh-CN', ...rest] = argument.split('=');
  if (rest.length > 0 || (language !== 'zh-CN' && language !== 'en')) {
    throw new CommandFailure(
      `${argument}: write an address and its language, such as ops@club.example=en or =zh-CN`,
      { exitCode: EXIT_USAGE },
    );
  }
  return { address, language };
}
