// What a step changes of the stock, as every node is told of it: by the log, in the order of revisions.
import type { Channel } from '#domain/sales/price-list.ts';

/** One place of a hold: a seat by its index, or room in a standing area. */
export type Place = {
  readonly line: string;
  readonly seat: number | null;
  readonly section: string;
  readonly type: string;
};

export type Hold = {
  readonly id: string;
  /** Hash of the secret that its owner shows. */
  readonly cart: string;
  /** Hash of the request that made it; the same again is the same hold. */
  readonly request: string;
  readonly channel: Channel;
  readonly places: readonly Place[];
  /** By the database's clock, half-open. */
  readonly until: number;
  readonly isExtended: boolean;
  /** null: not ordered yet. */
  readonly order: string | null;
  /** Keyed hash of whoever ordered it; until then that of its cart. Limits are counted by it. */
  readonly person: string;
};

export type StockChange =
  | { readonly kind: 'held'; readonly hold: Hold }
  | {
      readonly kind: 'kept';
      readonly hold: string;
      readonly until: number;
      readonly isExtended: boolean;
    }
  | {
      readonly kind: 'ordered';
      readonly hold: string;
      readonly order: string;
      readonly person: string;
      /** With the ticket types that were ordered. */
      readonly places: readonly Place[];
    }
  /** Ended unsold: its places are free. */
  | { readonly kind: 'ended'; readonly hold: string; readonly as: 'expired' | 'released' }
  | { readonly kind: 'sold'; readonly hold: string }
  /** Sold, and given back. */
  | {
      readonly kind: 'returned';
      readonly hold: string;
      readonly channel: Channel;
      readonly person: string;
      readonly places: readonly Place[];
    }
  | { readonly kind: 'blocked' | 'unblocked'; readonly seats: readonly number[] };

export function changesText(changes: readonly StockChange[]): string {
  return JSON.stringify(changes);
}
