import { type Command, Option } from 'commander';
import { at } from '#cli/client.ts';
import { idArgument, runs, serverCommand } from '#cli/command.ts';
import { needsFile, saveOrPrint } from '#cli/save.ts';

type Options = {
  readonly event: string;
  readonly format: 'csv' | 'json' | 'pdf' | 'svg';
  readonly gate?: string;
  readonly signed?: boolean;
  readonly out?: string;
};

export function exportCommand(): Command {
  const command = serverCommand('export', {
    summary: 'Give out tickets with their codes: rows to send out, or sheets to print.',
    example:
      'kaimen tickets export --event derby-2026-11-29 --format csv --out codes.csv --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .addOption(
      new Option('--format <format>', 'csv and json carry ticket_ref and code')
        .choices(['csv', 'json', 'pdf', 'svg'])
        .makeOptionMandatory(true),
    )
    .option('--gate <id>', 'only tickets that may use this gate', idArgument)
    .option('--signed', 'add the signed code, for partners’ lanes that have no list')
    .option('--out <file>', 'write there instead of stdout');
  return runs<Options>(command, async ({ options, out, client }) => {
    // A JSON export is itself the one document that --json promises.
    if (options.format !== 'json') needsFile(out, options.out);
    const call = {
      path: at`/events/${options.event}/tickets/export`,
      query: { format: options.format, gate: options.gate, signed: options.signed },
    };
    await saveOrPrint(out, client(), call, options.out);
  });
}
