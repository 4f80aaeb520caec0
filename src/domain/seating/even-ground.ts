// A ground out of a few numbers: for demonstrations, for tests, and as a first draft of a real one.
import type { SeatFlag } from './ground-layout.ts';
import type { DraftRow, DraftSeat, DraftSection, LayoutDraft } from './layout-draft.ts';

/** A section whose rows are all alike. */
export type EvenSection = {
  readonly id: string;
  readonly stand: string;
  readonly zone?: string;
  readonly tier?: number;
  readonly rows: number;
  readonly seatsPerRow: number;
  /** Wheelchair places with a companion's seat each, side by side from the first seat of the first row. */
  readonly wheelchairPairs?: number;
  /** Rows from the front that are reached without a stair. */
  readonly stepFreeRows?: number;
  readonly flags?: readonly SeatFlag[];
};

export type EvenStand = { readonly id: string; readonly letter: string };
export const EVEN_STANDS: readonly EvenStand[] = [
  { id: 'north', letter: 'N' },
  { id: 'east', letter: 'E' },
  { id: 'south', letter: 'S' },
  { id: 'west', letter: 'W' },
];

export type EvenTier = Pick<
  EvenSection,
  'rows' | 'seatsPerRow' | 'wheelchairPairs' | 'stepFreeRows'
> & {
  /** Of each stand. */
  readonly sections: number;
};

/** Longer rows have an aisle in their middle. */
const AISLE_FROM_SEATS = 20;

/** Four stands of such tiers: `N101`, `N102` … of the lower, `N201` … of the one behind it. */
export function evenGround(ground: string, tiers: readonly EvenTier[]): LayoutDraft {
  const sections = EVEN_STANDS.flatMap(({ id: stand, letter }) =>
    tiers.flatMap(({ sections: count, ...size }, index) =>
      Array.from({ length: count }, (_, place) => {
        const number = (index + 1) * 100 + place + 1;
        return evenSection({ id: `${letter}${number}`, stand, tier: index + 1, ...size });
      }),
    ),
  );
  return { ground, sections };
}

export function evenSection(section: EvenSection): DraftSection {
  const { id, stand, zone, tier, flags } = section;
  const rows = Array.from({ length: section.rows }, (_, index) => evenRow(section, index));
  return { id, stand, zone, tier, flags, rows };
}

function evenRow(section: EvenSection, index: number): DraftRow {
  const { seatsPerRow, wheelchairPairs = 0, stepFreeRows = 0 } = section;
  const inPairs = index === 0 ? wheelchairPairs * 2 : 0;
  const isStepFree = index < stepFreeRows;
  const seats = Array.from({ length: seatsPerRow }, (_, place): DraftSeat => {
    const aisleAfter = seatsPerRow >= AISLE_FROM_SEATS && place + 1 === Math.floor(seatsPerRow / 2);
    const seat = { id: String(place + 1), ...(aisleAfter ? { aisleAfter } : {}) };
    if (place >= inPairs) return isStepFree ? { ...seat, flags: ['step-free'] } : seat;
    if (place % 2 === 0) return { ...seat, flags: ['wheelchair'] };
    return { ...seat, companionOf: String(place) };
  });
  return { id: String(index + 1), seats };
}
