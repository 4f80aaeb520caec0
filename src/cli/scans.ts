import type { Command } from 'commander';
import { at } from './client.ts';
import { groupCommand, idArgument, runs, serverCommand } from './command.ts';
import { byteText } from './output.ts';
import { needsFile, PRIVATE_MODE, save, saveOrPrint } from './save.ts';

export function scansCommand(): Command {
  return groupCommand('scans', 'A match as it was decided.', [exportScans()]);
}

function exportScans(): Command {
  const command = serverCommand('export', {
    summary: 'Every scan with its verdict, and all that was known: for “kaimen replay”.',
    example:
      'kaimen scans export --event derby-2026-11-29 --out derby.recording --data data\n' +
      'kaimen replay derby.recording',
  })
    .requiredOption('--event <id>', 'the match', idArgument)
    .option('--out <file>', 'where to write it; without it, to stdout');
  type Options = { readonly event: string; readonly out?: string };
  return runs<Options>(command, async ({ options, out, client }) => {
    needsFile(out, options.out);
    const call = { path: at`/events/${options.event}/recording` };
    if (options.out === undefined) return await saveOrPrint(out, client(), call, undefined);
    const saved = await save(client(), call, options.out, PRIVATE_MODE);
    out.result(saved, `${saved.file}: ${byteText(saved.bytes)}, SHA-256 ${saved.sha256}`);
  });
}
