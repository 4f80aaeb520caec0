// What somebody asks of best available, and what they are told.
import type { SeatName } from './seat-table.ts';

export type SeatRequest = {
  /** Everybody who comes, wheelchairs included: 1 to {@link GROUP_MAX}. */
  readonly count: number;
  /** How many of them need a wheelchair place; a companion's seat is found beside each while others come along. */
  readonly wheelchairs?: number;
  /** Only these sections; left out: all. */
  readonly sections?: readonly string[];
  /** Only these price categories, by their number in the finder's list; left out: all. */
  readonly categories?: readonly number[];
  /** Where they would like to be, in the plane; left out: at the centre spot. */
  readonly near?: { readonly x: number; readonly y: number };
  readonly isStepFree?: boolean;
  /** Seats that do not see all of the pitch are good enough. */
  readonly acceptsRestricted?: boolean;
  /** Visitors' supporters sit in their own seats, and nobody else does. */
  readonly isAway?: boolean;
  /** Rather no seats than seats apart. */
  readonly isTogether?: boolean;
};

/** People in one request; larger groups ask the club. */
export const GROUP_MAX = 100;

export type SeatChoice = {
  readonly kind: 'found';
  /** Dense indices, part after part, ascending in each; wheelchair places before everybody else's. */
  readonly seats: readonly number[];
  /** Everybody in one row with no aisle and nobody else between them. */
  readonly nextToEachOther: boolean;
  readonly rowsUsed: readonly RowUsed[];
  /** A single seat is left free that had a free one beside it. */
  readonly orphanLeft: boolean;
  /** Neighbours each; more than one part says that the group is split. */
  readonly parts: readonly (readonly number[])[];
  /** From where they wished to be, on average. */
  readonly distanceMetres: number;
};

type RowUsed = {
  readonly section: SeatName['section'];
  readonly row: SeatName['row'];
  readonly seats: readonly SeatName['seat'][];
};

export type SeatRefusal = {
  readonly kind: 'refused';
  readonly reason: 'not-enough-seats' | 'not-enough-wheelchair-places' | 'not-together';
  /** Free places that fit the wish: seats, or wheelchair places. */
  readonly fitting: number;
};
