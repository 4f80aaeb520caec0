import type { Command } from 'commander';
import { given, localCommand, runs } from './command.ts';
import { runProgram } from './run-program.ts';

type Options = { readonly data: string; readonly masterKey?: string; readonly json?: boolean };

export function restoreCommand(): Command {
  const command = localCommand('restore', {
    summary: 'Fill a new data directory from a backup; the server must not be running there.',
    example: 'kaimen restore kaimen-2026-11-29.backup --data data-restored',
  })
    .argument('<file>', 'what “kaimen backup” has written')
    .requiredOption('--data <dir>', 'where to restore to; must be empty or not exist')
    .option('--master-key <file>', 'key of the server that made the backup');
  return runs<Options>(command, ({ args: [file = ''], options }) =>
    runProgram('src/server/main.ts', [
      'restore',
      file,
      ...given('--data', options.data),
      ...given('--master-key', options.masterKey),
      ...(options.json === true ? ['--json'] : []),
    ]),
  );
}
