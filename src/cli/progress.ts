// How far long work has come, on stderr: a bar that redraws itself on a terminal, now and then a
// line in a log file.
import { byteText } from './output.ts';

const REDRAW_MS = 100;
const LOG_LINE_MS = 10_000;
const BAR_WIDTH = 30;

export type Progress = {
  advance(bytes: number): void;
  /** Clears the bar, so that the result stands alone. */
  end(): void;
};

export function createProgress(
  label: string,
  bytesTotal: number | null,
  terminal: { readonly isTTY?: boolean; write(text: string): unknown },
  nowMs: () => number = () => performance.now(),
): Progress {
  const isTerminal = terminal.isTTY === true;
  let bytes = 0;
  let shownMs = nowMs();
  let isShown = false;
  return {
    advance(more) {
      bytes += more;
      const now = nowMs();
      if (now - shownMs < (isTerminal ? REDRAW_MS : LOG_LINE_MS)) return;
      shownMs = now;
      isShown = true;
      const text = progressText(label, bytes, bytesTotal);
      terminal.write(isTerminal ? `\r\x1b[K${text}` : `${text}\n`);
    },
    end() {
      if (isTerminal && isShown) terminal.write('\r\x1b[K');
    },
  };
}

export function progressText(label: string, bytes: number, bytesTotal: number | null): string {
  if (bytesTotal === null || bytesTotal === 0) return `${label} ${byteText(bytes)}`;
  const share = Math.min(bytes / bytesTotal, 1);
  const filled = Math.floor(share * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  // The last byte sent is not yet the answer: say what is being waited for.
  const waiting = share === 1 ? ', waiting for the answer' : '';
  return `${label} ${bar} ${percent} of ${byteText(bytesTotal)}${waiting}`;
}
