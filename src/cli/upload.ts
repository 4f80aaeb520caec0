import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CommandFailure } from './failure.ts';
import { createProgress } from './progress.ts';

export type Upload = {
  readonly type: string;
  /** From its first byte, as often as it has to be sent. */
  open(): AsyncIterable<Uint8Array>;
};

/** Streams a CSV file from the disk, with how far it has come on stderr; never held whole. */
export async function uploading<T>(file: string, send: (upload: Upload) => Promise<T>): Promise<T> {
  const found = await stat(file);
  if (found.isDirectory()) {
    throw new CommandFailure(`${file}: is a directory, not a file`, { code: 'eisdir' });
  }
  const progress = createProgress(file, found.isFile() ? found.size : null, process.stderr);
  let furthest = 0;
  async function* read(): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
      sent += chunk.byteLength;
      progress.advance(Math.max(0, sent - furthest));
      furthest = Math.max(furthest, sent);
      yield chunk;
    }
  }
  try {
    return await send({ type: 'text/csv', open: read });
  } finally {
    progress.end();
  }
}
