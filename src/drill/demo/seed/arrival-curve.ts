// When people come. Two crowds: those who come early to eat and meet, and the many who come for the
// match alone. FNB Stadium counted a third of its crowd still outside half an hour before kick-off;
// trains bring them in waves.
import type { Chance } from './chance.ts';

/** Minutes before kick-off (negative) at which doors open, and after it when nobody comes any more. */
export const DOORS_AT_MIN = -120;
export const LAST_ARRIVAL_MIN = 3;

const MATCH_GOERS = { share: 0.68, peakMin: -27, spreadMin: 13 };
const EARLY_COMERS = { peakMin: -75, spreadMin: 25 };

const TRAIN_EVERY_MIN = 4;
/** Of those who come for the match; the others walk, drive or cycle. */
const BY_TRAIN_SHARE = 0.45;
const TRAIN_WALK_SPREAD_MIN = 1.4;

/** Buses of the visitors, with the police before and behind. */
const COACHES = { peakMin: -44, spreadMin: 6 };

/** @returns minutes relative to kick-off */
export function arrivalMin(chance: Chance): number {
  return within(() => {
    const isMatchGoer = chance.happens(MATCH_GOERS.share);
    const crowd = isMatchGoer ? MATCH_GOERS : EARLY_COMERS;
    const at = crowd.peakMin + chance.normal() * crowd.spreadMin;
    if (!(isMatchGoer && chance.happens(BY_TRAIN_SHARE))) return at;
    const train = Math.ceil(at / TRAIN_EVERY_MIN) * TRAIN_EVERY_MIN;
    return train + Math.abs(chance.normal()) * TRAIN_WALK_SPREAD_MIN;
  });
}

export function coachArrivalMin(chance: Chance): number {
  return within(() => COACHES.peakMin + chance.normal() * COACHES.spreadMin);
}

/** Draws again until the result lies within the evening. */
function within(draw: () => number): number {
  for (;;) {
    const at = draw();
    if (at >= DOORS_AT_MIN && at <= LAST_ARRIVAL_MIN) return at;
  }
}
