// What a buyer has chosen before anything is held, and what it costs.
import type { HoldRequest, SaleView } from '#protocol/shop.ts';
import type { SeatPlan } from '../map/seat-plan.ts';
import { priceNow } from './off-peak.ts';

export type StandingChoice = { readonly section: string; readonly count: number };

/** The type that most people buy: the first one sold singly that has a price there. */
export function usualType(sale: SaleView, category: string): string | null {
  const isPriced = (type: string) =>
    sale.prices.some((price) => price.category === category && price.type === type);
  return sale.types.find(({ id, soldIn }) => soldIn === 1 && isPriced(id))?.id ?? null;
}

export function usualPrice(sale: SaleView, category: string): number | null {
  const type = usualType(sale, category);
  return type === null ? null : priceNow(sale, { category, type });
}

/** What these cost in the cheapest and in the dearest category that sells them all; null: none does. */
export function totalRange(
  sale: SaleView,
  counts: ReadonlyMap<string, number>,
  category: string | null,
): { readonly least: number; readonly most: number } | null {
  const totals = sale.categories.flatMap(({ id }) => {
    if (category !== null && id !== category) return [];
    let total = 0;
    for (const [type, count] of counts) {
      if (count === 0) continue;
      const price = priceNow(sale, { category: id, type });
      if (price === null) return [];
      total += price * count;
    }
    return [total];
  });
  if (totals.length === 0) return null;
  return { least: Math.min(...totals), most: Math.max(...totals) };
}

export function categoryOfSeat(sale: SaleView, plan: SeatPlan, seat: number): string {
  const place = plan.seats.category[seat] ?? -1;
  return plan.layout.categories[place] ?? sale.categories[0]?.id ?? '';
}

/** Named seats as the server is asked for them, each as the usual type; the cart offers the others. */
export function namedWish(
  sale: SaleView,
  plan: SeatPlan,
  seats: readonly number[],
  standing: readonly StandingChoice[],
): HoldRequest {
  const named = seats.map((seat) => ({
    seat,
    type: usualType(sale, categoryOfSeat(sale, plan, seat)) ?? '',
  }));
  const areas = standing.map(({ section, count }) => {
    const source = plan.sections.find((each) => each.source.id === section)?.source;
    const place = source?.kind === 'standing' ? source.category : -1;
    return { section, count, type: usualType(sale, plan.layout.categories[place] ?? '') ?? '' };
  });
  return {
    ...(named.length === 0 ? {} : { seats: named }),
    ...(areas.length === 0 ? {} : { standing: areas }),
  };
}
