import { type Command, Option } from 'commander';
import { at, type Call } from './client.ts';
import { groupCommand, idArgument, runs, serverCommand } from './command.ts';
import { byteText } from './output.ts';
import { save } from './save.ts';

export function paperCommand(): Command {
  return groupCommand('paper', 'What a gate needs when nothing else works: lists and boards.', [
    fallback(),
    board(),
  ]);
}

function fallback(): Command {
  const command = serverCommand('fallback', {
    summary: 'Print the list of a gate, to admit by when no lane answers.',
    example: 'kaimen paper fallback --event derby-2026-11-29 --gate N3 --out n3.pdf --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .requiredOption('--gate <id>', 'for whom', idArgument)
    .requiredOption('--out <file>', 'where to write the PDF');
  type Options = { readonly event: string; readonly gate: string };
  return prints<Options>(command, ({ event, gate }) => ({
    path: at`/events/${event}/gates/${gate}/fallback-list`,
  }));
}

function board(): Command {
  const command = serverCommand('board', {
    summary: 'Print a board that sends people from a closed gate to an open one.',
    example:
      'kaimen paper board --event derby-2026-11-29 --closed N2 --use N3 --direction left --out n2.pdf --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .requiredOption('--closed <gate>', 'where the board will hang', idArgument)
    .requiredOption('--use <gate>', 'where people shall go', idArgument)
    .addOption(
      new Option('--direction <way>', 'where the arrow points')
        .choices(['left', 'right', 'none'])
        .default('none'),
    )
    .requiredOption('--out <file>', 'where to write the PDF');
  type Options = {
    readonly event: string;
    readonly closed: string;
    readonly use: string;
    readonly direction: string;
  };
  return prints<Options>(command, ({ event, closed, use, direction }) => ({
    path: at`/events/${event}/board`,
    query: { closed, use, direction },
  }));
}

function prints<Options>(command: Command, callOf: (options: Options) => Call): Command {
  type Printed = Options & { readonly out: string };
  return runs<Printed>(command, async ({ options, out, client }) => {
    const { file, bytes } = await save(client(), callOf(options), options.out);
    out.result({ file, bytes }, `${file}: ${byteText(bytes)}`);
  });
}
