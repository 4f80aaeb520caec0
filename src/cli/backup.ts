import type { Command } from 'commander';
import { runs, serverCommand } from './command.ts';
import { byteText } from './output.ts';
import { PRIVATE_MODE, save } from './save.ts';

export function backupCommand(): Command {
  const command = serverCommand('backup', {
    summary: 'Copy everything the server keeps into one file, while it runs.',
    example: 'kaimen backup --out kaimen-2026-11-29.backup --data data',
  }).requiredOption('--out <file>', 'where to write it; readable by you alone');
  return runs<{ readonly out: string }>(command, async ({ options, out, client }) => {
    const saved = await save(client(), { path: '/backup' }, options.out, PRIVATE_MODE);
    out.result(saved, `${saved.file}: ${byteText(saved.bytes)}, SHA-256 ${saved.sha256}`);
  });
}
