// A ground as it is sold: stands round a pitch, sections in them, rows of seats or room to stand. A layout
// is made once and never changed; a correction is another version of the same ground.
//
// The plane: metres, the centre spot at 0, 0; x grows to the east, y to the south, as on a screen. Seats
// have a dense index 0 … N−1 by order of sections, rows and seats: stock, snapshots and maps speak of it,
// people see `N103-12-7`.

export const SEAT_FLAGS = ['wheelchair', 'companion', 'step-free', 'restricted', 'away'] as const;
/**
 * `wheelchair` is a place without a chair, `companion` the seat beside one that is sold only with it,
 * `step-free` is reached without a stair, `restricted` does not see all of the pitch, `away` is for the
 * visitors' supporters.
 */
export type SeatFlag = (typeof SEAT_FLAGS)[number];

export type LayoutSeat = {
  /** As printed, unique in its row. */
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly flags?: readonly SeatFlag[];
  /** Dense index of the wheelchair place that this companion's seat is beside. */
  readonly companionOf?: number;
  /** Between this seat and the next one people walk: they are no neighbours. */
  readonly aisleAfter?: true;
};

/** Seats in the order in which they stand: whoever is next in the list sits beside, but for an aisle. */
export type LayoutRow = { readonly id: string; readonly seats: readonly LayoutSeat[] };

type Area = {
  readonly id: string;
  readonly stand: string;
  readonly zone: string;
  /** Outline in the plane: x, y, x, y, … of at least three corners. */
  readonly polygon: readonly number[];
};

/** Rows from the pitch outwards: whoever is next in the list sits behind. */
export type SeatedSection = Area & { readonly kind: 'seats'; readonly rows: readonly LayoutRow[] };
export type StandingSection = Area & {
  readonly kind: 'standing';
  readonly capacity: number;
  readonly flags?: readonly SeatFlag[];
};
export type LayoutSection = SeatedSection | StandingSection;

type Localized = { readonly 'zh-CN': string; readonly en: string };
export type LayoutStand = { readonly id: string; readonly name?: Localized };

export type GroundLayout = {
  readonly ground: string;
  /** 1, 2, 3 … of this ground, in the order of their import. */
  readonly version: number;
  readonly pitch: { readonly length: number; readonly width: number };
  readonly stands: readonly LayoutStand[];
  readonly sections: readonly LayoutSection[];
};

/** Laws of the game: between 100 and 110 by 64 and 75; its length lies from north to south. */
export const PITCH = { length: 105, width: 68 };
export const SEATS_MAX = 200_000;
export const SECTIONS_MAX = 2_000;

export function seatCount(layout: GroundLayout): number {
  let count = 0;
  for (const section of layout.sections) {
    if (section.kind !== 'seats') continue;
    for (const row of section.rows) count += row.seats.length;
  }
  return count;
}

/** People that fit, seated and standing. */
export function capacityOf(layout: GroundLayout): number {
  return layout.sections.reduce(
    (total, section) => total + (section.kind === 'standing' ? section.capacity : 0),
    seatCount(layout),
  );
}
