// What a manifest says before it is a layout: coordinates and outlines may be missing, companions are named
// as people name them, and nothing has been checked against anything else.
import type { LayoutStand, SeatFlag } from './ground-layout.ts';

export type DraftSeat = {
  readonly id: string;
  /** Both or none. */
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly flags?: readonly SeatFlag[] | undefined;
  /** The wheelchair place beside, by its printed number in the same row. */
  readonly companionOf?: string | undefined;
  readonly aisleAfter?: boolean | undefined;
  /** Where the manifest says so; for refusals. */
  readonly line?: number | undefined;
};

export type DraftRow = { readonly id: string; readonly seats: readonly DraftSeat[] };

export type DraftSection = {
  readonly id: string;
  readonly stand: string;
  /** Left out: as its stand. */
  readonly zone?: string | undefined;
  /** 1 is nearest to the pitch. Left out: the hundreds of a number such as N203, or 1. */
  readonly tier?: number | undefined;
  readonly polygon?: readonly number[] | undefined;
  readonly rows?: readonly DraftRow[] | undefined;
  /** People who may stand here; instead of rows. */
  readonly capacity?: number | undefined;
  readonly flags?: readonly SeatFlag[] | undefined;
  readonly line?: number | undefined;
};

export type LayoutDraft = {
  readonly ground: string;
  readonly pitch?: { readonly length: number; readonly width: number } | undefined;
  readonly stands?: readonly LayoutStand[] | undefined;
  readonly sections: readonly DraftSection[];
};

/** What is wrong, where, and what to write instead. */
export type LayoutRefusal = {
  readonly line: number | null;
  readonly section: string | null;
  readonly row: string | null;
  readonly seat: string | null;
  readonly message: string;
  readonly mend: string;
};

/** Of a file that is wrong throughout, so many refusals say enough. */
export const REFUSALS_MAX = 100;
