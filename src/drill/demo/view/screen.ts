// Shows the night while it is played: a page that is drawn four times a second, or, where nobody looks
// at a terminal, a line every five minutes of the match.
import type { WriteStream } from 'node:tty';
import { frame, PAGE_WIDTH, timeOf, toKickOff } from './frame.ts';
import { paletteOf } from './palette.ts';
import type { Snapshot } from './snapshot.ts';
import { count } from './width.ts';

const FRAME_EVERY_MS = 250;
const LINE_EVERY_MIN = 5;
/** Before the last hour little happens, and quickly. */
const EARLY_LINE_EVERY_MIN = 20;
const LAST_HOUR_FROM_MIN = -60;
const COLOUR_BITS_MIN = 8;

export type Screen = {
  /** Ends the page and gives the terminal back. */
  stop(): void;
};

export function showNight(out: WriteStream, look: () => Snapshot): Screen {
  const depth = out.isTTY ? out.getColorDepth() : 1;
  const isPage = depth >= COLOUR_BITS_MIN && out.columns >= PAGE_WIDTH && out.rows >= 24;
  return isPage ? showPage(out, depth, look) : showLines(out, look);
}

function showPage(out: WriteStream, depth: number, look: () => Snapshot): Screen {
  const palette = paletteOf(depth);
  out.write(`\x1b[?1049h\x1b[?25l${palette.ground}\x1b[2J`);
  const draw = () => {
    const lines = frame(look(), palette, out.rows).slice(0, out.rows);
    const body = lines.map((line) => `${line}\x1b[K`).join('\r\n');
    // Held back until it is whole (synchronized output), where the terminal knows how.
    out.write(`\x1b[?2026h\x1b[H${palette.ground}${body}\x1b[J\x1b[?2026l`);
  };
  draw();
  const timer = setInterval(draw, FRAME_EVERY_MS);
  const onResize = () => out.write(`${palette.ground}\x1b[2J`);
  out.on('resize', onResize);
  return {
    stop() {
      clearInterval(timer);
      out.off('resize', onResize);
      out.write('\x1b[0m\x1b[?25h\x1b[?1049l');
    },
  };
}

function showLines(out: WriteStream, look: () => Snapshot): Screen {
  let nextMin = Number.NEGATIVE_INFINITY;
  let told = 0;
  const tell = (isLast: boolean) => {
    const snapshot = look();
    for (const notice of snapshot.notices.slice(told)) {
      out.write(`${timeOf(notice.atMin).slice(0, 5)}  ${notice['zh-CN']} · ${notice.en}\n`);
    }
    told = snapshot.notices.length;
    if (snapshot.nowMin < nextMin && !isLast) return;
    const every = snapshot.nowMin < LAST_HOUR_FROM_MIN ? EARLY_LINE_EVERY_MIN : LINE_EVERY_MIN;
    nextMin = (Math.floor(snapshot.nowMin / every) + 1) * every;
    out.write(`${lineOf(snapshot)}\n`);
  };
  const timer = setInterval(() => tell(false), FRAME_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      tell(true);
    },
  };
}

function lineOf({ nowMin, admitted, left, perMinute, queue, refused }: Snapshot): string {
  return [
    `${timeOf(nowMin).slice(0, 5)} ${toKickOff(nowMin)}`,
    `已入场 inside ${count(admitted - left)}`,
    `每分 /min ${count(perMinute)}`,
    `排队 queue ${count(queue)}`,
    `拒 refused ${count(refused)}`,
  ].join('  ');
}
