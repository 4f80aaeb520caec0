// The five hues of a verdict or state, each with a shape of its own: they are told apart in greyscale,
// by a colour-blind eye, at arm's length in the rain.
import type { ReactNode } from 'react';
import type { Verdict } from '#domain/entry/verdict.ts';

export type Hue = 'admitted' | 'provisional' | 'refused' | 'refer' | 'unknown';

/** Refusals that another place or moment would cure are amber: nobody did anything wrong. */
export function hueOf(verdict: Verdict, reason: string | null): Hue {
  if (verdict === 'admitted') return 'admitted';
  if (verdict === 'provisional') return 'provisional';
  if (verdict === 'referred' || reason === 'wrong-gate') return 'refer';
  return reason === 'unreadable' || reason === 'cannot-verify' ? 'unknown' : 'refused';
}

/** In the colour of the text around it. Without a label it is decoration beside its word. */
export function VerdictShape({
  hue,
  size = 24,
  label,
}: {
  readonly hue: Hue;
  readonly size?: number | string;
  readonly label?: string;
}) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 100 100"
      fill="none"
      stroke="currentColor"
      strokeWidth={9}
      strokeLinecap="round"
      strokeLinejoin="round"
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined}
    >
      {SHAPES[hue]}
    </svg>
  );
}

const TICK = <path d="M28 52 L44 67 L73 35" />;

const SHAPES: Readonly<Record<Hue, ReactNode>> = {
  admitted: (
    <>
      <circle cx="50" cy="50" r="44" />
      {TICK}
    </>
  ),
  provisional: (
    <>
      <circle cx="50" cy="50" r="44" strokeDasharray="19.6 15" />
      {TICK}
    </>
  ),
  refused: (
    <>
      <path d="M32 6 H68 L94 32 V68 L68 94 H32 L6 68 V32 Z" />
      <path d="M28 50 H72" strokeWidth={13} />
    </>
  ),
  refer: (
    <>
      <path d="M50 5 L95 50 L50 95 L5 50 Z" />
      <path d="M31 50 H67 M53 35 L68 50 L53 65" />
    </>
  ),
  unknown: <rect x="8" y="8" width="84" height="84" rx="12" />,
};
