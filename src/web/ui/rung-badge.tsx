import type { Rung } from '#domain/entry/verdict.ts';
import { joinClasses } from './join-classes.ts';
import { type Hue, VerdictShape } from './verdict-shape.tsx';

const HUES: Readonly<Record<Rung, Hue>> = {
  local: 'admitted',
  edge: 'admitted',
  hub: 'admitted',
  provisional: 'provisional',
  visual: 'refer',
  open: 'refer',
};

export const HUE_TEXT: Readonly<Record<Hue, string>> = {
  admitted: 'text-admitted-text',
  provisional: 'text-provisional-text',
  refused: 'text-refused-text',
  refer: 'text-refer-text',
  unknown: 'text-unknown-text',
};

/** Who decides now: a shape with a word. */
export function RungBadge({ rung, word }: { readonly rung: Rung | null; readonly word: string }) {
  const hue = rung === null ? 'unknown' : HUES[rung];
  return (
    <span
      className={joinClasses(
        'inline-flex items-center gap-1.5 whitespace-nowrap font-semibold',
        HUE_TEXT[hue],
      )}
    >
      <VerdictShape hue={hue} size="1.1em" />
      {word}
    </span>
  );
}
