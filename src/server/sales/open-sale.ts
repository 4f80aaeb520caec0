// A sale as it is sold from: the offer in force, its layout as columns, every place's category. Made once for
// each version.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { type PriceList, priceOf } from '#domain/sales/price-list.ts';
import { keptSeats, seatCategories } from '#domain/sales/seat-categories.ts';
import { capacityOf, type GroundLayout } from '#domain/seating/ground-layout.ts';
import { type SeatTable, seatTableOf } from '#domain/seating/seat-table.ts';
import { type SaleTerms, saleTermsOf } from '#protocol/sale-terms.ts';
import { loadLayout } from '#server/grounds/layout-store.ts';
import { findOffer } from './offer-store.ts';

export const NO_CATEGORY = -1;

export type StandingArea = { readonly capacity: number; readonly category: number };

export type OpenSale = {
  readonly event: number;
  readonly eventId: string;
  readonly version: number;
  readonly layout: GroundLayout;
  readonly table: SeatTable;
  readonly terms: SaleTerms;
  readonly list: PriceList;
  /** Place in the list of categories, of each seat; {@link NO_CATEGORY}: not for sale. */
  readonly categoryOfSeat: Int16Array;
  readonly areas: ReadonlyMap<string, StandingArea>;
  /** Kept back by the allotments in force at a moment, ascending. */
  readonly keptAt: (at: Instant) => readonly number[];
  /** How many allotments have come to their end by a moment. */
  readonly endedAt: (at: Instant) => number;
  readonly isSold: (category: number, type: string) => boolean;
  readonly capacity: number;
};

/** @returns null: nothing of this event is on sale */
export async function loadSale(client: Pool | PoolClient, event: number): Promise<OpenSale | null> {
  const { rows } = await client.query<{ id: string }>('SELECT id FROM events WHERE number = $1', [
    event,
  ]);
  const eventId = rows[0]?.id;
  const offer = await findOffer(client, event, null);
  if (eventId === undefined || offer === null) return null;
  const terms = saleTermsOf(eventId, offer.version, offer.file);
  const layout = await loadLayout(client, terms.layout.ground, terms.layout.version);
  return layout === null ? null : openSale(event, eventId, terms, layout);
}

function openSale(
  event: number,
  eventId: string,
  terms: SaleTerms,
  layout: GroundLayout,
): OpenSale {
  const { priceList: list, version } = terms;
  const { ofSeat, ofStanding } = seatCategories(list, layout);
  const areas = new Map<string, StandingArea>();
  for (const section of layout.sections) {
    if (section.kind !== 'standing') continue;
    const category = ofStanding.get(section.id) ?? NO_CATEGORY;
    areas.set(section.id, { capacity: section.capacity, category });
  }
  const sold = new Set(
    list.categories.flatMap(({ id: category }, index) =>
      list.types.flatMap(({ id }) =>
        priceOf(list, category, id) === null ? [] : `${index}\n${id}`,
      ),
    ),
  );
  return {
    event,
    eventId,
    version,
    layout,
    table: seatTableOf(layout),
    terms,
    list,
    categoryOfSeat: ofSeat,
    areas,
    keptAt: (at) => keptSeats(terms.allotments, layout, at),
    endedAt: (at) => terms.allotments.filter(({ until }) => until !== null && until <= at).length,
    isSold: (category, type) => sold.has(`${category}\n${type}`),
    capacity: capacityOf(layout),
  };
}

export function categoryName(sale: OpenSale, category: number): string {
  return sale.list.categories[category]?.id ?? '';
}
