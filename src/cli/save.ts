// Answers that go to a file: never a half one under the name that was asked for.
import { open, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Call, type Client, measured } from './client.ts';
import { CommandFailure, EXIT_USAGE } from './failure.ts';
import { byteText, type Output } from './output.ts';
import { createProgress } from './progress.ts';

export type Saved = { readonly file: string; readonly bytes: number; readonly sha256: string };

/** Readable by its owner alone, for what opens gates or holds personal data. */
export const PRIVATE_MODE = 0o600;

/** Streams an answer into a file that appears, whole and on the disk, only at the end. */
export async function save(
  client: Client,
  call: Call,
  file: string,
  mode: number = 0o666,
): Promise<Saved> {
  const { body, bytesTotal } = await client.stream(call);
  const progress = createProgress(file, bytesTotal, process.stderr);
  const through = measured(body, (more) => progress.advance(more));
  // A printer or a pipe takes the bytes as they come; only a file can be put in its place at the end.
  const isFile = (await stat(file).catch(() => null))?.isFile() ?? true;
  const unfinished = isFile ? `${file}.part` : file;
  try {
    const handle = await open(unfinished, 'w', mode);
    try {
      for await (const chunk of through.bytes) await handle.writeFile(chunk);
      if (isFile) await handle.sync();
    } finally {
      await handle.close();
    }
    if (isFile) await rename(unfinished, file);
  } catch (error) {
    if (isFile) await rm(unfinished, { force: true });
    throw error;
  } finally {
    progress.end();
  }
  return { file, ...through.sum() };
}

/** To the file that was named, else to stdout. */
export async function saveOrPrint(
  out: Output,
  client: Client,
  call: Call,
  file: string | undefined,
): Promise<void> {
  if (file !== undefined) {
    const { bytes } = await save(client, call, file);
    out.result({ file, bytes }, `${file}: ${byteText(bytes)}`);
    return;
  }
  const { body } = await client.stream(call);
  await pipeline(body, process.stdout, { end: false });
}

export function needsFile(out: Output, file: string | undefined): void {
  if (!out.isJson || file !== undefined) return;
  throw new CommandFailure('--json needs --out FILE here: stdout can hold only one document', {
    code: 'usage',
    mend: 'add --out FILE, or leave --json out',
    exitCode: EXIT_USAGE,
  });
}
