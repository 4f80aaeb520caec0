import { type Command, Option } from 'commander';
import { at } from '#cli/client.ts';
import { idArgument, runs, serverCommand } from '#cli/command.ts';
import { byteText } from '#cli/output.ts';
import { save } from '#cli/save.ts';

type Options = { readonly event: string; readonly as: string; readonly out: string };

export function paperCommand(): Command {
  const command = serverCommand('paper', {
    summary: 'Print one ticket: A4, a slip of 80 mm, or its code alone.',
    example:
      'kaimen tickets paper --event derby-2026-11-29 RV-000001 --as pdf --out ticket.pdf --data data\n' +
      'kaimen tickets paper --event derby-2026-11-29 RV-000001 --as escpos --out /dev/usb/lp0 --data data',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .argument('<ref>', 'ticket_ref')
    .addOption(
      new Option('--as <form>', 'what to make of it')
        .choices(['pdf', 'slip-pdf', 'escpos', 'svg', 'png'])
        .makeOptionMandatory(true),
    )
    .requiredOption('--out <file>', 'where to write it; may be a printer');
  return runs<Options>(command, async ({ args: [ref = ''], options, out, client }) => {
    const call = {
      path: at`/events/${options.event}/tickets/${ref}/paper`,
      query: { as: options.as },
    };
    const { file, bytes } = await save(client(), call, options.out);
    out.result({ file, bytes }, `${file}: ${byteText(bytes)}`);
  });
}
