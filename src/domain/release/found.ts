// What a scanned code turned out to be, and how it was shown, as one word that is kept with the verdict: all of
// a scan that is neither the ticket nor the place.
export const FOUND_CODES = [
  'current',
  'earlier',
  'unreadable',
  'forged',
  'unknown',
  'wrong-event',
] as const;
export type FoundCode = (typeof FOUND_CODES)[number];

export type Found = {
  /** `current` and `earlier` lead to a ticket, by a code that is or was its own. */
  readonly code: FoundCode;
  readonly isConfirmed: boolean;
  readonly isManual: boolean;
};

export function writeFound({ code, isConfirmed, isManual }: Found): string {
  return `${code}${isConfirmed ? '+confirmed' : ''}${isManual ? '+manual' : ''}`;
}

/** @returns null for what this version does not know */
export function readFound(text: string): Found | null {
  const [word, ...marks] = text.split('+');
  const code = FOUND_CODES.find((each) => each === word);
  if (code === undefined || marks.some((mark) => mark !== 'confirmed' && mark !== 'manual')) {
    return null;
  }
  return { code, isConfirmed: marks.includes('confirmed'), isManual: marks.includes('manual') };
}
