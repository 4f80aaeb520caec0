// Codes as they come from a wedge, a pipe or a serial line: one a line, whatever else the line holds.
import { setTimeout as sleep } from 'node:timers/promises';
import { openLine } from './serial-line.ts';

/** What the wire takes as a code; a longer line is no code in any case. */
export const CODE_LENGTH_MAX = 4096;
const REOPEN_AFTER_MS = 1_000;

/** Lines of a stream, cut at the length limit; ends with the stream or when `stop` fires. */
export async function* codeLines(
  stream: NodeJS.ReadableStream & { destroy(): unknown },
  stop: AbortSignal,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  const end = () => stream.destroy();
  stop.addEventListener('abort', end, { once: true });
  try {
    for await (const chunk of stream) {
      const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
      const lines = (rest + text).split(/[\r\n]+/);
      rest = (lines.pop() ?? '').slice(0, CODE_LENGTH_MAX + 1);
      for (const line of lines) {
        if (stop.aborted) return;
        if (line.trim() !== '') yield cleanCode(line);
      }
    }
    if (rest.trim() !== '') yield cleanCode(rest);
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    stop.removeEventListener('abort', end);
  }
}

/**
 * The text that is decided, journalled and sent, the same everywhere. What no code holds and not every
 * store can hold (NUL, halves of surrogate pairs) becomes U+FFFD, which no code holds either.
 */
export function cleanCode(line: string): string {
  return line.slice(0, CODE_LENGTH_MAX).toWellFormed().replaceAll('\0', '\uFFFD');
}

/** Codes of a reader on a serial line, opened again whenever it was unplugged. */
export async function* serialCodes(
  device: string,
  baud: number,
  stop: AbortSignal,
  tell: (words: string) => void,
): AsyncGenerator<string> {
  let toldOf = '';
  while (!stop.aborted) {
    try {
      yield* codeLines(openLine(device, baud), stop);
      throw new Error('the line ended');
    } catch (error) {
      if (stop.aborted) return;
      const words = `${device}: ${error instanceof Error ? error.message : String(error)}`;
      if (words !== toldOf) tell(words);
      toldOf = words;
    }
    await sleep(REOPEN_AFTER_MS, null, { signal: stop }).catch(() => {});
  }
}
