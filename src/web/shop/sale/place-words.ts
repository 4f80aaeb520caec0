import type { HoldView } from '#protocol/shop.ts';
import type { Values } from '../use-words.ts';

/** Where a place is, as it is printed. */
export function placeWords(
  place: Pick<HoldView['places'][number], 'section' | 'row' | 'number'>,
  say: (id: string, values?: Values) => string,
): string {
  const { section, row, number } = place;
  if (row === null || number === null) return say('seat.standing', { section });
  return say('seat.whole', { section, row, seat: number });
}
