// What a sale asks for its seats, as the club published it. A list that is on sale is never changed: a
// change is a new version, and an order keeps the quote it was given.
import type { Instant } from '#domain/kernel/instant.ts';
import type { Localized } from '#domain/venue/match-event.ts';

/** Where something is sold. All sell from the same stock. */
export const CHANNELS = ['web', 'box-office', 'help-desk', 'partner'] as const;
export type Channel = (typeof CHANNELS)[number];

export type TaxRate = {
  readonly id: string;
  readonly name: Localized;
  /** Hundredths of a per cent, 0–10,000; prices include it. */
  readonly rateBasisPoints: number;
};

export type PriceCategory = { readonly id: string; readonly name: Localized };

/** Which seats a category is made of; the narrowest entry that names a seat decides, then the later. */
export type CategoryArea = {
  readonly category: string;
  readonly section: string;
  /** null: every row of the section. */
  readonly rows: readonly string[] | null;
  /** Seat names within those rows; null: every seat. */
  readonly seats: readonly string[] | null;
};

export type SaleType = {
  /** A ticket type of the event, as the gate knows it. */
  readonly id: string;
  readonly name: Localized;
  readonly tax: string;
  /** Sold in whole groups of this many, such as a family of 4; 1: singly. */
  readonly soldIn: number;
  /** A child comes with an adult: at most `each` of this type for every one of `types`; null: alone. */
  readonly accompaniedBy: { readonly types: readonly string[]; readonly each: number } | null;
  /** Seen and bought only with a voucher that unlocks it. */
  readonly isHidden: boolean;
  /** What the buyer is told to bring, and the gate may ask for. */
  readonly proof: Localized | null;
};

export type Price = {
  readonly category: string;
  readonly type: string;
  readonly amountMinor: number;
};

export type Amount =
  | { readonly kind: 'fixed'; readonly amountMinor: number }
  /** Thousandths of what it is taken of, 0–1,000, rounded half up on each line. */
  | { readonly kind: 'per-mille'; readonly perMille: number };

export type Fee = {
  readonly id: string;
  readonly name: Localized;
  readonly tax: string;
  /** Of a ticket after its discounts, or once of the whole order. A free ticket or order bears none. */
  readonly per: 'ticket' | 'order';
  readonly amount: Amount;
  /** null: everywhere. */
  readonly channels: readonly Channel[] | null;
};

/** A better price in a quieter purchase slot, or, without slots, for a quieter fixture. 错峰购票. */
export type PurchaseIncentive = {
  readonly id: string;
  readonly name: Localized;
  readonly slots: readonly { readonly from: Instant; readonly until: Instant }[] | null;
  readonly off: Amount;
  readonly categories: readonly string[] | null;
  readonly types: readonly string[] | null;
  readonly channels: readonly Channel[] | null;
};

export type PriceList = {
  readonly id: string;
  readonly version: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly taxes: readonly TaxRate[];
  readonly categories: readonly PriceCategory[];
  readonly areas: readonly CategoryArea[];
  readonly types: readonly SaleType[];
  readonly prices: readonly Price[];
  readonly fees: readonly Fee[];
  readonly incentives: readonly PurchaseIncentive[];
};

export type Place = {
  readonly section: string;
  readonly row: string | null;
  readonly seat: string | null;
};

/** @returns null: the place is not for sale by this list */
export function categoryOf({ areas }: Pick<PriceList, 'areas'>, place: Place): string | null {
  let found: string | null = null;
  let narrowest = -1;
  for (const area of areas) {
    const narrow = narrowness(area, place);
    if (narrow === null || narrow < narrowest) continue;
    narrowest = narrow;
    found = area.category;
  }
  return found;
}

/** @returns null: this type is not sold in this category */
export function priceOf(list: PriceList, category: string, type: string): number | null {
  const found = list.prices.find((price) => price.category === category && price.type === type);
  return found?.amountMinor ?? null;
}

/** null stands for all of them wherever a list may be left out. */
/** Those that nobody sees without a voucher. */
export function hiddenTypes({ types }: Pick<PriceList, 'types'>): ReadonlySet<string> {
  return new Set(types.flatMap(({ id, isHidden }) => (isHidden ? [id] : [])));
}

export function covers<T>(list: readonly T[] | null, item: T): boolean {
  return list === null || list.includes(item);
}

/** How closely an area names a place; null: not at all. */
function narrowness({ section, rows, seats }: CategoryArea, place: Place): number | null {
  if (section !== place.section) return null;
  if (rows !== null && (place.row === null || !rows.includes(place.row))) return null;
  if (seats !== null && (place.seat === null || !seats.includes(place.seat))) return null;
  return (rows === null ? 0 : 1) + (seats === null ? 0 : 2);
}
