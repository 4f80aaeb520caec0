import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { LESSONS, practiceCode } from '#domain/credentials/practice-code.ts';
import { localCommand, numberArgument, runs } from './command.ts';
import { table } from './output.ts';
import { terminalQr } from './terminal-qr.ts';

export function practiceCommand(): Command {
  const command = localCommand('practice', {
    summary: 'Codes to practise with, one for each verdict. They are tickets nowhere.',
    example: 'kaimen practice --qr',
  })
    .option('--each <n>', 'how many of each', numberArgument(1, 1_000), 1)
    .option('--qr', 'show each as a code to scan');
  type Options = { readonly each: number; readonly qr?: true };
  return runs<Options>(command, async ({ options, out }) => {
    const codes = LESSONS.flatMap((lesson) =>
      Array.from({ length: options.each }, (_, index) => ({
        lesson,
        code: practiceCode(lesson, index, sha256),
      })),
    );
    const words =
      options.qr === true
        ? codes.flatMap(({ lesson, code }) => [lesson, ...terminalQr(code), code, ''])
        : table(
            ['lesson', 'code'],
            codes.map(({ lesson, code }) => [lesson, code]),
          );
    out.result({ codes }, words);
  });
}

function sha256(message: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(message).digest());
}
