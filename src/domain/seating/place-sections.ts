// Where sections stand when a manifest does not say: stands round the pitch, tier behind tier, the sections
// of a stand side by side in the order of the file, rows rising outwards.
import { assert } from '#domain/kernel/assert.ts';
import type { DraftSection } from './layout-draft.ts';
import {
  lengthRound,
  middleOfSide,
  type Pitch,
  type Standpoint,
  standpointAt,
} from './rounded-pitch.ts';

/** From the middle of one seat to the next, of one row to the next, and what an aisle adds, in metres. */
export const SEAT_METRES = 0.5;
export const ROW_METRES = 0.8;
export const AISLE_METRES = 1.1;
const BETWEEN_SECTIONS_METRES = 1.2;
const BETWEEN_TIERS_METRES = 4;
const FROM_PITCH_METRES = 8;
const FURTHEST_METRES = 300;
/** A terrace at its fullest is 4.7 people on a square metre (Guide to Safety at Sports Grounds); drawn with room. */
const STANDING_PER_SQUARE_METRE = 4;
const STANDING_DEPTH_METRES = 15;

/** The middle of a section's front, and what it takes up. */
export type SectionPlace = {
  readonly front: Standpoint;
  readonly width: number;
  readonly depth: number;
};

/** Names under which people know the sides of a pitch. */
const SIDES: readonly RegExp[] = [
  /^(n|north|北.*)$/i,
  /^(e|east|东.*)$/i,
  /^(s|south|南.*)$/i,
  /^(w|west|西.*)$/i,
];

/** @returns by section id; those that have coordinates of their own are placed as well and need not be looked at */
export function placeSections(
  sections: readonly DraftSection[],
  pitch: Pitch,
): ReadonlyMap<string, SectionPlace> {
  const stands = [...new Set(sections.map(({ stand }) => stand))];
  const tiers = [...new Set(sections.map(tierOf))].sort((a, b) => a - b);
  const places = new Map<string, SectionPlace>();
  let distance = FROM_PITCH_METRES;
  for (const tier of tiers) {
    const groups = stands.map((stand) =>
      sections.filter((section) => section.stand === stand && tierOf(section) === tier),
    );
    const widths = groups.map((group) => total(group.map(widthOf)));
    distance = roomyDistance(pitch, distance, stands, widths);
    const middles = middlesOf(pitch, distance, stands, widths);
    for (const [index, group] of groups.entries()) {
      let at = (middles[index] ?? 0) - (widths[index] ?? 0) / 2;
      for (const section of group) {
        const width = widthOf(section);
        const front = standpointAt(pitch, distance, at + width / 2);
        places.set(section.id, { front, width, depth: depthOf(section) });
        at += width;
      }
    }
    distance += Math.max(...groups.flat().map(depthOf)) + BETWEEN_TIERS_METRES;
  }
  return places;
}

function tierOf({ id, tier }: DraftSection): number {
  return tier ?? Math.max(1, Number(/(\d)\d\d$/.exec(id)?.[1] ?? 1));
}

function widthOf(section: DraftSection): number {
  if (section.capacity !== undefined) {
    return (
      section.capacity / STANDING_PER_SQUARE_METRE / STANDING_DEPTH_METRES + BETWEEN_SECTIONS_METRES
    );
  }
  return Math.max(...(section.rows ?? []).map(rowWidth)) + BETWEEN_SECTIONS_METRES;
}

export function rowWidth({
  seats,
}: {
  readonly seats: readonly { aisleAfter?: boolean | undefined }[];
}): number {
  const aisles = seats.slice(0, -1).filter(({ aisleAfter }) => aisleAfter === true).length;
  return seats.length * SEAT_METRES + aisles * AISLE_METRES;
}

function depthOf({ rows, capacity }: DraftSection): number {
  return capacity === undefined ? (rows ?? []).length * ROW_METRES : STANDING_DEPTH_METRES;
}

/** The nearest line at which no stand reaches into the next one. */
function roomyDistance(
  pitch: Pitch,
  from: number,
  stands: readonly string[],
  widths: readonly number[],
): number {
  for (let distance = from; distance < FURTHEST_METRES; distance += 1) {
    const middles = middlesOf(pitch, distance, stands, widths);
    const around = widths
      .map((width, index) => ({ width, middle: middles[index] ?? 0 }))
      .filter(({ width }) => width > 0)
      .sort((a, b) => a.middle - b.middle);
    const round = lengthRound(pitch, distance);
    const fits = around.every(({ width, middle }, index) => {
      const next = around[(index + 1) % around.length];
      assert(next !== undefined, 'a list that goes round has a next one');
      const gap = around.length === 1 ? round : (next.middle - middle + round) % round;
      return gap >= (width + next.width) / 2;
    });
    if (fits) return distance;
  }
  return FURTHEST_METRES;
}

/** Stands named for a side lie at it; where one is not, all follow one another as the file has them. */
function middlesOf(
  pitch: Pitch,
  distance: number,
  stands: readonly string[],
  widths: readonly number[],
): number[] {
  const sides = stands.map((stand) => SIDES.findIndex((name) => name.test(stand)));
  if (!sides.includes(-1) && new Set(sides).size === sides.length) {
    return sides.map((side) => middleOfSide(pitch, distance, side));
  }
  const stretch = lengthRound(pitch, distance) / Math.max(1, total(widths));
  let at = -((widths[0] ?? 0) * stretch) / 2;
  return widths.map((width) => {
    const middle = at + (width * stretch) / 2;
    at += width * stretch;
    return middle;
  });
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
