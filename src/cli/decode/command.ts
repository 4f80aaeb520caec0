import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { localCommand, runs } from '#cli/command.ts';
import { EXIT_FAILED, EXIT_OK, failureOf } from '#cli/failure.ts';
import { readCode } from './read-code.ts';

const FILE_BYTES_MAX = 64 * 1024 * 1024;

export function decodeCommand(): Command {
  const command = localCommand('decode', {
    summary:
      'Read the code in pictures as a gate does. A picture without a code is an answer too:\n' +
      'null, and still 0. With --json a line for each picture.',
    example: 'kaimen decode photo.png screenshot.jpg --json',
  }).argument('<image...>', 'PNG or JPEG');
  return runs(command, async ({ args, out }) => {
    let exitCode = EXIT_OK;
    for (const file of args) {
      const bytes = await pictureFile(file);
      if (typeof bytes === 'string') {
        exitCode = EXIT_FAILED;
        out.note(`kaimen: ${bytes}`);
        out.line({ file, text: null, ms: 0, error: bytes }, `${file}: not read`);
        continue;
      }
      const startMs = performance.now();
      const code = await readCode(bytes);
      const ms = Math.round((performance.now() - startMs) * 10) / 10;
      const text = code?.text ?? null;
      out.line(
        { file, text, ms, strategy: code?.strategy ?? null },
        `${file}: ${text ?? 'no code'} (${ms} ms)`,
      );
    }
    return exitCode;
  });
}

/** @returns what is wrong, in words, when it is not a picture: the others are still read */
async function pictureFile(file: string): Promise<Buffer | string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return failure.message;
  }
  if (bytes.length > FILE_BYTES_MAX) return `${file}: larger than 64 MB; scale it down`;
  const isPicture =
    bytes.toString('latin1', 0, 2) === '\xff\xd8' || bytes.toString('latin1', 1, 4) === 'PNG';
  return isPicture ? bytes : `${file}: not a picture; give PNG or JPEG`;
}
